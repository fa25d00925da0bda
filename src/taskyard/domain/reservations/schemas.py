"""Bodies in and out about work in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from taskyard.access import Role
from taskyard.domain.reservations.rules import RELEASE_MAX, Outcome
from taskyard.web.bodies import Body, Named, Said


class TakeNext(Body):
    """From which queue to take; without any, from all that are open to me."""

    project: UUID | None = None
    step: Annotated[str, Field(max_length=100)] | None = None
    explain: bool = False


class Token(Body):
    """The token that came with the hold."""

    token: int | None = None


class Skip(Token):
    """Why the work is given back."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class DraftBody(Token):
    """Unfinished work, and the revision it was based on."""

    answer: dict[str, Any]
    revision: Annotated[int, Field(ge=0)] = 0


class Submit(Token):
    """Finished work."""

    answer: dict[str, Any]


class ReleaseMany(Body):
    """Which holds to give back: these, all of one member, or everybody's."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=RELEASE_MAX)] | None = None
    member: UUID | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def one_of_three(self) -> ReleaseMany:
        """Refuse none and several: what is released should be said once."""
        if [self.ids, self.member, self.all].count(None) != 2:  # noqa: PLR2004 - two of the three
            raise ValueError("say one of `ids`, `member` and `all`")
        return self


class ReleaseKept(Body):
    """What anybody may have from now: what is kept of these tasks, for a member, or for everybody."""

    tasks: Annotated[list[UUID], Field(min_length=1, max_length=RELEASE_MAX)] | None = None
    member: UUID | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def one_of_three(self) -> ReleaseKept:
        """Refuse none and several: what is given up should be said once."""
        if [self.tasks, self.member, self.all].count(None) != 2:  # noqa: PLR2004 - two of the three
            raise ValueError("say one of `tasks`, `member` and `all`")
        return self


class Reserve(Body):
    """For whom the task is to be kept, by id or e-mail address; null for nobody."""

    member: Annotated[str, Field(min_length=1, max_length=254)] | None


class Kept(Said):
    """For whom a task is kept. `step` is what they are handed; null while nothing of it waits for them yet."""

    task: UUID
    reserved_for: Named | None
    step: str | None


class KeptReleased(Said):
    """Of how many tasks nothing is kept any more, and how many there are still."""

    released: int
    left: int


class ReservationSaid(Said):
    """A hold."""

    id: UUID
    state: str
    token: int
    lease_until: datetime
    hold_seconds: int
    held_at: datetime
    draft: dict[str, Any] | None
    draft_revision: int
    draft_saved_at: datetime | None
    reason: str | None
    ended_at: datetime | None


class PrefillFrom(Said):
    """Where a prefill is from: a `step`, the `input`, the task's `upload` or `creation`, one's own `earlier` answer."""

    kind: Literal["step", "input", "upload", "creation", "earlier"]
    step: str | None
    by: str | None


class StepRunSaid(Said):
    """What is to be done: the step with everything resolved. Its state says what became of it since.

    `prefill` is where the answer begins, and `prefill_from` where that comes from; of a step, `prefill_by` is who
    answered it.
    """

    id: UUID
    step: str
    use: str
    title: str
    run_id: UUID
    state: str
    attempt: int
    with_: Annotated[dict[str, Any], Field(alias="with")]
    output_schema: dict[str, Any]
    prefill: dict[str, Any] | None
    prefill_by: str | None
    prefill_from: PrefillFrom | None


class HeldTask(Said):
    """The task the work belongs to."""

    id: UUID
    external_id: str | None
    project: Named
    status: str
    priority: int
    batch: str | None
    preview: str
    created_at: datetime
    last_submitted_at: datetime | None
    redo_count: int
    run_id: UUID
    input: dict[str, Any]
    input_schema: dict[str, Any]
    instructions: str
    files: dict[str, Any]


class WaitingTask(Said):
    """A task that waits, as far as a preview shows it."""

    id: UUID
    external_id: str | None
    preview: str
    project: Named
    created_at: datetime
    priority: int


class Next(Said):
    """What would be handed out at this place. It stands by `priority`, of which waiting has gained `aged`."""

    task: WaitingTask
    step: str
    place: Literal["kept", "sent_back", "line"]
    priority: int
    aged: int
    why: str


class Upcoming(Said):
    """What a member would be handed, one after the other, if nobody else took anything."""

    member: Named
    items: list[Next]


class Explained(Said):
    """Why this work and not another."""

    why: str
    key: dict[str, Any]


class SentBack(Said):
    """Why work is to be done again; a rejection always says why."""

    reason: str | None
    by: str
    at: datetime


class HoldSaid(Said):
    """Work in hand."""

    reservation: ReservationSaid
    sent_back: SentBack | None
    step_run: StepRunSaid
    task: HeldTask
    explain: Explained | None = None


class DraftSaved(Said):
    """A draft was kept."""

    draft_revision: int
    saved_at: datetime


class Giver(Said):
    """Who gave an answer."""

    kind: str
    id: str | None
    name: str


class AnswerSaid(Said):
    """An answer, as the submit that made it says."""

    id: UUID
    step: str
    use: str
    run_id: UUID
    step_run_id: UUID
    kind: str
    by: Giver
    data: dict[str, Any]
    confidence: float | None
    seconds: float | None
    created_at: datetime


class Submitted(Said):
    """The answer that was made."""

    answer: AnswerSaid


class ReleasedSaid(Said):
    """What became of one hold that was to be given back."""

    id: UUID
    outcome: Outcome
    says: str


class ReleasedMany(Said):
    """What became of each. `left` are still held, as when there are more than one call gives back."""

    released: int
    left: int
    results: list[ReleasedSaid]


class Holder(Said):
    """Somebody with work in hand, or with work kept for them."""

    id: UUID
    name: str
    role: Role
    kind: Literal["person", "key"]


class HolderRow(Said):
    """What a member has in hand, and what is kept for them and not yet taken."""

    member: Holder
    held: int
    kept: int
    drafts: int
    projects: list[Named]
    oldest_since: datetime | None
    next_expiry: datetime | None
