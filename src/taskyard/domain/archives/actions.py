"""Verbs about archives: queue, cancel, restore, delete, and the short transactions of a worker at one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor, ActorKind
from taskyard.domain import files
from taskyard.domain.archives import facts, items, selecting, store
from taskyard.domain.archives.problems import NoSuchArchive, NothingToArchive, NotInArchive
from taskyard.domain.archives.rules import (
    ARCHIVE,
    ATTEMPTS_MAX,
    ArchiveState,
    ItemOutcome,
    end_of_archiving,
    end_of_restoring,
    summary_of,
)
from taskyard.domain.archives.tables import Archive
from taskyard.domain.files import Stored
from taskyard.domain.tasks import SelectionEmpty, TaskFilter
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.words import counted

GO_ON = "archives.go_on"
GIVEN_UP = "It was given up after several attempts."


async def queue(
    session: AsyncSession, actor: Actor, asked: TaskFilter, *, name: str | None, selection: Mapping[str, Any]
) -> Archive:
    """Note which tasks are meant now, and have them archived. Refuses when none of them can be."""
    may, refused = await selecting.look(session, actor, asked)
    if not may and not refused:
        raise SelectionEmpty
    if not may:
        raise NothingToArchive(summary=summary_of(refused), refused={each.reason: each.number for each in refused})
    archive_id = new_id()
    meant = await selecting.freeze(session, actor, archive_id, asked)
    return await take_on(session, actor, archive_id, meant, name=name, selection=selection)


async def take_on(
    session: AsyncSession,
    actor: Actor,
    archive_id: UUID,
    meant: int,
    *,
    name: str | None,
    selection: Mapping[str, Any],
    **due: Any,
) -> Archive:
    """Make the record of an archive whose tasks are noted, and leave the work to a worker."""
    projects = await selecting.projects_of(session, actor.workspace_id, archive_id)
    archive = Archive(
        workspace_id=actor.workspace_id,
        id=archive_id,
        name=name or _usual_name(projects),
        state=ARCHIVE.start,
        selection=dict(selection),
        projects=projects,
        asked=meant,
        tasks=0,
        left_out=0,
        restored=0,
        wanted=0,
        done=0,
        attempt=0,
        created_by=actor.member_id,
        created_by_name=None if actor.kind is ActorKind.SYSTEM else actor.name,
        **due,
    )
    session.add(archive)
    await session.flush()
    await session.refresh(archive)
    who = "By themselves" if archive.created_by_name is None else f"By {actor.name}"
    says = f"{who}, {counted(meant, 'task')} were chosen for the archive {archive.name}."
    ledger.record(session, facts.archive_fact("queued", archive, says), by=actor)
    await _leave_to_a_worker(session, actor, archive)
    return archive


async def cancel(session: AsyncSession, actor: Actor, archive_id: UUID) -> Archive:
    """Take an archive back that no worker has begun."""
    archive = await _find(session, actor, archive_id)
    ARCHIVE.move(archive, "cancel")
    archive.reason = f"{actor.name} cancelled it."
    archive.ended_at = await clock.now(session)
    says = f"{actor.name} cancelled the archive {archive.name}."
    ledger.record(session, facts.archive_fact("cancelled", archive, says), by=actor)
    return archive


async def restore(session: AsyncSession, actor: Actor, archive_id: UUID, ids: Sequence[UUID] | None) -> Archive:
    """Have all tasks of an archive put back, or some. Harmless for those that are back already."""
    archive = await _find(session, actor, archive_id)
    if ids and (strangers := await items.unknown(session, archive, ids)):
        raise NotInArchive(tasks=counted(strangers, "task"))
    if archive.state == ArchiveState.RESTORED:
        return archive
    state = ARCHIVE.target(archive.state, "restore")
    more = await items.want(session, archive, ids)
    if not more:
        return archive
    begins = archive.state != state
    archive.wanted = more if begins else archive.wanted + more
    archive.state = state
    if begins:
        archive.attempt, archive.done, archive.reason = 0, 0, None
    says = f"{actor.name} asked for {counted(more, 'task')} of the archive {archive.name} back."
    ledger.record(session, facts.archive_fact("restoring", archive, says), by=actor)
    await _leave_to_a_worker(session, actor, archive)
    return archive


async def delete(session: AsyncSession, actor: Actor, archive_id: UUID) -> None:
    """Delete an archive for good, with what is in it and the files only that uses. Refused while it is worked on."""
    archive = await _find(session, actor, archive_id)
    if archive.state == ArchiveState.DELETING:
        return
    ARCHIVE.move(archive, "delete")
    archive.attempt, archive.done = 0, 0
    gone = counted(archive.tasks - archive.restored, "task")
    says = f"{actor.name} deleted the archive {archive.name} with {gone} in it."
    ledger.record(session, facts.archive_fact("deleted", archive, says), by=actor)
    await _leave_to_a_worker(session, actor, archive)


async def begin(session: AsyncSession, actor: Actor, archive_id: UUID) -> Archive | None:
    """Begin what is to be done, or begin again after a worker that died. None: there is nothing, or it is given up."""
    archive = await store.lock(session, actor.workspace_id, archive_id)
    if archive is None or archive.state not in _UNDER_WAY:
        return None
    if archive.attempt >= ATTEMPTS_MAX and archive.state in MAY_GIVE_UP:
        await give_up(session, actor, archive, GIVEN_UP)
        return None
    if archive.state == ArchiveState.QUEUED:
        archive.started_at = await clock.now(session)
    if archive.state in {ArchiveState.QUEUED, ArchiveState.WRITING}:
        ARCHIVE.move(archive, "write")
    archive.attempt += 1
    archive.done = 0
    await session.flush()
    return archive


async def still_ours(session: AsyncSession, begun: Archive) -> Archive | None:
    """Lock an archive, or return None when another worker has begun it anew, or it is in another state by now."""
    archive = await store.lock(session, begun.workspace_id, begun.id)
    is_ours = archive is not None and archive.attempt == begun.attempt and archive.state == begun.state
    return archive if is_ours else None


async def keep_file(session: AsyncSession, begun: Archive, stored: Stored, lines: int) -> Archive | None:
    """Say that the file is whole and durable, with so many tasks in it: now they may leave the list."""
    archive = await still_ours(session, begun)
    if archive is None:
        return None
    await files.keep_content(session, archive.workspace_id, stored)
    ARCHIVE.move(archive, "remove")
    archive.sha256, archive.bytes, archive.passage_id = stored.sha256, stored.bytes, stored.passage
    archive.done, archive.left_out = 0, archive.asked - lines
    await session.flush()
    return archive


async def complete(session: AsyncSession, actor: Actor, begun: Archive) -> None:
    """End the archiving: every task that was asked for is in the archive, or stayed with a reason."""
    archive = await still_ours(session, begun)
    if archive is None:
        return
    ARCHIVE.move(archive, "complete")
    await _count(session, archive)
    archive.reason = end_of_archiving(archive.tasks, await items.refused(session, archive, ItemOutcome.LEFT_OUT))
    archive.ended_at = await session.scalar(func.clock_timestamp())
    if not archive.tasks and archive.sha256 and archive.passage_id:
        # Lines of tasks that all stayed in the list: nobody should take them for archived ones.
        await files.let_go(session, archive.workspace_id, archive.passage_id, archive.sha256)
        archive.sha256 = archive.bytes = archive.passage_id = None
    says = f"{counted(archive.tasks, 'task')} went into the archive {archive.name}."
    ledger.record(session, facts.archive_fact("completed", archive, says), by=actor)


async def end_restore(session: AsyncSession, actor: Actor, begun: Archive, reason: str | None = None) -> None:
    """End a restore: what was wanted is back in the list, or still here with a reason."""
    archive = await still_ours(session, begun)
    if archive is None:
        return
    before = archive.restored
    await _count(session, archive)
    ARCHIVE.move(archive, "empty" if archive.restored == archive.tasks else "complete")
    archive.reason = reason or end_of_restoring(await items.refused(session, archive, ItemOutcome.ARCHIVED))
    says = f"{counted(archive.restored - before, 'task')} came back from the archive {archive.name}."
    ledger.record(session, facts.archive_fact("restored", archive, says), by=actor)


async def give_up(session: AsyncSession, actor: Actor, archive: Archive, reason: str) -> None:
    """End what an archive is about without more attempts. Nothing that has moved moves back."""
    await items.give_up(session, archive)
    if archive.state == ArchiveState.RESTORING:
        await end_restore(session, actor, archive, reason)
    elif archive.state == ArchiveState.REMOVING:
        await complete(session, actor, archive)
    else:
        ARCHIVE.move(archive, "fail")
        await _count(session, archive)
        archive.reason, archive.ended_at = reason, await clock.now(session)
        says = f"The archive {archive.name} failed: {reason}"
        ledger.record(session, facts.archive_fact("failed", archive, says), by=actor)


def by(workspace_id: UUID, member_id: str | None, name: str | None) -> Actor:
    """Return whoever asked a worker for this, in whose name it is done."""
    if name is None:
        return Actor.system(workspace_id)
    return Actor(workspace_id, ActorKind.MEMBER, name, UUID(member_id) if member_id else None)


async def erase_again(session: AsyncSession, actor: Actor) -> None:
    """Leave to a worker, once more, what was deleted and could not be removed so far."""
    for archive in await store.in_state(session, actor.workspace_id, ArchiveState.DELETING):
        await _leave_to_a_worker(session, actor, archive)


# What was deleted is never given up: nobody could ask again.
MAY_GIVE_UP = {ArchiveState.QUEUED, ArchiveState.WRITING, ArchiveState.REMOVING, ArchiveState.RESTORING}
_UNDER_WAY = MAY_GIVE_UP | {ArchiveState.DELETING}


async def _find(session: AsyncSession, actor: Actor, archive_id: UUID) -> Archive:
    archive = await store.lock(session, actor.workspace_id, archive_id)
    if archive is None:
        raise NoSuchArchive(archive_id=archive_id)
    return archive


async def _count(session: AsyncSession, archive: Archive) -> None:
    """Take the counts from the tasks themselves, so that they always add up."""
    found = await items.outcomes(session, archive)
    archive.restored = found.get(ItemOutcome.RESTORED, 0)
    archive.tasks = found.get(ItemOutcome.ARCHIVED, 0) + archive.restored
    archive.left_out = archive.asked - archive.tasks
    archive.wanted = archive.done = 0


async def _leave_to_a_worker(session: AsyncSession, actor: Actor, archive: Archive) -> None:
    is_member = actor.kind is not ActorKind.SYSTEM
    await jobs.enqueue(
        session,
        GO_ON,
        # Two at once over the same tasks would wait for each other's locks.
        one_at_a_time=f"archives.{archive.workspace_id}",
        workspace_id=archive.workspace_id,
        archive_id=archive.id,
        by_id=actor.member_id,
        by_name=actor.name if is_member else None,
    )


def _usual_name(projects: Sequence[Mapping[str, str]]) -> str:
    return projects[0]["name"] if len(projects) == 1 else f"{len(projects)} projects"
