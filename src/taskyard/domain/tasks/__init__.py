"""Tasks: one item of work each, with its input beside it."""

from taskyard.domain.tasks.facts import task_fact
from taskyard.domain.tasks.filter import TaskFilter
from taskyard.domain.tasks.problems import ExternalIdTaken, ExternalIdTwice, NoSuchTask, TaskInFlight, TaskStale
from taskyard.domain.tasks.rules import (
    BATCH_CHARS_MAX,
    EXTERNAL_ID_CHARS_MAX,
    PRIORITY_MAX,
    PRIORITY_MIN,
    TASK,
    TaskStatus,
    preview_of,
    tag_of,
)
from taskyard.domain.tasks.store import (
    add,
    by_external_ids,
    get,
    input_of,
    lock,
    many,
    metadata_of,
    remove,
    set_metadata,
)
from taskyard.domain.tasks.tables import Task, TaskInput

__all__ = [
    "BATCH_CHARS_MAX",
    "EXTERNAL_ID_CHARS_MAX",
    "PRIORITY_MAX",
    "PRIORITY_MIN",
    "TASK",
    "ExternalIdTaken",
    "ExternalIdTwice",
    "NoSuchTask",
    "Task",
    "TaskFilter",
    "TaskInFlight",
    "TaskInput",
    "TaskStale",
    "TaskStatus",
    "add",
    "by_external_ids",
    "get",
    "input_of",
    "lock",
    "many",
    "metadata_of",
    "preview_of",
    "remove",
    "set_metadata",
    "tag_of",
    "task_fact",
]
