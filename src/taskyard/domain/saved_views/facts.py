"""What is announced about saved views."""

from __future__ import annotations

from taskyard.domain.saved_views.tables import SavedView
from taskyard.ledger import Fact


def view_fact(name: str, view: SavedView, says: str) -> Fact:
    """Return a fact about one view; lists of views follow it."""
    return Fact(f"view.{name}", says, view.id, data={"shared": view.is_shared})
