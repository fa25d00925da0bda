"""Bodies in and out about projects."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from taskyard.domain.projects.rules import ARCHIVE_DAYS_MAX, OnReject, ProjectState
from taskyard.web.bodies import Body, Said

FLOW_CHARS_MAX = 500_000
# A year: longer is as good as never.
AGEING_HOURS_MAX = 8_760
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=100_000)]
Source = Annotated[str, Field(max_length=FLOW_CHARS_MAX)]


class NewProject(Body):
    """A project to open; the flow is YAML or JSON as text, or the document itself."""

    name: Name
    description: Text = ""
    instructions: Text = ""
    flow: Source | dict[str, Any] | None = None


class ChangeProject(Body):
    """What to change of a project. `ageing_hours: null` lets nothing age any more."""

    name: Name | None = None
    description: Text | None = None
    instructions: Text | None = None
    shared_with_clients: bool | None = None
    archive_after_days: Annotated[int | None, Field(ge=1, le=ARCHIVE_DAYS_MAX)] = None
    on_reject: OnReject | None = None
    redo_step: Annotated[str | None, Field(max_length=100)] = None
    state: ProjectState | None = None
    ageing_hours: Annotated[int, Field(ge=1, le=AGEING_HOURS_MAX, strict=True)] | None = None


class DraftBody(Body):
    """A flow as it was written."""

    source: Source


class FlowProblem(Said):
    """One thing to mend in a flow, with the place where it stands."""

    place: str
    says: str
    mend: str | None = None
    step: str | None = None
    line: int | None = None
    column: int | None = None
    value: str | None = None


class Draft(Said):
    """The flow as it is being edited."""

    source: str
    revision: int
    problems: list[FlowProblem]


class Checked(Said):
    """What is to mend in a flow that was not saved."""

    problems: list[FlowProblem]


class StepSaid(Said):
    """A step of the published flow, as far as lists need it."""

    id: str
    use: str
    by: list[str]


class ProjectSaid(Said):
    """A project."""

    id: UUID
    name: str
    description: str
    instructions: str
    state: ProjectState
    published_version: int | None
    is_app: bool
    is_playground: bool
    has_changes: bool
    shared_with_clients: bool
    archive_after_days: int | None
    ageing_hours: int | None
    on_reject: OnReject
    redo_step: str | None
    input_schema: dict[str, Any] | None
    steps: list[StepSaid]
    created_at: datetime
    updated_at: datetime
    can: dict[str, str | None]


class PublishedBy(Said):
    """Who published; `id` is null for Taskyard itself."""

    id: UUID | None
    name: str


class VersionSaid(Said):
    """A published flow."""

    number: int
    source: str
    published_at: datetime
    published_by: PublishedBy


class PrefillSaid(Said):
    """A step whose answer a task may bring along, the columns that hold it in a table, and one as it might be."""

    step: str
    columns: list[str]
    example: dict[str, Any] | None


class SchemaSaid(Said):
    """What a task of the project takes and gives, and which answers it may bring along for people to start from."""

    input: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    example: dict[str, Any]
    prefills: list[PrefillSaid]
