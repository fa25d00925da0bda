"""What is announced about exports."""

from __future__ import annotations

from taskyard.domain.exports.tables import Consumer, Export
from taskyard.ledger import Fact


def export_fact(name: str, export: Export, says: str) -> Fact:
    """Return a fact about one export."""
    counts = {"tasks": export.tasks, "answers": export.answers_given, "files": export.files}
    return Fact(f"export.{name}", says, export.id, data={"state": export.state, **counts})


def consumer_reset(consumer: Consumer, says: str) -> Fact:
    """Somebody has a consumer begin anew."""
    return Fact("consumer.reset", says, consumer.id, data={"name": consumer.name})
