"""HTTP about exports: one that streams at once, and those that are made in the background and kept for a while."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from taskyard.access import Actor, Permission
from taskyard.domain import files
from taskyard.domain.exports import actions, checking, store
from taskyard.domain.exports.composing import Composition, Tools
from taskyard.domain.exports.rules import MEDIA_TYPES, NOT_FOUND, ZIP_TYPE, ExportFormat, Include, is_zip
from taskyard.domain.exports.schemas import ConsumerSaid, ExportAsk, ExportAsked, ExportSaid
from taskyard.domain.exports.stream import pieces, whole
from taskyard.domain.exports.tables import Export
from taskyard.kit.db import clock
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import AtHand, Router, Session, Who
from taskyard.web.bodies import Page, page_ask
from taskyard.web.desk import Desk

routes = Router(noun="exports")
Ask = Annotated[PageAsk, Depends(page_ask)]


@routes.verb("GET", "/tasks/export", may=Permission.TASKS_EXPORT, response_class=Response)
async def export(actor: Who, desk: AtHand, asked: Annotated[ExportAsked, Query()]) -> Response:
    """Stream tasks with their answers and who gave them, as one moment in time, without a limit of rows.

    Only so many streams of a workspace run at once; one more is refused with 429 and `Retry-After`.
    A client learns from `Taskyard-Not-Found` how many of the named `ids` are not there.
    A stream that breaks does not end as a whole one does: the client sees a broken transfer, and a JSON list
    without its closing bracket. With `check=true` it is only tried whether one could begin now, and answered 204.
    """
    wanted = asked.wanted()
    # A transaction of its own: none may be open while the answer leaves.
    async with desk.database.transaction(actor.workspace_id) as session:
        await checking.refuse_unfit(session, actor, wanted)
        name = await actions.named(session, actor, wanted, await clock.now(session))
    composition = Composition(tools_of(desk), actor, wanted, asked.as_asked(), {})
    found = pieces(desk.exporting, actor, composition)
    # The first piece is made before the answer begins, so that what cannot be exported is refused with a status.
    first = await anext(found)
    if asked.check:
        await found.aclose()
        return Response(status_code=204)
    now = composition.began_at
    headers = {
        "Content-Disposition": files.disposition_of(f"{name}.{wanted.extension}"),
        "Taskyard-Snapshot": now.isoformat(timespec="seconds"),
        "Cache-Control": "no-store",
    }
    if missing := composition.tally.left_out[NOT_FOUND]:
        headers["Taskyard-Not-Found"] = str(missing)
    media_type = ZIP_TYPE if wanted.is_zip else MEDIA_TYPES[wanted.form]
    return StreamingResponse(whole(first, found), media_type=media_type, headers=headers)


@routes.verb("POST", "/exports", may=Permission.TASKS_EXPORT, answers=ExportSaid, status=202)
async def queue(request: Request, session: Session, actor: Who, ask: ExportAsk, response: Response) -> ExportSaid:
    """Have an export made in the background, as one moment in time; it is kept for a number of days."""
    made = await actions.queue(session, actor, ask.wanted(), ask.as_asked(), ask.name, ask.consumer)
    response.headers["Location"] = f"{request.url.path}/{made.export.id}"
    return ExportSaid.of(*made)


@routes.verb("GET", "/exports", may=Permission.TASKS_EXPORT, answers=Page[ExportSaid])
async def exports(session: Session, actor: Who, ask: Ask) -> Page[ExportSaid]:
    """List exports, newest first; clients see their own."""
    bound = ["exports", str(actor.workspace_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.listed(session, actor, ask.limit + 1, UUID(before[0]) if before else None)
    items = [ExportSaid.of(*row) for row in rows[: ask.limit]]
    more = write_cursor(bound, [str(items[-1].id)]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count(session, actor))


# Before those of one export, whose paths this one would look like.
@routes.verb("GET", "/exports/consumers", may=Permission.TASKS_EXPORT, answers=Page[ConsumerSaid])
async def consumers(session: Session, actor: Who) -> Page[ConsumerSaid]:
    """List who is given what changed since the last time, and where they stand."""
    items = [ConsumerSaid.of(consumer, actor, last) for consumer, last in await store.consumers(session, actor)]
    return Page(items=items, total=len(items))


@routes.verb("POST", "/exports/consumers/{consumer_id}/reset", may=Permission.TASKS_WRITE, answers=ConsumerSaid)
async def reset(consumer_id: UUID, session: Session, actor: Who) -> ConsumerSaid:
    """Have a consumer begin anew: the next export for it has everything, and may follow another filter."""
    return ConsumerSaid.of(await actions.reset(session, actor, consumer_id), actor)


@routes.verb("GET", "/exports/{export_id}", may=Permission.TASKS_EXPORT, answers=ExportSaid)
async def one(export_id: UUID, session: Session, actor: Who) -> ExportSaid:
    """Show how an export goes, or went, with all that was asked for."""
    return ExportSaid.of(*await store.get(session, actor, export_id), whole=True)


@routes.verb("GET", "/exports/{export_id}/download", may=Permission.TASKS_EXPORT, response_class=Response)
async def download(export_id: UUID, request: Request, actor: Who, desk: AtHand) -> Response:
    """Give what was made, to be saved. Takes `Range` for one part; the whole is checked before it is sent."""
    export, said = await _readable(desk, actor, export_id)
    form = ExportFormat(export.format)
    media_type = ZIP_TYPE if is_zip(form, with_files=Include.FILES in export.include) else MEDIA_TYPES[form]
    return await files.sent(
        request, desk.objects, _content(export, said.file_name, export.sha256, export.bytes, media_type)
    )


@routes.verb("GET", "/exports/{export_id}/manifest", may=Permission.TASKS_EXPORT, response_class=Response)
async def manifest(export_id: UUID, request: Request, actor: Who, desk: AtHand) -> Response:
    """Give what was asked for, what went out and what was left out, and the sums of the files."""
    export, _ = await _readable(desk, actor, export_id)
    name = f"{export.name}.manifest.json"
    return await files.sent(
        request,
        desk.objects,
        _content(export, name, export.manifest_sha256, export.manifest_bytes, MEDIA_TYPES[ExportFormat.JSON]),
    )


@routes.verb("POST", "/exports/{export_id}/cancel", may=Permission.TASKS_EXPORT, answers=ExportSaid)
async def cancel(export_id: UUID, session: Session, actor: Who) -> ExportSaid:
    """Stop an export that has not ended; nothing of it stays."""
    return ExportSaid.of(*await actions.cancel(session, actor, export_id))


@routes.verb("DELETE", "/exports/{export_id}", may=Permission.TASKS_EXPORT, status=204)
async def delete(export_id: UUID, session: Session, actor: Who) -> None:
    """Delete an export that has ended, with its bytes. A consumer stays where it is."""
    await actions.remove(session, actor, export_id)


async def _readable(desk: Desk, actor: Actor, export_id: UUID) -> tuple[Export, ExportSaid]:
    # A transaction of its own: none may be open while the store is read.
    async with desk.database.transaction(actor.workspace_id) as session:
        listed = await store.get(session, actor, export_id)
    return actions.readable(listed.export), ExportSaid.of(*listed)


def _content(export: Export, name: str, sha256: str | None, length: int | None, media_type: str) -> files.File:
    return files.File(
        workspace_id=export.workspace_id, sha256=sha256, bytes=length or 0, media_type=media_type, name=name
    )


def tools_of(desk: Desk) -> Tools:
    """Return what a process has at hand to make exports with."""
    return Tools(desk.database, desk.objects, desk.pictures, desk.settings.job_statement_seconds_max)
