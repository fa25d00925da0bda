"""What is announced about bulk operations; each of their tasks has a fact of its own besides."""

from __future__ import annotations

from taskyard.domain.bulk.tables import Bulk
from taskyard.ledger import Fact


def bulk_fact(name: str, bulk: Bulk, says: str) -> Fact:
    """Return a fact about one bulk operation."""
    counts = {name: getattr(bulk, name) for name in ("total", "done", "unchanged", "refused", "failed")}
    return Fact(f"bulk.{name}", says, bulk.id, data={"state": bulk.state, "action": bulk.action, **counts})
