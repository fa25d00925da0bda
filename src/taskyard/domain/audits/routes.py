"""HTTP about audits."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from taskyard.access import Permission
from taskyard.domain import answers
from taskyard.domain.audits import actions, store
from taskyard.domain.audits.schemas import AuditAsked, AuditDone, AuditedTask, AuditSaid, FixSaid
from taskyard.domain.audits.tables import Audit
from taskyard.kit import strict_json
from taskyard.web import Router, Session, Who
from taskyard.web.bodies import Page

routes = Router(prefix="/tasks/{task_id}", noun="audits")


@routes.verb("POST", "/audits", may=Permission.AUDITS_WRITE, answers=AuditDone, status=201)
async def audit(task_id: UUID, body: AuditAsked, session: Session, actor: Who) -> AuditDone:
    """Accept, fix or reject what came of a completed task. The first verdict stands; owners and managers may change it.

    What a fix replaces is kept. A rejection ends the task or begins it again, as its project says.
    """
    given, task = await actions.audit(session, actor, task_id, body)
    said = await _said(session, [given])
    return AuditDone(**said[0].model_dump(), task=AuditedTask.model_validate(task))


@routes.verb("GET", "/audits", may=Permission.AUDITS_READ, answers=Page[AuditSaid])
async def audits(task_id: UUID, session: Session, actor: Who) -> Page[AuditSaid]:
    """List the verdicts on a task, newest first, those that were replaced too, each with the answers it is about."""
    await store.seen(session, actor, task_id)
    said = await _said(session, await store.of_task(session, actor.workspace_id, task_id))
    return Page(items=said, total=len(said))


@routes.verb("GET", "/fix", may=Permission.AUDITS_WRITE, responses={200: {"model": FixSaid}})
async def fix(
    task_id: UUID, session: Session, actor: Who, step: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """Show what a fix begins with: a step as whoever answered it had it, with the answer that counts."""
    found = await actions.fix_begins_with(session, actor, task_id, step)
    return Response(strict_json.dumps(found), media_type="application/json")


async def _said(session: Session, rows: list[Audit]) -> list[AuditSaid]:
    named = {id_ for row in rows for id_ in (row.answer_id, row.prior_answer_id) if id_ is not None}
    known = await answers.by_ids(session, rows[0].workspace_id, named) if named else {}
    return [AuditSaid.of(row, known) for row in rows]
