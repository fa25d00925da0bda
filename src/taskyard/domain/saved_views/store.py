"""Every query about saved views."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain.saved_views.problems import NoSuchView
from taskyard.domain.saved_views.tables import SavedView
from taskyard.domain.workspaces import Member

Listed = tuple[SavedView, str]


async def listed(session: AsyncSession, actor: Actor) -> list[Listed]:
    """Return one's own views and those shared with everybody, by name, each with whose it is."""
    rows = await session.execute(_seen_by(actor).order_by(func.lower(SavedView.name), SavedView.id))
    return [(view, name) for view, name in rows]


async def get(session: AsyncSession, actor: Actor, view_id: UUID) -> Listed:
    """Return a view one may see, locked for a change, or NoSuchView."""
    found = (
        await session.execute(_seen_by(actor).where(SavedView.id == view_id).with_for_update(of=SavedView))
    ).first()
    if found is None:
        raise NoSuchView(view_id=view_id)
    view, name = found
    return view, name


async def count(session: AsyncSession, actor: Actor) -> int:
    """Return how many views somebody keeps."""
    asked = select(func.count()).where(SavedView.workspace_id == actor.workspace_id, SavedView.member_id == actor.me)
    return int(await session.scalar(asked) or 0)


def _seen_by(actor: Actor) -> Select[SavedView, str]:
    return (
        select(SavedView, Member.name)
        .join(Member, (Member.workspace_id == actor.workspace_id) & (Member.id == SavedView.member_id))
        .where(
            SavedView.workspace_id == actor.workspace_id,
            or_(SavedView.member_id == actor.me, SavedView.is_shared),
        )
    )
