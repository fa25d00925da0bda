"""Saved views of the list of tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.kit.db.base import Base


class SavedView(Base):
    """Filters, order and columns under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "member_id"], ["members.workspace_id", "members.id"]),
        Index("saved_views_member_ix", "workspace_id", "member_id"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    member_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="as the page keeps it in its address; a step or field may have left the flow since"
    )
    is_shared: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
