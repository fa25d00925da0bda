"""Verbs about exports: queue, cancel, delete, and the short transactions in which a worker begins and ends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.domain import files
from taskyard.domain.exports import checking, facts, store
from taskyard.domain.exports.problems import (
    ConsumerAsksOtherwise,
    ConsumerBusy,
    NoSuchExport,
    NothingToDownload,
    NotTogether,
    PositionForeign,
)
from taskyard.domain.exports.reading import Moment, Tally
from taskyard.domain.exports.rules import ATTEMPTS_MAX, EXPORT, NAME_CHARS_MAX, ExportState, in_words
from taskyard.domain.exports.schemas import narrowed_by
from taskyard.domain.exports.tables import Consumer, Export
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.files import Stored
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.words import counted

MAKE = "exports.make"


@dataclass(frozen=True, slots=True)
class Made:
    """What an attempt has put into the store: the export, None when it is empty, and its manifest."""

    content: Stored | None
    bytes: int
    sha256: str
    manifest: Stored
    moment: Moment


async def queue(
    session: AsyncSession,
    actor: Actor,
    wanted: Wanted,
    selection: dict[str, Any],
    name: str | None = None,
    consumer: str | None = None,
) -> store.Listed:
    """Have an export made in the background. For a consumer: of what changed since its last one, one at a time."""
    served = await _serve(session, actor, wanted, selection, consumer) if consumer else None
    await checking.refuse_unfit(session, actor, wanted)
    now = await clock.now(session)
    include = [word for word, on in (("events", wanted.with_events), ("files", wanted.with_files)) if on]
    export = Export(
        workspace_id=actor.workspace_id,
        id=new_id(),
        name=files.safe_name(name) if name else await named(session, actor, wanted, now),
        format=wanted.form,
        selection=selection,
        answers=wanted.answers,
        answers_of=wanted.answers_of,
        include=include,
        consumer_id=served.id if served else None,
        state=EXPORT.start,
        **dict.fromkeys(("done", "total", "tasks", "answers_given", "gone", "files", "attempt"), 0),
        left_out={},
        of_clients=actor.role is Role.CLIENT,
        created_by=actor.member_id,
        created_by_name=actor.name,
    )
    session.add(export)
    await session.flush()
    await session.refresh(export)
    ledger.record(session, facts.export_fact("queued", export, f"{actor.name} asked for {export.name}."), by=actor)
    order = f"exports.{export.workspace_id}"
    await jobs.enqueue(session, MAKE, one_at_a_time=order, workspace_id=export.workspace_id, export_id=export.id)
    return store.Listed(export, served.name if served else None)


async def named(session: AsyncSession, actor: Actor, wanted: Wanted, at: datetime) -> str:
    """Return how a file is called for which nobody gave a name: after its project, where it is one."""
    project = await store.name_of_one_project(session, actor, wanted.tasks)
    of_what = files.safe_name(project.replace("/", "-").replace("\\", "-")) if project else "tasks"
    return f"{of_what[: NAME_CHARS_MAX // 2]}-{at:%Y%m%d-%H%M%S}"


async def cancel(session: AsyncSession, actor: Actor, export_id: UUID) -> store.Listed:
    """Stop an export that has not ended; nothing of it stays. The worker notices within a second."""
    _, consumer = await store.get(session, actor, export_id)
    export = await _lock(session, actor, export_id)
    EXPORT.move(export, "cancel")
    export.reason = f"{actor.name} cancelled it."
    export.ended_at = await clock.now(session)
    ledger.record(session, facts.export_fact("cancelled", export, f"{actor.name} cancelled {export.name}."), by=actor)
    return store.Listed(export, consumer)


async def remove(session: AsyncSession, actor: Actor, export_id: UUID) -> None:
    """Delete an export that has ended, its bytes too; a consumer stays where it is."""
    await store.get(session, actor, export_id)
    export = await _lock(session, actor, export_id)
    if not EXPORT.is_final(export.state):
        raise EXPORT.refusal(export.state, "delete")
    await _let_go(session, export)
    ledger.record(session, facts.export_fact("deleted", export, f"{actor.name} deleted {export.name}."), by=actor)
    await session.delete(export)
    await session.flush()


async def expire(session: AsyncSession, workspace_id: UUID, export_id: UUID) -> None:
    """Let the bytes of an export go whose days are over; the record stays. Safe to repeat."""
    export = await store.lock(session, workspace_id, export_id)
    if export is not None and export.passage_id is not None:
        await _let_go(session, export)
        says = f"{export.name} was kept as long as exports are kept."
        ledger.record(session, facts.export_fact("expired", export, says), by=Actor.system(workspace_id))


async def reset(session: AsyncSession, actor: Actor, consumer_id: UUID) -> Consumer:
    """Have a consumer begin anew: its next export has everything, and may follow another filter."""
    consumer = await store.consumer(session, actor.workspace_id, consumer_id)
    if await store.is_being_served(session, actor.workspace_id, consumer_id):
        raise ConsumerBusy(consumer=consumer.name)
    consumer.position = consumer.position_at = None
    says = f"{actor.name} has {consumer.name} begin anew."
    ledger.record(session, facts.consumer_reset(consumer, says), by=actor)
    await session.flush()
    return consumer


def readable(export: Export) -> Export:
    """Return an export whose bytes are there, or NothingToDownload."""
    if export.state != ExportState.COMPLETED:
        raise NothingToDownload(state=export.state)
    if export.manifest_passage_id is None:
        raise NothingToDownload(state="older than exports are kept")
    return export


async def begin(session: AsyncSession, workspace_id: UUID, export_id: UUID) -> store.Listed | None:
    """Begin, or begin again after a worker that died. None: it has ended, or is given up now."""
    export = await store.lock(session, workspace_id, export_id)
    if export is None or EXPORT.is_final(export.state):
        return None
    if export.attempt >= ATTEMPTS_MAX:
        says = f"It was given up after {export.attempt} attempts: each time the worker ended in the middle of it."
        _fail(session, export, says)
        return None
    name = None
    if export.consumer_id is not None:
        consumer = await store.consumer(session, workspace_id, export.consumer_id)
        if consumer.position is not None and not await store.is_of_this_database(session, consumer.position):
            _fail(session, export, PositionForeign(consumer=consumer.name).detail)
            return None
        export.since, name = consumer.position, consumer.name
    EXPORT.move(export, "begin")
    export.attempt += 1
    export.done = export.total = 0
    export.started_at = await clock.now(session)
    if export.attempt == 1:
        ledger.record(session, facts.export_fact("began", export, f"{export.name} is being made."), by=by(export))
    return store.Listed(export, name)


async def complete(session: AsyncSession, begun: Export, made: Made, tally: Tally, days: int) -> bool:
    """End an export whose bytes are durable, and move its consumer. False when this attempt no longer counts."""
    export = await _still_ours(session, begun)
    if export is None:
        return False
    EXPORT.move(export, "complete")
    for stored in filter(None, (made.content, made.manifest)):
        await files.keep_content(session, export.workspace_id, stored)
    export.bytes, export.sha256 = made.bytes, made.sha256
    export.passage_id = made.content.passage if made.content else made.manifest.passage
    export.manifest_sha256, export.manifest_bytes = made.manifest.sha256, made.manifest.bytes
    export.manifest_passage_id = made.manifest.passage
    export.tasks, export.answers_given, export.gone = tally.done, tally.answers, tally.gone
    export.files, export.left_out = tally.files, dict(tally.left_out)
    export.snapshot_at = made.moment.at
    export.ended_at = await session.scalar(func.clock_timestamp())
    assert export.ended_at is not None  # noqa: S101 - the clock has just said so
    export.expires_at = export.ended_at + timedelta(days=days)
    await session.flush()
    if export.consumer_id is not None:
        await store.move_consumer(session, export, made.moment.snapshot, made.moment.at)
    says = f"{export.name} is ready: {counted(export.tasks, 'task')}."
    ledger.record(session, facts.export_fact("completed", export, says), by=by(export))
    return True


async def fail(session: AsyncSession, begun: Export, says: str) -> None:
    """End an export of which nothing came, with the reason. Nothing happens when this attempt no longer counts."""
    export = await _still_ours(session, begun)
    if export is not None:
        _fail(session, export, says)


def by(export: Export) -> Actor:
    """Return whoever asked for it, in whose name and with whose eyes it is made."""
    role = Role.CLIENT if export.of_clients else Role.MANAGER
    return Actor(export.workspace_id, ActorKind.MEMBER, export.created_by_name, export.created_by, role=role)


async def _serve(session: AsyncSession, actor: Actor, wanted: Wanted, selection: dict[str, Any], name: str) -> Consumer:
    if wanted.tasks.ids or wanted.tasks.except_ids or wanted.tasks.mine:
        raise NotTogether(
            why="a consumer follows a filter that says the same for everybody, not chosen tasks or `mine`"
        )
    of_clients = actor.role is Role.CLIENT
    consumer = await store.hold_consumer(session, actor.workspace_id, name, selection, of_clients=of_clients)
    # Asked before the insert, which would otherwise wait for an export that waits for this consumer.
    if await store.is_being_served(session, actor.workspace_id, consumer.id):
        raise ConsumerBusy(consumer=name)
    if consumer.selection != selection:
        if consumer.position is not None:
            names = await store.names_of_projects(session, actor, narrowed_by(consumer.selection).projects)
            raise ConsumerAsksOtherwise(consumer=name, followed=in_words(consumer.selection, names))
        consumer.selection = selection
    return consumer


async def _lock(session: AsyncSession, actor: Actor, export_id: UUID) -> Export:
    export = await store.lock(session, actor.workspace_id, export_id)
    if export is None:
        raise NoSuchExport(export_id=export_id)
    return export


async def _let_go(session: AsyncSession, export: Export) -> None:
    kept = [(export.manifest_passage_id, export.manifest_sha256)]
    if export.passage_id != export.manifest_passage_id:
        kept.append((export.passage_id, export.sha256))
    for passage_id, sha256 in kept:
        if passage_id is not None and sha256 is not None:
            await files.let_go(session, export.workspace_id, passage_id, sha256)
    export.passage_id = export.manifest_passage_id = None


async def _still_ours(session: AsyncSession, begun: Export) -> Export | None:
    """Lock an export, or return None when it was cancelled or another worker has begun it anew."""
    export = await store.lock(session, begun.workspace_id, begun.id)
    is_ours = export is not None and export.attempt == begun.attempt and not EXPORT.is_final(export.state)
    return export if is_ours else None


def _fail(session: AsyncSession, export: Export, says: str) -> None:
    EXPORT.move(export, "fail")
    export.reason = says
    export.ended_at = func.now()
    ledger.record(session, facts.export_fact("failed", export, f"{export.name} failed: {says}"), by=by(export))
