"""Tasks, narrow; their inputs beside them, so that no text index is ever touched by a change of state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.tasks.rules import TASK, VERDICTS
from taskyard.kit.db.base import Base

# Not coalesce: under row-level security PostgreSQL takes no condition on that to an index, and a later page of the
# list would read all pages before it. For the same value greatest is one it trusts.
# Ascending, and read backwards: of many new tasks each comes behind the one before, which costs an index least.
_SUBMITTED = text("greatest(last_submitted_at, '-infinity')")


class Task(Base):
    """One item of work, as lists show it."""

    __tablename__ = "tasks"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(TASK.check_sql("status"), "status"),
        CheckConstraint("audit IN ({})".format(", ".join(f"'{verdict.value}'" for verdict in VERDICTS)), "audit"),
        # The default order of the list: last submitted, then created, newest first.
        Index(
            "tasks_recent_ix",
            "workspace_id",
            _SUBMITTED,
            "id",
        ),
        Index(
            "tasks_project_recent_ix",
            "workspace_id",
            "project_id",
            _SUBMITTED,
            "id",
        ),
        Index(
            "tasks_status_recent_ix",
            "workspace_id",
            "status",
            _SUBMITTED,
            "id",
        ),
        # What makes a repeated upload harmless.
        Index(
            "tasks_external_id_key",
            "workspace_id",
            "project_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        # What is kept for somebody before a step for people is open; tasks of which nothing is cost it nothing.
        Index("tasks_reserved_ix", "workspace_id", "reserved_for", postgresql_where=text("reserved_for IS NOT NULL")),
        # Tasks of an upload that are told of: those that ended as they were made, and whether there are any at all.
        Index(
            "tasks_callback_ix", "workspace_id", "upload_id", "id", postgresql_where=text("callback_url IS NOT NULL")
        ),
        # Which batches there are, and what is in one; tasks without cost it nothing.
        Index("tasks_batch_ix", "workspace_id", "batch", "id", postgresql_where=text("batch IS NOT NULL")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    project_id: Mapped[UUID]
    external_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="the steps it is at now")
    priority: Mapped[int] = mapped_column(Integer, comment="lower is handed out first")
    batch: Mapped[str | None] = mapped_column(Text)
    preview: Mapped[str] = mapped_column(Text)
    picture_id: Mapped[UUID | None] = mapped_column(comment="the file lists show as a thumbnail")
    run_id: Mapped[UUID | None] = mapped_column(comment="the latest run")
    run_count: Mapped[int] = mapped_column(Integer)
    redo_count: Mapped[int] = mapped_column(Integer)
    upload_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    audit: Mapped[str | None] = mapped_column(
        Text, comment="the last verdict on it; a completed task without one is ready to be audited"
    )
    seconds: Mapped[float] = mapped_column(
        Double, server_default=text("0"), comment="people's time spent on it, all its runs together"
    )
    cost: Mapped[float] = mapped_column(
        Double, server_default=text("0"), comment="credits its models have cost, all its runs together"
    )
    reserved_for: Mapped[UUID | None] = mapped_column(
        comment="the member for whom the next step done by people is kept"
    )
    step_priorities: Mapped[dict[str, int] | None] = mapped_column(
        JSONB(none_as_null=True), comment="priorities that hold from a step on, by its id; null: there are none"
    )
    callback_url: Mapped[str | None] = mapped_column(Text, comment="where its events are sent to")


class TaskInput(Base):
    """What a task is about. Written once, read when somebody opens the task."""

    __tablename__ = "task_inputs"
    __table_args__ = (
        # No foreign key: checking one costs a large upload a quarter of its time. One verb adds, one removes.
        PrimaryKeyConstraint("workspace_id", "task_id"),
    )

    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID]
    input: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # Not named `metadata`, which SQLAlchemy keeps for itself.
    extra: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB)


class TaskPrefill(Base):
    """An answer that a task brought along, for whoever does the step to start from. Most tasks have none."""

    __tablename__ = "task_prefills"
    # No foreign key, as with inputs: one verb adds, one removes.
    __table_args__ = (PrimaryKeyConstraint("workspace_id", "task_id", "step"),)

    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(Text)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as an answer of the step is; it was checked as one")


class TaskText(Base):
    """The words of a task in small letters, to be looked through by an index that no change of state touches."""

    __tablename__ = "task_texts"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "task_id"),
        # Read by the function tasks_with_words alone: under row-level security LIKE is not taken to an index.
        Index("task_texts_words_ix", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}),
    )

    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID]
    words: Mapped[str] = mapped_column(Text, comment="id, external id, and every text and number of the input")


class SortedField(Base):
    """A field of a project's input that somebody sorts by; its values are kept in order."""

    __tablename__ = "sorted_fields"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "project_id", "field"),
        ForeignKeyConstraint(
            ["workspace_id", "project_id"], ["projects.workspace_id", "projects.id"], ondelete="CASCADE"
        ),
    )

    workspace_id: Mapped[UUID]
    project_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(Text)


class TaskValue(Base):
    """The value of one sorted field of a task: a number, or a text in small letters. A task without one has no row."""

    __tablename__ = "task_values"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "task_id", "field"),
        # In the order of a page, either way.
        Index(
            "task_values_number_ix",
            "workspace_id",
            "project_id",
            "field",
            "number",
            "task_id",
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index(
            "task_values_words_ix",
            "workspace_id",
            "project_id",
            "field",
            "words",
            "task_id",
            postgresql_where=text("words IS NOT NULL"),
        ),
    )

    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(Text)
    project_id: Mapped[UUID]
    number: Mapped[float | None] = mapped_column(Double)
    words: Mapped[str | None] = mapped_column(Text)


class TaskSpan(Base):
    """Tasks of a project, from one id to another, that are not yet in the tables beside: a worker sees to them."""

    __tablename__ = "task_spans"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        Index("task_spans_project_ix", "workspace_id", "project_id"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    project_id: Mapped[UUID]
    field: Mapped[str | None] = mapped_column(
        Text, comment="only this field is to be sorted; null: words and all fields"
    )
    first_id: Mapped[UUID]
    last_id: Mapped[UUID]
