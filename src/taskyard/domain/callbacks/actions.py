"""Verbs about deliveries: take what is due, say what came of it, send again, and the secret they are signed with."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.callbacks import facts, store
from taskyard.domain.callbacks.rules import (
    DELIVERY,
    GONE,
    OVERLAP_HOURS,
    SECRET_BYTES,
    SECRET_PREFIX,
    STOPPED,
    DeliveryState,
    is_success,
    next_wait,
)
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.kit.db import clock
from taskyard.kit.settings import Settings
from taskyard.kit.words import counted

# Beyond the time a receiver has: for what stands before and after the request itself.
LEASE_MARGIN_SECONDS = 15
HOUR_SECONDS = 3600
# A receiver that did not answer is tried with something else of its line after this time, at the latest.
SPARED_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt that was taken: what is sent, where, and the token under which its end is written."""

    workspace_id: UUID
    id: UUID
    token: int
    event_id: str
    timestamp: int
    url: str
    body: bytes
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. Without a status no answer came, and `error` says why."""

    milliseconds: int
    status: int | None = None
    error: str | None = None
    response: str | None = None
    asked_seconds: float | None = None


async def take(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], settings: Settings) -> list[Order]:
    """Begin an attempt at each of these that is still free. What another worker is just taking is left to it."""
    found = await store.lock_due(session, workspace_id, ids)
    if not found:
        return []
    now = await clock.now(session)
    signing = valid_secrets(await store.secret(session, workspace_id, new_secret()), now)
    for delivery in found:
        DELIVERY.move(delivery, "send")
        delivery.attempts += 1
        delivery.tries += 1
        delivery.token += 1
        delivery.first_tried_at = delivery.first_tried_at or now
        delivery.spared_until = None
        delivery.lease_until = now + timedelta(seconds=settings.callback_seconds_max + LEASE_MARGIN_SECONDS)
        # Before it is made: whatever becomes of this worker, it is seen that there was one.
        session.add(
            DeliveryAttempt(workspace_id=workspace_id, delivery_id=delivery.id, number=delivery.attempts, began_at=now)
        )
    return [
        Order(
            workspace_id,
            row.id,
            row.token,
            str(row.event_id),
            int(now.timestamp()),
            row.url,
            row.body.encode(),
            signing,
        )
        for row in found
    ]


async def finish(session: AsyncSession, order: Order, outcome: Outcome, settings: Settings) -> None:
    """Write what came of an attempt. Safe to repeat, and nothing when another worker has taken it meanwhile."""
    delivery = await store.lock(session, order.workspace_id, order.id)
    if delivery.state != DeliveryState.SENDING or delivery.token != order.token:
        return
    error = outcome.error or _refusal(outcome.status)
    await _note(session, delivery, outcome, error)
    now = await clock.now(session)
    delivery.lease_until, delivery.reason = None, error
    if outcome.status is not None:
        await store.spare_no_longer(session, delivery)
    if is_success(outcome.status):
        DELIVERY.move(delivery, "deliver")
        delivery.ended_at = now
        await store.let_follow(session, delivery, now, has_ended=True)
        return
    wait = next_wait(
        delivery.tries,
        (now - (delivery.first_tried_at or now)).total_seconds(),
        random(),  # noqa: S311 - spreads attempts, protects nothing
        first=settings.callback_wait_seconds,
        limit=settings.callback_hours_max * HOUR_SECONDS,
        asked=outcome.asked_seconds,
    )
    if wait is None or outcome.status == GONE:
        DELIVERY.move(delivery, "give_up")
        delivery.ended_at = now
        await store.let_follow(session, delivery, now, has_ended=True)
        # Not why: a timeline is read by people who need not know of networks and receivers.
        says = f"The callback about {delivery.type} was given up after {counted(delivery.tries, 'attempt')}."
        ledger.record(session, facts.delivery_fact("given_up", delivery, says), by=Actor.system(order.workspace_id))
        return
    DELIVERY.move(delivery, "retry")
    delivery.due_at = now + timedelta(seconds=wait)
    await store.let_follow(session, delivery, delivery.due_at, has_ended=False)
    # Where others have arrived meanwhile, it is this one that is wrong, not the receiver.
    began_at = now - timedelta(milliseconds=outcome.milliseconds)
    if outcome.status is None and not await store.has_taken_since(session, delivery, began_at):
        delivery.spared_until = now + timedelta(seconds=min(wait, SPARED_SECONDS_MAX))


async def give_back(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID], token: int | None = None) -> int:
    """Have attempts whose worker is gone made again at once; with a token, only under it. Return how many."""
    now = await clock.now(session)
    back = 0
    for delivery in await store.lock_free(session, workspace_id, ids, DeliveryState.SENDING):
        is_silent = delivery.lease_until is None or delivery.lease_until < now
        if delivery.token != token and not is_silent:
            continue
        await _note(session, delivery, Outcome(0), STOPPED)
        DELIVERY.move(delivery, "retry")
        delivery.lease_until, delivery.due_at, delivery.reason = None, now, STOPPED
        await store.let_follow(session, delivery, now, has_ended=False)
        # So that whoever wakes up late finds nothing that is theirs.
        delivery.token += 1
        back += 1
    return back


async def send_again(session: AsyncSession, actor: Actor, delivery_id: UUID) -> Delivery:
    """Have an event sent once more, now, under the same id: after it arrived, was given up, or while it waits."""
    delivery = await store.lock(session, actor.workspace_id, delivery_id)
    DELIVERY.move(delivery, "send_again")
    delivery.tries, delivery.first_tried_at, delivery.ended_at = 0, None, None
    delivery.due_at = await clock.now(session)
    await store.let_follow(session, delivery, delivery.due_at, has_ended=False)
    # Whoever asks for it knows that somebody is there.
    await store.spare_no_longer(session, delivery)
    says = f"{actor.name} sent the callback about {delivery.type} again."
    ledger.record(session, facts.delivery_fact("sent_again", delivery, says), by=actor)
    await session.flush()
    return delivery


async def rotate_secret(session: AsyncSession, actor: Actor) -> CallbackSecret:
    """Put another secret in the place of the workspace's; the one before signs beside it for a day."""
    found = await store.secret(session, actor.workspace_id, new_secret(), locked=True)
    now = await clock.now(session)
    found.previous, found.previous_until = found.secret, now + timedelta(hours=OVERLAP_HOURS)
    found.secret, found.made_at = new_secret(), now
    ledger.record(session, facts.secret_fact(actor.name), by=actor)
    await session.flush()
    return found


def new_secret() -> str:
    """Return a new secret as receivers write it into their settings."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def valid_secrets(found: CallbackSecret, now: datetime) -> tuple[str, ...]:
    """Return what is signed with at this moment, the newest first."""
    is_over = found.previous_until is None or found.previous_until <= now
    return (found.secret,) if is_over or found.previous is None else (found.secret, found.previous)


def _refusal(status: int | None) -> str | None:
    if is_success(status):
        return None
    if status == GONE:
        return "It answered 410: it wants no more of this."
    if status is not None and 300 <= status < 400:  # noqa: PLR2004 - so HTTP has it
        return f"It answered {status}, a redirect, and redirects are not followed."
    return f"It answered {status}."


async def _note(session: AsyncSession, delivery: Delivery, outcome: Outcome, error: str | None) -> None:
    attempt = await store.attempt(session, delivery)
    if attempt is not None:
        attempt.milliseconds, attempt.status = outcome.milliseconds, outcome.status
        attempt.error, attempt.response = error, outcome.response
