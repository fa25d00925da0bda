"""Answers: what performers gave, people and models alike, each kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Float, Index, PrimaryKeyConstraint, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.answers.rules import KIND_CHECK
from taskyard.kit.db.base import Base


class Answer(Base):
    """What one performer gave at a step. Immutable, but for the day when it stops to count."""

    __tablename__ = "answers"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(KIND_CHECK, "kind"),
        Index("answers_task_ix", "workspace_id", "task_id", "id"),
        Index("answers_run_ix", "workspace_id", "run_id", "id"),
        # Never a second answer for one step run.
        Index(
            "answers_one_per_step_run_key",
            "workspace_id",
            "step_run_id",
            unique=True,
            postgresql_where=text("kind = 'answer'"),
        ),
        # What a member gave today.
        Index(
            "answers_member_ix",
            "workspace_id",
            "member_id",
            "created_at",
            postgresql_where=text("member_id IS NOT NULL"),
        ),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    step_run_id: Mapped[UUID]
    run_id: Mapped[UUID]
    task_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(Text)
    use: Mapped[str] = mapped_column(Text, comment="the kind of work")
    kind: Mapped[str] = mapped_column(
        Text,
        comment="answer; prior: it counted until an audit fixed it; late_draft: work that came too late and was kept",
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    member_id: Mapped[UUID | None]
    model: Mapped[str | None] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(Text, comment="who gave it, as they were called then")
    confidence: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float | None] = mapped_column(Float, comment="time in hand")
    kept_from: Mapped[UUID | None] = mapped_column(
        comment="the answer of an earlier run that counts in this one too; not a second piece of work"
    )
    fixes: Mapped[UUID | None] = mapped_column(
        comment="of an audit's fix: the performer's answer it stands in the place of; not a piece of work handed out"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
