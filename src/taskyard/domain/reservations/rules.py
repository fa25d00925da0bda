"""The life of a reservation: a step run in one member's hands, under a lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from taskyard.access import Actor, Permission
from taskyard.kit.lifecycle import Lifecycle


class ReservationState(StrEnum):
    """What became of a hold."""

    HELD = "held"
    SUBMITTED = "submitted"
    RELEASED = "released"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """What became of a hold that somebody wanted to give back with others."""

    RELEASED = "released"
    ENDED = "ended"
    MISSING = "missing"


# As many as one transaction gives back; whoever has more asks again.
RELEASE_MAX = 10_000

RUN_ENDED = "The run ended: nobody waits for this any more."

_S = ReservationState

RESERVATION = Lifecycle(
    "reservation",
    ReservationState,
    ReservationState.HELD,
    {
        "renew": ({_S.HELD}, _S.HELD),
        "save": ({_S.HELD}, _S.HELD),
        # Late work counts while nobody else has taken the task.
        "submit": ({_S.HELD, _S.EXPIRED}, _S.SUBMITTED),
        "release": ({_S.HELD}, _S.RELEASED),
        "skip": ({_S.HELD}, _S.SKIPPED),
        "expire": ({_S.HELD}, _S.EXPIRED),
    },
)


class Taker(NamedTuple):
    """Somebody who stands in line: what decides on what they are handed."""

    workspace_id: UUID
    me: UUID
    role: str
    performers: Sequence[str]
    project_id: UUID | None
    step: str | None


def may_release(actor: Actor, holder_id: UUID) -> bool:
    """Holders release their own work; managers anybody's."""
    return actor.member_id == holder_id or actor.may(Permission.WORK_RELEASE_ANY)


def released_by(name: str) -> str:
    """Return what somebody reads whose work another has given back."""
    return f"{name} released this: it went back to the queue."


def seconds_in_hand(held_at: datetime, ended_at: datetime) -> float:
    """Return how long the work was held, in seconds."""
    return round((ended_at - held_at).total_seconds(), 3)
