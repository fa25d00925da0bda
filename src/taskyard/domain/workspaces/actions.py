"""Verbs about members, invitations and keys."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import PERMISSIONS, Actor, Role, may
from taskyard.domain.workspaces import facts, store
from taskyard.domain.workspaces.passwords import is_password
from taskyard.domain.workspaces.problems import (
    AlreadyMember,
    EmailUnusable,
    ExpiryPast,
    LastOwner,
    LinkNotValid,
    RoleTooHigh,
    ScopeBeyondYours,
    ScopeUnknown,
    WrongCredentials,
)
from taskyard.domain.workspaces.rules import INVITATION, MEMBER, MemberState, is_email, is_open, may_invite
from taskyard.domain.workspaces.sign_in import Entered, add_user, begin, count_attempt
from taskyard.domain.workspaces.tables import ApiKey, Invitation, Member
from taskyard.kit.db import clock
from taskyard.kit.db.engine import enter_workspace
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.web.credentials import KEY_PREFIX, digest, make_secret

TOKEN_BYTES = 24
PREFIX_LENGTH = 6


class Shown(NamedTuple):
    """A row with the secret that is shown this once."""

    row: ApiKey | Invitation
    secret: str


async def invite(session: AsyncSession, actor: Actor, settings: Settings, *, email: str, role: Role) -> Shown:
    """Offer a role by link. The link is shown once and works once, until it expires."""
    if not may_invite(actor, role):
        raise RoleTooHigh(role=role)
    if not is_email(email):
        raise EmailUnusable(email=email)
    user = await store.user_by_email(session, email)
    member = user and await store.member_of_user(session, actor.workspace_id, user.id)
    if member and member.state == MemberState.ACTIVE:
        raise AlreadyMember(email=email)
    token = f"{actor.workspace_id.hex}.{secrets.token_urlsafe(TOKEN_BYTES)}"
    invitation = Invitation(
        workspace_id=actor.workspace_id,
        id=new_id(),
        email=email.strip(),
        role=role,
        digest=digest(token),
        state=INVITATION.start,
        invited_by=actor.me,
        expires_at=await clock.now(session) + timedelta(days=settings.invitation_days),
    )
    session.add(invitation)
    await session.flush()
    await session.refresh(invitation)
    ledger.record(session, facts.invitation_made(invitation), by=actor)
    return Shown(invitation, token)


async def look_up_invitation(session: AsyncSession, token: str) -> Invitation:
    """Return the open invitation behind a link; the transaction is inside its workspace afterwards."""
    try:
        workspace_id = UUID(hex=token.partition(".")[0])
    except ValueError as error:
        raise LinkNotValid from error
    await enter_workspace(session, workspace_id)
    invitation = await store.lock_invitation_by_digest(session, workspace_id, digest(token))
    if invitation is None or not is_open(invitation.state, invitation.expires_at, await clock.now(session)):
        raise LinkNotValid
    return invitation


async def accept_invitation(
    session: AsyncSession, settings: Settings, *, token: str, name: str, password: str, address: str
) -> Entered:
    """Join by link. Somebody with an account shows its password, counted like a sign-in; a new person chooses one."""
    invitation = await look_up_invitation(session, token)
    await store.lock_email(session, invitation.email)
    user = await store.user_by_email(session, invitation.email)
    if user is None:
        user = await add_user(session, email=invitation.email, name=name, password=password)
    else:
        await count_attempt(session, settings, email=user.email, address=address)
        if not await is_password(password, user.password_hash):
            raise WrongCredentials
    INVITATION.move(invitation, "accept")
    member = await store.member_of_user(session, invitation.workspace_id, user.id)
    if member is None:
        member = Member(
            workspace_id=invitation.workspace_id,
            id=new_id(),
            user_id=user.id,
            name=user.name,
            email=user.email,
            role=invitation.role,
            state=MEMBER.start,
        )
        session.add(member)
    elif member.state == MemberState.ACTIVE:
        # An older link must not change what somebody is by now, least of all the last owner.
        raise AlreadyMember(email=user.email)
    else:
        MEMBER.move(member, "readmit")
        member.role = invitation.role
    await session.flush()
    entered = await begin(session, settings, member)
    ledger.record(session, facts.member_joined(member), by=entered.actor)
    return entered


async def revoke_invitation(session: AsyncSession, actor: Actor, invitation_id: UUID) -> Invitation:
    """Make a link useless. Safe to repeat."""
    invitation = await store.lock_invitation(session, actor.workspace_id, invitation_id)
    if not may_invite(actor, Role(invitation.role)):
        raise RoleTooHigh(role=invitation.role)
    if invitation.state != INVITATION.states.REVOKED:
        INVITATION.move(invitation, "revoke")
        ledger.record(session, facts.invitation_revoked(invitation), by=actor)
    return invitation


async def change_member(
    session: AsyncSession, actor: Actor, member_id: UUID, *, role: Role | None, state: MemberState | None
) -> Member:
    """Change a role, remove or readmit. The last owner stays owner; a removed member's sessions die at once."""
    owners = await store.lock_owners(session, actor.workspace_id)
    member = await store.lock_member(session, actor.workspace_id, member_id)
    loses_ownership = (role is not None and role is not Role.OWNER) or state is MemberState.REMOVED
    if owners == [member.id] and loses_ownership:
        raise LastOwner
    if role is not None and role != member.role:
        member.role = role
        ledger.record(session, facts.member_changed(member, f"is {role} now"), by=actor)
    if state is not None and state != member.state:
        MEMBER.move(member, "remove" if state is MemberState.REMOVED else "readmit")
        says = "was removed" if state is MemberState.REMOVED else "was readmitted"
        ledger.record(session, facts.member_changed(member, says), by=actor)
    return member


async def make_key(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    role: Role,
    scopes: list[str] | None,
    expires_at: datetime | None,
) -> Shown:
    """Make a key and the member it acts as. The key is shown once; only its hash is kept.

    A key made with a key has no more than that one: a narrow key cannot widen itself.
    """
    for scope in scopes or ():
        if not any(scope == permission and may(role, permission) for permission in PERMISSIONS):
            raise ScopeUnknown(scope=scope, role=role)
    given = [
        permission for permission in PERMISSIONS if may(role, permission) and (scopes is None or permission in scopes)
    ]
    if beyond := [permission for permission in given if not actor.may(permission)]:
        raise ScopeBeyondYours(beyond=", ".join(beyond))
    if expires_at is not None and expires_at <= await clock.now(session):
        raise ExpiryPast
    member = Member(
        workspace_id=actor.workspace_id, id=new_id(), user_id=None, name=name, email=None, role=role, state=MEMBER.start
    )
    session.add(member)
    await session.flush()
    secret, digested = make_secret(KEY_PREFIX, actor.workspace_id)
    key = ApiKey(
        workspace_id=actor.workspace_id,
        id=new_id(),
        member_id=member.id,
        name=name,
        prefix=secret.split("_", 2)[2][:PREFIX_LENGTH],
        digest=digested,
        scopes=scopes,
        expires_at=expires_at,
    )
    session.add(key)
    await session.flush()
    await session.refresh(key)
    ledger.record(session, facts.key_made(key), by=actor)
    return Shown(key, secret)


async def revoke_key(session: AsyncSession, actor: Actor, key_id: UUID) -> ApiKey:
    """Kill a key, within two seconds everywhere. Safe to repeat: it is told once."""
    key = await store.lock_key(session, actor.workspace_id, key_id)
    if key.revoked_at is None:
        key.revoked_at = await clock.now(session)
        member = await store.lock_member(session, actor.workspace_id, key.member_id)
        if member.user_id is None and member.state == MemberState.ACTIVE:
            MEMBER.move(member, "remove")
        ledger.record(session, facts.key_revoked(key, member), by=actor)
    return key
