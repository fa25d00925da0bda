"""The life of a delivery: which facts are told, how they are signed, and when one is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from taskyard.kit.lifecycle import Lifecycle

# The facts that are told, by their own names.
TOLD = ("task.completed", "task.failed", "task.cancelled", "task.audited")
SECRET_PREFIX = "whsec_"  # noqa: S105 - how every such secret begins
SECRET_BYTES = 32
# After a change of the secret what is sent is signed with both, so that receivers have time to follow.
OVERLAP_HOURS = 24
RESPONSE_CHARS_MAX = 1000
# So that a receiver that does not answer leaves the senders to others.
AT_ONCE_PER_HOST = 8
# Of a worker's hands one workspace has a quarter, whatever it has to tell.
WORKSPACE_SHARE = 4
# So many receivers of a workspace are looked at for what may be sent; the next look comes to those behind them.
RECEIVERS_AT_ONCE = 300
GROWTH = 3
WAIT_SECONDS_MAX = 4 * 3600.0
JITTER = 0.1
# What the receiver says when it wants no more of this, by the scheme.
GONE = 410
STOPPED = "The worker stopped before the answer was there."


class Receiver(NamedTuple):
    """Who is told by a workspace: a scheme, name and port."""

    workspace_id: UUID
    host: str


class DeliveryState(StrEnum):
    """Where the telling of one event to one address stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


_S = DeliveryState

DELIVERY = Lifecycle(
    "delivery",
    DeliveryState,
    DeliveryState.WAITING,
    {
        "send": ({_S.WAITING}, _S.SENDING),
        "deliver": ({_S.SENDING}, _S.DELIVERED),
        # It did not arrive, or its worker died: it is tried again later.
        "retry": ({_S.SENDING}, _S.WAITING),
        "give_up": ({_S.SENDING}, _S.FAILED),
        "send_again": ({_S.WAITING, _S.DELIVERED, _S.FAILED}, _S.WAITING),
    },
)


def is_success(status: int | None) -> bool:
    """Say whether a receiver has taken an event: nothing but 2xx, no redirect."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - so HTTP has it


def next_wait(
    tries: int, seconds_since_first: float, chance: float, *, first: float, limit: float, asked: float | None = None
) -> float | None:
    """Return the seconds until the next try, or None when its time is over.

    Each wait is three times the one before, up to four hours, a tenth more or less by chance (0 to 1), and no less than
    the receiver asked for. The last try is at the limit.
    """
    left = limit - seconds_since_first
    if left <= 0:
        return None
    wait = min(first * float(GROWTH) ** min(tries - 1, 20), WAIT_SECONDS_MAX) * (1 - JITTER + 2 * JITTER * chance)
    return min(max(wait, asked or 0), left)


def last_turns(looked_at: Sequence[Receiver], chosen: Collection[Receiver]) -> dict[UUID, str]:
    """Return, by workspace, the receiver behind which the next look begins.

    It is the last one that something is sent to; all before it have been given what they may have. Where nothing may be
    sent, it is the last one that was looked at, so that those beyond are come to.
    """
    reached = {one.workspace_id: one.host for one in looked_at}
    return reached | {one.workspace_id: one.host for one in looked_at if one in chosen}


def signatures(secrets: Sequence[str], event_id: str, timestamp: int, body: bytes) -> str:
    """Return the header `webhook-signature` of the Standard Webhooks scheme: one signature for each valid secret."""
    content = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, content)}" for secret in secrets)


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
