"""Every query about bulk operations and their items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain.bulk.problems import NoSuchBulk
from taskyard.domain.bulk.tables import Bulk
from taskyard.domain.runs import Outcomes
from taskyard.domain.tasks import TaskFilter, seen_by
from taskyard.kit.db.statements import named_in


class Item(NamedTuple):
    """One item a portion comes to."""

    number: int
    task_id: UUID
    before: dict[str, Any] | None


class Listed(NamedTuple):
    """One item with its task's external id, as people see it."""

    number: int
    task_id: UUID
    external_id: str | None
    outcome: str | None
    code: str | None
    says: str | None


class Reason(NamedTuple):
    """How many items were refused or failed, and why."""

    outcome: str
    code: str | None
    says: str | None
    number: int


def chosen(actor: Actor, asked: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions on `tasks` that a selection is for this actor, and their values."""
    where = [*asked.conditions(), *seen_by(actor)]
    values = {**asked.values(), "me": actor.member_id}
    return where, named_in(" ".join(where), values)


async def projects_of(
    session: AsyncSession, workspace_id: UUID, where: Sequence[str], values: Mapping[str, Any]
) -> list[UUID]:
    """Return the projects of the tasks that meet these conditions."""
    conditions = " AND ".join(["tasks.workspace_id = :workspace_id", *where])
    statement = text(f"SELECT DISTINCT tasks.project_id FROM tasks WHERE {conditions}")  # noqa: S608 - values are bound
    return list(await session.scalars(statement, {**values, "workspace_id": workspace_id}))


async def freeze(
    session: AsyncSession, bulk: Bulk, where: Sequence[str], values: Mapping[str, Any], named: Sequence[UUID]
) -> tuple[int, int]:
    """Keep which tasks meet these conditions now; return how many, and how many that were named are not here."""
    here = {"workspace_id": bulk.workspace_id, "bulk_id": bulk.id}
    conditions = " AND ".join(["tasks.workspace_id = :workspace_id", *where])
    statement = text(f"""
        INSERT INTO bulk_items (workspace_id, bulk_id, number, task_id)
        SELECT :workspace_id, :bulk_id, row_number() OVER (ORDER BY tasks.id), tasks.id FROM tasks WHERE {conditions}
    """)  # noqa: S608 - conditions are made from fields, values are bound
    found = (await session.execute(statement, {**values, **here})).rowcount  # type: ignore[attr-defined]
    missing = 0
    if found and len(set(named)) > found:
        missing = (await session.execute(_MISSING, {**here, "ids": list(set(named)), "found": found})).rowcount  # type: ignore[attr-defined]
    return int(found), int(missing)


async def freeze_done(session: AsyncSession, bulk: Bulk, of: UUID) -> int:
    """Keep what another bulk operation has changed, with what was there before; return how much that is."""
    here = {"workspace_id": bulk.workspace_id, "bulk_id": bulk.id, "of": of}
    return int((await session.execute(_FREEZE_DONE, here)).rowcount)  # type: ignore[attr-defined]


async def get(session: AsyncSession, actor: Actor, bulk_id: UUID) -> Bulk:
    """Return a bulk operation this actor may see, or NoSuchBulk."""
    found: Bulk | None = await session.scalar(_seen_by(actor).where(Bulk.id == bulk_id))
    if found is None:
        raise NoSuchBulk(bulk_id=bulk_id)
    return found


async def lock(session: AsyncSession, workspace_id: UUID, bulk_id: UUID) -> Bulk:
    """Return a bulk operation to be changed, or NoSuchBulk. It is locked before anything of its tasks is."""
    found: Bulk | None = await session.scalar(
        select(Bulk)
        .where(Bulk.workspace_id == workspace_id, Bulk.id == bulk_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchBulk(bulk_id=bulk_id)
    return found


async def listed(session: AsyncSession, actor: Actor, limit: int, before: UUID | None) -> list[Bulk]:
    """Return bulk operations this actor may see, newest first."""
    asked = _seen_by(actor).order_by(Bulk.id.desc()).limit(limit)
    return list(await session.scalars(asked if before is None else asked.where(Bulk.id < before)))


async def count(session: AsyncSession, actor: Actor) -> int:
    """Count the bulk operations this actor may see."""
    return int(await session.scalar(select(func.count()).select_from(_seen_by(actor).subquery())) or 0)


async def portion(session: AsyncSession, bulk: Bulk, limit: int) -> list[Item]:
    """Return the next items nothing was told of yet."""
    here = {"workspace_id": bulk.workspace_id, "bulk_id": bulk.id, "position": bulk.position, "limit": limit}
    return [Item(*row) for row in await session.execute(_PORTION, here)]


async def tell(session: AsyncSession, bulk: Bulk, items: Sequence[Item], outcomes: Outcomes) -> None:
    """Write what became of a portion, and count it."""
    verdicts = [outcomes.verdicts[item.task_id] for item in items]
    numbers = [item.number for item in items]
    befores = [outcomes.before.get(item.task_id, item.before) for item in items]
    told: dict[str, Any] = {
        "workspace_id": bulk.workspace_id,
        "bulk_id": bulk.id,
        "first": numbers[0],
        "last": numbers[-1],
        "numbers": numbers,
        "outcomes": [verdict.outcome.value for verdict in verdicts],
        "codes": [verdict.code for verdict in verdicts],
        "says": [verdict.says for verdict in verdicts],
        "befores": [None if before is None else orjson.dumps(before).decode() for before in befores],
    }
    if len(set(zip(told["outcomes"], told["codes"], told["says"], told["befores"], strict=True))) == 1:
        # Most often all of them come to the same, which needs to be said once.
        alike = {
            **told,
            **{name[:-1]: told[name][0] for name in ("outcomes", "codes", "befores")},
            "say": told["says"][0],
        }
        await session.execute(_TELL_ALIKE, {name: alike[name] for name in _ALIKE})
    else:
        await session.execute(_TELL, told)
    for outcome, number in Counter(verdict.outcome.value for verdict in verdicts).items():
        setattr(bulk, outcome, getattr(bulk, outcome) + number)
    bulk.position = numbers[-1]


async def forget_refusals(session: AsyncSession, bulk: Bulk) -> None:
    """Have those that were refused or failed come to again."""
    await session.execute(_FORGET_REFUSALS, {"workspace_id": bulk.workspace_id, "bulk_id": bulk.id})
    bulk.refused = bulk.failed = bulk.position = bulk.attempt = 0


async def reasons(session: AsyncSession, workspace_id: UUID, bulk_id: UUID) -> list[Reason]:
    """Return why items were refused or failed, the most frequent first."""
    rows = await session.execute(_REASONS, {"workspace_id": workspace_id, "bulk_id": bulk_id})
    return [Reason(*row) for row in rows]


async def with_old_items(session: AsyncSession, days: int) -> list[tuple[UUID, UUID]]:
    """Return workspaces and bulk operations whose items have had their days. For workers, who see all workspaces."""
    return [(row[0], row[1]) for row in await session.execute(_WITH_OLD_ITEMS, {"days": days, "limit": 500})]


async def remove_items(session: AsyncSession, workspace_id: UUID, bulk_id: UUID, days: int, limit: int) -> bool:
    """Let a portion of old items go; say whether there may be more. One that was begun again keeps them."""
    here = {"workspace_id": workspace_id, "bulk_id": bulk_id}
    if not (await session.execute(_LET_ITEMS_GO, {**here, "days": days})).rowcount:  # type: ignore[attr-defined]
        return False
    return int((await session.execute(_REMOVE_ITEMS, {**here, "limit": limit})).rowcount) == limit  # type: ignore[attr-defined]


async def items(
    session: AsyncSession, workspace_id: UUID, bulk_id: UUID, outcome: str | None, limit: int, after: int
) -> list[Listed]:
    """Return items in the order of their numbers."""
    which = "" if outcome is None else "AND bulk_items.outcome = :outcome"
    here = {"workspace_id": workspace_id, "bulk_id": bulk_id, "limit": limit, "after": after}
    if outcome is not None:
        here["outcome"] = outcome
    statement = text(_ITEMS.format(which=which))
    return [Listed(*row) for row in await session.execute(statement, here)]


def _seen_by(actor: Actor) -> Select[Bulk]:
    asked = select(Bulk).where(Bulk.workspace_id == actor.workspace_id)
    return asked if actor.may(Permission.TASKS_WRITE) else asked.where(Bulk.created_by == actor.me)


_MISSING = text("""
    INSERT INTO bulk_items (workspace_id, bulk_id, number, task_id)
    SELECT :workspace_id, :bulk_id, :found + row_number() OVER (ORDER BY named.id), named.id
    FROM unnest(CAST(:ids AS uuid[])) AS named(id)
    WHERE NOT EXISTS (SELECT 1 FROM bulk_items AS known WHERE known.workspace_id = :workspace_id
                      AND known.bulk_id = :bulk_id AND known.task_id = named.id)
""")
_FREEZE_DONE = text("""
    INSERT INTO bulk_items (workspace_id, bulk_id, number, task_id, before)
    SELECT :workspace_id, :bulk_id, row_number() OVER (ORDER BY number), task_id, before FROM bulk_items
    WHERE workspace_id = :workspace_id AND bulk_id = :of AND outcome = 'done'
""")
_PORTION = text("""
    SELECT number, task_id, before FROM bulk_items
    WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id AND number > :position AND outcome IS NULL
    ORDER BY number LIMIT :limit
""")
_TELL = text("""
    UPDATE bulk_items SET outcome = told.outcome, code = told.code, says = told.says,
        before = CAST(told.before AS jsonb)
    FROM unnest(CAST(:numbers AS bigint[]), CAST(:outcomes AS text[]), CAST(:codes AS text[]), CAST(:says AS text[]),
                CAST(:befores AS text[])) AS told(number, outcome, code, says, before)
    WHERE bulk_items.workspace_id = :workspace_id AND bulk_items.bulk_id = :bulk_id
      AND bulk_items.number BETWEEN :first AND :last AND bulk_items.number = told.number
""")
_ALIKE = ("workspace_id", "bulk_id", "first", "last", "outcome", "code", "say", "before")
# All between the first and the last that nothing was told of: that is the portion.
_TELL_ALIKE = text("""
    UPDATE bulk_items SET outcome = :outcome, code = :code, says = :say, before = CAST(:before AS jsonb)
    WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id AND number BETWEEN :first AND :last AND outcome IS NULL
""")
_FORGET_REFUSALS = text("""
    UPDATE bulk_items SET outcome = NULL, code = NULL, says = NULL
    WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id AND outcome IN ('refused', 'failed')
""")
_REASONS = text("""
    SELECT outcome, code, says, count(*) FROM bulk_items
    WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id AND outcome IN ('refused', 'failed')
    GROUP BY outcome, code, says ORDER BY count(*) DESC, says LIMIT 50
""")
# From one to the next along the key of the items: what has none any more, of all that ever ended, is not looked at.
_WITH_OLD_ITEMS = text("""
    WITH RECURSIVE kept AS (
        (SELECT workspace_id, bulk_id FROM bulk_items ORDER BY workspace_id, bulk_id LIMIT 1)
        UNION ALL
        SELECT next.workspace_id, next.bulk_id FROM kept CROSS JOIN LATERAL (
            SELECT later.workspace_id, later.bulk_id FROM bulk_items AS later
            WHERE (later.workspace_id, later.bulk_id) > (kept.workspace_id, kept.bulk_id)
            ORDER BY later.workspace_id, later.bulk_id LIMIT 1) AS next)
    SELECT workspace_id, bulk_id FROM kept
    WHERE (SELECT bulks.ended_at FROM bulks WHERE bulks.workspace_id = kept.workspace_id AND bulks.id = kept.bulk_id)
        < now() - make_interval(days => :days)
    LIMIT :limit
""")
# Marked before the first is gone: from then on it is not begun again.
_LET_ITEMS_GO = text("""
    UPDATE bulks SET items_kept = false
    WHERE workspace_id = :workspace_id AND id = :bulk_id AND ended_at < now() - make_interval(days => :days)
""")
_REMOVE_ITEMS = text("""
    DELETE FROM bulk_items WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id AND number IN (
        SELECT number FROM bulk_items WHERE workspace_id = :workspace_id AND bulk_id = :bulk_id
        ORDER BY number LIMIT :limit)
""")
_ITEMS = """
    SELECT bulk_items.number, bulk_items.task_id, tasks.external_id, bulk_items.outcome, bulk_items.code,
           bulk_items.says
    FROM bulk_items LEFT JOIN tasks ON tasks.workspace_id = :workspace_id AND tasks.id = bulk_items.task_id
    WHERE bulk_items.workspace_id = :workspace_id AND bulk_items.bulk_id = :bulk_id AND bulk_items.number > :after
      {which}
    ORDER BY bulk_items.number LIMIT :limit
"""
