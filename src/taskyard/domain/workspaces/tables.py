"""Workspaces, users, members, invitations, sessions and keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.access import Role
from taskyard.domain.workspaces.rules import INVITATION, MEMBER
from taskyard.kit.db.base import Base

ROLE_CHECK = "role IN ({})".format(", ".join(f"'{role.value}'" for role in Role))


def _when(**named: object) -> Mapped[datetime]:
    return mapped_column(DateTime(timezone=True), server_default=func.now(), **named)  # type: ignore[arg-type]


class Workspace(Base):
    """The tenant. Its row is its own: the policy compares `id`."""

    __tablename__ = "workspaces"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = _when()


class User(Base):
    """A person, once for the whole server; what they may do is said by their memberships."""

    __tablename__ = "users"
    __table_args__ = (Index("users_email_key", text("lower(email)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text, comment="argon2id")
    created_at: Mapped[datetime] = _when()


class SetupLink(Base):
    """The one-time link of the first start. One row at most is ever used."""

    __tablename__ = "setup_links"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[datetime] = _when()
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInCount(Base):
    """Attempts per account and per address and minute, so that guessing is slow on every process at once."""

    __tablename__ = "sign_in_counts"
    __table_args__ = (PrimaryKeyConstraint("subject", "minute"),)

    subject: Mapped[str] = mapped_column(Text, comment="account or address, hashed")
    minute: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)


class Member(Base):
    """A user in a workspace, or the member a key acts as (then without a user)."""

    __tablename__ = "members"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "user_id"),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        CheckConstraint(MEMBER.check_sql(), "state"),
        CheckConstraint(ROLE_CHECK, "role"),
        Index("members_user_ix", "user_id"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = _when()


class Invitation(Base):
    """An offer to become a member, by link."""

    __tablename__ = "invitations"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "digest"),
        CheckConstraint(INVITATION.check_sql(), "state"),
        CheckConstraint(ROLE_CHECK, "role"),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    invited_by: Mapped[UUID]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = _when()


class SignIn(Base):
    """A session of a browser. The cookie is never stored, only its digest."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "digest"),
        ForeignKeyConstraint(["workspace_id", "member_id"], ["members.workspace_id", "members.id"]),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    member_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    csrf: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = _when()


class ApiKey(Base):
    """A key that acts as a member, narrowed by scopes."""

    __tablename__ = "api_keys"
    __table_args__ = (
        PrimaryKeyConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "digest"),
        ForeignKeyConstraint(["workspace_id", "member_id"], ["members.workspace_id", "members.id"]),
    )

    workspace_id: Mapped[UUID]
    id: Mapped[UUID]
    member_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(Text, comment="the first characters, to recognise it by")
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="null: everything the role may")
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = _when()
