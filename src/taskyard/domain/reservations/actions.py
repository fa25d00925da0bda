"""Verbs about work in hand: take, resume, renew, save a draft, release, skip, submit, and what the clock does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor, ActorKind
from taskyard.domain import answers, runs
from taskyard.domain.answers import Answer, By, Work
from taskyard.domain.reservations import facts, holds, in_hand, keeping, preview, rules, store
from taskyard.domain.reservations.holds import Hold
from taskyard.domain.reservations.problems import LateSubmit, NotYourReservation, StaleDraft, WrongToken
from taskyard.domain.reservations.rules import RESERVATION, ReservationState, Taker, may_release, seconds_in_hand
from taskyard.domain.reservations.tables import Reservation
from taskyard.domain.runs import AGENTS, PEOPLE, STEP_RUN, StepRun, StepRunState
from taskyard.kit.db import clock
from taskyard.kit.db.direct import Row
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Problem

# So many steps in a row may turn out to be unusable before a taker is told that nothing is free just now.
UNUSABLE_MAX = 50


async def take(
    session: AsyncSession,
    actor: Actor,
    *,
    project_id: UUID | None = None,
    step: str | None = None,
    explains: bool = False,
) -> Hold | None:
    """Hand the next step run to this member under a lease, or None when nothing is free for them.

    Safe under any number of takers: one row goes to one. Leases that ran out are taken back before saying no. A step
    whose work cannot be shown, because what it refers to is not there, fails with the reason; the next one is taken.
    """
    for _ in range(UNUSABLE_MAX):
        reservation_id = new_id()
        row = await _claim(session, actor, reservation_id, project_id, step)
        if row is None:
            return None
        try:
            hold = await holds.of_claim(session, actor, reservation_id, row)
        except Problem as problem:
            # Left free, it would be the first in line again for everybody who asks.
            await store.forget(session, actor.workspace_id, reservation_id)
            turn = await runs.lock_step_run(session, actor.workspace_id, row.id)
            await answers.fail(session, Actor.system(actor.workspace_id), turn, answers.error_of(problem))
            continue
        ledger.record(session, facts.reserved(actor, reservation_id, row), by=actor)
        if explains:
            taker = Taker(actor.workspace_id, actor.me, str(actor.role), performers_of(actor), project_id, step)
            hold["explain"] = await preview.explain(session, taker, row, row.held_at)
        return hold
    return None


async def _claim(
    session: AsyncSession, actor: Actor, reservation_id: UUID, project_id: UUID | None, step: str | None
) -> Row | None:
    performers = performers_of(actor)
    row = await store.claim(session, actor, reservation_id, performers=performers, project_id=project_id, step=step)
    if row is None and await expire_due(session, actor.workspace_id):
        row = await store.claim(session, actor, reservation_id, performers=performers, project_id=project_id, step=step)
    return row


async def resume(session: AsyncSession, actor: Actor, reservation_id: UUID) -> Hold:
    """Return a hold with its work again, as it is now; for a reload, or a look at one that ended."""
    return await holds.of_reservation(session, actor, await store.lock(session, actor, reservation_id))


async def renew(session: AsyncSession, actor: Actor, reservation_id: UUID, token: int | None) -> Reservation:
    """Hold on for another full lease, from now."""
    reservation = await store.lock(session, actor, reservation_id)
    _must_hold(actor, reservation, token)
    RESERVATION.move(reservation, "renew")
    step_run = await runs.lock_step_run(session, actor.workspace_id, reservation.step_run_id)
    until = await holds.lease_from_now(session, reservation.hold_seconds)
    reservation.lease_until = step_run.lease_until = until
    return reservation


async def save_draft(
    session: AsyncSession, actor: Actor, reservation_id: UUID, token: int | None, answer: dict[str, Any], revision: int
) -> Reservation:
    """Keep unfinished work. A save over a newer one is refused and offers both. It survives the hold's end."""
    reservation = await store.lock(session, actor, reservation_id)
    _must_hold(actor, reservation, token)
    if reservation.state != ReservationState.EXPIRED:
        RESERVATION.move(reservation, "save")
    if revision != reservation.draft_revision:
        raise StaleDraft(revision=reservation.draft_revision, yours=answer, theirs=reservation.draft)
    reservation.draft = answer
    reservation.draft_revision += 1
    reservation.draft_saved_at = await clock.now(session)
    return reservation


async def release(session: AsyncSession, actor: Actor, reservation_id: UUID) -> Reservation:
    """Give a held task back to the queue. Safe to repeat: no second fact is recorded."""
    reservation = await store.lock(session, actor, reservation_id)
    if not may_release(actor, reservation.member_id):
        raise NotYourReservation
    if reservation.state == ReservationState.RELEASED:
        return reservation
    if actor.member_id != reservation.member_id:
        reservation.reason = rules.released_by(actor.name)
    await _end(session, actor, reservation, "release", f"{actor.name} released {reservation.step}.")
    return reservation


async def skip(
    session: AsyncSession, actor: Actor, reservation_id: UUID, token: int | None, reason: str
) -> Reservation:
    """Give a held task back, saying why. Unless the step says `skips: everyone`, it does not come back to them."""
    reservation = await store.lock(session, actor, reservation_id)
    _must_hold(actor, reservation, token)
    if reservation.state == ReservationState.SKIPPED:
        return reservation
    reservation.reason = reason
    step = await holds.step_of(session, reservation)
    if step.people.skips == "others":
        await store.note_skip(session, actor.workspace_id, reservation.step_run_id, actor.me, reason)
    await _end(session, actor, reservation, "skip", f"{actor.name} skipped {reservation.step}: {reason}")
    return reservation


async def submit(
    session: AsyncSession, actor: Actor, reservation_id: UUID, token: int | None, data: dict[str, Any]
) -> Answer:
    """Turn work in hand into an answer. Ends the hold; cannot be undone.

    After the hold has run out it still counts while nobody else has taken the step. Otherwise the work is kept as a
    late draft and LateSubmit is said: never lost, never a second answer.
    """
    held = await in_hand.lock(session, actor, reservation_id)
    reservation, turn, others, going = held
    _must_hold(actor, reservation, token)
    RESERVATION.target(reservation.state, "submit")
    work = answers.resolve(going, [turn, *others], reservation.step)
    by = By(actor.name, actor.me, seconds=seconds_in_hand(reservation.held_at, going.now))
    is_late = reservation.state == ReservationState.EXPIRED
    if is_late and turn.state != StepRunState.QUEUED:
        return await _keep_late(session, actor, turn, work, data, by)
    checked = await answers.check(session, going.run, work, data)
    RESERVATION.move(reservation, "submit")
    if is_late:
        STEP_RUN.move(turn, "take")
    answer = answers.conclude(session, actor, turn, going, work, checked, by)
    going = replace(going, outputs={**going.outputs, reservation.step: checked})
    opened = runs.decide(session, actor, going, sorted([turn, *others], key=lambda row: row.id))
    await in_hand.keep(session, held, answer, opened)
    return answer


async def expire_due(session: AsyncSession, workspace_id: UUID) -> int:
    """Take back what people have held for too long; return how many. Their drafts stay. Safe to repeat."""
    actor = Actor.system(workspace_id)
    count = 0
    for _, step_run_id in await runs.lost_leases(session, workspace_id):
        reservation = await store.held_for_step_run(session, workspace_id, step_run_id)
        if reservation is None or reservation.lease_until > await clock.now(session):
            continue
        reservation.reason = "The time for this ran out: it went back to the queue."
        # What was kept for somebody stays theirs: they were away, nobody has changed their mind.
        await _end(session, actor, reservation, "expire", f"The hold on {reservation.step} ran out.", for_anybody=False)
        count += 1
    return count


async def end_with_run(session: AsyncSession, workspace_id: UUID, task_id: UUID, run_id: UUID) -> None:
    """End the holds of a run that has ended without them. Drafts stay, and what is handed in late is kept."""
    actor, now = Actor.system(workspace_id), await clock.now(session)
    for reservation in await store.held_in_run(session, workspace_id, task_id, run_id):
        RESERVATION.move(reservation, "expire")
        reservation.ended_at, reservation.reason = now, rules.RUN_ENDED
        says = f"The hold on {reservation.step} ended with the run."
        ledger.record(session, facts.reservation_fact("expired", reservation, says), by=actor)
    await session.flush()


async def end_of_member(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> None:
    """Give back what somebody holds who is no longer here, and what is kept for them. Their drafts stay."""
    actor = Actor.system(workspace_id)
    for reservation in await store.held_by_member(session, workspace_id, member_id):
        await _end(session, actor, reservation, "expire", f"{reservation.step} went back: who held it has left.")
    left = 1
    while left:
        _, left = await keeping.release_kept(session, actor, member_id=member_id)


async def fit_to_role(session: AsyncSession, workspace_id: UUID, member_id: UUID, role: str) -> None:
    """Let others have what is kept for somebody who may not take it any more."""
    await keeping.release_kept(session, Actor.system(workspace_id), member_id=member_id, unfit_role=role)


def performers_of(actor: Actor) -> list[str]:
    """Return in whose line an actor stands: people's, and for programs with a key the agents' as well."""
    return [PEOPLE, AGENTS] if actor.kind is ActorKind.KEY else [PEOPLE]


_PAST = {"release": "released", "skip": "skipped", "expire": "expired"}


async def _end(
    session: AsyncSession, actor: Actor, reservation: Reservation, move: str, says: str, *, for_anybody: bool = True
) -> None:
    RESERVATION.move(reservation, move)
    reservation.ended_at = await clock.now(session)
    step_run = await runs.lock_step_run(session, reservation.workspace_id, reservation.step_run_id)
    if step_run.state == StepRunState.RUNNING and step_run.token == reservation.token:
        STEP_RUN.move(step_run, "return")
        runs.end_lease(step_run)
        if for_anybody:
            # Kept for whoever gave it back it would come to nobody.
            step_run.reserved_for = step_run.sent_back_to = None
    await session.flush()
    await runs.keep_again(session, reservation.workspace_id, [reservation.task_id])
    ledger.record(session, facts.reservation_fact(_PAST[move], reservation, says), by=actor)
    await answers.go_on(session, actor, step_run)


async def _keep_late(
    session: AsyncSession, actor: Actor, step_run: StepRun, work: Work, data: dict[str, Any], by: By
) -> Answer:
    kept = await answers.keep_late(session, actor, step_run, work.step, data, by)
    raise LateSubmit(state=step_run.state.replace("_", " "), kept=kept.id)


def _must_hold(actor: Actor, reservation: Reservation, token: int | None) -> None:
    if reservation.member_id != actor.member_id:
        raise NotYourReservation
    if token is not None and token != reservation.token:
        raise WrongToken
