"""Where a member begins: the queues open to them, what they hold, and their day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain import answers, reservations
from taskyard.kit.pages import EXACT_TOTAL_MAX, PageAsk, read_cursor, write_cursor
from taskyard.views.task_list import JOINS, ROW

FREE_MAX = 10_000
KEPT_SHOWN = 20


async def home(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Return what a member can take, what they have in hand, and what they gave today."""
    values = {
        "workspace_id": actor.workspace_id,
        "me": actor.me,
        "role": actor.role,
        "performers": reservations.performers_of(actor),
        "free_max": FREE_MAX,
    }
    queues = [row.queue for row in (await session.execute(_QUEUES, values)).all()]
    held = await held_by(session, actor, mine=True, ask=PageAsk(200))
    kept = await kept_for(session, actor, member_id=None, ask=PageAsk(KEPT_SHOWN))
    submitted, seconds = await answers.today_of(session, actor.workspace_id, actor.me)
    return {
        "queues": queues,
        "held": held["items"],
        "kept": kept["items"],
        "kept_count": kept["total"],
        "today": {"submitted": submitted, "seconds": round(seconds, 1)},
    }


async def held_by(
    session: AsyncSession, actor: Actor, *, mine: bool, ask: PageAsk, member_id: UUID | None = None
) -> dict[str, Any]:
    """Return what is in hand, longest held first. Leads see everybody's or one member's, others their own."""
    own_only = mine or not actor.may(Permission.WORK_RELEASE_ANY)
    if own_only and member_id not in {None, actor.me}:
        return {"items": [], "next": None, "total": 0, "total_is_exact": True}
    whose = actor.me if own_only else member_id
    bound = ["reservations", str(actor.workspace_id), str(whose)]
    after = read_cursor(bound, ask.cursor)
    values = {
        "workspace_id": actor.workspace_id,
        "whose": whose,
        "me": actor.me,
        "is_lead": actor.may(Permission.TASKS_WRITE),
        "limit": ask.limit + 1,
        "after": after[0] if after else None,
    }
    rows = [row.held for row in (await session.execute(_HELD, values)).all()]
    counted = {name: values[name] for name in ("workspace_id", "whose")}
    total = int((await session.execute(_HELD_COUNT, counted)).scalar_one())
    more = write_cursor(bound, [rows[ask.limit - 1]["id"]]) if len(rows) > ask.limit else None
    return {"items": rows[: ask.limit], "next": more, "total": total, "total_is_exact": total <= EXACT_TOTAL_MAX}


async def kept_for(session: AsyncSession, actor: Actor, *, member_id: UUID | None, ask: PageAsk) -> dict[str, Any]:
    """Return what is kept for a member and not yet taken, as it will be handed out; what does not wait yet comes last.

    Leads see anybody's, others their own.
    """
    whose = member_id or actor.me
    if whose != actor.me and not actor.may(Permission.WORK_RELEASE_ANY):
        return {"items": [], "next": None, "total": 0, "total_is_exact": True}
    bound = ["kept", str(actor.workspace_id), str(whose)]
    after = read_cursor(bound, ask.cursor)
    values: dict[str, Any] = {
        "workspace_id": actor.workspace_id,
        "whose": whose,
        "me": actor.me,
        "is_lead": actor.may(Permission.TASKS_WRITE),
        "limit": ask.limit + 1,
    }
    where = ""
    if after is not None:
        where = "WHERE (kept.waits, kept.priority, kept.task_id) > (:after_0, :after_1, CAST(:after_2 AS uuid))"
        values |= {f"after_{n}": value for n, value in enumerate(after)}
    rows = (await session.execute(text(_KEPT.format(where=where)), values)).all()
    total = int((await session.execute(_KEPT_COUNT, {"workspace_id": actor.workspace_id, "whose": whose})).scalar_one())
    last = rows[ask.limit - 1] if len(rows) > ask.limit else None
    more = write_cursor(bound, [last.waits, last.priority, last.task_id]) if last else None
    items = [row.kept for row in rows[: ask.limit]]
    return {"items": items, "next": more, "total": total, "total_is_exact": total <= EXACT_TOTAL_MAX}


# Free is what no person or agent has, and nobody has it kept for them or sent back: word for word as in the index.
_FREE = """s.workspace_id = :workspace_id AND s.state = 'queued' AND s.performer IN ('people', 'agents')
              AND s.reserved_for IS NULL AND s.sent_back_to IS NULL"""
# From queue to queue along the index, not through all that waits in them; and in each no further than ten thousand:
# beyond that it is only "many".
_QUEUES = text(f"""
    WITH RECURSIVE queue AS (
        (SELECT s.project_id, s.step FROM step_runs AS s WHERE {_FREE} ORDER BY s.project_id, s.step LIMIT 1)
        UNION ALL
        SELECT next.project_id, next.step FROM queue, LATERAL (
            SELECT s.project_id, s.step FROM step_runs AS s
            WHERE {_FREE} AND (s.project_id, s.step) > (queue.project_id, queue.step)
            ORDER BY s.project_id, s.step LIMIT 1) AS next)
    SELECT jsonb_build_object(
        'project', jsonb_build_object('id', projects.id, 'name', projects.name),
        'step', queue.step, 'use', (
            SELECT given->>'use' FROM flow_versions, json_array_elements(flow_versions.document->'steps') AS given
            WHERE flow_versions.workspace_id = :workspace_id AND flow_versions.project_id = projects.id
              AND flow_versions.number = projects.published_version AND given->>'id' = queue.step),
        'free', counted.free, 'free_is_exact', counted.free < :free_max) AS queue
    FROM queue
    JOIN projects ON projects.workspace_id = :workspace_id AND projects.id = queue.project_id
    CROSS JOIN LATERAL (SELECT count(*) AS free FROM (
        SELECT 1 FROM step_runs AS s
        WHERE {_FREE} AND s.project_id = queue.project_id AND s.step = queue.step
          AND s.performer = ANY(:performers) AND (s.roles IS NULL OR :role = ANY(s.roles))
          AND NOT EXISTS (SELECT 1 FROM step_skips AS k WHERE k.workspace_id = :workspace_id
                          AND k.step_run_id = s.id AND k.member_id = :me)
        LIMIT :free_max) AS free) AS counted
    WHERE counted.free > 0
    ORDER BY projects.name, queue.step
""")  # noqa: S608 - constants
_HELD = text(f"""
    SELECT jsonb_build_object(
        'id', hold.id, 'state', hold.state, 'step', hold.step,
        'step_run_id', hold.step_run_id, 'held_at', hold.held_at,
        'lease_until', hold.lease_until, 'hold_seconds', hold.hold_seconds,
        'has_draft', hold.draft IS NOT NULL, 'draft_saved_at', hold.draft_saved_at,
        'member', (SELECT jsonb_build_object('id', members.id, 'name', members.name) FROM members
                   WHERE members.workspace_id = :workspace_id AND members.id = hold.member_id),
        'task', {ROW}) AS held
    FROM reservations AS hold
    JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = hold.task_id {JOINS}
    WHERE hold.workspace_id = :workspace_id AND hold.state = 'held'
      AND (CAST(:whose AS uuid) IS NULL OR hold.member_id = CAST(:whose AS uuid))
      AND (CAST(:after AS uuid) IS NULL OR hold.id > CAST(:after AS uuid))
    ORDER BY hold.id LIMIT :limit
""")  # noqa: S608 - constants
_KEPT_ROWS = """
    SELECT 0 AS waits, turn.priority, turn.task_id, turn.step FROM step_runs AS turn
    WHERE turn.workspace_id = :workspace_id AND turn.state = 'queued' AND turn.reserved_for = :whose
    UNION ALL
    SELECT 1, later.priority, later.id, NULL FROM tasks AS later
    WHERE later.workspace_id = :workspace_id AND later.reserved_for = :whose"""
_KEPT = f"""
    SELECT kept.waits, kept.priority, kept.task_id,
        jsonb_build_object('step', kept.step, 'priority', kept.priority, 'task', {ROW}) AS kept
    FROM ({_KEPT_ROWS}) AS kept
    JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = kept.task_id {JOINS}
    {{where}}
    ORDER BY kept.waits, kept.priority, kept.task_id LIMIT :limit
"""  # noqa: S608 - constants
_KEPT_COUNT = text(f"SELECT count(*) FROM ({_KEPT_ROWS}) AS kept")  # noqa: S608 - constants
_HELD_COUNT = text("""
    SELECT count(*) FROM reservations WHERE workspace_id = :workspace_id AND state = 'held'
      AND (CAST(:whose AS uuid) IS NULL OR member_id = CAST(:whose AS uuid))
""")
