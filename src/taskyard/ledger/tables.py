"""The facts: an append-only table from which timelines, live views and exports of events drink."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, PrimaryKeyConstraint, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from taskyard.kit.db.base import Base


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return "xid8"


class FactRow(Base):
    """One immutable fact."""

    __tablename__ = "facts"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "number"),
        Index("facts_position_ix", "workspace_id", "xid", "number"),
        Index("facts_task_ix", "workspace_id", "task_id", "number", postgresql_where=text("task_id IS NOT NULL")),
        Index("facts_run_ix", "workspace_id", "run_id", "number", postgresql_where=text("run_id IS NOT NULL")),
    )

    workspace_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), comment="grows; has gaps")
    xid: Mapped[str] = mapped_column(
        Xid8,
        server_default=text("pg_current_xact_id()"),
        comment="the transaction that recorded it; readers resume below the oldest one still running",
    )
    name: Mapped[str] = mapped_column(Text, comment="noun.verbed")
    says: Mapped[str] = mapped_column(Text, comment="the fact as a sentence for a timeline")
    noun_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    run_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
