"""HTTP for files.

Every member of the workspace whose role or key has `files.read` sees all of its files; which files a role is shown by
way of its tasks is decided with the tasks. A file of another workspace is not there.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from taskyard.access import Actor, Permission
from taskyard.domain.files import actions, copies, downloads, store
from taskyard.domain.files.rules import UNNAMED
from taskyard.domain.files.schemas import FileSaid
from taskyard.domain.files.tables import File
from taskyard.gateways.objects import Incoming
from taskyard.gateways.objects_incoming import refuse_announced
from taskyard.web import AtHand, OpenLater, Router, Session, Who
from taskyard.web.desk import Desk
from taskyard.web.multipart import BESIDE_BYTES_MAX, is_form, read_form

routes = Router(prefix="/files", noun="files")

_BINARY = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}
            },
            "application/octet-stream": {"schema": _BINARY},
        },
    }
}
_BYTES: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"description": "The bytes", "content": {"application/octet-stream": {"schema": _BINARY}}}},
}


@routes.verb(
    "POST",
    "",
    may=Permission.FILES_WRITE,
    answers=FileSaid,
    status=201,
    streams_body=True,
    openapi_extra=_BODY,
)
async def add(
    request: Request,
    unit: OpenLater,
    actor: Who,
    desk: AtHand,
    response: Response,
    name: Annotated[str, Query(max_length=1000, description="The name of a raw body.")] = UNNAMED,
) -> FileSaid:
    """Keep a file: as the part `file` of a form, or as the raw body with its name in the address."""
    async with desk.objects.incoming(desk.settings.file_bytes_max) as incoming:
        said_name = await _take(request, incoming, name)
        stored = await actions.put_away(
            desk.database, desk.objects, desk.pictures, actor.workspace_id, incoming, said_name
        )
        unit.covers(stored.sha256, stored.name)
        file = await actions.keep(await unit.session(), actor, stored)
    said = FileSaid.of(file)
    response.headers["Location"] = said.url
    return said


@routes.verb("GET", "/{file_id}/meta", may=Permission.FILES_READ, answers=FileSaid)
async def meta(file_id: UUID, session: Session, actor: Who) -> FileSaid:
    """Say what a file is."""
    return FileSaid.of(await store.file(session, actor.workspace_id, file_id))


@routes.verb("GET", "/{file_id}", may=Permission.FILES_READ, **_BYTES)
async def original(file_id: UUID, request: Request, actor: Who, desk: AtHand) -> Response:
    """Give the bytes as they came, for saving. Takes `Range` for one part; the whole is checked before it is sent."""
    return await downloads.sent(request, desk.objects, await _find(desk, actor, file_id))


@routes.verb("GET", "/{file_id}/view", may=Permission.FILES_READ, **_BYTES)
async def view(file_id: UUID, request: Request, actor: Who, desk: AtHand) -> Response:
    """Give a picture to look at: encoded anew, upright, without its metadata."""
    file = await _find(desk, actor, file_id)
    tag = downloads.tag_of(file, copies.VIEW)
    if downloads.is_known(request, tag):
        return downloads.unchanged(tag)
    return downloads.shown(await copies.view_of(desk.objects, desk.pictures, file), tag)


@routes.verb("GET", "/{file_id}/thumbnail", may=Permission.FILES_READ, **_BYTES)
async def thumbnail(file_id: UUID, request: Request, actor: Who, desk: AtHand) -> Response:
    """Give a picture for a list, with no side longer than 320 pixels."""
    file = await _find(desk, actor, file_id)
    tag = downloads.tag_of(file, copies.THUMBNAIL)
    if downloads.is_known(request, tag):
        return downloads.unchanged(tag)
    return downloads.shown(await copies.thumbnail_of(desk.objects, desk.pictures, file), tag)


async def _take(request: Request, incoming: Incoming, raw_name: str) -> str:
    announced = request.headers.get("content-length")
    content_type = request.headers.get("content-type", "")
    if is_form(content_type):
        refuse_announced(announced, incoming.limit_bytes, beside=BESIDE_BYTES_MAX)
        return (await read_form(request.stream(), content_type, incoming)).file_name
    refuse_announced(announced, incoming.limit_bytes)
    async for chunk in request.stream():
        await incoming.add(chunk)
    await incoming.finish()
    return raw_name


async def _find(desk: Desk, actor: Actor, file_id: UUID) -> File:
    # A transaction of its own: none may be open while the store is read and the picture is made.
    async with desk.database.transaction(actor.workspace_id) as session:
        return await store.file(session, actor.workspace_id, file_id)
