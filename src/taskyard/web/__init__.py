"""What every route needs: transaction, caller, pages, idempotency, problems, streams."""

from taskyard.web.routing import AtHand, MaybeCaller, OpenLater, Router, Session, Who

__all__ = ["AtHand", "MaybeCaller", "OpenLater", "Router", "Session", "Who"]
