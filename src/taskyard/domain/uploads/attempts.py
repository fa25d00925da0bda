"""What a worker does to an upload: the short transactions in which it begins and ends one file of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor, ActorKind
from taskyard.domain.uploads import facts, store
from taskyard.domain.uploads.row_errors import RowError
from taskyard.domain.uploads.row_set import RowSet
from taskyard.domain.uploads.rules import ATTEMPTS_MAX, UPLOAD, Counts, completion_of, has_ended
from taskyard.domain.uploads.tables import Upload, UploadPass
from taskyard.kit.db import clock


class Begun(NamedTuple):
    """An attempt at one file of an upload; `failed` are the rows it may mend, when it is not the source."""

    upload: Upload
    file: UploadPass
    failed: RowSet | None
    attempts: int


class Taken(NamedTuple):
    """What became of one file: its counts, its bad rows, and the rows of the source that it says it mends."""

    counts: Counts
    errors: Sequence[RowError]
    failed: RowSet
    mended: RowSet
    left_out: str | None = None


async def begin(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> Begun | None:
    """Begin, or begin again after a worker that died. None: it has ended, or is given up now."""
    upload = await store.lock(session, workspace_id, upload_id)
    if upload is None or has_ended(upload.state):
        return None
    passes = await _passes(session, upload)
    attempts = upload.attempt - passes[-1].attempt_before
    if attempts >= ATTEMPTS_MAX:
        says = f"It was given up after {attempts} attempts: each time the worker ended in the middle of it."
        _fail(session, upload, says)
        return None
    UPLOAD.move(upload, "validate")
    upload.attempt += 1
    upload.bytes_read = 0
    upload.started_at = await clock.now(session)
    if attempts == 0:
        says = f"{passes[-1].file_name} is being read."
        ledger.record(session, facts.upload_fact("began", upload, says), by=by(upload))
    failed = RowSet.union(each.failed_rows for each in passes) if upload.passes > 1 else None
    return Begun(upload, passes[-1], failed, attempts + 1)


async def process(session: AsyncSession, begun: Upload) -> bool:
    """Say that the whole file was read. False when this attempt no longer counts."""
    upload = await _still_ours(session, begun)
    if upload is None:
        return False
    UPLOAD.move(upload, "process")
    upload.bytes_read = upload.bytes
    return True


async def complete(session: AsyncSession, begun: Upload, taken: Taken) -> bool:
    """End a pass in the transaction that makes its tasks visible. False, and roll back, when it no longer counts."""
    # The project first, as everywhere: whoever deletes it holds it, and then wants its uploads.
    if not await store.hold_project(session, begun):
        return False
    upload = await _still_ours(session, begun)
    if upload is None:
        return False
    passes = await _passes(session, upload)
    new = taken.counts
    counts = new
    if upload.passes > 1:
        counts = Counts(
            upload.rows,
            upload.created + new.created,
            upload.unchanged + new.unchanged,
            upload.failed - len(taken.mended) + new.failed,
            upload.differing + new.differing,
        )
    move, upload.reason = completion_of(counts, taken.left_out)
    UPLOAD.move(upload, move)
    _count(upload, counts)
    upload.ended_at = await session.scalar(func.clock_timestamp())
    still_bad = RowSet()
    for each in passes[:-1]:
        left = RowSet.union([each.failed_rows]) - taken.mended
        each.failed_rows = left.written()
        still_bad |= left
    passes[-1].failed_rows = taken.failed.written()
    await session.flush()
    await _note_errors(session, upload, taken.errors, still_bad)
    ledger.record(session, facts.completed(upload, new.created), by=by(upload))
    return True


async def fail(session: AsyncSession, begun: Upload, says: str, taken: Taken) -> None:
    """End a pass that made nothing, with the reason. Nothing happens when this attempt no longer counts."""
    upload = await _still_ours(session, begun)
    if upload is None:
        return
    _fail(session, upload, says)
    if upload.passes > 1:
        of_file = [error for error in taken.errors if error.row == 0]
        await _note_errors(
            session, upload, of_file, RowSet.union(each.failed_rows for each in await _passes(session, upload))
        )
        return
    (source,) = await _passes(session, upload)
    source.failed_rows = taken.failed.written()
    _count(upload, taken.counts)
    await session.flush()
    await store.add_errors(session, upload, taken.errors)


def by(upload: Upload) -> Actor:
    """Return whoever gave the file, in whose name it is taken in."""
    return Actor(upload.workspace_id, ActorKind.MEMBER, upload.created_by_name, upload.created_by)


async def _still_ours(session: AsyncSession, begun: Upload) -> Upload | None:
    """Lock an upload, or return None when it was cancelled or another worker has begun it anew."""
    upload = await store.lock(session, begun.workspace_id, begun.id)
    is_ours = upload is not None and upload.attempt == begun.attempt and not UPLOAD.is_final(upload.state)
    return upload if is_ours else None


def _fail(session: AsyncSession, upload: Upload, says: str) -> None:
    is_first = upload.passes == 1
    UPLOAD.move(upload, "fail" if is_first else "keep")
    upload.reason = says if is_first else f"The mended rows were not taken: {says}"
    upload.ended_at = func.now()
    told = f"{upload.file_name} failed: {says}" if is_first else f"{upload.file_name}: {upload.reason}"
    ledger.record(session, facts.upload_fact("failed", upload, told), by=by(upload))


def _count(upload: Upload, counts: Counts) -> None:
    upload.rows, upload.created, upload.unchanged, upload.failed, upload.differing = counts


async def _note_errors(session: AsyncSession, upload: Upload, new: Sequence[RowError], still_bad: RowSet) -> None:
    """Keep what is wrong now: with the rows that were not mended, and with those of the last file."""
    kept: list[RowError] = []
    if upload.passes > 1:
        before = await store.errors(session, upload.workspace_id, upload.id)
        kept = [RowError(it.row, it.field, it.says, it.value) for it in before if it.row in still_bad]
    await store.add_errors(session, upload, sorted([*kept, *new], key=lambda error: error.row))


async def _passes(session: AsyncSession, upload: Upload) -> list[UploadPass]:
    """Return the files of an upload, the last one being the one under way."""
    found = await store.passes(session, upload.workspace_id, upload.id)
    if not found:  # queued by a version that did not keep them apart
        file = {name: getattr(upload, name) for name in _OF_SOURCE}
        found = [UploadPass(workspace_id=upload.workspace_id, upload_id=upload.id, number=1, attempt_before=0, **file)]
        session.add_all(found)
        await session.flush()
    return found


_OF_SOURCE = ("file_name", "format", "sha256", "bytes", "flow_version", "created_by", "created_by_name")
