"""Runs and step runs; step runs are the line people and models stand at, claimed by partial indexes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.runs.rules import RUN, STEP_RUN
from taskyard.kit.db.base import Base

_FREE = text("state = 'queued' AND performer IN ('people', 'agents') AND reserved_for IS NULL AND sent_back_to IS NULL")


class Run(Base):
    """One pass of a task through a published flow with given settings."""

    __tablename__ = "runs"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "task_id", "number"),
        CheckConstraint(RUN.check_sql(), "state"),
        # Cancelled runs that must end by their deadline.
        Index("runs_cancelling_ix", "cancel_by", postgresql_where=text("state = 'cancelling'")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    task_id: Mapped[UUID]
    project_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer, comment="1 for the first run of the task")
    flow_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="what it waits for, or why it ended, in words")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="prompt and model chosen for this run")
    output: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cancel_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class StepRun(Base):
    """One performer's turn at one step of one run: the unit that is handed out."""

    __tablename__ = "step_runs"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "run_id", "step", "performer", "replica"),
        CheckConstraint(STEP_RUN.check_sql(), "state"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", "lease"),
        # The two indexes a claim reads, in the order of hand-out.
        Index(
            "step_runs_free_ix",
            "workspace_id",
            "priority",
            "task_id",
            "id",
            postgresql_where=_FREE,
        ),
        Index(
            "step_runs_free_queue_ix",
            "workspace_id",
            "project_id",
            "step",
            "priority",
            "task_id",
            "id",
            postgresql_where=_FREE,
        ),
        # What is kept for one person, and what goes back to its author: looked at before the line.
        Index(
            "step_runs_reserved_ix",
            "workspace_id",
            "reserved_for",
            "priority",
            "task_id",
            "id",
            postgresql_where=text("state = 'queued' AND reserved_for IS NOT NULL"),
        ),
        Index(
            "step_runs_sent_back_ix",
            "workspace_id",
            "sent_back_to",
            "priority",
            "task_id",
            "id",
            postgresql_where=text("state = 'queued' AND reserved_for IS NULL AND sent_back_to IS NOT NULL"),
        ),
        # What models take; workers serve every workspace.
        Index(
            "step_runs_models_ix",
            "workspace_id",
            "performer",
            "priority",
            "task_id",
            "id",
            postgresql_where=text("state IN ('queued', 'waiting') AND performer NOT IN ('people', 'agents')"),
        ),
        # Leases that may have run out.
        Index("step_runs_leases_ix", "lease_until", postgresql_where=text("state = 'running'")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    run_id: Mapped[UUID]
    task_id: Mapped[UUID] = mapped_column(comment="its id is its age: ids of tasks grow with time")
    project_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(Text)
    performer: Mapped[str] = mapped_column(Text, comment="people, agents, or a model's name")
    replica: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(Integer, comment="by which it stands in line: the task's, less `aged`")
    aged: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="how many numbers earlier it stands for having waited"
    )
    roles: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="who may take it; null: whoever may work")
    hold_seconds: Mapped[int] = mapped_column(Integer, comment="how long a person holds it before it goes back")
    attempt: Mapped[int] = mapped_column(SmallInteger)
    token: Mapped[int] = mapped_column(BigInteger, comment="grows with each lease; a late writer shows an old one")
    holder_id: Mapped[UUID | None] = mapped_column(comment="the member who holds it")
    worker: Mapped[str | None] = mapped_column(Text, comment="the worker that holds it")
    reserved_for: Mapped[UUID | None] = mapped_column(comment="only this member may take it")
    sent_back_to: Mapped[UUID | None] = mapped_column(comment="its author gets it back first")
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="a retry is not due before")
    reason: Mapped[str | None] = mapped_column(Text)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
