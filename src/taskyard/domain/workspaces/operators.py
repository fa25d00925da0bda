"""Verbs of whoever runs the server, from its own command line: workspaces, people and keys without signing in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor, Role
from taskyard.domain.workspaces import facts, store
from taskyard.domain.workspaces.actions import change_member
from taskyard.domain.workspaces.passwords import hash_password
from taskyard.domain.workspaces.problems import (
    NoSuchAccount,
    PasswordTooWeak,
    WorkspaceNotNamed,
    WorkspaceUnknown,
)
from taskyard.domain.workspaces.rules import MEMBER, MemberState, password_flaw
from taskyard.domain.workspaces.sign_in import add_user
from taskyard.domain.workspaces.tables import Member, Workspace
from taskyard.kit.db.engine import enter_user, enter_workspace
from taskyard.kit.ids import new_id

OPERATOR = "Operator"


async def workspaces_here(session: AsyncSession) -> list[Workspace]:
    """Return every workspace, oldest first. Only the workers' role sees them all."""
    return list(await session.scalars(select(Workspace).order_by(Workspace.id)))


async def enter_named(session: AsyncSession, said: str | None) -> Workspace:
    """Enter the workspace of this name or id; without one, the only one there is."""
    known = await workspaces_here(session)
    names = ", ".join(workspace.name for workspace in known) or "none"
    found = [w for w in known if said is None or said in {w.name, str(w.id)}]
    if not found:
        raise WorkspaceUnknown(said=said or "that", known=names)
    if len(found) > 1:
        raise WorkspaceNotNamed(known=", ".join(f"{w.name} ({w.id})" for w in found))
    await enter_workspace(session, found[0].id)
    return found[0]


async def open_empty_workspace(session: AsyncSession, name: str) -> Workspace:
    """Make a workspace that only keys act in so far; the transaction is inside it afterwards."""
    workspace = Workspace(id=new_id(), name=name)
    await enter_workspace(session, workspace.id)
    session.add(workspace)
    await session.flush()
    ledger.record(session, facts.workspace_opened(workspace), by=Actor.system(workspace.id, OPERATOR))
    return workspace


async def add_person(
    session: AsyncSession, workspace_id: UUID, *, email: str, name: str, password: str | None, role: Role
) -> Member:
    """Make somebody a member. A new account needs a password; an account that exists keeps its own.

    A member gets the role, and is readmitted if they were removed. The last owner stays owner.
    """
    user = await store.user_by_email(session, email)
    if user is None:
        if password is None:
            raise PasswordTooWeak(says="is missing: this is a new account")
        user = await add_user(session, email=email, name=name, password=password)
    member = await store.member_of_user(session, workspace_id, user.id)
    operator = Actor.system(workspace_id, OPERATOR)
    if member is not None:
        return await change_member(session, operator, member.id, role=role, state=MemberState.ACTIVE)
    member = Member(
        workspace_id=workspace_id,
        id=new_id(),
        user_id=user.id,
        name=user.name,
        email=user.email,
        role=role,
        state=MEMBER.start,
    )
    session.add(member)
    await session.flush()
    ledger.record(session, facts.member_joined(member), by=operator)
    return member


async def set_password(session: AsyncSession, *, email: str, password: str) -> None:
    """Give an account a new password, for whoever has forgotten theirs, and end every session begun with the old one.

    Where the person was removed as well: readmitted, they would come back with the sessions of before.
    """
    user = await store.user_by_email(session, email)
    if user is None:
        raise NoSuchAccount(email=email)
    flaw = password_flaw(password, email)
    if flaw:
        raise PasswordTooWeak(says=flaw)
    user.password_hash = await hash_password(password)
    await enter_user(session, user.id)
    for workspace_id, member_id in await store.every_membership(session, user.id):
        await enter_workspace(session, workspace_id)
        for sign_in_id in await store.end_sign_ins(session, workspace_id, member_id):
            ended = facts.ended_by_new_password(email, sign_in_id)
            ledger.record(session, ended, by=Actor.system(workspace_id, OPERATOR))
