"""What lists, bulk work, exports and archives are asked for: the filters of the list, or a selection of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Self, TypeGuard
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    field_validator,
    model_validator,
)

from taskyard.access import Actor
from taskyard.domain.tasks.filter import Span, TaskFilter
from taskyard.domain.tasks.problems import FieldUnknown, SelectionEmpty
from taskyard.domain.tasks.rules import (
    LEADS_ONLY,
    PRIORITY_MAX,
    PRIORITY_MIN,
    AuditStatus,
    TaskStatus,
    may_see,
)
from taskyard.kit.days import day_meant, today_in
from taskyard.kit.problems import Flaw
from taskyard.kit.words import did_you_mean, shortened
from taskyard.web.bodies import Body

IDS_MAX = 10_000
CHOSEN_MAX = 200
METADATA_MAX = 10
YEAR_MIN, YEAR_MAX = 1900, 2999
# As people of the desk call it, beside the names of the zone database.
ZONES = {"UTC": "UTC", "US Pacific": "America/Los_Angeles"}

Words = Annotated[str | None, Field(max_length=500)]
Priority = Annotated[int | None, Field(ge=PRIORITY_MIN, le=PRIORITY_MAX)]


def _day_or_moment(given: Any) -> Any:
    # Left to itself the reader takes midnight for a day, and a day for midnight.
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given) if _DAY.fullmatch(given) else datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(
            "must be a day such as 2026-11-25, today, yesterday, today-6d or this-month, "
            "or a moment such as 2026-11-25T14:00:00Z"
        ) from None


def _within_reason(given: datetime | date | None) -> datetime | date | None:
    # A day more, or another zone, must still be a date.
    if given is not None and not YEAR_MIN <= given.year <= YEAR_MAX:
        raise ValueError(f"must lie between the years {YEAR_MIN} and {YEAR_MAX}")
    return given


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
When = Annotated[
    datetime | date | None,
    BeforeValidator(_day_or_moment),
    AfterValidator(_within_reason),
    Field(description="A day, a moment, or a day that moves: `today`, `yesterday`, `today-6d`, `this-month`."),
]
DAYS = ("created_from", "created_to", "completed_from", "completed_to", "submitted_from", "submitted_to")


Several: Any = Field(default_factory=list, max_length=CHOSEN_MAX)


def moving_days(given: Any) -> list[str]:
    """Return the fields of a filter, as it was given, that name a day that moves with the calendar."""
    if not isinstance(given, dict):
        return []
    return [name for name in DAYS if isinstance(given.get(name), str) and day_meant(given[name], date.max)]


class FilterAsked(Body):
    """The filters of the list, freely combined; what is given must all hold.

    Names that are not known are refused by whoever asks with it: beside it in an address there may be others.

    A day stands for the whole of it in `zone`, both ends included: `UTC`, `US Pacific`, or a name of the zone database.
    `today`, `yesterday`, `today-6d` and `this-month`, its first day, are worked out in that zone when they are read.
    """

    model_config = ConfigDict(extra="ignore")
    _said_days: tuple[str, ...] = PrivateAttr(default=())

    project: list[UUID] = Several
    status: list[TaskStatus] = Several
    step: Words = None
    external_id: Words = None
    batch: Words = None
    batch_contains: Words = None
    q: Words = None
    mine: bool = False
    audit: list[AuditStatus] = Several
    redo: bool | None = None
    reserved_by: list[UUID] = Several
    answered_by: list[UUID] = Several
    priority_min: Priority = None
    priority_max: Priority = None
    created_from: When = None
    created_to: When = None
    completed_from: When = None
    completed_to: When = None
    submitted_from: When = None
    submitted_to: When = None
    zone: Annotated[str, Field(max_length=64)] = "UTC"
    metadata: list[Annotated[str, Field(max_length=500)]] = Field(default_factory=list, max_length=METADATA_MAX)
    upload: UUID | None = None
    ids: list[UUID] = Field(default_factory=list, max_length=IDS_MAX)

    @model_validator(mode="wrap")
    @classmethod
    def _work_out_days(cls, given: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(given, dict):
            return read(given)
        said = {name: given[name] for name in DAYS if isinstance(given.get(name), str)}
        zone: Any = given.get("zone", "UTC")
        # A zone that is not known is refused by itself: no day is blamed for it.
        today = today_in(ZONES.get(zone, zone) if said and _is_zone(zone) else "UTC")
        meant = {name: day for name, words in said.items() if (day := day_meant(words, today))}
        # From here on it is that day: what is kept with a bulk operation or an export means the same tomorrow.
        made = read({**given, **{name: day.isoformat() for name, day in meant.items()}})
        if meant:
            days = {**said, "zone": zone}
            made._said_days = tuple(sorted(f"{name}={words}" for name, words in days.items()))  # noqa: SLF001 - our own
        return made

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if not _is_zone(zone):
            raise ValueError("is not known: write UTC, US Pacific, or a name such as Europe/Berlin")
        return zone

    @field_validator("metadata")
    @classmethod
    def _pairs(cls, given: list[str]) -> list[str]:
        for pair in given:
            if "=" not in pair.strip("="):
                raise ValueError("must be written key=value")
        return given

    def narrowed(self) -> TaskFilter:
        """Return which tasks are meant."""
        zone = ZoneInfo(ZONES.get(self.zone, self.zone))
        return TaskFilter(
            projects=tuple(self.project),
            statuses=tuple(self.status),
            step=self.step,
            external_id=self.external_id,
            batch=self.batch,
            batch_contains=self.batch_contains,
            words=self.q,
            mine=self.mine,
            ids=tuple(self.ids),
            audits=tuple(self.audit),
            redo=self.redo,
            reserved_by=tuple(self.reserved_by),
            answered_by=tuple(self.answered_by),
            priority_min=self.priority_min,
            priority_max=self.priority_max,
            created=_span(self.created_from, self.created_to, zone),
            completed=_span(self.completed_from, self.completed_to, zone),
            submitted=_span(self.submitted_from, self.submitted_to, zone),
            metadata=tuple((key, value) for key, _, value in (pair.partition("=") for pair in self.metadata)),
            upload=self.upload,
            said_days=self._said_days,
        )


class SelectionAsked(Body):
    """Which tasks something is done to: those named, or all that fit the filters but the exceptions."""

    ids: Annotated[list[UUID], Field(max_length=IDS_MAX)] | None = None
    filter: FilterAsked | None = None
    excepted: list[UUID] = Field(alias="except", default_factory=list, max_length=IDS_MAX)

    @field_validator("filter", mode="before")
    @classmethod
    def _refuse_unknown(cls, given: Any) -> Any:
        if isinstance(given, dict):
            refuse_unknown_fields(given, FilterAsked.model_fields)
        return given

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either `ids`, or `filter` with what is excepted")
        if self.ids is not None and self.excepted:
            raise ValueError("leave tasks out of `ids` instead of excepting them")
        if self.ids == []:
            raise SelectionEmpty
        return self

    def narrowed(self) -> TaskFilter:
        """Return which tasks are meant, at the moment it is asked."""
        if self.filter is None:
            return TaskFilter(ids=tuple(self.ids or ()))
        return replace(self.filter.narrowed(), except_ids=tuple(self.excepted))


def refuse_unknown_fields(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a field that is not on the list of those to narrow or sort by."""
    allowed = sorted(known)
    for name in given:
        if name not in allowed:
            raise _unknown(name, allowed)


def refuse_hidden_fields(actor: Actor, asked: TaskFilter) -> None:
    """Refuse to narrow by what this actor may not see, in the words for what is not there."""
    for name in LEADS_ONLY:
        if getattr(asked, name, None) and not may_see(actor, name):
            raise _unknown(name, sorted(known for known in FilterAsked.model_fields if may_see(actor, known)))


def _unknown(name: str, allowed: list[str]) -> FieldUnknown:
    name = shortened(name, 60)
    return FieldUnknown([Flaw(name, "is not known", did_you_mean(name, allowed))], field=name)


def _is_zone(said: Any) -> TypeGuard[str]:
    return isinstance(said, str) and (said in ZONES or said in _zones())


@cache
def _zones() -> set[str]:
    # Each look goes through every file of the zone database.
    return available_timezones()


def _span(since: When, until: When, zone: ZoneInfo) -> Span:
    if until is not None and not isinstance(until, datetime):
        # A day given as the end is part of the span; a moment is where it ends.
        until += timedelta(days=1)
    return Span(_moment(since, zone), _moment(until, zone))


def _moment(value: When, zone: ZoneInfo) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
