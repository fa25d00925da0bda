"""Archives and what became of each task that was asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.archives.rules import ARCHIVE, OUTCOME_CHECK
from taskyard.kit.db.base import Base


class Archive(Base):
    """One movement of tasks out of the list, kept as a record; what it holds lies in one file of the file store."""

    __tablename__ = "archives"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(ARCHIVE.check_sql(), "state"),
        # A file that is named can be let go.
        CheckConstraint("num_nulls(sha256, bytes, passage_id) IN (0, 3)", "file"),
        Index("archives_recent_ix", "workspace_id", text("id DESC")),
        # However many workers look on a day, a project is archived by itself once.
        Index(
            "archives_due_key",
            "workspace_id",
            "due_project",
            "due_on",
            unique=True,
            postgresql_where=text("due_project IS NOT NULL"),
        ),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    selection: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="what was asked for, as it was asked")
    projects: Mapped[list[dict[str, str]]] = mapped_column(JSONB, comment="whose tasks, as they were called then")
    asked: Mapped[int] = mapped_column(BigInteger, comment="the tasks that fitted when it was asked")
    tasks: Mapped[int] = mapped_column(BigInteger, comment="those that went into it, restored ones included")
    left_out: Mapped[int] = mapped_column(BigInteger, comment="those that stayed in the list")
    restored: Mapped[int] = mapped_column(BigInteger, comment="those that went back")
    wanted: Mapped[int] = mapped_column(BigInteger, comment="those that the present restore is about")
    done: Mapped[int] = mapped_column(BigInteger, comment="how many the present work is through with")
    bytes: Mapped[int | None] = mapped_column(BigInteger, comment="of the file, compressed")
    sha256: Mapped[str | None] = mapped_column(Text, comment="of the file; its key in the file store")
    passage_id: Mapped[UUID | None] = mapped_column(comment="what keeps the file in the store")
    attempt: Mapped[int] = mapped_column(
        Integer, comment="grows with each worker that begins; only the last one may go on"
    )
    reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[UUID | None] = mapped_column(comment="null: by itself, its tasks had rested long enough")
    created_by_name: Mapped[str | None] = mapped_column(Text)
    due_project: Mapped[UUID | None] = mapped_column(comment="the project that archives by itself")
    due_on: Mapped[date | None] = mapped_column(Date, comment="the day on which it was looked at")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ArchiveItem(Base):
    """One task that was asked for. As long as it stands as archived, it is in this archive and nowhere else."""

    __tablename__ = "archive_items"
    __table_args__ = (
        # No foreign key: checking one costs a large archive more than all else. One verb adds, one removes.
        PrimaryKeyConstraint("workspace_id", "archive_id", "number"),
        UniqueConstraint("workspace_id", "archive_id", "task_id"),
        CheckConstraint(OUTCOME_CHECK, "outcome"),
        # Where a task is that is no longer in the list; and never in two archives.
        Index(
            "archive_items_archived_key",
            "workspace_id",
            "task_id",
            unique=True,
            postgresql_where=text("outcome = 'archived'"),
        ),
    )

    workspace_id: Mapped[UUID]
    archive_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger, comment="the order of the lines of the file")
    task_id: Mapped[UUID]
    project_id: Mapped[UUID]
    external_id: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="why it was left out, or could not be restored")
    sha256: Mapped[str | None] = mapped_column(Text, comment="of its content as it was written")
    is_wanted: Mapped[bool] = mapped_column(
        Boolean, server_default=text("false"), comment="somebody asked to have it restored"
    )
