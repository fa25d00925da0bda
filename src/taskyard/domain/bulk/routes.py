"""HTTP about bulk operations, and about the same verbs for one task."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from taskyard.access import Actor, Permission
from taskyard.domain import tasks
from taskyard.domain.bulk import actions, doing, store
from taskyard.domain.bulk.rules import Action
from taskyard.domain.bulk.schemas import BulkAsked, BulkPage, BulkSaid, DryRun, ItemSaid, MoveTask, ReasonSaid, SendBack
from taskyard.domain.bulk.store import Listed
from taskyard.domain.runs import Outcome
from taskyard.domain.tasks import Task
from taskyard.kit.db import clock
from taskyard.kit.db.engine import Database
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import AtHand, Router, Session, Who
from taskyard.web.bodies import Page, Said, page_ask

routes = Router(noun="bulk")
Ask = Annotated[PageAsk, Depends(page_ask)]
CSV_ROWS = 5_000
COLUMNS = ("number", "task_id", "external_id", "outcome", "code", "says")


class TaskMoved(Said):
    """Where a task stands after it was moved, sent back or completed."""

    id: UUID
    status: str
    steps: list[str]
    run_id: UUID | None
    redo_count: int


@routes.verb("POST", "/bulk", may=Permission.TASKS_CANCEL, answers=BulkSaid | DryRun, status=202)
async def ask(
    body: BulkAsked, session: Session, actor: Who, desk: AtHand, request: Request, response: Response
) -> BulkSaid | DryRun:
    """Do something to many tasks: those that are meant are fixed at this moment, the work follows in the background.

    A dry run answers at once with what would become of them, and changes nothing. Clients cancel queued tasks only.
    """
    asked, arguments, seconds = body.selection.narrowed(), body.told(), desk.settings.job_statement_seconds_max
    if body.dry_run:
        response.status_code = 200
        found = await actions.look_ahead(session, actor, body.action, arguments, asked, seconds_max=seconds)
        counts = {outcome: sum(n for _, n in actions.told(found, outcome)) for outcome in Outcome}
        refused: Counter[tuple[str | None, str | None]] = Counter()
        for verdict, number in actions.told(found, Outcome.REFUSED):
            refused[verdict.code, verdict.says] += number
        reasons = [
            ReasonSaid(outcome=Outcome.REFUSED, code=code, says=says, count=number)
            for (code, says), number in refused.most_common()
        ]
        return DryRun(
            action=body.action,
            total=found.total(),
            done=counts[Outcome.DONE],
            unchanged=counts[Outcome.UNCHANGED],
            refused=counts[Outcome.REFUSED],
            reasons=reasons,
        )
    bulk = await actions.ask(session, actor, body.action, arguments, asked, body.selected(), seconds_max=seconds)
    response.headers["Location"] = f"{request.url.path}/{bulk.id}"
    return BulkSaid.of(bulk, actor, await clock.now(session))


@routes.verb("GET", "/bulk", may=Permission.TASKS_CANCEL, answers=Page[BulkSaid])
async def bulks(session: Session, actor: Who, ask: Ask) -> Page[BulkSaid]:
    """List bulk operations, newest first; clients see their own."""
    bound = ["bulk", str(actor.workspace_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.listed(session, actor, ask.limit + 1, UUID(before[0]) if before else None)
    now = await clock.now(session)
    items = [BulkSaid.of(bulk, actor, now) for bulk in rows[: ask.limit]]
    more = write_cursor(bound, [str(items[-1].id)]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count(session, actor))


@routes.verb("GET", "/bulk/{bulk_id}", may=Permission.TASKS_CANCEL, answers=BulkPage)
async def bulk(bulk_id: UUID, session: Session, actor: Who) -> BulkPage:
    """Show how a bulk operation goes, or went, and why what was refused was."""
    found = await store.get(session, actor, bulk_id)
    reasons = await store.reasons(session, actor.workspace_id, bulk_id)
    return BulkPage.with_reasons(found, actor, await clock.now(session), reasons)


@routes.verb("GET", "/bulk/{bulk_id}/items", may=Permission.TASKS_CANCEL, answers=Page[ItemSaid])
async def items(
    bulk_id: UUID,
    request: Request,
    session: Session,
    actor: Who,
    desk: AtHand,
    ask: Ask,
    outcome: Outcome | None = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
) -> Page[ItemSaid] | Response:
    """List what became of each task; as CSV, all of it as a stream, with `format=csv` or `Accept: text/csv`.

    Once they have had their days there are none; the operation says so in `items_kept`.
    """
    found = await store.get(session, actor, bulk_id)
    wanted = outcome.value if outcome else None
    if form == "csv" or (form is None and request.headers.get("accept", "").startswith("text/csv")):
        headers = {"Content-Disposition": f'attachment; filename="bulk-{bulk_id}.csv"', "Cache-Control": "no-store"}
        lines = _csv(desk.database, actor, bulk_id, wanted)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
    bound = ["bulk.items", str(bulk_id), wanted]
    after = read_cursor(bound, ask.cursor)
    rows = await store.items(session, actor.workspace_id, bulk_id, wanted, ask.limit + 1, after[0] if after else 0)
    more = write_cursor(bound, [rows[ask.limit - 1].number]) if len(rows) > ask.limit else None
    kept = found.total if wanted is None else int(getattr(found, wanted))
    total = kept if found.items_kept else len(rows)
    return Page(items=[ItemSaid.model_validate(row) for row in rows[: ask.limit]], next=more, total=total)


@routes.verb("POST", "/bulk/{bulk_id}/cancel", may=Permission.TASKS_CANCEL, answers=BulkSaid)
async def cancel(bulk_id: UUID, session: Session, actor: Who) -> BulkSaid:
    """Stop a bulk operation; what it has done stays."""
    return BulkSaid.of(await actions.cancel(session, actor, bulk_id), actor, await clock.now(session))


@routes.verb("POST", "/bulk/{bulk_id}/retry", may=Permission.TASKS_CANCEL, answers=BulkSaid, status=202)
async def retry(bulk_id: UUID, session: Session, actor: Who) -> BulkSaid:
    """Do again what was refused, failed, or not come to."""
    return BulkSaid.of(await actions.retry(session, actor, bulk_id), actor, await clock.now(session))


@routes.verb("POST", "/bulk/{bulk_id}/undo", may=Permission.TASKS_WRITE, answers=BulkSaid, status=202)
async def undo(bulk_id: UUID, session: Session, actor: Who, desk: AtHand) -> BulkSaid:
    """Bring back what a bulk operation replaced, for an hour; what somebody has changed since stays theirs.

    Answers the bulk operation that does it.
    """
    seconds = desk.settings.job_statement_seconds_max
    done = await actions.undo(session, actor, bulk_id, seconds_max=seconds)
    return BulkSaid.of(done, actor, await clock.now(session))


@routes.verb("POST", "/tasks/{task_id}/move", may=Permission.TASKS_WRITE, answers=TaskMoved)
async def move(task_id: UUID, body: MoveTask, session: Session, actor: Who) -> TaskMoved:
    """Have a task begin again at a step: a new run, which keeps the finished answers it builds on."""
    return await _one(session, actor, task_id, Action.MOVE_TO_STEP, {"step": body.step})


@routes.verb("POST", "/tasks/{task_id}/send-back", may=Permission.TASKS_WRITE, answers=TaskMoved)
async def send_back(task_id: UUID, body: SendBack, session: Session, actor: Who) -> TaskMoved:
    """Send a task back to whoever answered the step before, or the step named; they get it first."""
    arguments = body.model_dump(exclude_none=True)
    return await _one(session, actor, task_id, Action.SEND_BACK, arguments)


@routes.verb("POST", "/tasks/{task_id}/complete", may=Permission.TASKS_WRITE, answers=TaskMoved)
async def complete(task_id: UUID, session: Session, actor: Who) -> TaskMoved:
    """Complete a task with what is there: what is open is closed, and parts that are missing are null."""
    return await _one(session, actor, task_id, Action.COMPLETE, {})


async def _one(session: Session, actor: Actor, task_id: UUID, action: Action, arguments: dict[str, str]) -> TaskMoved:
    await tasks.get(session, actor.workspace_id, task_id)
    outcomes = await doing.do(doing.Order(session, actor, arguments, [task_id], 0), action)
    verdict = outcomes.verdicts[task_id]
    if verdict.problem is not None:
        raise verdict.problem
    await session.flush()
    task: Task = await tasks.lock(session, actor.workspace_id, task_id)
    return TaskMoved.model_validate(task)


async def _csv(database: Database, actor: Actor, bulk_id: UUID, outcome: str | None) -> AsyncIterator[bytes]:
    """Yield the items some thousand at a time, no transaction open while the client reads."""
    after, head = 0, [COLUMNS]
    while True:
        async with database.transaction(actor.workspace_id) as session:
            rows = await store.items(session, actor.workspace_id, bulk_id, outcome, CSV_ROWS, after)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([*head, *map(_cells, rows)])
        yield out.getvalue().encode()
        if len(rows) < CSV_ROWS:
            return
        after, head = rows[-1].number, []


def _cells(row: Listed) -> list[str]:
    return [_harmless("" if value is None else str(value)) for value in row]


def _harmless(value: str) -> str:
    # What begins like this a spreadsheet takes for a formula.
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
