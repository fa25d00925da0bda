"""Uploads and what was wrong with their rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.uploads.rules import UPLOAD, UploadMode
from taskyard.kit.db.base import Base

# Inside of a table `bytes` is a column.
Octets = bytes


class Upload(Base):
    """One bulk movement of tasks in, kept as a record."""

    __tablename__ = "uploads"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint(UPLOAD.check_sql(), "state"),
        CheckConstraint("mode IN ({})".format(", ".join(f"'{mode.value}'" for mode in UploadMode)), "mode"),
        # good + bad = rows, always.
        CheckConstraint(
            "state NOT IN ('completed', 'completed_with_errors') OR created + unchanged + failed = rows", "counts"
        ),
        Index("uploads_recent_ix", "workspace_id", text("id DESC")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    project_id: Mapped[UUID]
    flow_version: Mapped[int] = mapped_column(Integer)
    file_name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    mode: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[int] = mapped_column(BigInteger)
    unchanged: Mapped[int] = mapped_column(BigInteger, comment="rows whose external id was there before")
    differing: Mapped[int] = mapped_column(
        BigInteger, server_default="0", comment="of the unchanged, those with another input than the task has"
    )
    failed: Mapped[int] = mapped_column(BigInteger)
    bytes_read: Mapped[int] = mapped_column(BigInteger)
    attempt: Mapped[int] = mapped_column(
        Integer, comment="grows with each worker that begins; only the last one may end"
    )
    passes: Mapped[int] = mapped_column(Integer, server_default="1", comment="files: the source, then mended rows")
    reason: Mapped[str | None] = mapped_column(Text)
    reserved_for: Mapped[UUID | None] = mapped_column(
        comment="the member for whom tasks are kept whose rows name nobody"
    )
    reserved_for_name: Mapped[str | None] = mapped_column(Text, comment="as they were called then")
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UploadPass(Base):
    """One file of an upload: the source, or rows of it that were mended. Its bytes are kept by their hash."""

    __tablename__ = "upload_passes"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "upload_id", "number"),
        ForeignKeyConstraint(["workspace_id", "upload_id"], ["uploads.workspace_id", "uploads.id"], ondelete="CASCADE"),
    )

    workspace_id: Mapped[UUID]
    upload_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    flow_version: Mapped[int] = mapped_column(Integer)
    file_name: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    mapping: Mapped[dict[str, str | None] | None] = mapped_column(
        JSONB, comment="which column or key is which field; null leaves it out"
    )
    attempt_before: Mapped[int] = mapped_column(
        Integer, comment="of the upload, when this file came: each file has its own number of attempts"
    )
    may_reserve: Mapped[bool] = mapped_column(
        Boolean, server_default="false", comment="whether whoever gave the file may have work kept for somebody"
    )
    failed_rows: Mapped[Octets | None] = mapped_column(
        LargeBinary, comment="a bit per row of the source whose last version is in this file and is still bad, deflated"
    )
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class UploadMapping(Base):
    """Which columns went to which fields in the uploads of a project before, to be proposed for the next."""

    __tablename__ = "upload_mappings"
    __table_args__ = (PrimaryKeyConstraint("workspace_id", "project_id"),)

    workspace_id: Mapped[UUID]
    project_id: Mapped[UUID]
    mapping: Mapped[dict[str, str | None]] = mapped_column(JSONB)


class UploadError(Base):
    """One thing wrong with one row. Those of the first bad rows are kept; the upload's count is exact."""

    __tablename__ = "upload_errors"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "upload_id", "number"),
        ForeignKeyConstraint(["workspace_id", "upload_id"], ["uploads.workspace_id", "uploads.id"], ondelete="CASCADE"),
    )

    workspace_id: Mapped[UUID]
    upload_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    row: Mapped[int] = mapped_column(
        BigInteger, comment="as a person counts the rows of the file; 0 is the file itself"
    )
    field: Mapped[str | None] = mapped_column(Text)
    says: Mapped[str] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
