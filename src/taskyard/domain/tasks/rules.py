"""The life of a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from taskyard.access import Actor, Permission
from taskyard.kit.lifecycle import Lifecycle

PRIORITY_MIN = -(2**31)
PRIORITY_MAX = 2**31 - 1
# For every way in: what one takes, the others take too.
EXTERNAL_ID_CHARS_MAX = 500
BATCH_CHARS_MAX = 200
PREVIEW_CHARS = 160
TAG_LENGTH = 16


class TaskStatus(StrEnum):
    """Where a task stands, as clients see it."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AuditStatus(StrEnum):
    """Where the audit of a task stands, as lists show it."""

    READY = "ready"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    REJECTED = "rejected"


# What an audit may find; `ready` is no verdict but a completed task that has none.
VERDICTS = (AuditStatus.ACCEPTED, AuditStatus.FIXED, AuditStatus.REJECTED)

_S = TaskStatus

TASK = Lifecycle(
    "task",
    TaskStatus,
    TaskStatus.QUEUED,
    {
        # Somebody, a person or a model, began its first step.
        "begin": ({_S.QUEUED}, _S.IN_PROGRESS),
        # The only activity was released, skipped or ran out: nobody has touched it.
        "return": ({_S.IN_PROGRESS}, _S.QUEUED),
        "complete": ({_S.QUEUED, _S.IN_PROGRESS}, _S.COMPLETED),
        "fail": ({_S.QUEUED, _S.IN_PROGRESS}, _S.FAILED),
        # Certain only while queued; a model's work in progress is cancelled through its run.
        "cancel": ({_S.QUEUED}, _S.CANCELLED),
        "stop": ({_S.IN_PROGRESS}, _S.CANCELLED),
        "rerun": ({_S.COMPLETED, _S.FAILED, _S.CANCELLED}, _S.QUEUED),
    },
)


# Who works on what, how long and for how much is for leads to know.
LEADS_ONLY = ("reserved_by", "answered_by", "seconds", "cost")


def may_see(actor: Actor, field: str) -> bool:
    """Say whether a field of tasks is this actor's to read, narrow and sort by."""
    return field not in LEADS_ONLY or actor.may(Permission.TASKS_WRITE)


def tag_of(
    priority: int, batch: str | None, metadata: Mapping[str, Any], step_priorities: Mapping[str, int] | None = None
) -> str:
    """Return the ETag of what may be changed about a task; equal for equal values, whoever wrote them."""
    own = [step_priorities] if step_priorities else []
    told = json.dumps([priority, batch, metadata, *own], sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:TAG_LENGTH]}"'


def preview_of(value: object, handles: Collection[str] = ()) -> str:
    """Return the first words of an input, for a list, in the order they were given; handles of files are no words."""
    words = " · ".join(text for text in _texts(value) if text not in handles)
    return words if len(words) <= PREVIEW_CHARS else words[: PREVIEW_CHARS - 1] + "…"


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [" ".join(value[: PREVIEW_CHARS * 2].split())]
    if isinstance(value, dict):
        return [text for inner in list(value.values())[:20] for text in _texts(inner) if text]
    if isinstance(value, list):
        return [text for inner in value[:5] for text in _texts(inner) if text]
    return [] if value is None else [str(value)[:40]]


def priority_at(order: Sequence[str], priority: int, step_priorities: Mapping[str, int] | None, step: str) -> int:
    """Return the priority a task stands in line with at a step: the last one given from a step on, up to this one.

    `order` is that of the flow, `priority` that of the whole task.
    """
    if not step_priorities or step not in order:
        return priority
    up_to_it = reversed(order[: order.index(step) + 1])
    return next((step_priorities[name] for name in up_to_it if name in step_priorities), priority)
