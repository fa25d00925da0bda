"""The life of a project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum

from taskyard.kit.lifecycle import Lifecycle

TAG_LENGTH = 16
ARCHIVE_DAYS_MAX = 3650


class ProjectState(StrEnum):
    """Whether a project takes new tasks."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class OnReject(StrEnum):
    """What becomes of a task whose result was rejected."""

    END = "end"
    REDO = "redo"


ON_REJECT_CHECK = "on_reject IN ({})".format(", ".join(f"'{rule.value}'" for rule in OnReject))

PROJECT = Lifecycle(
    "project",
    ProjectState,
    ProjectState.ACTIVE,
    {
        "publish": ({ProjectState.ACTIVE}, ProjectState.ACTIVE),
        "archive": ({ProjectState.ACTIVE}, ProjectState.ARCHIVED),
        "restore": ({ProjectState.ARCHIVED}, ProjectState.ACTIVE),
    },
)


def tag_of(told: Sequence[str | bool | int | None]) -> str:
    """Return the ETag of what may be changed about a project; equal for equal values, whoever wrote them."""
    return f'"{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:TAG_LENGTH]}"'
