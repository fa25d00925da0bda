"""From an action to the verb that does it to a portion of tasks, and to what is asked of them in a dry run."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission, Role, may
from taskyard.domain import answers, reservations, runs, workspaces
from taskyard.domain.bulk.problems import MemberUnknown
from taskyard.domain.bulk.rules import Action
from taskyard.domain.bulk.store import Item
from taskyard.domain.runs import Change, Outcomes


@dataclass(frozen=True, slots=True)
class Taker:
    """The member for whom work is to be kept."""

    id: UUID
    name: str
    role: str


async def taker_of(session: AsyncSession, workspace_id: UUID, arguments: Mapping[str, Any]) -> Taker | None:
    """Return the member the arguments name, or None for nobody. Refuses who is not here, or takes no work."""
    said = arguments.get("member")
    if said is None:
        return None
    found = (await workspaces.active_members(session, workspace_id, [UUID(str(said))])).values()
    for member in found:
        if may(Role(member.role), Permission.WORK_TAKE):
            return Taker(member.id, member.name, member.role)
    raise MemberUnknown(member=said)


@dataclass(frozen=True, slots=True)
class Order:
    """A portion of tasks and what is to be done to them, all of it in the session's transaction."""

    session: AsyncSession
    actor: Actor
    arguments: Mapping[str, Any]
    ids: Sequence[UUID]
    cancel_seconds: float


async def change_of(session: AsyncSession, actor: Actor, action: Action, arguments: Mapping[str, Any]) -> Change:
    """Return what is asked about each task, and what follows from it. Refuses a member who is not here."""
    if action is Action.RESERVE:
        taker = await taker_of(session, actor.workspace_id, arguments)
        return runs.reserving(taker.id, taker.name, taker.role) if taker else runs.reserving(None)
    if action is Action.CANCEL:
        return runs.cancelling(only_queued=_only_queued(actor))
    return _CHANGES[action](arguments)


async def do(order: Order, action: Action) -> Outcomes:
    """Do an action to a portion of tasks; return what became of each."""
    return await _VERBS[action](order)


_CHANGES: dict[Action, Callable[[Mapping[str, Any]], Change]] = {
    Action.SET_PRIORITY: lambda said: runs.prioritising(said["priority"], said.get("from_step")),
    Action.SET_BATCH: lambda said: runs.batching(said["batch"]),
    Action.RELEASE: lambda _: runs.releasing(),
    Action.MOVE_TO_STEP: lambda said: runs.moving(said["step"]),
    Action.SEND_BACK: lambda said: runs.sending_back(said.get("step")),
    Action.COMPLETE: lambda _: runs.completing(),
    Action.RERUN: lambda _: runs.rerunning(),
    Action.DELETE: lambda _: runs.deleting(),
}


async def _prioritise(order: Order) -> Outcomes:
    said = order.arguments
    return await runs.set_priority(order.session, order.actor, order.ids, said["priority"], said.get("from_step"))


async def _batch(order: Order) -> Outcomes:
    return await runs.set_batch(order.session, order.actor, order.ids, order.arguments["batch"])


async def _reserve(order: Order) -> Outcomes:
    change = await change_of(order.session, order.actor, Action.RESERVE, order.arguments)
    taker = await taker_of(order.session, order.actor.workspace_id, order.arguments)
    named = (taker.id, taker.name) if taker else (None, "")
    return await reservations.reserve_many(order.session, order.actor, order.ids, change, *named)


async def _release(order: Order) -> Outcomes:
    return await reservations.release_of_tasks(order.session, order.actor, order.ids)


async def _cancel(order: Order) -> Outcomes:
    only_queued, seconds_max = _only_queued(order.actor), order.cancel_seconds
    return await runs.cancel(order.session, order.actor, order.ids, seconds_max=seconds_max, only_queued=only_queued)


async def _move(order: Order) -> Outcomes:
    # Holds before turns, as everywhere: this ends them.
    await reservations.lock_held(order.session, order.actor.workspace_id, order.ids)
    return await answers.move(order.session, order.actor, order.ids, order.arguments["step"])


async def _send_back(order: Order) -> Outcomes:
    await reservations.lock_held(order.session, order.actor.workspace_id, order.ids)
    step, reason = order.arguments.get("step"), order.arguments.get("reason")
    return await answers.send_back(order.session, order.actor, order.ids, step, reason=reason)


async def _complete(order: Order) -> Outcomes:
    await reservations.lock_held(order.session, order.actor.workspace_id, order.ids)
    outcomes = await answers.complete(order.session, order.actor, order.ids)
    done = [id_ for id_, verdict in outcomes.verdicts.items() if verdict.outcome is runs.Outcome.DONE]
    await reservations.end_with_tasks(order.session, order.actor.workspace_id, done)
    return outcomes


async def _rerun(order: Order) -> Outcomes:
    return await runs.rerun(order.session, order.actor, order.ids)


async def _delete(order: Order) -> Outcomes:
    return await runs.delete(order.session, order.actor, order.ids)


_VERBS: dict[Action, Callable[[Order], Awaitable[Outcomes]]] = {
    Action.SET_PRIORITY: _prioritise,
    Action.SET_BATCH: _batch,
    Action.RESERVE: _reserve,
    Action.RELEASE: _release,
    Action.CANCEL: _cancel,
    Action.MOVE_TO_STEP: _move,
    Action.SEND_BACK: _send_back,
    Action.COMPLETE: _complete,
    Action.RERUN: _rerun,
    Action.DELETE: _delete,
}


async def undo(
    session: AsyncSession, actor: Actor, action: Action, arguments: Mapping[str, Any], items: Sequence[Item]
) -> Outcomes:
    """Bring back what these tasks had before an action, where it still is as the action left it."""
    only = runs.undoing(await _left_by(session, actor, action, arguments))
    groups: dict[str, list[UUID]] = {}
    for item in items:
        groups.setdefault(json.dumps(item.before, sort_keys=True), []).append(item.task_id)
    outcomes = Outcomes()
    for told, ids in groups.items():
        before = json.loads(told)
        some = await _bring_back(session, actor, action, before, ids, only)
        outcomes.verdicts |= some.verdicts
    return outcomes


async def _left_by(session: AsyncSession, actor: Actor, action: Action, arguments: Mapping[str, Any]) -> Change:
    if action is not Action.RESERVE:
        return await change_of(session, actor, action, arguments)
    # Whoever it was kept for may have gone since; it is still the value to look for.
    said = arguments.get("member")
    return runs.reserving(UUID(said) if said else None)


async def _bring_back(
    session: AsyncSession, actor: Actor, action: Action, before: Mapping[str, Any], ids: Sequence[UUID], only: Change
) -> Outcomes:
    if action is Action.SET_BATCH:
        return await runs.set_batch(session, actor, ids, before["batch"], only=only)
    if action is Action.RESERVE:
        said = before["member"]
        here = await workspaces.active_members(session, actor.workspace_id, [UUID(said)]) if said else {}
        member = next(iter(here.values()), None)
        named = (member.id, member.name) if member else (None, "")
        return await reservations.reserve_many(session, actor, ids, only, *named)
    if "priority" in before:
        return await runs.set_priority(session, actor, ids, before["priority"], only=only)
    return await runs.restore_overrides(session, actor, ids, before["step_priorities"], only)


def _only_queued(actor: Actor) -> bool:
    return actor.role is Role.CLIENT
