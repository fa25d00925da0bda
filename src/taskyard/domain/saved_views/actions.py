"""Verbs about saved views: save, change, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.saved_views import facts, store
from taskyard.domain.saved_views.problems import SharingNotAllowed, TooManyViews, ViewNotYours, ViewTooLarge
from taskyard.domain.saved_views.rules import QUERY_BYTES_MAX, VIEWS_MAX, may_change, may_share
from taskyard.domain.saved_views.tables import SavedView
from taskyard.kit.ids import new_id


async def save(
    session: AsyncSession, actor: Actor, name: str, query: dict[str, Any], *, is_shared: bool
) -> store.Listed:
    """Keep a view under a name. What it asks for is not checked: the flow it was made for may change."""
    _must_fit(query)
    _must_share(actor, is_shared=is_shared)
    if await store.count(session, actor) >= VIEWS_MAX:
        raise TooManyViews(limit=VIEWS_MAX)
    view = SavedView(
        workspace_id=actor.workspace_id,
        id=new_id(),
        member_id=actor.me,
        name=name,
        query=query,
        is_shared=is_shared,
    )
    session.add(view)
    await session.flush()
    await session.refresh(view)
    ledger.record(session, facts.view_fact("saved", view, f"{actor.name} saved the view {name}."), by=actor)
    return await store.get(session, actor, view.id)


async def change(
    session: AsyncSession,
    actor: Actor,
    view_id: UUID,
    *,
    name: str | None,
    query: dict[str, Any] | None,
    is_shared: bool | None,
) -> store.Listed:
    """Change a view: one's own, or for leads also one that is shared."""
    view, whose = await _changeable(session, actor, view_id)
    if query is not None:
        _must_fit(query)
        view.query = query
    if is_shared is not None and is_shared != view.is_shared:
        _must_share(actor, is_shared=True)
        view.is_shared = is_shared
    view.name = name or view.name
    view.updated_at = func.now()
    await session.flush()
    ledger.record(session, facts.view_fact("changed", view, f"{actor.name} changed the view {view.name}."), by=actor)
    return view, whose


async def delete(session: AsyncSession, actor: Actor, view_id: UUID) -> None:
    """Delete a view: one's own, or for leads also one that is shared. The tasks stay as they are."""
    view, _ = await _changeable(session, actor, view_id)
    ledger.record(session, facts.view_fact("deleted", view, f"{actor.name} deleted the view {view.name}."), by=actor)
    await session.delete(view)


async def _changeable(session: AsyncSession, actor: Actor, view_id: UUID) -> store.Listed:
    view, whose = await store.get(session, actor, view_id)
    if not may_change(actor, view.member_id, is_shared=view.is_shared):
        raise ViewNotYours
    return view, whose


def _must_fit(query: dict[str, Any]) -> None:
    if len(orjson.dumps(query)) > QUERY_BYTES_MAX:
        raise ViewTooLarge(limit_kb=QUERY_BYTES_MAX // 1000)


def _must_share(actor: Actor, *, is_shared: bool) -> None:
    if is_shared and not may_share(actor):
        raise SharingNotAllowed
