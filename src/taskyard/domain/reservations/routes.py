"""HTTP about taking and giving back work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response

from taskyard.access import Permission
from taskyard.domain.answers import Answer
from taskyard.domain.reservations import actions, holders, releasing, store
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
    ReleasedMany,
    ReleasedSaid,
    ReleaseMany,
    ReservationSaid,
    Skip,
    Submit,
    Submitted,
    TakeNext,
    Token,
)
from taskyard.kit import strict_json
from taskyard.web import Router, Session, Who
from taskyard.web.bodies import Page

routes = Router(noun="hand-out")


@routes.verb(
    "POST",
    "/next",
    may=Permission.WORK_TAKE,
    responses={200: {"model": HoldSaid}, 204: {"description": "Nothing is free for you."}},
)
async def take_next(body: TakeNext, session: Session, actor: Who) -> Response:
    """Take the next work: it is held for me until I submit, skip, release, or the hold runs out."""
    hold = await actions.take(session, actor, project_id=body.project, step=body.step)
    if hold is None:
        return Response(status_code=204)
    if body.explain:
        free = await store.free_count(session, actor, actions.performers_of(actor))
        hold["explain"] = _explained(hold, free)
    return _json(hold)


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


def _explained(hold: Hold, free: int) -> dict[str, Any]:
    key = {
        "priority": hold["task"]["priority"],
        "created_at": hold["task"]["created_at"],
        "task": hold["task"]["id"],
        "free_behind_it": free,
    }
    why = f"Of what is free for you it has the lowest priority number, {key['priority']}, and is the oldest."
    return {"why": why, "key": key}
