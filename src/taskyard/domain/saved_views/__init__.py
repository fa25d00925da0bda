"""Saved views: how somebody likes to see the list of tasks, kept under a name, for oneself or for all."""

from taskyard.domain.saved_views.routes import routes
from taskyard.domain.saved_views.tables import SavedView

__all__ = ["SavedView", "routes"]
