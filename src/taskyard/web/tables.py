"""The one table of the web floor: answers already given, by idempotency key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.kit.db.base import Base


class IdempotencyKey(Base):
    """What a POST with this key was answered, so that a repeat has the same answer and no second effect."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "member_id", "key"),
        Index("idempotency_keys_age_ix", "created_at"),
    )

    workspace_id: Mapped[UUID]
    member_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of method, path, query and body")
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
