"""Tasks: one item of work each, with its input beside it."""

from taskyard.domain.tasks.facts import task_fact
from taskyard.domain.tasks.problems import ExternalIdTaken, ExternalIdTwice, NoSuchTask, TaskInFlight
from taskyard.domain.tasks.rules import PRIORITY_MAX, PRIORITY_MIN, TASK, TaskStatus, preview_of
from taskyard.domain.tasks.store import add, by_external_ids, get, input_of, lock, many, remove, set_metadata
from taskyard.domain.tasks.tables import Task, TaskInput

__all__ = [
    "PRIORITY_MAX",
    "PRIORITY_MIN",
    "TASK",
    "ExternalIdTaken",
    "ExternalIdTwice",
    "NoSuchTask",
    "Task",
    "TaskInFlight",
    "TaskInput",
    "TaskStatus",
    "add",
    "by_external_ids",
    "get",
    "input_of",
    "lock",
    "many",
    "preview_of",
    "remove",
    "set_metadata",
    "task_fact",
]
