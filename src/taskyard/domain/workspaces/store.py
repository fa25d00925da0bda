"""Every query about people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Role
from taskyard.domain.workspaces.problems import NoSuchInvitation, NoSuchKey, NoSuchMember
from taskyard.domain.workspaces.rules import MemberState
from taskyard.domain.workspaces.tables import ApiKey, Invitation, Member, SetupLink, SignIn, User, Workspace


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """Return the person, whatever the case of the address."""
    found: User | None = await session.scalar(select(User).where(func.lower(User.email) == email.lower()))
    return found


async def lock_email(session: AsyncSession, email: str) -> None:
    """Let one person of an address be made at a time. Released when the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('user.' || lower(:email)))"), {"email": email})


async def any_user(session: AsyncSession) -> bool:
    """Say whether anyone has ever been made."""
    return await session.scalar(select(User.id).limit(1)) is not None


async def lock_setup(session: AsyncSession) -> None:
    """Let one first start happen at a time. Released when the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('taskyard.setup'))"))


async def open_setup_link(session: AsyncSession, digest: bytes) -> SetupLink | None:
    """Return the one-time link if it was not used."""
    found: SetupLink | None = await session.scalar(
        select(SetupLink).where(SetupLink.digest == digest, SetupLink.used_at.is_(None)).with_for_update()
    )
    return found


async def memberships(session: AsyncSession, user_id: UUID) -> list[Member]:
    """Return where a user is an active member, oldest first. The transaction has entered the user, not a workspace."""
    rows = await session.scalars(
        select(Member)
        .where(Member.user_id == user_id, Member.state == MemberState.ACTIVE)
        .order_by(Member.created_at, Member.id)
    )
    return list(rows)


async def every_membership(session: AsyncSession, user_id: UUID) -> list[tuple[UUID, UUID]]:
    """Return workspace and member of a user wherever they are or were one. The transaction has entered the user."""
    asked = select(Member.workspace_id, Member.id).where(Member.user_id == user_id).order_by(Member.workspace_id)
    return [(workspace_id, member_id) for workspace_id, member_id in await session.execute(asked)]


async def workspace(session: AsyncSession, workspace_id: UUID) -> Workspace:
    """Return the workspace the transaction has entered."""
    return (await session.scalars(select(Workspace).where(Workspace.id == workspace_id))).one()


async def member(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> Member:
    """Return a member, removed or not, or NoSuchMember."""
    found: Member | None = await session.scalar(
        select(Member).where(Member.workspace_id == workspace_id, Member.id == member_id)
    )
    if found is None:
        raise NoSuchMember(member_id=member_id)
    return found


async def active_members(session: AsyncSession, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Member]:
    """Return those of these members who are here, by id."""
    rows = await session.scalars(
        select(Member).where(
            Member.workspace_id == workspace_id,
            Member.state == MemberState.ACTIVE,
            Member.id == any_(literal(list(ids), ARRAY(Uuid))),
        )
    )
    return {row.id: row for row in rows}


async def called(session: AsyncSession, workspace_id: UUID, names: Collection[str]) -> list[Member]:
    """Return whose id, e-mail address or name is among these, whatever the case; also who was removed."""
    words = [name.strip().lower() for name in names]
    ids = [found for name in words if (found := _id_of(name)) is not None]
    rows = await session.scalars(
        select(Member)
        .where(
            Member.workspace_id == workspace_id,
            (Member.id == any_(literal(ids, ARRAY(Uuid))))
            | (func.lower(Member.email) == any_(literal(words, ARRAY(Text))))
            | (func.lower(Member.name) == any_(literal(words, ARRAY(Text)))),
        )
        .order_by(Member.id)
    )
    return list(rows)


def _id_of(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


async def lock_member(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> Member:
    """Return a member to be changed, or NoSuchMember."""
    found: Member | None = await session.scalar(
        select(Member).where(Member.workspace_id == workspace_id, Member.id == member_id).with_for_update()
    )
    if found is None:
        raise NoSuchMember(member_id=member_id)
    return found


async def lock_owners(session: AsyncSession, workspace_id: UUID) -> list[UUID]:
    """Lock and return the active owners, so that two removals cannot both think the other one stays."""
    rows = await session.scalars(
        select(Member.id)
        .where(
            Member.workspace_id == workspace_id,
            Member.role == Role.OWNER,
            Member.state == MemberState.ACTIVE,
            Member.user_id.is_not(None),
        )
        .order_by(Member.id)
        .with_for_update()
    )
    return list(rows)


async def member_of_user(session: AsyncSession, workspace_id: UUID, user_id: UUID) -> Member | None:
    """Return a user's membership here, removed or not."""
    found: Member | None = await session.scalar(
        select(Member).where(Member.workspace_id == workspace_id, Member.user_id == user_id).with_for_update()
    )
    return found


async def members(session: AsyncSession, workspace_id: UUID, limit: int, after: UUID | None) -> list[Member]:
    """Return members by id."""
    asked = select(Member).where(Member.workspace_id == workspace_id).order_by(Member.id).limit(limit)
    return list(await session.scalars(asked if after is None else asked.where(Member.id > after)))


async def count(session: AsyncSession, table: type[Member | Invitation | ApiKey], workspace_id: UUID) -> int:
    """Count the rows of one of our small tables."""
    found = await session.scalar(select(func.count()).select_from(table).where(table.workspace_id == workspace_id))
    return int(found or 0)


async def invitations(session: AsyncSession, workspace_id: UUID, limit: int, after: UUID | None) -> list[Invitation]:
    """Return invitations, newest first."""
    asked = (
        select(Invitation).where(Invitation.workspace_id == workspace_id).order_by(Invitation.id.desc()).limit(limit)
    )
    return list(await session.scalars(asked if after is None else asked.where(Invitation.id < after)))


async def lock_invitation(session: AsyncSession, workspace_id: UUID, invitation_id: UUID) -> Invitation:
    """Return an invitation to be changed, or NoSuchInvitation."""
    found: Invitation | None = await session.scalar(
        select(Invitation)
        .where(Invitation.workspace_id == workspace_id, Invitation.id == invitation_id)
        .with_for_update()
    )
    if found is None:
        raise NoSuchInvitation(invitation_id=invitation_id)
    return found


async def lock_invitation_by_digest(session: AsyncSession, workspace_id: UUID, digest: bytes) -> Invitation | None:
    """Return the invitation behind a link."""
    found: Invitation | None = await session.scalar(
        select(Invitation).where(Invitation.workspace_id == workspace_id, Invitation.digest == digest).with_for_update()
    )
    return found


async def keys(session: AsyncSession, workspace_id: UUID, limit: int, after: UUID | None) -> list[tuple[ApiKey, str]]:
    """Return keys with the role they act in, newest first."""
    asked = (
        select(ApiKey, Member.role)
        .join(Member, (Member.workspace_id == ApiKey.workspace_id) & (Member.id == ApiKey.member_id))
        .where(ApiKey.workspace_id == workspace_id)
        .order_by(ApiKey.id.desc())
        .limit(limit)
    )
    rows = await session.execute(asked if after is None else asked.where(ApiKey.id < after))
    return [(key, role) for key, role in rows.all()]


async def lock_key(session: AsyncSession, workspace_id: UUID, key_id: UUID) -> ApiKey:
    """Return a key to be revoked, or NoSuchKey."""
    found: ApiKey | None = await session.scalar(
        select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.id == key_id).with_for_update()
    )
    if found is None:
        raise NoSuchKey(key_id=key_id)
    return found


async def live_sign_in(session: AsyncSession, workspace_id: UUID, digest: bytes) -> tuple[Any, ...] | None:
    """Return session and member behind a cookie that has not expired, of a member who was not removed."""
    found = (
        await session.execute(
            select(SignIn.id, SignIn.csrf, Member.id, Member.user_id, Member.name, Member.role)
            .join(Member, (Member.workspace_id == SignIn.workspace_id) & (Member.id == SignIn.member_id))
            .where(
                SignIn.workspace_id == workspace_id,
                SignIn.digest == digest,
                SignIn.expires_at > func.now(),
                Member.state == MemberState.ACTIVE,
            )
        )
    ).first()
    return tuple(found) if found else None


async def live_key(session: AsyncSession, workspace_id: UUID, digest: bytes) -> tuple[Any, ...] | None:
    """Return key and member behind a key that was neither revoked nor has expired."""
    found = (
        await session.execute(
            select(ApiKey.id, ApiKey.scopes, ApiKey.last_used_at, Member.id, Member.user_id, Member.name, Member.role)
            .join(Member, (Member.workspace_id == ApiKey.workspace_id) & (Member.id == ApiKey.member_id))
            .where(
                ApiKey.workspace_id == workspace_id,
                ApiKey.digest == digest,
                ApiKey.revoked_at.is_(None),
                (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > func.now()),
                Member.state == MemberState.ACTIVE,
            )
        )
    ).first()
    return tuple(found) if found else None


async def touch_key(session: AsyncSession, workspace_id: UUID, key_id: UUID) -> None:
    """Note that a key was used, at most once a minute: this is read by people, not by rules."""
    await session.execute(
        update(ApiKey)
        .where(
            ApiKey.workspace_id == workspace_id,
            ApiKey.id == key_id,
            (ApiKey.last_used_at.is_(None)) | (ApiKey.last_used_at < func.now() - timedelta(minutes=1)),
        )
        .values(last_used_at=func.now())
    )


async def end_sign_in(session: AsyncSession, workspace_id: UUID, sign_in_id: UUID) -> None:
    """End one browser session."""
    await session.execute(
        update(SignIn).where(SignIn.workspace_id == workspace_id, SignIn.id == sign_in_id).values(expires_at=func.now())
    )


async def end_sign_ins(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> list[UUID]:
    """End every browser session of a member that has not ended, and return them."""
    ended = await session.scalars(
        update(SignIn)
        .where(SignIn.workspace_id == workspace_id, SignIn.member_id == member_id, SignIn.expires_at > func.now())
        .values(expires_at=func.now())
        .returning(SignIn.id)
    )
    return list(ended)


async def count_attempt(session: AsyncSession, subject: str) -> int:
    """Count a sign-in attempt in this minute and return how many there were."""
    found = await session.execute(
        text("""
            INSERT INTO sign_in_counts AS counted (subject, minute, attempts)
            VALUES (:subject, date_trunc('minute', now()), 1)
            ON CONFLICT (subject, minute) DO UPDATE SET attempts = counted.attempts + 1
            RETURNING attempts
        """),
        {"subject": subject},
    )
    return int(found.scalar_one())
