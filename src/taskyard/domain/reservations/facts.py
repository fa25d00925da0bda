"""What is announced about work in hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from taskyard.access import Actor
from taskyard.domain.reservations.tables import Reservation
from taskyard.ledger import Fact


def reservation_fact(name: str, reservation: Reservation, says: str) -> Fact:
    """Return a fact about one hold."""
    return Fact(
        f"reservation.{name}",
        says,
        reservation.id,
        reservation.project_id,
        reservation.task_id,
        reservation.run_id,
        {"step": reservation.step, "member_id": str(reservation.member_id), "state": reservation.state},
    )


def reserved(actor: Actor, reservation_id: UUID, claimed: Any) -> Fact:
    """A step run was handed to a member."""
    return Fact(
        "reservation.reserved",
        f"{actor.name} took {claimed.step}.",
        reservation_id,
        claimed.project_id,
        claimed.task_id,
        claimed.run_id,
        {"step": claimed.step, "member_id": str(actor.member_id), "state": "held"},
    )
