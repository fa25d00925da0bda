"""Reservations: people's and agents' taking of step runs, under leases."""

from taskyard.domain.reservations.actions import end_of_member, end_with_run, expire_due, fit_to_role, performers_of
from taskyard.domain.reservations.holds import files_of, step_run_said
from taskyard.domain.reservations.many import (
    end_with_runs,
    end_with_tasks,
    lock_held,
    release_of_tasks,
    reserve_many,
)
from taskyard.domain.reservations.routes import routes
from taskyard.domain.reservations.rules import RESERVATION
from taskyard.domain.reservations.tables import Reservation, StepSkip

__all__ = [
    "RESERVATION",
    "Reservation",
    "StepSkip",
    "end_of_member",
    "end_with_run",
    "end_with_runs",
    "end_with_tasks",
    "expire_due",
    "files_of",
    "fit_to_role",
    "lock_held",
    "performers_of",
    "release_of_tasks",
    "reserve_many",
    "routes",
    "step_run_said",
]
