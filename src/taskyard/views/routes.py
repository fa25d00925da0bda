"""HTTP of the pages that join across houses: tasks, runs, work, live streams, and what is installed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from pydantic import Field

from taskyard.access import Permission
from taskyard.domain.runs import RunState
from taskyard.domain.tasks import FilterAsked, TaskFilter, refuse_hidden_fields, refuse_unknown_fields, tag_of
from taskyard.kit import strict_json
from taskyard.kit.pages import PageAsk
from taskyard.ledger import Position
from taskyard.models.catalogue import catalogue
from taskyard.steps.registry import step_kinds
from taskyard.views import batches, live, run_page, schemas, task_list, task_page, work_home
from taskyard.views.task_fields import FIELDS_MAX
from taskyard.web import AtHand, OpenLater, Router, Session, Who
from taskyard.web.bodies import Page, page_ask
from taskyard.web.streams import event_stream

routes = Router(noun="pages")
Ask = Annotated[PageAsk, Depends(page_ask)]
Words = Annotated[str | None, Query(max_length=500)]
Fields = Annotated[list[Annotated[str, Field(max_length=500)]], Query(max_length=FIELDS_MAX)]


async def task_filter(request: Request, actor: Who, asked: Annotated[FilterAsked, Query()]) -> TaskFilter:
    """Read what a list is narrowed to; a field that is not there, or not for this actor, is refused."""
    refuse_unknown_fields(request.query_params.keys(), [*FilterAsked.model_fields, "sort", "fields", "limit", "cursor"])
    narrowed = asked.narrowed()
    refuse_hidden_fields(actor, narrowed)
    return narrowed


@routes.verb("GET", "/tasks", may=Permission.TASKS_READ, responses={200: {"model": Page[schemas.TaskRow]}})
async def tasks(
    session: Session,
    actor: Who,
    ask: Ask,
    asked: Annotated[TaskFilter, Depends(task_filter)],
    sort: Words = None,
    fields: Fields = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """List tasks; the default order is last submitted, then created, newest first.

    `fields` adds values of the input to the rows, each as `input.` and its name; a long text is cut to 200 characters.
    """
    return Response(await task_list.page(session, actor, asked, sort, ask, fields), media_type="application/json")


@routes.verb("GET", "/batches", may=Permission.TASKS_READ, answers=schemas.Batches)
async def batches_named(session: Session, actor: Who, q: Words = None, project: UUID | None = None) -> dict[str, Any]:
    """List the batches whose name holds these words, the first fifty by name."""
    return {"items": await batches.named(session, actor, q, project)}


@routes.verb("GET", "/tasks/{task_id}", may=Permission.TASKS_READ, responses={200: {"model": schemas.TaskPage}})
async def task(task_id: UUID, session: Session, actor: Who) -> Response:
    """Show a task with its input and runs."""
    said = await task_page.page(session, actor, task_id)
    response = _json(said)
    response.headers["ETag"] = tag_of(said["priority"], said["batch"], said["metadata"], said["step_priorities"])
    return response


@routes.verb(
    "GET", "/tasks/{task_id}/timeline", may=Permission.TASKS_READ, responses={200: {"model": Page[schemas.FactSaid]}}
)
async def timeline(task_id: UUID, session: Session, actor: Who, ask: Ask) -> Response:
    """List what happened to a task, newest first."""
    return _json(await task_page.timeline(session, actor, task_id, ask))


@routes.verb(
    "GET", "/tasks/{task_id}/answers", may=Permission.TASKS_READ, responses={200: {"model": Page[schemas.AnswerSaid]}}
)
async def answers(task_id: UUID, session: Session, actor: Who) -> Response:
    """List a task's answers with who gave them."""
    return _json(await task_page.answers(session, actor, task_id))


@routes.verb("GET", "/runs", may=Permission.RUNS_READ, responses={200: {"model": Page[schemas.RunRow]}})
async def runs(
    session: Session,
    actor: Who,
    ask: Ask,
    app: UUID | None = None,
    status: Annotated[list[RunState], Query()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """List runs, newest first."""
    return _json(await run_page.history(session, actor, app=app, states=status, ask=ask))


@routes.verb("GET", "/runs/{run_id}", may=Permission.RUNS_READ, responses={200: {"model": schemas.Run}})
async def run(run_id: UUID, session: Session, actor: Who) -> Response:
    """Show a run with its steps."""
    return _json(await run_page.page(session, actor, run_id))


@routes.verb("GET", "/runs/{run_id}/events", may=Permission.RUNS_READ, response_class=Response)
async def run_events(
    run_id: UUID,
    actor: Who,
    desk: AtHand,
    unit: OpenLater,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)] = None,
) -> Response:
    """Follow a run live: a snapshot, its facts, and an end for every end."""
    await run_page.page(await unit.session(), actor, run_id)
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
    return event_stream(live.of_run(desk, actor, run_id, after))


@routes.verb("GET", "/events", may=Permission.EVENTS_READ, response_class=Response)
async def events(
    actor: Who,
    desk: AtHand,
    project: UUID | None = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """Follow the lists live: a snapshot, then facts; resumes after the position that was sent last."""
    after = Position.parse(last_event_id) if last_event_id else None
    return event_stream(live.of_lists(desk, actor, project, after))


@routes.verb("GET", "/work", may=Permission.WORK_TAKE, responses={200: {"model": schemas.WorkHome}})
async def work(session: Session, actor: Who) -> Response:
    """Show the queues open to me, what I hold, and my day."""
    return _json(await work_home.home(session, actor))


@routes.verb("GET", "/reservations", may=Permission.WORK_TAKE, responses={200: {"model": Page[schemas.Held]}})
async def reservations(
    session: Session,
    actor: Who,
    ask: Ask,
    mine: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    member: UUID | None = None,
) -> Response:
    """List what is in hand, longest held first: mine, or for leads everybody's or one member's."""
    return _json(await work_home.held_by(session, actor, mine=mine, member_id=member, ask=ask))


@routes.verb("GET", "/kept", may=Permission.WORK_TAKE, responses={200: {"model": Page[schemas.KeptRow]}})
async def kept(session: Session, actor: Who, ask: Ask, member: UUID | None = None) -> Response:
    """List what is kept for me, or for leads what is kept for a member, in the order in which it is handed out."""
    return _json(await work_home.kept_for(session, actor, member_id=member, ask=ask))


@routes.verb("GET", "/models", may=Permission.PROJECTS_READ, answers=schemas.Models)
async def models() -> dict[str, Any]:
    """List the installed models; one that cannot be used says why."""
    items = []
    for listed in catalogue().listed():
        model = listed.model
        items.append(
            {
                "name": listed.name,
                "title": model.title if model else listed.name,
                "description": model.description if model else "",
                "kinds": list(model.kinds) if model else [],
                "takes": list(model.takes) if model else [],
                "finds": model.finds if model else "",
                "parameters": model.parameters if model else {},
                "credits": model.credits if model else 0,
                "available": listed.is_available,
                "reason": listed.reason,
            }
        )
    return {"items": items}


@routes.verb("GET", "/step-kinds", may=Permission.PROJECTS_READ, answers=schemas.StepKinds)
async def kinds() -> dict[str, Any]:
    """List the installed kinds of work with what they take and give."""
    items = [
        {
            "use": kind.use,
            "title": kind.title,
            "description": kind.description,
            "input_schema": kind.input_schema(),
            "output_schema": kind.output_schema({}),
        }
        for kind in step_kinds().available()
    ]
    return {"items": items}


def _json(said: dict[str, Any]) -> Response:
    return Response(strict_json.dumps(said), media_type="application/json")
