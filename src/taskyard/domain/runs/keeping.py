"""Work kept for one member: who may have it kept for them, and which turn it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission, Role, may
from taskyard.domain import workspaces
from taskyard.domain.projects import Flow
from taskyard.domain.runs import store
from taskyard.domain.runs.problems import CannotReserveFor
from taskyard.domain.runs.rules import PEOPLE, StepRunState
from taskyard.domain.runs.tables import StepRun
from taskyard.domain.tasks import Task
from taskyard.domain.workspaces import Member, MemberState
from taskyard.kit.problems import Flaw


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody named by id, e-mail address or name, for whom work of a flow is to be kept, and where that was said."""

    named: str
    flow: Flow
    place: str


async def members_for(session: AsyncSession, actor: Actor, wishes: Sequence[Wish]) -> list[Member]:
    """Return whom these name, or refuse with each that names nobody here, or nobody who may take any of it."""
    if not wishes:
        return []
    actor.must(Permission.WORK_RELEASE_ANY)
    known = await workspaces.called(session, actor.workspace_id, {wish.named for wish in wishes})
    found = [_meant(wish.named, known, wish.flow, wish.place) for wish in wishes]
    flaws = [one for one in found if isinstance(one, Flaw)]
    if flaws:
        raise CannotReserveFor(flaws, summary="; ".join(f"{flaw.place}: {flaw.says}" for flaw in flaws[:3]))
    return [one for one in found if isinstance(one, Member)]


async def keepers(
    session: AsyncSession, workspace_id: UUID, names: Collection[str], flow: Flow, place: str
) -> dict[str, Member | Flaw]:
    """Return for each name the member whom work of a flow can be kept for, or why there is none."""
    known = await workspaces.called(session, workspace_id, names)
    return {named: _meant(named, known, flow, place) for named in names}


def _meant(named: str, known: Sequence[Member], flow: Flow, place: str) -> Member | Flaw:
    """Choose by id, then by e-mail address, then by a name that only one has; who was removed is nobody any more."""
    word = named.strip().lower()
    ways = (
        [one for one in known if one.id.hex == word.replace("-", "")],
        [one for one in known if (one.email or "").lower() == word],
        [one for one in known if one.name.lower() == word],
    )
    whose = next((found for way in ways if (found := [one for one in way if one.state == MemberState.ACTIVE])), [])
    if not whose:
        gone = next((one for way in ways for one in way), None)
        says = f"nobody here is {named}" if gone is None else f"{gone.name} was removed from the workspace"
        return Flaw(place, says, "Name a member by e-mail address, name or id.", value=named)
    if len(whose) > 1:
        return Flaw(place, f"{len(whose)} members are called {named}", "Write the e-mail address.", value=named)
    if may_take_of(flow, whose[0].role):
        return whose[0]
    says = f"{whose[0].name} is {whose[0].role}, and may take nothing that this flow asks people for"
    return Flaw(place, says, "Name somebody who may, or let the role take a step.", value=named)


def may_take_of(flow: Flow, role: str) -> bool:
    """Say whether a role may take any of what a flow asks people for."""
    return may(Role(role), Permission.WORK_TAKE) and any(
        PEOPLE in step.by and (not step.people.roles or role in step.people.roles) for step in flow.steps
    )


def turn_for(turns: Sequence[StepRun], role: str) -> StepRun | None:
    """Return the first turn that waits for people and that somebody of this role may take."""
    waiting = (turn for turn in turns if turn.state == StepRunState.QUEUED and turn.performer == PEOPLE)
    return next((turn for turn in waiting if turn.roles is None or role in turn.roles), None)


async def keep(session: AsyncSession, task: Task, turns: Sequence[StepRun], member: Member | None) -> StepRun | None:
    """Keep what waits for people, or else the next of it that is opened, for a member or for nobody; return the turn.

    Task and turns are locked by the caller.
    """
    for turn in turns:
        if turn.state == StepRunState.QUEUED:
            turn.reserved_for = None
    task.reserved_for = None
    chosen = None if member is None else turn_for(turns, member.role)
    if member is not None and chosen is not None:
        chosen.reserved_for = member.id
    elif member is not None:
        task.reserved_for = member.id
    await session.flush()
    return chosen


async def keep_again(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> None:
    """Give turns that are back in the line to whoever the next of their task is kept for."""
    await store.keep_waiting(session, workspace_id, task_ids)


def placed(wanted: Mapping[int, str], flows: Mapping[int, Flow], count: int) -> list[Wish]:
    """Return the wishes of several tasks, by their numbers, with their places in the request."""
    return [
        Wish(named, flows[number], f"tasks[{number}].reserve_for" if count > 1 else "reserve_for")
        for number, named in wanted.items()
    ]
