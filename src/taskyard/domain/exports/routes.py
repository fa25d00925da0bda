"""HTTP about exports: tasks with their answers as one stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from starlette.responses import StreamingResponse

from taskyard.access import Permission
from taskyard.domain import projects, tasks
from taskyard.domain.exports.composing import Composition, Tools
from taskyard.domain.exports.rules import MEDIA_TYPES, ZIP_TYPE
from taskyard.domain.exports.schemas import ExportAsked
from taskyard.domain.exports.stream import pieces, whole
from taskyard.web import AtHand, Router, Who
from taskyard.web.desk import Desk

routes = Router(noun="exports")


@routes.verb("GET", "/tasks/export", may=Permission.TASKS_EXPORT, response_class=Response)
async def export(actor: Who, desk: AtHand, asked: Annotated[ExportAsked, Query()]) -> Response:
    """Stream tasks with their answers and who gave them, as one moment in time, without a limit of rows.

    Only so many streams of a workspace run at once; one more is refused with 429 and `Retry-After`.
    A stream that breaks does not end as a whole one does: the client sees a broken transfer, and a JSON list
    without its closing bracket.
    """
    wanted = asked.wanted()
    # A transaction of its own: none may be open while the answer leaves.
    async with desk.database.transaction(actor.workspace_id) as session:
        for project_id in asked.project:
            await projects.get(session, actor, project_id)
    tasks.refuse_hidden_fields(actor, wanted.tasks)
    composition = Composition(tools_of(desk), actor, wanted, asked.as_asked(), {})
    found = pieces(desk.exporting, actor, composition)
    # The first piece is made before the answer begins, so that what cannot be exported is refused with a status.
    first = await anext(found)
    now = composition.began_at
    headers = {
        "Content-Disposition": f'attachment; filename="tasks-{now:%Y%m%d-%H%M%S}.{wanted.extension}"',
        "Taskyard-Snapshot": now.isoformat(timespec="seconds"),
        "Cache-Control": "no-store",
    }
    media_type = ZIP_TYPE if wanted.is_zip else MEDIA_TYPES[wanted.form]
    return StreamingResponse(whole(first, found), media_type=media_type, headers=headers)


def tools_of(desk: Desk) -> Tools:
    """Return what a process has at hand to make exports with."""
    return Tools(desk.database, desk.objects, desk.pictures, desk.settings.job_statement_seconds_max)
