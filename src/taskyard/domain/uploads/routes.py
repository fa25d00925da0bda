"""HTTP about uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from functools import partial
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from taskyard.access import Actor, Permission
from taskyard.domain import files
from taskyard.domain.files import Stored
from taskyard.domain.uploads import actions, store
from taskyard.domain.uploads.failed_rows import pieces
from taskyard.domain.uploads.judging import judged
from taskyard.domain.uploads.parsing import Format, format_of
from taskyard.domain.uploads.preview import look
from taskyard.domain.uploads.preview_zip import Inside, look_inside, shown_members
from taskyard.domain.uploads.rules import is_table
from taskyard.domain.uploads.schemas import PreviewAsk, PreviewSaid, RowErrorSaid, UploadAsk, UploadSaid
from taskyard.domain.uploads.zip_contents import Contents, contents_of, limits_of
from taskyard.gateways.objects import Incoming
from taskyard.gateways.objects_incoming import refuse_announced
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import AtHand, OpenLater, Router, Session, Who
from taskyard.web.bodies import Body, Page, page_ask
from taskyard.web.desk import Desk
from taskyard.web.multipart import BESIDE_BYTES_MAX, is_form, read_form
from taskyard.web.problems import KeyUsedForAnother, WrongContentType
from taskyard.web.unit import Replay, Unit

routes = Router(prefix="/uploads", noun="uploads")
Asked = TypeVar("Asked", bound=Body)
Ask = Annotated[PageAsk, Depends(page_ask)]

PARQUET_TYPE = "application/vnd.apache.parquet"
ZIP_TYPE = "application/zip"
# What a raw body may be said to be, with the name it gets when none is given.
RAW_TYPES = {
    "text/csv": "upload.csv",
    "application/json": "upload.json",
    "application/x-ndjson": "upload.jsonl",
    "application/jsonl": "upload.jsonl",
    PARQUET_TYPE: "upload.parquet",
    ZIP_TYPE: "upload.zip",
    "text/plain": "upload",
    "application/octet-stream": "upload",
}
RESERVED = "The member for whom all tasks are kept whose rows name nobody: e-mail address, id, or name."
_BINARY = {"type": "string", "format": "binary"}
_PARTS: dict[str, Any] = {
    "type": "object",
    "required": ["file", "project"],
    "properties": {
        "file": _BINARY,
        "project": {"type": "string", "format": "uuid"},
        "mode": {"type": "string", "enum": ["valid_rows", "all_or_nothing"], "default": "valid_rows"},
        "mapping": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "Which column or key is which field, as a JSON object; null leaves a column out.",
        },
        "reserve_for": {"type": "string", "description": RESERVED},
    },
}


def _body(parts: dict[str, Any], *, is_form_only: bool = False) -> dict[str, Any]:
    kinds = () if is_form_only else ("text/csv", "application/json", "application/x-ndjson", PARQUET_TYPE, ZIP_TYPE)
    raw = {kind: {"schema": _BINARY} for kind in kinds}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": parts}, **raw}}}


_BODY = _body(_PARTS)
_PREVIEW_BODY = _body(
    {
        **_PARTS,
        "properties": {
            **{name: part for name, part in _PARTS["properties"].items() if name not in {"mode", "reserve_for"}},
            "part": {"type": "boolean", "default": False, "description": "These are only the first bytes."},
        },
    },
    is_form_only=True,
)
_MENDED_BODY = _body({"type": "object", "required": ["file"], "properties": {"file": _BINARY}})
_project = Query(description="The project, for a raw body.")
_mode = Query(description="What one bad row means for the others, for a raw body: `valid_rows` or `all_or_nothing`.")
_mapping = Query(description="Which column is which field, as a JSON object, for a raw body.")
_reserve_for = Query(max_length=254, description=f"{RESERVED} For a raw body.")
_name = Query(max_length=1000, description="The name of the file, for a raw body.")


@routes.verb(
    "POST", "", may=Permission.UPLOADS_WRITE, answers=UploadSaid, status=202, streams_body=True, openapi_extra=_BODY
)
async def queue(
    request: Request,
    unit: OpenLater,
    actor: Who,
    desk: AtHand,
    response: Response,
    project: Annotated[str | None, _project] = None,
    mode: Annotated[str | None, _mode] = None,
    mapping: Annotated[str | None, _mapping] = None,
    reserve_for: Annotated[str | None, _reserve_for] = None,
    name: Annotated[str | None, _name] = None,
) -> UploadSaid:
    """Give a file of tasks: as the part `file` of a form, or as the raw body. It is safe once this answers."""
    told = {"project": project, "mode": mode, "mapping": mapping, "reserve_for": reserve_for}
    async with desk.objects.incoming(desk.settings.upload_bytes_max) as incoming:
        fields, said_name = await _take(request, incoming, name, fields=tuple(UploadAsk.model_fields))
        ask = _asked(UploadAsk, {**{key: value for key, value in told.items() if value is not None}, **fields})
        # What the first bytes show is refused now, before anything is kept.
        format_, contents = await _looked_at(actor, desk, incoming, said_name)
        stored = await files.put_away(
            desk.database, desk.objects, desk.pictures, actor.workspace_id, incoming, said_name
        )
        session = await _begin(unit, stored, ask)
        upload, project_name = await actions.queue(session, actor, ask, stored, format_, contents)
    response.headers["Location"] = f"{request.url.path}/{upload.id}"
    return UploadSaid.of(upload, project_name, actor)


@routes.verb(
    "POST",
    "/preview",
    may=Permission.UPLOADS_WRITE,
    answers=PreviewSaid,
    streams_body=True,
    openapi_extra=_PREVIEW_BODY,
)
async def preview(request: Request, actor: Who, desk: AtHand) -> PreviewSaid:
    """Look at a file, or at its first bytes, before it is uploaded: its columns and its first 20 rows. Nothing is kept.

    Without a mapping one is proposed: by the same names, as an earlier file of the project had it, by similar names.
    """
    async with desk.objects.incoming(desk.settings.upload_bytes_max) as incoming:
        fields, said_name = await _take(request, incoming, None, fields=tuple(PreviewAsk.model_fields))
        ask = _asked(PreviewAsk, fields)
        async with desk.database.transaction(actor.workspace_id) as session:
            checker, remembered = await actions.previewing(session, actor, ask.project)
        _, contents = await _looked_at(actor, desk, incoming, said_name)
        private = desk.settings.callback_private
        if contents is None:
            looking = partial(look, is_part=ask.part, private_callbacks=private)
            seen = await asyncio.to_thread(looking, incoming.path, said_name, checker, ask.mapping, remembered)
            inside = Inside({}, {})
        else:
            seen = await look_inside(
                contents, checker, ask.mapping, remembered, desk.objects, private_callbacks=private
            )
            inside = await shown_members(contents, checker, seen.rows, desk)
        async with desk.database.transaction(actor.workspace_id) as session:
            missing = await actions.missing_files(session, actor, checker, seen.rows, contents)
            may_reserve = actor.may(Permission.WORK_RELEASE_ANY)
            its = await judged(session, actor.workspace_id, checker, seen.rows, may_reserve=may_reserve)
    wrong = [missing, inside.flaws, its.flaws]
    return PreviewSaid.of(seen, wrong, inside, its, contents.passed_over() if contents else [])


@routes.verb("GET", "", may=Permission.UPLOADS_READ, answers=Page[UploadSaid])
async def uploads(session: Session, actor: Who, ask: Ask) -> Page[UploadSaid]:
    """List uploads, newest first; clients see those of the projects shared with them."""
    bound = ["uploads", str(actor.workspace_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.listed(session, actor, ask.limit + 1, UUID(before[0]) if before else None)
    items = [UploadSaid.of(upload, project, actor) for upload, project in rows[: ask.limit]]
    more = write_cursor(bound, [str(items[-1].id)]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count(session, actor))


@routes.verb("GET", "/{upload_id}", may=Permission.UPLOADS_READ, answers=UploadSaid)
async def upload(upload_id: UUID, session: Session, actor: Who) -> UploadSaid:
    """Show how an upload goes, or went."""
    return UploadSaid.of(*await store.get(session, actor, upload_id), actor)


@routes.verb("GET", "/{upload_id}/errors", may=Permission.UPLOADS_READ, answers=Page[RowErrorSaid])
async def errors(upload_id: UUID, session: Session, actor: Who, ask: Ask) -> Page[RowErrorSaid]:
    """List what was wrong with the rows, in their order; the first bad rows are kept, `failed` counts all."""
    found, _ = await store.get(session, actor, upload_id)
    bound = ["upload.errors", str(upload_id)]
    after = read_cursor(bound, ask.cursor)
    rows = await store.errors(session, actor.workspace_id, upload_id, ask.limit + 1, after[0] if after else 0)
    more = write_cursor(bound, [rows[ask.limit - 1].number]) if len(rows) > ask.limit else None
    kept, bad_rows = await store.count_errors(session, actor.workspace_id, upload_id)
    items = [RowErrorSaid.model_validate(row) for row in rows[: ask.limit]]
    return Page(items=items, next=more, total=kept, total_is_exact=bad_rows >= found.failed)


@routes.verb("GET", "/{upload_id}/failed-rows", may=Permission.UPLOADS_READ, response_class=Response)
async def failed_rows(upload_id: UUID, actor: Who, desk: AtHand) -> Response:
    """Download the rows that failed: CSV for CSV, JSON Lines otherwise, each with `_row` and `_error`.

    Mended, they go to `POST /uploads/{id}/mended`. All of them are there, however many; columns and rows stand in
    the order of the source. A cell that a spreadsheet would take for a formula has an apostrophe before it, which
    is taken away again when the file comes back.
    """
    async with desk.database.transaction(actor.workspace_id) as session:
        found = await actions.failed_rows(session, actor, upload_id)
    made = pieces(found, desk.database, desk.objects, limits_of(desk.settings), actor.workspace_id)
    # The first piece is made before the answer begins: a source that is gone is refused with a status.
    first = await anext(made)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.file_name)}",
        "Cache-Control": "no-store",
    }
    kind = "text/csv" if is_table(found.format) else "application/x-ndjson"
    return StreamingResponse(_whole(first, made), media_type=kind, headers=headers)


@routes.verb(
    "POST",
    "/{upload_id}/mended",
    may=Permission.UPLOADS_WRITE,
    answers=UploadSaid,
    status=202,
    streams_body=True,
    openapi_extra=_MENDED_BODY,
)
async def mended(
    upload_id: UUID,
    request: Request,
    unit: OpenLater,
    actor: Who,
    desk: AtHand,
    name: Annotated[str | None, _name] = None,
) -> UploadSaid:
    """Give mended rows of an upload, as its file of failed rows has them: they become another pass of the same upload.

    `_row` says which row of the source each one is, `_error` is left aside. A row that is still bad stays failed; one
    that names no failed row is left out, and the upload says how many were.
    """
    async with desk.database.transaction(actor.workspace_id) as session:
        await store.get(session, actor, upload_id)
    async with desk.objects.incoming(desk.settings.upload_bytes_max) as incoming:
        _, said_name = await _take(request, incoming, name, fields=())
        format_ = await asyncio.to_thread(format_of, incoming.path, said_name)
        stored = await files.put_away(
            desk.database, desk.objects, desk.pictures, actor.workspace_id, incoming, said_name
        )
        unit.covers(stored.sha256, stored.name)
        session = await unit.session()
        found, project_name = await actions.mend(session, actor, upload_id, stored, format_)
    return UploadSaid.of(found, project_name, actor)


@routes.verb("POST", "/{upload_id}/cancel", may=Permission.UPLOADS_WRITE, answers=UploadSaid)
async def cancel(upload_id: UUID, session: Session, actor: Who) -> UploadSaid:
    """Stop an upload; nothing of it will be there."""
    return UploadSaid.of(*await actions.cancel(session, actor, upload_id), actor)


async def _looked_at(actor: Actor, desk: Desk, incoming: Incoming, name: str) -> tuple[Format, Contents | None]:
    """Say what a file is. The list of a ZIP is checked whole; whoever gives one gives files."""
    format_ = await asyncio.to_thread(format_of, incoming.path, name)
    if format_ is not Format.ZIP:
        return format_, None
    actor.must(Permission.FILES_WRITE)
    return format_, await asyncio.to_thread(contents_of, incoming.path, files.safe_name(name), limits_of(desk.settings))


async def _whole(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


async def _take(
    request: Request, incoming: Incoming, raw_name: str | None, *, fields: Collection[str]
) -> tuple[dict[str, str], str]:
    announced = request.headers.get("content-length")
    content_type = request.headers.get("content-type", "")
    if is_form(content_type):
        refuse_announced(announced, incoming.limit_bytes, beside=BESIDE_BYTES_MAX)
        form = await read_form(request.stream(), content_type, incoming, fields=fields)
        return form.fields, form.file_name
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in RAW_TYPES:
        raise WrongContentType(wanted="multipart/form-data or text/csv", given=kind or "nothing")
    refuse_announced(announced, incoming.limit_bytes)
    async for chunk in request.stream():
        await incoming.add(chunk)
    await incoming.finish()
    return {}, raw_name or RAW_TYPES[kind]


def _asked(kind: type[Asked], fields: dict[str, str]) -> Asked:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError([{**part, "loc": ("body", *part["loc"])} for part in error.errors()]) from error


async def _begin(unit: Unit, stored: Stored, ask: UploadAsk) -> AsyncSession:
    try:
        return await unit.session()
    except Replay as replay:
        # The key's mark does not cover a streamed body; the answer that was kept tells what it was for.
        kept = orjson.loads(replay.response.body)
        was = (kept.get("sha256"), kept.get("file_name"), kept.get("mode"), kept.get("project", {}).get("id"))
        if was != (stored.sha256, stored.name, ask.mode, str(ask.project)):
            raise KeyUsedForAnother from replay
        raise
