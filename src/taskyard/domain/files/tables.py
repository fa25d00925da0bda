"""The files of a workspace; their bytes lie in the file store, under their hash."""

from __future__ import annotations

from datetime import datetime
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
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.domain.files.rules import NAME_LENGTH_MAX, PassageKind
from taskyard.kit.db.base import Base


class File(Base):
    """One file that was given, or drawn by us. Never changed once it is there; equal content shares its bytes."""

    __tablename__ = "files"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "created_by"], ["members.workspace_id", "members.id"]),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", "sha256"),
        CheckConstraint("bytes > 0", "bytes"),
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {NAME_LENGTH_MAX}", "name"),
        CheckConstraint("width > 0 AND height > 0 AND frames > 0", "picture"),
        CheckConstraint("num_nulls(width, height, frames) IN (0, 3)", "picture_whole"),
        # Asked before bytes are removed: does another file still have this content?
        Index("files_sha256_ix", "workspace_id", "sha256"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(Text, comment="of the content; its key in the file store")
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(Text, comment="told from the content, never from what was said")
    name: Mapped[str] = mapped_column(Text, comment="made safe to show; never a path")
    width: Mapped[int | None] = mapped_column(Integer, comment="of the upright picture")
    height: Mapped[int | None] = mapped_column(Integer)
    frames: Mapped[int | None] = mapped_column(Integer, comment="more than one in an animation; views show the first")
    note: Mapped[str | None] = mapped_column(Text, comment="what people should know about the picture")
    created_by: Mapped[UUID | None] = mapped_column(comment="null: made by a model's step")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FileUse(Base):
    """A task that shows a file. When the last one is deleted, so is the file."""

    __tablename__ = "file_uses"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "task_id", "file_id"),
        # Asked when a task is deleted: does another one use its files?
        Index("file_uses_file_ix", "workspace_id", "file_id"),
    )

    workspace_id: Mapped[UUID]
    task_id: Mapped[UUID]
    file_id: Mapped[UUID]


class Passage(Base):
    """Content on its way into the store or out of it, or kept for something that is no file.

    Bytes and rows cannot change in one transaction; what stands here keeps one from being removed under the other.
    """

    __tablename__ = "file_passages"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind.value}'" for kind in PassageKind)), "kind"),
        Index("file_passages_sha256_ix", "workspace_id", "sha256"),
        # What was left on its way by a process that was killed.
        Index("file_passages_begun_ix", "begun_at", postgresql_where=text("kind <> 'kept'")),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    sha256: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
