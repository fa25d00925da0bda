"""Verbs about uploads: queue, cancel, mend, and what is needed to give the failed rows back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import jobs, ledger
from taskyard.access import Actor, Permission
from taskyard.domain import files, projects, runs
from taskyard.domain.files import NoSuchFiles, Stored
from taskyard.domain.projects import InputChecker
from taskyard.domain.runs import Wish
from taskyard.domain.uploads import facts, store
from taskyard.domain.uploads.failed_rows import FailedRows, Part
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.mapping import check_mapping
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.problems import (
    CannotBeMended,
    FailedRowsNotKept,
    MendedInAnotherFormat,
    NoFailedRows,
    NoSuchUpload,
)
from taskyard.domain.uploads.row_errors import RowError
from taskyard.domain.uploads.row_set import RowSet
from taskyard.domain.uploads.rows import Naming, Row
from taskyard.domain.uploads.rules import (
    UPLOAD,
    Counts,
    has_ended,
    is_table,
    why_not_mend,
)
from taskyard.domain.uploads.schemas import UploadAsk
from taskyard.domain.uploads.tables import Upload, UploadPass
from taskyard.domain.uploads.zip_contents import Contents, field_for_files
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Flaw

TAKE_IN = "uploads.take_in"


async def queue(
    session: AsyncSession, actor: Actor, ask: UploadAsk, stored: Stored, format_: Format, contents: Contents | None
) -> store.Listed:
    """Take a durable file on for the flow that is published now. Uploads of one project follow one another.

    Where its columns go is remembered for the project.
    """
    project_id, mode = ask.project, ask.mode
    published = await projects.published(session, actor, project_id)
    if contents and not contents.manifest:
        field_for_files(published.checker, stored.name)
    if ask.mapping:
        check_mapping(ask.mapping, FlowChecker(published.flow))
        await store.remember(session, actor.workspace_id, project_id, ask.mapping)
    keeper = None
    if ask.reserve_for is not None:
        (keeper,) = await runs.members_for(session, actor, [Wish(ask.reserve_for, published.flow, "reserve_for")])
    await files.keep_content(session, actor.workspace_id, stored)
    upload = Upload(
        workspace_id=actor.workspace_id,
        id=new_id(),
        project_id=project_id,
        flow_version=published.number,
        **_file(stored, format_),
        mode=mode,
        state=UPLOAD.start,
        **Counts()._asdict(),
        bytes_read=0,
        attempt=0,
        passes=1,
        reserved_for=keeper and keeper.id,
        reserved_for_name=keeper and keeper.name,
        **_giver(actor),
    )
    session.add(upload)
    await session.flush()
    await session.refresh(upload)
    rows = contents.form if contents else format_
    mapping = None if rows is Format.ZIP else ask.mapping
    session.add(_pass(upload, _file(stored, rows), actor, mapping))
    says = f"{actor.name} uploaded {upload.file_name}."
    ledger.record(session, facts.upload_fact("queued", upload, says), by=actor)
    await _enqueue(session, upload)
    return upload, published.name


async def mend(session: AsyncSession, actor: Actor, upload_id: UUID, stored: Stored, format_: Format) -> store.Listed:
    """Take mended rows on as another pass of the same upload, for the flow that is published now."""
    seen, project = await store.get(session, actor, upload_id)
    published = await projects.published(session, actor, seen.project_id)
    upload = await store.lock(session, actor.workspace_id, upload_id)
    if upload is None:
        raise NoSuchUpload(upload_id=upload_id)
    if why := why_not_mend(upload.state, upload.mode):
        raise CannotBeMended(name=upload.file_name, why=why)
    before = await store.passes(session, upload.workspace_id, upload.id)
    if not before or before[0].failed_rows is None:
        raise FailedRowsNotKept(name=upload.file_name)
    if format_ is Format.ZIP or is_table(before[0].format) != is_table(format_):
        wanted = "CSV" if is_table(before[0].format) else "JSON Lines"
        raise MendedInAnotherFormat(name=upload.file_name, wanted=wanted, given=format_.value.upper())
    await files.keep_content(session, actor.workspace_id, stored)
    UPLOAD.move(upload, "mend")
    upload.passes += 1
    upload.flow_version = published.number
    upload.bytes_read = 0
    upload.ended_at = None
    # Its columns are those of the source, and go where those went.
    session.add(_pass(upload, _file(stored, format_), actor, before[0].mapping))
    says = f"{actor.name} gave mended rows for {upload.file_name}."
    ledger.record(session, facts.upload_fact("mending", upload, says), by=actor)
    await _enqueue(session, upload)
    return upload, project


async def cancel(session: AsyncSession, actor: Actor, upload_id: UUID) -> store.Listed:
    """Stop an upload that has not ended; nothing of this pass will be visible. The worker notices within a second."""
    _, project = await store.get(session, actor, upload_id)
    upload = await store.lock(session, actor.workspace_id, upload_id)
    if upload is None:
        raise NoSuchUpload(upload_id=upload_id)
    if upload.passes == 1:
        UPLOAD.move(upload, "cancel")
        upload.reason = f"{actor.name} cancelled it."
    else:
        UPLOAD.target(upload.state, "cancel")
        UPLOAD.move(upload, "keep")
        upload.reason = f"{actor.name} cancelled the mended rows; what was there before stays."
    upload.ended_at = await clock.now(session)
    says = f"{actor.name} cancelled the upload {upload.file_name}."
    ledger.record(session, facts.upload_fact("cancelled", upload, says), by=actor)
    return upload, project


async def previewing(session: AsyncSession, actor: Actor, project_id: UUID) -> tuple[FlowChecker, Naming]:
    """Return what a file is looked at with: the project's flow, and where the columns of its earlier files went."""
    published = await projects.published(session, actor, project_id)
    return FlowChecker(published.flow), await store.remembered(session, actor.workspace_id, project_id)


async def missing_files(
    session: AsyncSession, actor: Actor, checker: InputChecker, rows: Sequence[Row], contents: Contents | None
) -> dict[int, list[Flaw]]:
    """Return what is wrong with the files that rows name, by the number of the row; members of a ZIP are there."""
    named = [
        (row, place, handle, kind)
        for row in rows
        for place, handle, kind in checker.file_values(row.input or {})
        if contents is None or contents.find(handle) is None
    ]
    wrong: dict[int, list[Flaw]] = defaultdict(list)
    asked = [(str(number), handle, kind) for number, (_, _, handle, kind) in enumerate(named)]
    try:
        await files.require_all(session, actor.workspace_id, asked)
    except NoSuchFiles as problem:
        for flaw in problem.flaws:
            row, place, handle, _ = named[int(flaw.place)]
            said = Flaw(place, flaw.says, flaw.mend, value=handle[:200])
            wrong[row.number].append(contents.missing(place, handle) if contents else said)
    return wrong


async def failed_rows(session: AsyncSession, actor: Actor, upload_id: UUID) -> FailedRows:
    """Return what has to be read again to have the failed rows of an upload as a file."""
    upload, _ = await store.get(session, actor, upload_id)
    if not has_ended(upload.state):
        raise NoFailedRows(name=upload.file_name, why=" yet: it is still under way")
    if not upload.failed:
        raise NoFailedRows(name=upload.file_name, why="")
    passes = await store.passes(session, actor.workspace_id, upload_id)
    if not passes or passes[0].failed_rows is None:
        raise FailedRowsNotKept(name=upload.file_name)
    parts = []
    for each in passes:
        if failed := RowSet.union([each.failed_rows]):
            version = await projects.version(session, actor.workspace_id, upload.project_id, each.flow_version)
            format_, is_source = Format(each.format), each.number == 1
            file = (each.file_name, format_, each.sha256, FlowChecker(version.flow), each.mapping)
            in_zip = is_source and upload.format == Format.ZIP
            parts.append(Part(*file, failed, is_source=is_source, in_zip=in_zip, may_reserve=each.may_reserve))
    said: dict[int, list[RowError]] = defaultdict(list)
    for error in await store.errors(session, actor.workspace_id, upload_id):
        said[error.row].append(RowError(error.row, error.field, error.says, error.value))
    return FailedRows(upload.file_name, Format(passes[0].format), parts, said)


def _pass(upload: Upload, file: Mapping[str, Any], giver: Actor, mapping: Naming | None) -> UploadPass:
    return UploadPass(
        workspace_id=upload.workspace_id,
        upload_id=upload.id,
        number=upload.passes,
        attempt_before=upload.attempt,
        flow_version=upload.flow_version,
        mapping=dict(mapping) if mapping else None,
        may_reserve=giver.may(Permission.WORK_RELEASE_ANY),
        **file,
        **_giver(giver),
    )


def _file(stored: Stored, format_: Format) -> dict[str, Any]:
    return {"file_name": stored.name, "format": format_, "sha256": stored.sha256, "bytes": stored.bytes}


def _giver(actor: Actor) -> dict[str, Any]:
    return {"created_by": actor.member_id, "created_by_name": actor.name}


async def _enqueue(session: AsyncSession, upload: Upload) -> None:
    # Two at once with the same external ids would wait for each other's end, row by row.
    order = f"uploads.{upload.project_id}"
    await jobs.enqueue(session, TAKE_IN, one_at_a_time=order, workspace_id=upload.workspace_id, upload_id=upload.id)
