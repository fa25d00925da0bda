"""Bulk operations, and the tasks each was frozen to with what became of them."""

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
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.bulk.rules import BULK, Action
from taskyard.domain.runs import Outcome
from taskyard.kit.db.base import Base


class Bulk(Base):
    """One change of many tasks, kept as a record."""

    __tablename__ = "bulks"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(BULK.check_sql(), "state"),
        CheckConstraint("action IN ({})".format(", ".join(f"'{action.value}'" for action in Action)), "action"),
        # What is told of the items never exceeds them.
        CheckConstraint("done + unchanged + refused + failed <= total", "counts"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    action: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    selection: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="as it was asked for; of ids only how many: the items have them"
    )
    undoes: Mapped[UUID | None] = mapped_column(comment="the bulk operation whose changes this one takes back")
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger)
    unchanged: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger, comment="the number of the last item that was come to")
    attempt: Mapped[int] = mapped_column(Integer, comment="how often a worker has begun since a portion was done")
    items_kept: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="false once its items have had their days; what is told of it stays"
    )
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(Text)
    created_by_role: Mapped[str | None] = mapped_column(Text, comment="in whose rights it is done")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BulkItem(Base):
    """One task of a bulk operation. Without an outcome it was not come to yet."""

    __tablename__ = "bulk_items"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "bulk_id", "number"),
        CheckConstraint("outcome IN ({})".format(", ".join(f"'{outcome.value}'" for outcome in Outcome)), "outcome"),
        # A few refusals among a million items.
        Index(
            "bulk_items_refused_ix",
            "workspace_id",
            "bulk_id",
            "outcome",
            "number",
            postgresql_where=text("outcome IN ('refused', 'failed')"),
        ),
    )

    workspace_id: Mapped[UUID]
    bulk_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[UUID]
    outcome: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    says: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what was replaced; of an undo: what is to be there again"
    )
