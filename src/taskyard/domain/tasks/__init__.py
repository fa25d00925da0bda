"""Tasks: one item of work each, with its input beside it."""

from taskyard.domain.tasks.facts import task_fact
from taskyard.domain.tasks.filter import Span, TaskFilter, seen_by
from taskyard.domain.tasks.problems import (
    ExternalIdTaken,
    ExternalIdTwice,
    FieldUnknown,
    NoSuchTask,
    SelectionEmpty,
    TaskInFlight,
    TaskStale,
)
from taskyard.domain.tasks.rules import (
    BATCH_CHARS_MAX,
    EXTERNAL_ID_CHARS_MAX,
    PRIORITY_MAX,
    PRIORITY_MIN,
    TASK,
    AuditStatus,
    TaskStatus,
    may_see,
    preview_of,
    tag_of,
)
from taskyard.domain.tasks.schemas import FilterAsked, SelectionAsked, refuse_hidden_fields, refuse_unknown_fields
from taskyard.domain.tasks.search import index, index_later, index_next, is_sorted, with_words
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
    "AuditStatus",
    "ExternalIdTaken",
    "ExternalIdTwice",
    "FieldUnknown",
    "FilterAsked",
    "NoSuchTask",
    "SelectionAsked",
    "SelectionEmpty",
    "Span",
    "Task",
    "TaskFilter",
    "TaskInFlight",
    "TaskInput",
    "TaskStale",
    "TaskStatus",
    "add",
    "by_external_ids",
    "get",
    "index",
    "index_later",
    "index_next",
    "input_of",
    "is_sorted",
    "lock",
    "many",
    "may_see",
    "metadata_of",
    "preview_of",
    "refuse_hidden_fields",
    "refuse_unknown_fields",
    "remove",
    "seen_by",
    "set_metadata",
    "tag_of",
    "task_fact",
    "with_words",
]
