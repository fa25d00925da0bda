"""Projects, their drafts and their published flows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.projects.rules import ON_REJECT_CHECK, PROJECT
from taskyard.kit.db.base import Base


class Project(Base):
    """A kind of work: instructions, input schema and flow. The draft is edited, the published version is used."""

    __tablename__ = "projects"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        CheckConstraint(PROJECT.check_sql(), "state"),
        CheckConstraint("archive_after_days > 0", "archive_after_days"),
        CheckConstraint("ageing_hours > 0", "ageing_hours"),
        # Which projects let their work age, for workers.
        Index("projects_ageing_ix", "workspace_id", "id", postgresql_where=text("ageing_hours IS NOT NULL")),
        CheckConstraint(ON_REJECT_CHECK, "on_reject"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text, comment="Markdown")
    state: Mapped[str] = mapped_column(Text)
    draft: Mapped[str] = mapped_column(
        Text, comment="the flow as it is being edited; always one that could be published"
    )
    draft_revision: Mapped[int] = mapped_column(Integer)
    published_version: Mapped[int | None] = mapped_column(Integer)
    is_playground: Mapped[bool] = mapped_column(comment="the project every workspace is born with")
    is_app: Mapped[bool] = mapped_column(comment="the published flow can finish without people")
    shared_with_clients: Mapped[bool]
    archive_after_days: Mapped[int | None] = mapped_column(
        Integer, comment="finished tasks go to the archive by themselves after so many days at rest; null: never"
    )
    ageing_hours: Mapped[int | None] = mapped_column(
        Integer, comment="a free step run moves one number earlier each time it has waited so long; null: never"
    )
    on_reject: Mapped[str] = mapped_column(
        Text, server_default=text("'redo'"), comment="what becomes of a task whose result is rejected: end, or redo"
    )
    redo_step: Mapped[str | None] = mapped_column(
        Text, comment="the step a rejected task is done again from; null: the first that people have done"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FlowVersion(Base):
    """A published flow. Immutable: every run names the version it used."""

    __tablename__ = "flow_versions"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "project_id", "number"),
        ForeignKeyConstraint(["workspace_id", "project_id"], ["projects.workspace_id", "projects.id"]),
    )

    workspace_id: Mapped[UUID]
    project_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, comment="as it was written")
    document: Mapped[dict[str, Any]] = mapped_column(JSON, comment="as it was checked; JSON keeps the order of fields")
    published_by: Mapped[UUID | None]
    published_by_name: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
