"""Exports that are made in the background, and the consumers that get what changed since the last one."""

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.exports.rules import EXPORT, Answers, ExportFormat
from taskyard.kit.db.base import Base


def _one_of(column: str, values: type[ExportFormat | Answers]) -> str:
    return "{} IN ({})".format(column, ", ".join(f"'{value.value}'" for value in values))


class Consumer(Base):
    """Somebody who is given what changed since the last time, by name."""

    __tablename__ = "export_consumers"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        # A client's consumer was told of shared projects alone: a lead who went on with it would miss the others.
        UniqueConstraint("workspace_id", "of_clients", "name"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    of_clients: Mapped[bool]
    selection: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="what it follows")
    position: Mapped[str | None] = mapped_column(
        Text, comment="the snapshot that the last completed export read; null: all goes out"
    )
    position_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_export_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Export(Base):
    """One bulk movement of tasks out, kept as a record."""

    __tablename__ = "exports"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "consumer_id"], ["export_consumers.workspace_id", "export_consumers.id"]),
        CheckConstraint(EXPORT.check_sql(), "state"),
        CheckConstraint(_one_of("format", ExportFormat), "format"),
        CheckConstraint(_one_of("answers", Answers), "answers"),
        CheckConstraint("state <> 'completed' OR sha256 IS NOT NULL", "content"),
        Index("exports_recent_ix", "workspace_id", text("id DESC")),
        # Two at once would both move the position, and one of them would be forgotten.
        Index(
            "exports_one_per_consumer_key",
            "workspace_id",
            "consumer_id",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        # Those whose days are over and whose bytes are still there.
        Index("exports_expiry_ix", "expires_at", postgresql_where=text("passage_id IS NOT NULL")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text, comment="of the file, without its ending")
    format: Mapped[str] = mapped_column(Text)
    selection: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as it was asked for")
    answers: Mapped[str] = mapped_column(Text)
    answers_of: Mapped[str | None] = mapped_column(Text, comment="only those of this step")
    include: Mapped[list[str]] = mapped_column(ARRAY(Text))
    consumer_id: Mapped[UUID | None]
    since: Mapped[str | None] = mapped_column(Text, comment="the consumer's position when it was begun")
    state: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(BigInteger, comment="tasks and files written so far")
    total: Mapped[int] = mapped_column(BigInteger, comment="of so many")
    tasks: Mapped[int] = mapped_column(BigInteger)
    answers_given: Mapped[int] = mapped_column(BigInteger)
    gone: Mapped[int] = mapped_column(BigInteger, comment="tasks told as deleted or archived since the last time")
    files: Mapped[int] = mapped_column(BigInteger)
    left_out: Mapped[dict[str, int]] = mapped_column(JSONB, comment="how many, by reason")
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(Text)
    passage_id: Mapped[UUID | None] = mapped_column(comment="what keeps the bytes; null: there are none any more")
    manifest_sha256: Mapped[str | None] = mapped_column(Text)
    manifest_bytes: Mapped[int | None] = mapped_column(BigInteger)
    manifest_passage_id: Mapped[UUID | None]
    attempt: Mapped[int] = mapped_column(
        Integer, comment="grows with each worker that begins; only the last one may end"
    )
    reason: Mapped[str | None] = mapped_column(Text)
    of_clients: Mapped[bool] = mapped_column(comment="asked for by a client, of what is shared with clients")
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    snapshot_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="the moment it shows")
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
