"""HTTP about archives."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from starlette.responses import StreamingResponse

from taskyard.access import Permission
from taskyard.domain.archives import actions, selecting, store
from taskyard.domain.archives.problems import ArchiveEmpty
from taskyard.domain.archives.rules import ItemOutcome
from taskyard.domain.archives.schemas import (
    ArchiveAsk,
    ArchiveItemSaid,
    ArchiveLook,
    ArchiveSaid,
    RefusedSaid,
    RestoreAsk,
    why_no_file,
)
from taskyard.kit.db.statements import take_time
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import AtHand, Router, Session, Who
from taskyard.web.bodies import Page, page_ask

routes = Router(prefix="/archives", noun="archives")
Ask = Annotated[PageAsk, Depends(page_ask)]
MEDIA_TYPE = "application/gzip"
_FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
}


@routes.verb("POST", "", may=Permission.ARCHIVES_WRITE, answers=ArchiveSaid | ArchiveLook, status=202)
async def archive(
    body: ArchiveAsk, session: Session, actor: Who, desk: AtHand, request: Request, response: Response
) -> ArchiveSaid | ArchiveLook:
    """Move tasks out of the list: finished ones, and queued ones that nobody has touched, as they fit now.

    With `dry_run` nothing is done: it answers 200 and says how many could go, and why the others could not.
    """
    await take_time(session, desk.settings.job_statement_seconds_max)
    asked = body.selection.narrowed()
    if body.dry_run:
        response.status_code = 200
        may, refused = await selecting.look(session, actor, asked)
        stay = sum(each.number for each in refused)
        return ArchiveLook(asked=may + stay, archivable=may, refused=[RefusedSaid.of(each) for each in refused])
    selection = body.selection.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    made = await actions.queue(session, actor, asked, name=body.name, selection=selection)
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    return ArchiveSaid.of(made, actor)


@routes.verb("GET", "", may=Permission.ARCHIVES_READ, answers=Page[ArchiveSaid])
async def archives(session: Session, actor: Who, ask: Ask) -> Page[ArchiveSaid]:
    """List archives, newest first."""
    bound = ["archives", str(actor.workspace_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.listed(session, actor.workspace_id, ask.limit + 1, UUID(before[0]) if before else None)
    items = [ArchiveSaid.of(row, actor) for row in rows[: ask.limit]]
    more = write_cursor(bound, [str(items[-1].id)]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count(session, actor.workspace_id))


@routes.verb("GET", "/{archive_id}", may=Permission.ARCHIVES_READ, answers=ArchiveSaid)
async def one(archive_id: UUID, session: Session, actor: Who) -> ArchiveSaid:
    """Show an archive, and how far it is."""
    return ArchiveSaid.of(await store.get(session, actor.workspace_id, archive_id), actor)


@routes.verb("GET", "/{archive_id}/items", may=Permission.ARCHIVES_READ, answers=Page[ArchiveItemSaid])
async def items(
    archive_id: UUID, session: Session, actor: Who, ask: Ask, outcome: ItemOutcome | None = None
) -> Page[ArchiveItemSaid]:
    """List what became of each task that was asked for, oldest first."""
    await store.get(session, actor.workspace_id, archive_id)
    bound = ["archive.items", str(archive_id), outcome]
    after = read_cursor(bound, ask.cursor)
    rows = await store.items(session, actor.workspace_id, archive_id, outcome, ask.limit + 1, after[0] if after else 0)
    more = write_cursor(bound, [rows[ask.limit - 1].number]) if len(rows) > ask.limit else None
    total = await store.count_items(session, actor.workspace_id, archive_id, outcome)
    return Page(items=[ArchiveItemSaid.of(row) for row in rows[: ask.limit]], next=more, total=total)


@routes.verb("POST", "/{archive_id}/cancel", may=Permission.ARCHIVES_WRITE, answers=ArchiveSaid)
async def cancel(archive_id: UUID, session: Session, actor: Who) -> ArchiveSaid:
    """Take an archive back that has not begun; every task stays in the list."""
    return ArchiveSaid.of(await actions.cancel(session, actor, archive_id), actor)


@routes.verb("POST", "/{archive_id}/restore", may=Permission.ARCHIVES_WRITE, answers=ArchiveSaid, status=202)
async def restore(archive_id: UUID, session: Session, actor: Who, body: RestoreAsk | None = None) -> ArchiveSaid:
    """Put tasks back as they were, all or some, each proved equal by its hash. Conflicts stay, with the reason."""
    return ArchiveSaid.of(await actions.restore(session, actor, archive_id, body.ids if body else None), actor)


@routes.verb("DELETE", "/{archive_id}", may=Permission.ARCHIVES_WRITE, status=204)
async def delete(archive_id: UUID, session: Session, actor: Who) -> None:
    """Delete an archive for good, with the tasks in it and the files only they used."""
    await actions.delete(session, actor, archive_id)


@routes.verb("GET", "/{archive_id}/download", may=Permission.ARCHIVES_READ, **_FILE)
async def download(archive_id: UUID, actor: Who, desk: AtHand) -> Response:
    """Give the file: compressed JSON Lines, one task a line with everything it made, as it was archived."""
    # A transaction of its own: none may be open while the store is read.
    async with desk.database.transaction(actor.workspace_id) as session:
        found = await store.get(session, actor.workspace_id, archive_id)
    if found.sha256 is None:
        raise ArchiveEmpty(why=why_no_file(found))
    pieces = await desk.objects.stream(actor.workspace_id, found.sha256)
    headers = {
        "Content-Disposition": f'attachment; filename="archive-{found.created_at:%Y%m%d}-{found.id}.jsonl.gz"',
        "Content-Length": str(found.bytes),
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type=MEDIA_TYPE, headers=headers)
