"""Reservations, their drafts, and who skipped what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.reservations.rules import RESERVATION
from taskyard.kit.db.base import Base


class Reservation(Base):
    """A step run held for one member under a lease."""

    __tablename__ = "reservations"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(
            ["workspace_id", "step_run_id"], ["step_runs.workspace_id", "step_runs.id"], ondelete="CASCADE"
        ),
        CheckConstraint(RESERVATION.check_sql(), "state"),
        # Nobody gets a task somebody else holds, whatever the code does.
        Index(
            "reservations_one_holder_key",
            "workspace_id",
            "step_run_id",
            unique=True,
            postgresql_where=text("state = 'held'"),
        ),
        Index("reservations_held_ix", "workspace_id", "member_id", postgresql_where=text("state = 'held'")),
        Index("reservations_task_ix", "workspace_id", "task_id"),
        # What a member has ever had in hand, for what they may see.
        Index("reservations_member_ix", "workspace_id", "member_id", "task_id"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    step_run_id: Mapped[UUID]
    run_id: Mapped[UUID]
    task_id: Mapped[UUID]
    project_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(Text)
    member_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    token: Mapped[int] = mapped_column(BigInteger, comment="the step run's token under this lease")
    hold_seconds: Mapped[int] = mapped_column(Integer)
    lease_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    draft_revision: Mapped[int] = mapped_column(Integer)
    draft_saved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text, comment="why it ended, in words its holder reads")
    held_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StepSkip(Base):
    """A member who skipped a step run does not get it again."""

    __tablename__ = "step_skips"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "step_run_id", "member_id"),
        ForeignKeyConstraint(
            ["workspace_id", "step_run_id"], ["step_runs.workspace_id", "step_runs.id"], ondelete="CASCADE"
        ),
        # What one member has skipped, to explain what they are handed.
        Index("step_skips_member_ix", "workspace_id", "member_id"),
    )

    workspace_id: Mapped[UUID]
    step_run_id: Mapped[UUID]
    member_id: Mapped[UUID]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
