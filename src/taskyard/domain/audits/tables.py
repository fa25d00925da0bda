"""Audits: each verdict is a row, those that were replaced too."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, PrimaryKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.audits.verdicts import FOUND_CHECK
from taskyard.kit.db.base import Base


class Audit(Base):
    """One verdict on one run of a task. Immutable."""

    __tablename__ = "audits"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(FOUND_CHECK, "verdict"),
        CheckConstraint("verdict <> 'rejected' OR cardinality(reasons) > 0", "reasons"),
        CheckConstraint("(verdict = 'fixed') = (answer_id IS NOT NULL AND prior_answer_id IS NOT NULL)", "fix"),
        # The verdicts on a task, and what goes with it when it is deleted.
        Index("audits_task_ix", "workspace_id", "task_id", "id"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    task_id: Mapped[UUID]
    run_id: Mapped[UUID] = mapped_column(comment="the run whose result was judged")
    verdict: Mapped[str] = mapped_column(Text)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    step: Mapped[str | None] = mapped_column(Text, comment="of a fix: the step whose answer was replaced")
    answer_id: Mapped[UUID | None] = mapped_column(comment="of a fix: the answer that counts since")
    prior_answer_id: Mapped[UUID | None] = mapped_column(comment="of a fix: the answer that counted before")
    prior_output: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="of a fix: what came of the task before"
    )
    redo_from: Mapped[str | None] = mapped_column(
        Text, comment="of a rejection: the step the task is done again from; null: it ended"
    )
    member_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(Text, comment="who said so, as they were called then")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
