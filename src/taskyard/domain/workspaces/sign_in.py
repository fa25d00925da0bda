"""Verbs of entering: first start, sign-in, switching workspace, sign-out, and who a credential is."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.domain.workspaces import facts, store
from taskyard.domain.workspaces.passwords import hash_password, is_password
from taskyard.domain.workspaces.problems import (
    AlreadySetUp,
    EmailUnusable,
    LinkNotValid,
    NoSuchWorkspace,
    PasswordTooWeak,
    TooManyAttempts,
    WrongCredentials,
)
from taskyard.domain.workspaces.rules import MemberState, is_email, password_flaw
from taskyard.domain.workspaces.tables import Member, SetupLink, SignIn, User, Workspace
from taskyard.kit.db import clock
from taskyard.kit.db.engine import enter_user, enter_workspace
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.web.credentials import SESSION_PREFIX, digest, make_secret
from taskyard.web.desk import Caller, Credential

CSRF_BYTES = 18
SETUP_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has just begun: the cookie is shown once."""

    cookie: str
    csrf: str
    expires_at: datetime
    actor: Actor


async def new_setup_link(session: AsyncSession) -> str | None:
    """Return a fresh one-time token for the first start, or None once there is an owner. Older tokens stay valid."""
    await store.lock_setup(session)
    if await store.any_user(session):
        return None
    token = secrets.token_urlsafe(SETUP_TOKEN_BYTES)
    session.add(SetupLink(digest=digest(token)))
    return token


async def set_up(
    session: AsyncSession, settings: Settings, *, token: str, email: str, name: str, password: str, workspace: str
) -> Entered:
    """Make the owner and the first workspace. Works once, for whoever holds the link the server printed."""
    await store.lock_setup(session)
    if await store.any_user(session):
        raise AlreadySetUp
    link = await store.open_setup_link(session, digest(token))
    if link is None:
        raise LinkNotValid
    link.used_at = await clock.now(session)
    user = await add_user(session, email=email, name=name, password=password)
    member = await open_workspace(session, user, workspace)
    return await begin(session, settings, member)


async def add_user(session: AsyncSession, *, email: str, name: str, password: str) -> User:
    """Make a person. Refuses weak passwords and addresses that are none."""
    if not is_email(email):
        raise EmailUnusable(email=email)
    flaw = password_flaw(password, email)
    if flaw:
        raise PasswordTooWeak(says=flaw)
    user = User(
        id=new_id(), email=email.strip(), name=name.strip() or email, password_hash=await hash_password(password)
    )
    session.add(user)
    await session.flush()
    return user


async def open_workspace(session: AsyncSession, user: User, name: str) -> Member:
    """Make a workspace with this user as its owner; the transaction is inside it afterwards."""
    workspace = Workspace(id=new_id(), name=name.strip() or "Workspace")
    await enter_workspace(session, workspace.id)
    session.add(workspace)
    await session.flush()
    member = Member(
        workspace_id=workspace.id,
        id=new_id(),
        user_id=user.id,
        name=user.name,
        email=user.email,
        role=Role.OWNER,
        state=MemberState.ACTIVE,
    )
    session.add(member)
    await session.flush()
    ledger.record(session, facts.workspace_opened(workspace), by=actor_of(member))
    return member


async def sign_in(
    session: AsyncSession, settings: Settings, *, email: str, password: str, address: str, workspace_id: UUID | None
) -> Entered:
    """Begin a session. Attempts are counted per account and address; the answer never tells which part was wrong."""
    await count_attempt(session, settings, email=email, address=address)
    user = await store.user_by_email(session, email)
    if not await is_password(password, user.password_hash if user else None) or user is None:
        raise WrongCredentials
    member = await _membership(session, user.id, workspace_id)
    entered = await begin(session, settings, member)
    ledger.record(session, facts.signed_in(member), by=entered.actor)
    return entered


async def count_attempt(session: AsyncSession, settings: Settings, *, email: str, address: str) -> None:
    """Count an attempt to show an account's password, wherever it is asked for; refuse when there were too many."""
    await _count(session, f"account:{email.lower()}", settings.sign_in_per_minute_account)
    await _count(session, f"address:{address}", settings.sign_in_per_minute_address)


async def switch(session: AsyncSession, settings: Settings, user_id: UUID, workspace_id: UUID) -> Entered:
    """Begin a session of the same user in another of their workspaces."""
    return await begin(session, settings, await _membership(session, user_id, workspace_id))


async def begin(session: AsyncSession, settings: Settings, member: Member) -> Entered:
    """Begin a browser session for a member."""
    await enter_workspace(session, member.workspace_id)
    cookie, digested = make_secret(SESSION_PREFIX, member.workspace_id)
    started = SignIn(
        workspace_id=member.workspace_id,
        id=new_id(),
        member_id=member.id,
        digest=digested,
        csrf=secrets.token_urlsafe(CSRF_BYTES),
        expires_at=await clock.now(session) + timedelta(days=settings.session_days),
    )
    session.add(started)
    await session.flush()
    return Entered(cookie, started.csrf, started.expires_at, actor_of(member, started.id))


async def sign_out(session: AsyncSession, actor: Actor) -> None:
    """End this browser's session; keys have none and nothing happens to them."""
    if actor.kind is ActorKind.MEMBER and actor.credential_id is not None:
        await store.end_sign_in(session, actor.workspace_id, actor.credential_id)
        ledger.record(session, facts.signed_out(actor.name, actor.credential_id), by=actor)


async def identify(session: AsyncSession, credential: Credential) -> Caller | None:
    """Return who a cookie or a key is, or None when it is not, or no longer, good."""
    if credential.is_key:
        return await _identify_key(session, credential)
    found = await store.live_sign_in(session, credential.workspace_id, credential.digest)
    if found is None:
        return None
    sign_in_id, csrf, member_id, user_id, name, role = found
    actor = Actor(
        credential.workspace_id, ActorKind.MEMBER, name, member_id, user_id, Role(role), credential_id=sign_in_id
    )
    return Caller(actor, csrf)


async def _identify_key(session: AsyncSession, credential: Credential) -> Caller | None:
    found = await store.live_key(session, credential.workspace_id, credential.digest)
    if found is None:
        return None
    key_id, scopes, _, member_id, user_id, name, role = found
    await store.touch_key(session, credential.workspace_id, key_id)
    scope_set = None if scopes is None else frozenset(scopes)
    actor = Actor(credential.workspace_id, ActorKind.KEY, name, member_id, user_id, Role(role), scope_set, key_id)
    return Caller(actor, None)


def actor_of(member: Member, credential_id: UUID | None = None) -> Actor:
    """Return the member as one who acts."""
    return Actor(
        member.workspace_id,
        ActorKind.MEMBER,
        member.name,
        member.id,
        member.user_id,
        Role(member.role),
        credential_id=credential_id,
    )


async def _membership(session: AsyncSession, user_id: UUID, workspace_id: UUID | None) -> Member:
    await enter_user(session, user_id)
    found = await store.memberships(session, user_id)
    for member in found:
        if workspace_id is None or member.workspace_id == workspace_id:
            return member
    raise NoSuchWorkspace


async def _count(session: AsyncSession, subject: str, limit: int) -> None:
    hashed = hashlib.sha256(subject.encode()).hexdigest()
    if await store.count_attempt(session, hashed) > limit:
        seconds = 60 - (await clock.now(session)).second
        raise TooManyAttempts(seconds=seconds)
