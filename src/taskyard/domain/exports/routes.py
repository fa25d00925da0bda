"""HTTP about exports: tasks with their answers as one stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from starlette.responses import StreamingResponse

from taskyard.access import Permission
from taskyard.domain import projects, tasks
from taskyard.domain.exports import store
from taskyard.domain.exports.rules import MEDIA_TYPES
from taskyard.domain.exports.schemas import ExportAsked
from taskyard.domain.exports.stream import pieces, whole
from taskyard.web import AtHand, Router, Session, Who

routes = Router(noun="exports")


@routes.verb("GET", "/tasks/export", may=Permission.TASKS_EXPORT, response_class=Response)
async def export(session: Session, actor: Who, desk: AtHand, asked: Annotated[ExportAsked, Query()]) -> Response:
    """Stream tasks with their answers and who gave them, as one moment in time, without a limit of rows.

    Only so many streams of a workspace run at once; one more is refused with 429 and `Retry-After`.
    A stream that breaks does not end as a whole one does: the client sees a broken transfer, and a JSON list
    without its closing bracket.
    """
    # By the database's clock, before the snapshot: what changed before is in, what changes later may be.
    now = await store.now(session)
    for project_id in asked.project:
        await projects.get(session, actor, project_id)
    seconds_max = desk.settings.job_statement_seconds_max
    narrowed = asked.narrowed()
    tasks.refuse_hidden_fields(actor, narrowed)
    found = pieces(desk.database, desk.exporting, actor, narrowed, asked.form, seconds_max)
    # The first piece is made before the answer begins, so that what cannot be exported is refused with a status.
    first = await anext(found)
    headers = {
        "Content-Disposition": f'attachment; filename="tasks-{now:%Y%m%d-%H%M%S}.{asked.form}"',
        "Taskyard-Snapshot": now.isoformat(timespec="seconds"),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(whole(first, found), media_type=MEDIA_TYPES[asked.form], headers=headers)
