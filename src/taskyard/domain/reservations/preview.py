"""What comes next for a member, in the order of the hand-out, with why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission, Role, may
from taskyard.domain import workspaces
from taskyard.domain.reservations import store
from taskyard.domain.reservations.explaining import Place, Standing, why
from taskyard.domain.reservations.rules import Taker
from taskyard.domain.runs import AGENTS, PEOPLE
from taskyard.domain.workspaces import Member
from taskyard.kit.db import clock
from taskyard.kit.db.direct import Row


async def whose(session: AsyncSession, actor: Actor, member_id: UUID | None) -> Member:
    """Return whose line is asked for: one's own, or for leads anybody's."""
    if member_id not in {None, actor.me}:
        actor.must(Permission.WORK_RELEASE_ANY)
    return await workspaces.member(session, actor.workspace_id, member_id or actor.me)


async def upcoming(
    session: AsyncSession, member: Member, *, project_id: UUID | None, step: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return what a member would be handed, one after the other, if nobody else took anything."""
    if not may(Role(member.role), Permission.WORK_TAKE):
        return []
    performers = [PEOPLE] if member.user_id is not None else [PEOPLE, AGENTS]
    taker = Taker(member.workspace_id, member.id, member.role, performers, project_id, step)
    # One more than is shown: it is said what the last one comes before.
    rows = await store.line_of(session, taker, limit + 1)
    now = await clock.now(session)
    said = []
    for number, row in enumerate(rows[:limit]):
        before, after = (rows[at] if 0 <= at < len(rows) else None for at in (number - 1, number + 1))
        skipped = await store.skipped_before(session, taker, row) if number == 0 else 0
        said.append({**_shown(row), "why": _why(row, before, after, now, skipped)})
    return said


async def explain(session: AsyncSession, taker: Taker, claimed: Row, now: datetime) -> dict[str, Any]:
    """Return why this was handed out, now that it is no longer in the line."""
    place = Place.LINE if claimed.sent_back_to is None else Place.SENT_BACK
    place = place if claimed.reserved_for is None else Place.KEPT
    turn = Standing(place, claimed.priority, claimed.aged, claimed.opened_at)
    rest = await store.line_of(session, taker, 1)
    skipped = await store.skipped_before(session, taker, claimed) if place is Place.LINE else 0
    after = _standing(rest[0]) if rest else None
    return {
        "why": why(turn, None, after, now=now, skipped=skipped),
        "key": {
            "place": place.name.lower(),
            "priority": claimed.priority,
            "aged": claimed.aged,
            "created_at": claimed.created_at,
            "task": claimed.task_id,
        },
    }


def _why(row: Row, before: Row | None, after: Row | None, now: datetime, skipped: int) -> str:
    around = [_standing(one) if one is not None else None for one in (before, after)]
    return why(_standing(row), around[0], around[1], now=now, skipped=skipped)


def _standing(row: Row) -> Standing:
    return Standing(Place(row.place), row.priority, row.aged, row.opened_at)


def _shown(row: Row) -> dict[str, Any]:
    return {
        "task": {
            "id": row.task_id,
            "external_id": row.external_id,
            "preview": row.preview,
            "project": {"id": row.project_id, "name": row.project_name},
            "created_at": row.created_at,
            "priority": row.task_priority,
        },
        "step": row.step,
        "place": Place(row.place).name.lower(),
        "priority": row.priority,
        "aged": row.aged,
    }
