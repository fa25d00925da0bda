"""What is announced about models at work."""

from __future__ import annotations

from typing import Any

from taskyard.ledger import Fact


def turn_fact(name: str, turn: Any, says: str, **data: Any) -> Fact:
    """Return a fact about a model's turn at a step, from the claim that began it."""
    return Fact(
        f"step_run.{name}",
        says,
        turn.id,
        turn.project_id,
        turn.task_id,
        turn.run_id,
        {"step": turn.step, "performer": turn.performer, "attempt": turn.attempt, **data},
    )
