"""Verbs about bulk operations: ask, look ahead, cancel, retry, undo; and the transactions a worker does them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.domain import projects, runs
from taskyard.domain.bulk import doing, facts, store
from taskyard.domain.bulk.problems import (
    ItemsGone,
    NothingToRetry,
    PortionFailed,
    StepUnknown,
)
from taskyard.domain.bulk.rules import (
    ATTEMPTS_MAX,
    BULK,
    PORTION,
    PORTIONS,
    WORDS,
    Action,
    BulkState,
    asks_for,
    completion_of,
    refuse_undo,
)
from taskyard.domain.bulk.tables import Bulk
from taskyard.domain.runs import Outcome, Outcomes, TaskGone, Verdict, refused
from taskyard.domain.tasks import SelectionEmpty, TaskFilter, refuse_hidden_fields
from taskyard.kit.db import clock
from taskyard.kit.db.statements import take_time
from taskyard.kit.ids import new_id
from taskyard.kit.words import counted, listed

WORK = "bulk.work"


async def ask(
    session: AsyncSession,
    actor: Actor,
    action: Action,
    arguments: dict[str, Any],
    asked: TaskFilter,
    selection: dict[str, Any],
    *,
    seconds_max: float,
) -> Bulk:
    """Freeze which tasks are meant now, and have the action done to them. Refuses a selection of nothing."""
    where, values = await _selected(session, actor, action, arguments, asked, seconds_max)
    bulk = _new(actor, action, arguments, selection)
    session.add(bulk)
    await session.flush()
    found, missing = await store.freeze(session, bulk, where, values, asked.ids)
    if not found:
        raise SelectionEmpty
    bulk.total = found + missing
    await _queue(session, actor, bulk)
    return bulk


async def look_ahead(
    session: AsyncSession,
    actor: Actor,
    action: Action,
    arguments: Mapping[str, Any],
    asked: TaskFilter,
    *,
    seconds_max: float,
) -> Counter[Verdict]:
    """Return what would become of the tasks that are meant, were it done now. Changes nothing."""
    where, values = await _selected(session, actor, action, arguments, asked, seconds_max)
    change = await doing.change_of(session, actor, action, arguments)
    found = await runs.preview(session, actor, change, where, values)
    if not found.total():
        raise SelectionEmpty
    if missing := len(set(asked.ids)) - found.total():
        found[refused(TaskGone())] += max(missing, 0)
    return +found


async def cancel(session: AsyncSession, actor: Actor, bulk_id: UUID) -> Bulk:
    """Stop a bulk operation behind the portion in hand; what it has done stays."""
    await store.get(session, actor, bulk_id)
    bulk = await store.lock(session, actor.workspace_id, bulk_id)
    BULK.move(bulk, "cancel")
    bulk.reason = f"{actor.name} cancelled it."
    bulk.ended_at = await clock.now(session)
    ledger.record(session, facts.bulk_fact("cancelled", bulk, f"{actor.name} cancelled a bulk operation."), by=actor)
    return bulk


async def retry(session: AsyncSession, actor: Actor, bulk_id: UUID) -> Bulk:
    """Do again what was refused or failed, and what was not come to. What is done stays done."""
    await store.get(session, actor, bulk_id)
    bulk = await store.lock(session, actor.workspace_id, bulk_id)
    actor.must(asks_for(Action(bulk.action)))
    BULK.target(bulk.state, "retry")
    if bulk.done + bulk.unchanged == bulk.total:
        raise NothingToRetry
    if not bulk.items_kept:
        raise ItemsGone
    await store.forget_refusals(session, bulk)
    BULK.move(bulk, "retry")
    bulk.reason = bulk.ended_at = None
    await _queue(session, actor, bulk)
    return bulk


async def undo(session: AsyncSession, actor: Actor, bulk_id: UUID, *, seconds_max: float) -> Bulk:
    """Bring back what a bulk operation has replaced, as another one; where somebody has changed it since, it stays."""
    await store.get(session, actor, bulk_id)
    bulk = await store.lock(session, actor.workspace_id, bulk_id)
    refuse_undo(bulk, await clock.now(session))
    await take_time(session, seconds_max)
    undoing = _new(actor, Action(bulk.action), bulk.arguments, bulk.selection)
    undoing.undoes = bulk.id
    session.add(undoing)
    await session.flush()
    undoing.total = await store.freeze_done(session, undoing, bulk.id)
    BULK.move(bulk, "undo")
    ledger.record(session, facts.bulk_fact("undone", bulk, f"{actor.name} took a bulk operation back."), by=actor)
    await _queue(session, actor, undoing)
    return undoing


async def begin(session: AsyncSession, workspace_id: UUID, bulk_id: UUID) -> Bulk | None:
    """Begin, or begin again after a worker that died. None: it has ended."""
    bulk = await store.lock(session, workspace_id, bulk_id)
    if bulk.state not in BULK.sources("run"):
        return None
    BULK.move(bulk, "run")
    bulk.started_at = bulk.started_at or await clock.now(session)
    if bulk.attempt >= ATTEMPTS_MAX:
        await fail_portion(session, bulk, f"It was given up after {bulk.attempt} attempts.")
    bulk.attempt += 1
    return bulk


async def do_portion(session: AsyncSession, workspace_id: UUID, bulk_id: UUID, *, cancel_seconds: float) -> bool:
    """Do the next portion and write what became of it, both or neither. False when nothing more is to be done."""
    bulk = await store.lock(session, workspace_id, bulk_id)
    if bulk.state != BulkState.RUNNING:
        return False
    items = await store.portion(session, bulk, _portion_of(bulk))
    if not items:
        await _end(session, bulk)
        return False
    action, actor = Action(bulk.action), by(bulk)
    if bulk.undoes is not None:
        outcomes = await doing.undo(session, actor, action, bulk.arguments, items)
    else:
        ids = [item.task_id for item in items]
        order = doing.Order(session, actor, bulk.arguments, ids, cancel_seconds)
        outcomes = await doing.do(order, action)
    await store.tell(session, bulk, items, outcomes)
    bulk.attempt = 0
    if len(items) < _portion_of(bulk):
        await _end(session, bulk)
        return False
    return True


async def fail_portion(session: AsyncSession, bulk: Bulk, says: str) -> None:
    """Tell that the next portion could not be done, so that the others can."""
    items = await store.portion(session, bulk, _portion_of(bulk))
    if items:
        failed = Verdict(Outcome.FAILED, PortionFailed(says=says))
        await store.tell(session, bulk, items, Outcomes({item.task_id: failed for item in items}))
    bulk.attempt = 0


def by(bulk: Bulk) -> Actor:
    """Return whoever asked for it, in whose name and rights it is done."""
    role = Role(bulk.created_by_role) if bulk.created_by_role else None
    return Actor(bulk.workspace_id, ActorKind.MEMBER, bulk.created_by_name, bulk.created_by, role=role)


async def _selected(
    session: AsyncSession,
    actor: Actor,
    action: Action,
    arguments: Mapping[str, Any],
    asked: TaskFilter,
    seconds_max: float,
) -> tuple[list[str], dict[str, Any]]:
    actor.must(asks_for(action))
    refuse_hidden_fields(actor, asked)
    await doing.taker_of(session, actor.workspace_id, arguments)
    await take_time(session, seconds_max)
    where, values = store.chosen(actor, asked)
    if step := arguments.get("step") or arguments.get("from_step"):
        project_ids = await store.projects_of(session, actor.workspace_id, where, values)
        known = await projects.steps_of(session, actor.workspace_id, project_ids)
        if project_ids and step not in known:
            raise StepUnknown(step=step, can=listed(known))
    return where, values


async def _queue(session: AsyncSession, actor: Actor, bulk: Bulk) -> None:
    await session.flush()
    await session.refresh(bulk)
    says = f"{actor.name} asked to {WORDS[Action(bulk.action)]} {counted(bulk.total, 'task')}."
    ledger.record(session, facts.bulk_fact("queued", bulk, says), by=actor)
    await jobs.enqueue(session, WORK, workspace_id=bulk.workspace_id, bulk_id=bulk.id)


async def _end(session: AsyncSession, bulk: Bulk) -> None:
    move, bulk.reason = completion_of(bulk.total, bulk.refused, bulk.failed)
    BULK.move(bulk, move)
    bulk.ended_at = await clock.now(session)
    says = f"A bulk operation changed {counted(bulk.done, 'task')} of {bulk.total:,}."
    ledger.record(session, facts.bulk_fact("completed", bulk, says), by=by(bulk))


def _new(actor: Actor, action: Action, arguments: dict[str, Any], selection: dict[str, Any]) -> Bulk:
    return Bulk(
        workspace_id=actor.workspace_id,
        id=new_id(),
        action=action,
        arguments=arguments,
        selection=selection,
        state=BULK.start,
        total=0, done=0, unchanged=0, refused=0, failed=0, position=0, attempt=0,
        created_by=actor.member_id,
        created_by_name=actor.name,
        created_by_role=actor.role,
    )  # fmt: skip


def _portion_of(bulk: Bulk) -> int:
    return PORTIONS.get(Action(bulk.action), PORTION)


def told(found: Mapping[Verdict, int], outcome: Outcome) -> Sequence[tuple[Verdict, int]]:
    """Return the verdicts of one outcome, the most frequent first."""
    of_it = [(verdict, number) for verdict, number in found.items() if verdict.outcome is outcome]
    return sorted(of_it, key=lambda pair: -pair[1])
