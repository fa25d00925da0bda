"""The forms of the pages, for the OpenAPI document; the pages themselves are built by PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from taskyard.domain.files import FileSaid
from taskyard.domain.runs import RunState
from taskyard.domain.tasks import AuditStatus, TaskStatus
from taskyard.web.bodies import Named, Said

Can = dict[str, str | None]


class TaskRow(Said):
    """A task in a list."""

    id: UUID
    external_id: str | None
    project: Named
    status: TaskStatus
    steps: list[str]
    priority: int
    step_priorities: dict[str, int]
    batch: str | None
    preview: str
    thumbnail_url: str | None
    reserved_by: Named | None
    reserved_for: Named | None
    audit: AuditStatus | None
    seconds: float | None
    cost: float | None
    redo_count: int
    run_id: UUID | None
    run_state: RunState | None
    run_reason: str | None
    outputs: int
    created_at: datetime
    last_submitted_at: datetime | None
    completed_at: datetime | None
    fields: dict[str, Any] | None = Field(default=None, description="what was asked for of the input; else left out")


class Batches(Said):
    """Names of batches."""

    items: list[str]


class StepRunError(Said):
    """Why a turn failed."""

    code: str
    says: str
    mend: str | None = None
    step: str | None = None


class Turn(Said):
    """One performer's turn at a step."""

    id: UUID
    step: str
    performer: str
    state: str
    reason: str | None
    attempt: int
    priority: int
    aged: int
    holder: Named | None
    started_at: datetime | None
    ended_at: datetime | None
    answer_id: UUID | None
    error: StepRunError | None


class RunStep(Said):
    """A step of a run with its turns; `pending` has not been reached."""

    id: str
    use: str
    by: list[str]
    state: str
    reason: str | None
    step_runs: list[Turn]


class RunRow(Said):
    """A run in the history."""

    id: UUID
    task_id: UUID
    project: Named
    number: int
    state: RunState
    reason: str | None
    settings: dict[str, Any]
    flow_version: int
    output: dict[str, Any] | None
    error: StepRunError | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_by: datetime | None


class Run(RunRow):
    """A run with its steps."""

    steps: list[RunStep]
    can: Can


class VerdictSaid(Said):
    """The last verdict on a task, and the step it is done again from when it was rejected."""

    verdict: AuditStatus
    by: str
    at: datetime
    reasons: list[str]
    redo_from: str | None


class TaskPage(TaskRow):
    """A task with everything about it. `step_priorities` hold from their step on, in the order of the flow.

    `callback_url` is for those who may export the task. `prefills` are the answers it brought along, by step, for
    people to start from, and `prefilled_by` what gave them.
    """

    callback_url: str | None

    input: dict[str, Any]
    metadata: dict[str, Any]
    prefills: dict[str, dict[str, Any]]
    prefilled_by: Literal["upload", "creation"] | None
    input_schema: dict[str, Any]
    instructions: str
    files: dict[str, FileSaid]
    runs: list[Run]
    verdict: VerdictSaid | None
    can: Can


class By(Said):
    """Who did it."""

    kind: Literal["member", "key", "model", "system"]
    id: str | None
    name: str


class FactSaid(Said):
    """Something that happened."""

    number: int
    name: str
    says: str
    at: datetime
    by: By
    run_id: UUID | None
    data: dict[str, Any]


class AnswerSaid(Said):
    """An answer with who gave it."""

    id: UUID
    step: str
    use: str
    run_id: UUID
    step_run_id: UUID
    kind: Literal["answer", "prior", "late_draft"]
    by: By
    data: dict[str, Any]
    confidence: float | None
    seconds: float | None
    created_at: datetime
    fixes: UUID | None
    is_final: bool


class Queue(Said):
    """A step whose line is open to me."""

    project: Named
    step: str
    use: str | None
    free: int
    free_is_exact: bool


class Held(Said):
    """Something in hand."""

    id: UUID
    state: str
    step: str
    step_run_id: UUID
    held_at: datetime
    lease_until: datetime
    hold_seconds: int
    has_draft: bool
    draft_saved_at: datetime | None
    member: Named
    task: TaskRow


class KeptRow(Said):
    """A task kept for one member. Without a step, nothing of it waits for them yet."""

    task: TaskRow
    step: str | None
    priority: int


class Today(Said):
    """What I gave since midnight UTC."""

    submitted: int
    seconds: float


class WorkHome(Said):
    """Where a member begins."""

    queues: list[Queue]
    held: list[Held]
    kept: list[KeptRow]
    kept_count: int
    today: Today


class ModelSaid(Said):
    """An installed model."""

    name: str
    title: str
    description: str
    kinds: list[str]
    takes: list[str]
    finds: str
    parameters: dict[str, Any]
    credits: float
    available: bool
    reason: str | None


class Models(Said):
    """The installed models."""

    items: list[ModelSaid]


class StepKindSaid(Said):
    """An installed kind of work."""

    use: str
    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class StepKinds(Said):
    """The installed kinds of work."""

    items: list[StepKindSaid]
