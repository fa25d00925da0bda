"""Bodies in and out about exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from taskyard.access import Actor, Permission
from taskyard.domain.exports.problems import NotTogether
from taskyard.domain.exports.rules import (
    CONSUMER_CHARS_MAX,
    EXPORT,
    NAME_CHARS_MAX,
    Answers,
    ExportFormat,
    ExportState,
    Include,
    extension_of,
    progress_of,
    why_not,
)
from taskyard.domain.exports.tables import Consumer, Export
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.tasks import FilterAsked, SelectionAsked, TaskFilter, moving_days, refuse_unknown_fields
from taskyard.kit.words import listed
from taskyard.web.bodies import Body, Named, Said

EVERYTHING: dict[str, Any] = {"filter": {}, "except": []}

AnswersOf = Annotated[str | None, Field(max_length=500, description="Only the answers of this step.")]


class ExportAsked(FilterAsked):
    """The filters of the list, and how it is written; an unknown name passed over would widen the export."""

    form: ExportFormat = Field(default=ExportFormat.JSONL, alias="format")
    answers: Answers = Answers.FINAL
    answers_of: AnswersOf = None
    include: list[Include] = Field(default_factory=list, max_length=len(Include))
    check: bool = Field(default=False, description="Only whether it could begin now: 204, or the refusal.")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, given: Any) -> Any:
        if isinstance(given, dict):
            refuse_unknown_fields(given, [field.alias or name for name, field in cls.model_fields.items()])
        return given

    def as_asked(self) -> dict[str, Any]:
        """Return the filter as it was asked for."""
        asked = self.model_dump(mode="json", exclude_defaults=True, include=set(FilterAsked.model_fields))
        return {"filter": asked, "except": []}

    def wanted(self) -> Wanted:
        """Return what is to be exported, or NotTogether."""
        return wanted_of(self.form, self.narrowed(), self.answers, self.answers_of, self.include)


class ExportAsk(Body):
    """What is to be made in the background. Without a selection, or with an empty one, all tasks go out.

    For a `consumer` it has what changed since the last export completed for that name; its filter stays the same.
    """

    form: ExportFormat = Field(default=ExportFormat.JSONL, alias="format")
    selection: SelectionAsked | None = None
    answers: Answers = Answers.FINAL
    answers_of: AnswersOf = None
    include: list[Include] = Field(default_factory=list, max_length=len(Include))
    consumer: Annotated[str | None, Field(min_length=1, max_length=CONSUMER_CHARS_MAX, pattern=r"\S")] = None
    name: Annotated[str | None, Field(min_length=1, max_length=NAME_CHARS_MAX, description="Of the file.")] = None

    @model_validator(mode="before")
    @classmethod
    def _stays_the_same(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("consumer") and isinstance(given.get("selection"), dict):
            moving = moving_days(given["selection"].get("filter"))
            if moving:
                fields = listed(moving)
                raise ValueError(f"a consumer follows one filter: give {fields} as a date, not as a day that moves")
        return given

    @field_validator("selection", mode="before")
    @classmethod
    def _nothing_is_everything(cls, given: Any) -> Any:
        return None if given == {} else given

    def as_asked(self) -> dict[str, Any]:
        """Return the selection as it is kept with the export."""
        if self.selection is None:
            return EVERYTHING
        asked = self.selection.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return asked if self.selection.ids is not None else {**EVERYTHING, **asked}

    def wanted(self) -> Wanted:
        """Return what is to be exported, or NotTogether."""
        narrowed = self.selection.narrowed() if self.selection else TaskFilter()
        return wanted_of(self.form, narrowed, self.answers, self.answers_of, self.include)


def narrowed_by(selection: dict[str, Any]) -> TaskFilter:
    """Return which tasks a kept selection means."""
    return SelectionAsked.model_validate(selection).narrowed()


def wanted_of(
    form: ExportFormat, narrowed: TaskFilter, answers: Answers, answers_of: str | None, include: list[Include]
) -> Wanted:
    """Return what is to be exported, or NotTogether."""
    with_events, with_files = Include.EVENTS in include, Include.FILES in include
    if why := why_not(form, answers, answers_of=answers_of, with_events=with_events):
        raise NotTogether(why=why.rstrip("."))
    return Wanted(form, narrowed, answers, answers_of or None, with_events, with_files)


class ExportSaid(Said):
    """One export. `selection` has the filter, or how many tasks were chosen; `asked` all of it, where one is shown."""

    id: UUID
    file_name: str
    format: ExportFormat
    selection: dict[str, Any]
    asked: dict[str, Any] | None
    answers: Answers
    answers_of: str | None
    include: list[Include]
    consumer: Named | None
    state: ExportState
    progress: float
    tasks: int
    answers_given: int
    gone: int
    files: int
    left_out: dict[str, int]
    bytes: int | None
    sha256: str | None
    manifest_sha256: str | None
    reason: str | None
    by: Named | None
    created_at: datetime
    started_at: datetime | None
    snapshot_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    download_url: str | None
    manifest_url: str | None
    can: dict[str, str | None]

    @classmethod
    def of(cls, export: Export, consumer: str | None, *, whole: bool = False) -> Self:
        """Return what is said of a row; as a whole with every task that was chosen."""
        own = cls.model_fields.keys() & {column.key for column in Export.__table__.columns}
        form = ExportFormat(export.format)
        url = f"/api/v1/exports/{export.id}"
        is_there = export.state == ExportState.COMPLETED and export.manifest_passage_id is not None
        may_delete = EXPORT.is_final(export.state)
        told = {name: getattr(export, name) for name in own} | {
            "selection": _briefly(export.selection),
            "asked": export.selection if whole else None,
            "file_name": f"{export.name}.{extension_of(form, with_files=Include.FILES in export.include)}",
            "progress": progress_of(export.state, export.done, export.total),
            "consumer": Named(id=export.consumer_id, name=consumer) if export.consumer_id and consumer else None,
            "by": Named(id=export.created_by, name=export.created_by_name) if export.created_by else None,
            "download_url": f"{url}/download" if is_there else None,
            "manifest_url": f"{url}/manifest" if is_there else None,
            "can": {
                "cancel": EXPORT.why_not(export.state, "cancel"),
                "delete": None if may_delete else EXPORT.refusal(export.state, "delete").detail,
            },
        }
        return cls(**told)


class ConsumerSaid(Said):
    """Who is given what changed since the last time: where they stand, and as of when."""

    id: UUID
    name: str
    of_clients: bool
    selection: dict[str, Any]
    position: str | None
    position_at: datetime | None
    last_export_id: UUID | None
    last_tasks: int | None
    last_gone: int | None
    created_at: datetime
    can: dict[str, str | None]

    @classmethod
    def of(cls, consumer: Consumer, actor: Actor, last: Export | None = None) -> Self:
        """Return what is said of a row to somebody, with what it got last where that is kept."""
        own = {name: getattr(consumer, name) for name in cls.model_fields if hasattr(consumer, name)}
        own |= {"last_tasks": last.tasks if last else None, "last_gone": last.gone if last else None}
        why = None if actor.may(Permission.TASKS_WRITE) else "Your role may not reset consumers."
        return cls(**own, can={"reset": why})


def _briefly(selection: dict[str, Any]) -> dict[str, Any]:
    if "ids" in selection:
        return {"chosen": len(selection["ids"])}
    return {"filter": selection["filter"], "excepted": len(selection["except"])}
