"""What is announced about tasks."""

from __future__ import annotations

from typing import Any

from taskyard.domain.tasks.tables import Task
from taskyard.ledger import Fact


def task_fact(name: str, task: Task, says: str, **data: Any) -> Fact:
    """Return a fact about one task, with what lists need to follow it."""
    said = {"status": task.status, **data}
    # A task of which only some columns were read does not know.
    aside = {"callback_url": task.callback_url} if "callback_url" in vars(task) else {}
    return Fact(f"task.{name}", says, task.id, task.project_id, task.id, task.run_id, said, aside)
