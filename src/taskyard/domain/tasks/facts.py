"""What is announced about tasks."""

from __future__ import annotations

from typing import Any

from taskyard.domain.tasks.tables import Task
from taskyard.ledger import Fact


def task_fact(name: str, task: Task, says: str, **data: Any) -> Fact:
    """Return a fact about one task, with what lists need to follow it."""
    return Fact(f"task.{name}", says, task.id, task.project_id, task.id, task.run_id, {"status": task.status, **data})
