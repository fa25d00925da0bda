"""Read-only pages that join across houses."""

from taskyard.views.routes import routes

__all__ = ["routes"]
