"""Bodies in and out about tasks and runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from taskyard.domain.tasks import (
    BATCH_CHARS_MAX,
    CALLBACK_URL_CHARS_MAX,
    EXTERNAL_ID_CHARS_MAX,
    PRIORITY_MAX,
    PRIORITY_MIN,
)
from taskyard.web.bodies import Body, Said

TASKS_MAX = 1000
Priority = Annotated[int, Field(ge=PRIORITY_MIN, le=PRIORITY_MAX, strict=True)]
ExternalId = Annotated[str, Field(min_length=1, max_length=EXTERNAL_ID_CHARS_MAX)]
Somebody = Annotated[
    str, Field(min_length=1, max_length=254, description="A member's e-mail address, id, or name if no other has it.")
]
Brought = Annotated[
    dict[str, Any], Field(max_length=100, description="Answers for people to start from, by the step they are for.")
]
CallbackUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=CALLBACK_URL_CHARS_MAX,
        description="Where the task's events are sent to: http or https, outside of private networks.",
    ),
]
Batch = Annotated[str, Field(min_length=1, max_length=BATCH_CHARS_MAX)]


class NewTaskBody(Body):
    """One task to create."""

    project: UUID
    input: dict[str, Any]
    external_id: ExternalId | None = None
    priority: Priority = 0
    batch: Batch | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    reserve_for: Somebody | None = None
    callback_url: CallbackUrl | None = None
    answers: Brought = Field(default_factory=dict)


class NewTasks(Body):
    """One task, or up to a thousand under `tasks`."""

    tasks: Annotated[list[NewTaskBody], Field(min_length=1, max_length=TASKS_MAX)] | None = None
    project: UUID | None = None
    input: dict[str, Any] | None = None
    external_id: ExternalId | None = None
    priority: Priority = 0
    batch: Batch | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    reserve_for: Somebody | None = None
    callback_url: CallbackUrl | None = None
    answers: Brought = Field(default_factory=dict)

    @model_validator(mode="after")
    def one_or_many(self) -> NewTasks:
        """Refuse both forms at once, and neither."""
        alone = self.project is not None or self.input is not None
        if alone == (self.tasks is not None):
            raise ValueError("give one task with `project` and `input`, or several under `tasks`")
        if alone and (self.project is None or self.input is None):
            raise ValueError("a task needs both `project` and `input`")
        if not alone and self.model_fields_set != {"tasks"}:
            raise ValueError("what each task is to have stands with it, under `tasks`")
        return self


class ChangeTask(Body):
    """What to change of a task. `batch: null` clears it.

    With `from_step` the priority holds from that step on, and `priority: null` clears it there.
    """

    priority: Priority | None = None
    from_step: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    batch: Batch | None = None
    metadata: dict[str, Any] | None = None

    @model_validator(mode="after")
    def says_which_priority(self) -> ChangeTask:
        """Refuse a step without what is to hold from it on."""
        if self.from_step is not None and "priority" not in self.model_fields_set:
            raise ValueError("`from_step` needs `priority`: a number, or null to clear it there")
        return self


class RunSettings(Body):
    """What a run does differently from the flow: the prompt, the model."""

    prompt: Annotated[str, Field(max_length=10_000)] | None = None
    model: Annotated[str, Field(max_length=200)] | None = None


class Rerun(Body):
    """A new run of a task. Without settings it runs as the last time."""

    settings: RunSettings | None = None
    input: dict[str, Any] | None = None


class RunApp(Body):
    """An app's input and settings."""

    input: dict[str, Any]
    settings: RunSettings = Field(default_factory=RunSettings)


class TaskSaid(Said):
    """A task, as the verbs that change it answer."""

    id: UUID
    project_id: UUID
    external_id: str | None
    status: str
    steps: list[str]
    priority: int
    step_priorities: dict[str, int] | None
    batch: str | None
    run_id: UUID | None
    redo_count: int
    callback_url: str | None
    created_at: datetime


class TasksSaid(Said):
    """Several tasks just created, in the order they were given."""

    tasks: list[TaskSaid]


class RunSaid(Said):
    """A run, as the verbs that change it answer."""

    id: UUID
    task_id: UUID
    project_id: UUID
    number: int
    flow_version: int
    state: str
    reason: str | None
    settings: dict[str, Any]
    created_at: datetime
    cancel_by: datetime | None


class AppRun(Said):
    """The task an app's run made, and the run."""

    task: TaskSaid
    run: RunSaid
