"""Facts: what happened, numbered, in the transaction in which it happened."""

from taskyard.ledger.facts import Fact, Together, pending, pending_many, record, record_many, write
from taskyard.ledger.stream import Batch, Hub, Position
from taskyard.ledger.tables import FactRow

__all__ = [
    "Batch",
    "Fact",
    "FactRow",
    "Hub",
    "Position",
    "Together",
    "pending",
    "pending_many",
    "record",
    "record_many",
    "write",
]
