"""The list of tasks: SQL whose JSON PostgreSQL builds, passed through as bytes, paged by key."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import tasks
from taskyard.domain.tasks import TaskFilter
from taskyard.kit.db.statements import named_in
from taskyard.kit.pages import EXACT_TOTAL_MAX, PageAsk, read_cursor, write_cursor
from taskyard.views.task_fields import INPUTS, named_fields, with_fields
from taskyard.views.task_orders import DEFAULT_ORDER, Part, order_of
from taskyard.views.visibility import bindings, visible

ROW = """json_build_object(
    'id', tasks.id, 'external_id', tasks.external_id,
    'project', json_build_object('id', tasks.project_id, 'name', projects.name),
    'status', tasks.status, 'steps', tasks.steps, 'priority', tasks.priority,
    'step_priorities', coalesce(tasks.step_priorities, jsonb_build_object()), 'batch', tasks.batch,
    'preview', tasks.preview, 'redo_count', tasks.redo_count, 'run_id', tasks.run_id,
    'thumbnail_url', '/api/v1/files/' || tasks.picture_id || '/thumbnail',
    'run_state', runs.state, 'run_reason', runs.reason,
    'outputs', CASE WHEN tasks.run_count > 1 THEN (
        SELECT count(*) FROM runs AS done WHERE done.workspace_id = :workspace_id AND done.task_id = tasks.id
          AND done.state = 'completed') ELSE (runs.state = 'completed')::int END,
    'reserved_by', (
        SELECT json_build_object('id', members.id, 'name', members.name)
        FROM reservations JOIN members ON members.workspace_id = :workspace_id AND members.id = reservations.member_id
        WHERE reservations.workspace_id = :workspace_id AND reservations.task_id = tasks.id
          AND reservations.state = 'held' AND (:is_lead OR reservations.member_id = :me)
        ORDER BY reservations.id LIMIT 1),
    'reserved_for', CASE WHEN tasks.status IN ('queued', 'in_progress') THEN (
        SELECT json_build_object('id', members.id, 'name', members.name) FROM members
        WHERE members.workspace_id = :workspace_id AND (:is_lead OR members.id = :me)
          AND members.id = (SELECT coalesce(tasks.reserved_for, (
              SELECT turn.reserved_for FROM step_runs AS turn WHERE turn.workspace_id = :workspace_id
                AND turn.run_id = tasks.run_id AND turn.state = 'queued' AND turn.reserved_for IS NOT NULL
              ORDER BY turn.id LIMIT 1)))) END,
    'audit', coalesce(tasks.audit, CASE tasks.status WHEN 'completed' THEN 'ready' END),
    'seconds', CASE WHEN :is_lead THEN tasks.seconds END, 'cost', CASE WHEN :is_lead THEN tasks.cost END,
    'created_at', tasks.created_at, 'last_submitted_at', tasks.last_submitted_at,
    'completed_at', tasks.completed_at)"""
JOINS = """
    JOIN projects ON projects.workspace_id = :workspace_id AND projects.id = tasks.project_id
    LEFT JOIN runs ON runs.workspace_id = :workspace_id AND runs.id = tasks.run_id"""


async def page(
    session: AsyncSession,
    actor: Actor,
    asked: TaskFilter,
    sort: str | None,
    ask: PageAsk,
    fields: Sequence[str] = (),
) -> bytes:
    """Return a page of tasks as JSON bytes, with these fields of their inputs. The total is exact up to 100,000."""
    names = await named_fields(session, actor, asked, fields)
    order = await order_of(session, actor, sort, asked)
    bound = ["tasks", str(actor.workspace_id), sort or DEFAULT_ORDER, asked.told()]
    after = read_cursor(bound, ask.cursor)
    if asked.words:
        asked = await tasks.with_words(session, actor.workspace_id, asked, FOUND_MAX)
    # Many tasks hold common words: where they come in order, a page is soon found by looking at each.
    each = replace(asked, is_indexed=asked.is_indexed and not order.comes_in_order)
    where = ["tasks.workspace_id = :workspace_id", *([seen] if (seen := visible(actor)) else [])]
    values = {**asked.values(), **bindings(actor)}
    rows: list[Any] = []
    for part in order.parts_after(after):
        if len(rows) <= ask.limit:
            more_values = {**values, **part.values, "limit": ask.limit + 1 - len(rows)}
            rows += await _rows(session, [*where, *each.conditions()], part, more_values, names)
    items = [row[0] for row in rows[: ask.limit]]
    more = write_cursor(bound, list(rows[ask.limit - 1][1:])) if len(rows) > ask.limit else None
    counted = after is not None or more
    total = await _total(session, actor, asked, [*where, *asked.conditions()], values) if counted else len(rows)
    exact = total <= EXACT_TOTAL_MAX
    tail = orjson.dumps({"next": more, "total": min(total, EXACT_TOTAL_MAX), "total_is_exact": exact})
    return b'{"items":[' + ",".join(items).encode() + b"]," + tail[1:]


async def _rows(
    session: AsyncSession, where: list[str], part: Part, values: dict[str, Any], names: Sequence[str]
) -> list[Any]:
    # One row of the input for each task that is shown, by its key; without fields the input is not touched.
    row, told = (with_fields(ROW, len(names)), INPUTS) if names else (ROW, "")
    values = {**values, **{f"shown_{n}": name for n, name in enumerate(names)}}
    keys = ", ".join(f"{sql} AS key_{n}" for n, sql in enumerate(part.shown))
    statement = f"""
        WITH picked AS MATERIALIZED (
            SELECT tasks.*, {keys} FROM tasks {part.join}
            WHERE {" AND ".join([*where, *part.conditions])} ORDER BY {part.sql()} LIMIT :limit)
        SELECT {row}::text AS row, {", ".join(f"tasks.key_{n}::text" for n in range(len(part.shown)))}
        FROM picked AS tasks {JOINS} {told}
        ORDER BY {part.sql_of_shown()}
    """  # noqa: S608 - conditions and orders come from tables of ours, values are bound
    return list((await session.execute(_text(statement), named_in(statement, values))).all())


async def _total(
    session: AsyncSession, actor: Actor, asked: TaskFilter, where: list[str], values: dict[str, Any]
) -> int:
    if asked.is_indexed and asked.is_only_words() and visible(actor) is None:
        # Whatever holds the words counts: its task need not be asked.
        return await _count(session, _HOLD_WORDS, named_in(_HOLD_WORDS, values))
    return await count(session, where, values)


async def count(session: AsyncSession, where: list[str], values: dict[str, Any]) -> int:
    """Count matching tasks, up to one more than a total is exact for. A large total may be two seconds old."""
    statement = f"""
        SELECT count(*) FROM (SELECT 1 FROM tasks WHERE {" AND ".join(where)} LIMIT {EXACT_TOTAL_MAX + 1}) AS counted
    """  # noqa: S608 - as above
    return await _count(session, statement, named_in(statement, values))


async def _count(session: AsyncSession, statement: str, used: dict[str, Any]) -> int:
    asked = orjson.dumps([statement, used], default=str)
    known = _totals.get(asked)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    total = int((await session.execute(_text(statement), used)).scalar_one())
    if total >= REMEMBERED_TOTAL_MIN:
        if len(_totals) >= REMEMBERED_TOTALS_MAX:
            _totals.clear()
        _totals[asked] = time.monotonic() + REMEMBERED_SECONDS, total
    return total


# The workspace is named for the count that is remembered; the function knows it by itself.
_HOLD_WORDS = f"""
    SELECT count(*) FROM tasks_with_words(lower(:like), {EXACT_TOTAL_MAX + 1}) WHERE :workspace_id IS NOT NULL
"""  # noqa: S608 - constants
# Up to so many tasks that hold some words are asked for by their ids.
FOUND_MAX = 2_000
# Whoever pages through many tasks, or watches them change, asks for the same large total again and again: counting it
# costs several times what the page does.
REMEMBERED_TOTAL_MIN = 1_000
REMEMBERED_SECONDS = 2.0
REMEMBERED_TOTALS_MAX = 1_000
_totals: dict[bytes, tuple[float, int]] = {}


@lru_cache(maxsize=500)
def _text(statement: str) -> TextClause:
    return text(statement)
