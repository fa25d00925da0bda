"""Bulk: the same thing done to many tasks, kept as a record with what became of each."""

from taskyard.domain.bulk.routes import routes
from taskyard.domain.bulk.rules import BULK, Action, BulkState
from taskyard.domain.bulk.tables import Bulk, BulkItem
from taskyard.domain.bulk.workers import chores, sweep

__all__ = ["BULK", "Action", "Bulk", "BulkItem", "BulkState", "chores", "routes", "sweep"]
