"""What is announced about callbacks."""

from __future__ import annotations

from taskyard.domain.callbacks.tables import Delivery
from taskyard.ledger import Fact


def delivery_fact(name: str, delivery: Delivery, says: str) -> Fact:
    """Return a fact about one delivery, for the timeline of its task."""
    data = {"state": delivery.state, "event": delivery.type, "attempts": delivery.attempts}
    return Fact(f"delivery.{name}", says, delivery.id, task_id=delivery.task_id, data=data)


def secret_fact(by: str) -> Fact:
    """Return the fact that the secret was changed; never the secret."""
    return Fact("callback_secret.rotated", f"{by} changed the secret that callbacks are signed with.")
