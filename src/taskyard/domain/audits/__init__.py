"""Audits: verdicts on what came of a task, by its client or by whoever leads the work."""

from taskyard.domain.audits.routes import routes
from taskyard.domain.audits.store import delete_of_tasks
from taskyard.domain.audits.tables import Audit
from taskyard.domain.audits.verdicts import why_not, why_not_again

__all__ = ["Audit", "delete_of_tasks", "routes", "why_not", "why_not_again"]
