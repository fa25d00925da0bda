"""Verbs about uploads: queue, cancel, and the short transactions in which a worker begins and ends one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor, ActorKind
from taskyard.domain import files, projects
from taskyard.domain.files import Stored
from taskyard.domain.uploads import facts, store
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.portions import RowError
from taskyard.domain.uploads.problems import NoSuchUpload
from taskyard.domain.uploads.rules import ATTEMPTS_MAX, UPLOAD, Counts, UploadMode, completion_of
from taskyard.domain.uploads.tables import Upload
from taskyard.kit.ids import new_id

TAKE_IN = "uploads.take_in"


async def queue(
    session: AsyncSession, actor: Actor, project_id: UUID, stored: Stored, format_: Format, mode: UploadMode
) -> store.Listed:
    """Take a durable file on for the flow that is published now. Uploads of one project follow one another."""
    published = await projects.published(session, actor, project_id)
    await files.keep_content(session, actor.workspace_id, stored)
    upload = Upload(
        workspace_id=actor.workspace_id,
        id=new_id(),
        project_id=project_id,
        flow_version=published.number,
        file_name=stored.name,
        format=format_,
        sha256=stored.sha256,
        bytes=stored.bytes,
        mode=mode,
        state=UPLOAD.start,
        **Counts()._asdict(),
        bytes_read=0,
        attempt=0,
        created_by=actor.member_id,
        created_by_name=actor.name,
    )
    session.add(upload)
    await session.flush()
    await session.refresh(upload)
    says = f"{actor.name} uploaded {upload.file_name}."
    ledger.record(session, facts.upload_fact("queued", upload, says), by=actor)
    # Two at once with the same external ids would wait for each other's end, row by row.
    order = f"uploads.{project_id}"
    await jobs.enqueue(session, TAKE_IN, one_at_a_time=order, workspace_id=upload.workspace_id, upload_id=upload.id)
    return upload, published.name


async def cancel(session: AsyncSession, actor: Actor, upload_id: UUID) -> store.Listed:
    """Stop an upload that has not ended; nothing of it will be visible. The worker notices within a second."""
    _, project = await store.get(session, actor, upload_id)
    upload = await store.lock(session, actor.workspace_id, upload_id)
    if upload is None:
        raise NoSuchUpload(upload_id=upload_id)
    UPLOAD.move(upload, "cancel")
    upload.reason = f"{actor.name} cancelled it."
    upload.ended_at = await session.scalar(func.now())
    says = f"{actor.name} cancelled the upload {upload.file_name}."
    ledger.record(session, facts.upload_fact("cancelled", upload, says), by=actor)
    return upload, project


async def begin(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> Upload | None:
    """Begin, or begin again after a worker that died. None: it has ended, or is given up now."""
    upload = await store.lock(session, workspace_id, upload_id)
    if upload is None or UPLOAD.is_final(upload.state):
        return None
    if upload.attempt >= ATTEMPTS_MAX:
        says = f"It was given up after {upload.attempt} attempts: each time the worker ended in the middle of it."
        _fail(session, upload, says, Counts())
        return None
    UPLOAD.move(upload, "validate")
    upload.attempt += 1
    upload.bytes_read = 0
    upload.started_at = await session.scalar(func.now())
    if upload.attempt == 1:
        ledger.record(session, facts.upload_fact("began", upload, f"{upload.file_name} is being read."), by=by(upload))
    return upload


async def process(session: AsyncSession, begun: Upload) -> bool:
    """Say that the whole file was read. False when this attempt no longer counts."""
    upload = await _still_ours(session, begun)
    if upload is None:
        return False
    UPLOAD.move(upload, "process")
    upload.bytes_read = upload.bytes
    return True


async def complete(session: AsyncSession, begun: Upload, counts: Counts, errors: Sequence[RowError]) -> bool:
    """End an upload in the transaction that makes its tasks visible. False, and roll back, when it no longer counts."""
    # The project first, as everywhere: whoever deletes it holds it, and then wants its uploads.
    if not await store.hold_project(session, begun):
        return False
    upload = await _still_ours(session, begun)
    if upload is None:
        return False
    move, upload.reason = completion_of(counts)
    UPLOAD.move(upload, move)
    _count(upload, counts)
    upload.ended_at = await session.scalar(func.clock_timestamp())
    await session.flush()
    await store.add_errors(session, upload, errors)
    ledger.record(session, facts.completed(upload), by=by(upload))
    return True


async def fail(session: AsyncSession, begun: Upload, says: str, counts: Counts, errors: Sequence[RowError]) -> None:
    """End an upload that made nothing, with the reason. Nothing happens when this attempt no longer counts."""
    upload = await _still_ours(session, begun)
    if upload is not None:
        _fail(session, upload, says, counts)
        await session.flush()
        await store.add_errors(session, upload, errors)


def by(upload: Upload) -> Actor:
    """Return whoever gave the file, in whose name it is taken in."""
    return Actor(upload.workspace_id, ActorKind.MEMBER, upload.created_by_name, upload.created_by)


async def _still_ours(session: AsyncSession, begun: Upload) -> Upload | None:
    """Lock an upload, or return None when it was cancelled or another worker has begun it anew."""
    upload = await store.lock(session, begun.workspace_id, begun.id)
    is_ours = upload is not None and upload.attempt == begun.attempt and not UPLOAD.is_final(upload.state)
    return upload if is_ours else None


def _fail(session: AsyncSession, upload: Upload, says: str, counts: Counts) -> None:
    UPLOAD.move(upload, "fail")
    upload.reason = says
    _count(upload, counts)
    upload.ended_at = func.now()
    ledger.record(session, facts.upload_fact("failed", upload, f"{upload.file_name} failed: {says}"), by=by(upload))


def _count(upload: Upload, counts: Counts) -> None:
    upload.rows, upload.created, upload.unchanged, upload.failed = counts
