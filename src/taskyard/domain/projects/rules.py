"""The life of a project."""

from __future__ import annotations

from enum import StrEnum

from taskyard.kit.lifecycle import Lifecycle


class ProjectState(StrEnum):
    """Whether a project takes new tasks."""

    ACTIVE = "active"
    ARCHIVED = "archived"


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
