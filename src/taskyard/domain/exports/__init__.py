"""Exports: tasks with their answers, out of the yard."""

from taskyard.domain.exports.routes import routes

__all__ = ["routes"]
