"""Bodies out about callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from taskyard.domain.callbacks.rules import DELIVERY, DeliveryState
from taskyard.domain.callbacks.tables import CallbackSecret, Delivery, DeliveryAttempt
from taskyard.web.bodies import Said


class AttemptSaid(Said):
    """One attempt; without milliseconds it is under way. `response` is how the answer began."""

    number: int
    began_at: datetime
    milliseconds: int | None
    status: int | None
    error: str | None
    response: str | None


class DeliverySaid(Said):
    """One event on its way to one address, with every attempt, newest first. `event_id` is its `webhook-id`."""

    id: UUID
    event_id: UUID
    task_id: UUID
    type: str
    url: str
    state: DeliveryState
    reason: str | None
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    attempts: list[AttemptSaid]
    can: dict[str, str | None]

    @classmethod
    def of(cls, delivery: Delivery, attempts: Sequence[DeliveryAttempt]) -> Self:
        """Return what is said of a delivery."""
        names = cls.model_fields.keys() - {"attempts", "can", "due_at"}
        return cls(
            attempts=[AttemptSaid.model_validate(attempt) for attempt in attempts],
            can={"send_again": DELIVERY.why_not(delivery.state, "send_again")},
            due_at=delivery.due_at if delivery.state == DeliveryState.WAITING else None,
            **{name: getattr(delivery, name) for name in names},
        )


class CallbackSecretSaid(Said):
    """What callbacks are signed with. After a change the one before signs beside it until `previous_until`."""

    secret: str | None
    made_at: datetime
    previous_until: datetime | None

    @classmethod
    def of(cls, found: CallbackSecret) -> Self:
        """Return it as its owner may read it."""
        return cls.model_validate(found)
