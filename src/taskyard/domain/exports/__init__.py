"""Exports: tasks with their answers, out of the yard."""

from taskyard.domain.exports.queries import told
from taskyard.domain.exports.routes import routes
from taskyard.domain.exports.rules import EXPORT, ExportState
from taskyard.domain.exports.tables import Consumer, Export
from taskyard.domain.exports.workers import chores, sweep

__all__ = ["EXPORT", "Consumer", "Export", "ExportState", "chores", "routes", "sweep", "told"]
