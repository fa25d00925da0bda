"""HTTP about taking and giving back work."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from taskyard.access import Permission
from taskyard.domain.answers import Answer
from taskyard.domain.reservations import actions, holders, keeping, preview, releasing
from taskyard.domain.reservations.holds import Hold
from taskyard.domain.reservations.holds import said as reservation_said
from taskyard.domain.reservations.rules import Outcome
from taskyard.domain.reservations.schemas import (
    AnswerSaid,
    DraftBody,
    DraftSaved,
    Giver,
    HolderRow,
    HoldSaid,
    Kept,
    KeptReleased,
    ReleasedMany,
    ReleasedSaid,
    ReleaseKept,
    ReleaseMany,
    ReservationSaid,
    Reserve,
    Skip,
    Submit,
    Submitted,
    TakeNext,
    Token,
    Upcoming,
)
from taskyard.kit import strict_json
from taskyard.web import Router, Session, Who
from taskyard.web.bodies import Named, Page

routes = Router(noun="hand-out")


@routes.verb(
    "POST",
    "/next",
    may=Permission.WORK_TAKE,
    responses={200: {"model": HoldSaid}, 204: {"description": "Nothing is free for you."}},
)
async def take_next(body: TakeNext, session: Session, actor: Who) -> Response:
    """Take the next work: it is held for me until I submit, skip, release, or the hold runs out."""
    hold = await actions.take(session, actor, project_id=body.project, step=body.step, explains=body.explain)
    if hold is None:
        return Response(status_code=204)
    return _json(hold)


@routes.verb("GET", "/work/next", may=Permission.WORK_TAKE, answers=Upcoming)
async def upcoming(
    session: Session,
    actor: Who,
    member: UUID | None = None,
    project: UUID | None = None,
    step: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Upcoming:
    """Show what I would be handed next, or for leads what a member would, in that order and with why."""
    who = await preview.whose(session, actor, member)
    rows = await preview.upcoming(session, who, project_id=project, step=step, limit=limit)
    return Upcoming.model_validate({"member": {"id": who.id, "name": who.name}, "items": rows})


# Before the one whose address names a reservation.
@routes.verb("GET", "/reservations/holders", may=Permission.WORK_RELEASE_ANY, answers=Page[HolderRow])
async def list_holders(session: Session, actor: Who) -> Page[HolderRow]:
    """List who has work in hand, or kept for them: one row a member, who has held something longest first."""
    rows = [HolderRow.model_validate(row) for row in await holders.holders(session, actor.workspace_id)]
    return Page(items=rows, total=len(rows))


@routes.verb("POST", "/reservations/release", may=Permission.WORK_RELEASE_ANY, answers=ReleasedMany)
async def release_many(body: ReleaseMany, session: Session, actor: Who) -> ReleasedMany:
    """Give back several holds, those of a member, or all; tells what became of each. Drafts stay."""
    results, left = await releasing.release_many(session, actor, ids=body.ids, member_id=body.member)
    released = sum(one.outcome is Outcome.RELEASED for one in results)
    return ReleasedMany(released=released, left=left, results=[ReleasedSaid.model_validate(one) for one in results])


@routes.verb("POST", "/tasks/{task_id}/reserve", may=Permission.WORK_RELEASE_ANY, answers=Kept)
async def reserve(task_id: UUID, body: Reserve, session: Session, actor: Who) -> Kept:
    """Keep what people have to do next of a task for one member, or for nobody."""
    task, member, turn = await keeping.reserve(session, actor, task_id, body.member)
    named = Named(id=member.id, name=member.name) if member else None
    return Kept(task=task.id, reserved_for=named, step=turn.step if turn else None)


@routes.verb("POST", "/kept/release", may=Permission.WORK_RELEASE_ANY, answers=KeptReleased)
async def release_kept(body: ReleaseKept, session: Session, actor: Who) -> KeptReleased:
    """Let anybody have what is kept of these tasks, for a member, or for everybody."""
    if body.member is not None:
        released, left = await keeping.release_kept_of(session, actor, body.member)
    else:
        released, left = await keeping.release_kept(session, actor, task_ids=body.tasks)
    return KeptReleased(released=released, left=left)


@routes.verb("GET", "/reservations/{reservation_id}", may=Permission.WORK_TAKE, responses={200: {"model": HoldSaid}})
async def resume(reservation_id: UUID, session: Session, actor: Who) -> Response:
    """Show a hold with its work again."""
    return _json(await actions.resume(session, actor, reservation_id))


@routes.verb("POST", "/reservations/{reservation_id}/renew", may=Permission.WORK_TAKE, answers=ReservationSaid)
async def renew(reservation_id: UUID, body: Token, session: Session, actor: Who) -> dict[str, Any]:
    """Hold on for another full lease."""
    return reservation_said(await actions.renew(session, actor, reservation_id, body.token))


@routes.verb("POST", "/reservations/{reservation_id}/release", may=Permission.WORK_TAKE, answers=ReservationSaid)
async def release(reservation_id: UUID, session: Session, actor: Who) -> dict[str, Any]:
    """Give work back to the queue."""
    return reservation_said(await actions.release(session, actor, reservation_id))


@routes.verb("POST", "/reservations/{reservation_id}/skip", may=Permission.WORK_TAKE, answers=ReservationSaid)
async def skip(reservation_id: UUID, body: Skip, session: Session, actor: Who) -> dict[str, Any]:
    """Give work back with a reason; it goes to somebody else."""
    return reservation_said(await actions.skip(session, actor, reservation_id, body.token, body.reason))


@routes.verb("PUT", "/reservations/{reservation_id}/draft", may=Permission.WORK_TAKE, answers=DraftSaved)
async def save_draft(reservation_id: UUID, body: DraftBody, session: Session, actor: Who) -> DraftSaved:
    """Keep unfinished work."""
    kept = await actions.save_draft(session, actor, reservation_id, body.token, body.answer, body.revision)
    assert kept.draft_saved_at is not None  # noqa: S101 - save_draft has just set it
    return DraftSaved(draft_revision=kept.draft_revision, saved_at=kept.draft_saved_at)


@routes.verb("POST", "/reservations/{reservation_id}/submit", may=Permission.WORK_TAKE, answers=Submitted)
async def submit(reservation_id: UUID, body: Submit, session: Session, actor: Who) -> Submitted:
    """Give the answer."""
    return Submitted(answer=_answer(await actions.submit(session, actor, reservation_id, body.token, body.answer)))


def _answer(answer: Answer) -> AnswerSaid:
    by = Giver(kind="member", id=str(answer.member_id), name=answer.by_name)
    names = AnswerSaid.model_fields.keys() - {"by"}
    return AnswerSaid(by=by, **{name: getattr(answer, name) for name in names})


def _json(hold: Hold) -> Response:
    return Response(strict_json.dumps(hold), media_type="application/json")
