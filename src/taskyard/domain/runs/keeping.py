"""Work kept for one member: who may have it kept for them, and which turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from taskyard.domain.workspaces import Member
from taskyard.kit.problems import Flaw


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody named by id or e-mail address, for whom work of a flow is to be kept, and where that was said."""

    named: str
    flow: Flow
    place: str


async def members_for(session: AsyncSession, actor: Actor, wishes: Sequence[Wish]) -> list[Member]:
    """Return whom these name, or refuse with each that names nobody here, or nobody who may take any of it."""
    if not wishes:
        return []
    actor.must(Permission.WORK_RELEASE_ANY)
    names = {wish.named for wish in wishes}
    known = {named: await workspaces.active_member(session, actor.workspace_id, named) for named in names}
    flaws = [flaw for wish in wishes if (flaw := _flaw(wish, known[wish.named]))]
    if flaws:
        raise CannotReserveFor(flaws, summary="; ".join(f"{flaw.place}: {flaw.says}" for flaw in flaws[:3]))
    return [member for wish in wishes if (member := known[wish.named])]


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


def _flaw(wish: Wish, member: Member | None) -> Flaw | None:
    if member is None:
        return Flaw(
            wish.place, f"nobody here is {wish.named}", "Name a member by id or e-mail address.", value=wish.named
        )
    if may_take_of(wish.flow, member.role):
        return None
    says = f"{member.name} is {member.role}, and may take nothing that this flow asks people for"
    return Flaw(wish.place, says, "Name somebody who may, or let the role take a step.", value=wish.named)


def placed(wanted: Mapping[int, str], flows: Mapping[int, Flow], count: int) -> list[Wish]:
    """Return the wishes of several tasks, by their numbers, with their places in the request."""
    return [
        Wish(named, flows[number], f"tasks[{number}].reserve_for" if count > 1 else "reserve_for")
        for number, named in wanted.items()
    ]
