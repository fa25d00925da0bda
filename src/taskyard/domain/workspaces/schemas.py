"""Bodies in and out about people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from taskyard.access import Role
from taskyard.domain.workspaces.rules import MemberState
from taskyard.web.bodies import Body, Named, Said

Name = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Password = Annotated[str, Field(min_length=1, max_length=200)]
Token = Annotated[str, Field(min_length=10, max_length=200)]


class SetUp(Body):
    """What the first-start page sends."""

    token: Token
    email: Email
    name: Name
    password: Password
    workspace: Name


class SignInBody(Body):
    """What the sign-in page sends."""

    email: Email
    password: Password
    workspace: UUID | None = None


class Switch(Body):
    """Which of my workspaces to enter."""

    workspace: UUID


class Accept(Body):
    """What somebody who follows an invitation sends."""

    token: Token
    name: Name
    password: Password


class Invite(Body):
    """Whom to invite as what."""

    email: Email
    role: Role


class ChangeMember(Body):
    """What to change of a member."""

    role: Role | None = None
    state: MemberState | None = None


class NewKey(Body):
    """A key to make. Without scopes it may all that its role may."""

    name: Name
    role: Role
    scopes: list[str] | None = None
    expires_at: AwareDatetime | None = None


class SetupNeeded(Said):
    """Whether the first start is still ahead."""

    needed: bool


class Myself(Said):
    """The member behind the credential."""

    id: UUID
    name: str
    email: str | None
    role: Role


class MyWorkspace(Named):
    """One of my workspaces."""

    role: Role


class Me(Said):
    """Who I am, where, and what I may do."""

    member: Myself
    workspace: Named
    workspaces: list[MyWorkspace]
    permissions: list[str]
    csrf: str | None
    version: str


class MemberSaid(Said):
    """A member of the workspace."""

    id: UUID
    name: str
    email: str | None
    role: Role
    kind: str
    state: MemberState
    created_at: datetime
    can: dict[str, str | None]


class InvitationSaid(Said):
    """An invitation; `link` is there only in the answer that made it."""

    id: UUID
    email: str
    role: Role
    state: str
    expires_at: datetime
    created_at: datetime
    link: str | None = None
    can: dict[str, str | None]


class InvitationSeen(Said):
    """What somebody with the link may know before accepting."""

    workspace: str
    email: str
    role: Role


class KeySaid(Said):
    """A key; `key` is there only in the answer that made it."""

    id: UUID
    name: str
    role: Role
    scopes: list[str] | None
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    key: str | None = None
