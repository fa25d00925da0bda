"""Live streams: the facts of a workspace for lists, and those of one run with the run itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain.runs import RUN, NoSuchRun, RunState
from taskyard.kit.db.statements import named_in
from taskyard.ledger import Batch, Position
from taskyard.views import run_page
from taskyard.views.visibility import bindings, visible
from taskyard.web.desk import Desk
from taskyard.web.streams import Told

# Facts after which a listener may be somebody else, or nobody.
WHO_IS_WHO = frozenset({"member.changed", "member.signed_out", "key.revoked"})
TOLD = ("name", "noun_id", "task_id", "run_id", "project_id", "number", "at", "data")


async def of_lists(desk: Desk, actor: Actor, project_id: UUID | None, after: Position | None) -> AsyncIterator[Told]:
    """Tell a workspace's facts as they happen. First a snapshot: the position, and the counts by status.

    Leads hear everything; others hear about the tasks they see, and get no data beside the ids.
    """
    async with desk.hub.listen(actor.workspace_id, after) as batches:
        async with desk.database.transaction(actor.workspace_id) as session:
            counts = await _counts(session, actor, project_id)
        yield Told("snapshot", {"counts": counts, "position": str(after) if after else None})
        async for batch in batches:
            if _is_over(actor, batch):
                return
            facts = [fact for fact in batch.facts if project_id is None or fact["project_id"] == project_id]
            if facts and not actor.may(Permission.TASKS_WRITE):
                facts = await _seen(desk, actor, facts)
            if facts:
                yield Told("facts", {"facts": [_brief(fact) for fact in facts]}, str(batch.position))


async def of_run(desk: Desk, actor: Actor, run_id: UUID, after: int) -> AsyncIterator[Told]:
    """Tell a run: a snapshot, then each fact with the run after it, and an end for every end."""
    async with desk.hub.listen(actor.workspace_id, None) as batches:
        run, facts = await _run(desk, actor, run_id)
        told = {fact["number"] for fact in facts}
        yield Told("snapshot", {"run": run}, str(max(told, default=0)))
        for fact in facts:
            if 0 < after < fact["number"]:
                yield Told("fact", {"fact": _brief(fact), "run": run}, str(fact["number"]))
        while not RUN.is_final(RunState(run["state"])):
            batch = await anext(batches, None)
            if batch is None or _is_over(actor, batch):
                return
            if not any(fact["run_id"] == run_id and fact["number"] not in told for fact in batch.facts):
                continue
            try:
                run, facts = await _run(desk, actor, run_id)
            except NoSuchRun:
                yield Told("end", {"state": "deleted"})
                return
            for fact in facts:
                # Not by being higher: of two transactions the one with the lower number may end later.
                if fact["number"] not in told:
                    told.add(fact["number"])
                    yield Told("fact", {"fact": _brief(fact), "run": run}, str(fact["number"]))
        yield Told("end", {"state": run["state"]}, str(max(told, default=0)))


def _is_over(actor: Actor, batch: Batch) -> bool:
    """Say whether the listener was signed out, removed, revoked or given another role.

    The stream ends; whoever comes back is asked again who they are.
    """
    own = {actor.member_id, actor.credential_id}
    return any(fact["name"] in WHO_IS_WHO and fact["noun_id"] in own for fact in batch.facts)


async def _run(desk: Desk, actor: Actor, run_id: UUID) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with desk.database.transaction(actor.workspace_id) as session:
        facts = await _facts(session, actor, run_id)
        # The run is read after its facts: it is never older than what is told of it.
        run = await run_page.page(session, actor, run_id)
        if RUN.is_final(RunState(run["state"])):
            # It may have ended in between; nothing of it comes after these.
            facts = await _facts(session, actor, run_id)
    return run, facts


async def _facts(session: AsyncSession, actor: Actor, run_id: UUID) -> list[dict[str, Any]]:
    rows = await session.execute(_OF_RUN, {"workspace_id": actor.workspace_id, "run_id": run_id})
    return [dict(row) for row in rows.mappings()]


async def _counts(session: AsyncSession, actor: Actor, project_id: UUID | None) -> dict[str, int]:
    where = "tasks.workspace_id = :workspace_id"
    values: dict[str, Any] = {"workspace_id": actor.workspace_id}
    if project_id is not None:
        where += " AND tasks.project_id = :project_id"
        values["project_id"] = project_id
    if (condition := visible(actor)) is not None:
        where += f" AND {condition}"
        values |= named_in(condition, bindings(actor))
    # A look at the newest ten thousand: a stream must begin at once, however large the workspace is.
    statement = f"""
        SELECT status, count(*) AS number FROM (
            SELECT status FROM tasks WHERE {where} ORDER BY id DESC LIMIT 10000) AS newest GROUP BY status
    """  # noqa: S608 - constants, values are bound
    return {row.status: row.number for row in (await session.execute(text(statement), values)).all()}


async def _seen(desk: Desk, actor: Actor, facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [fact["task_id"] for fact in facts if fact["task_id"] is not None]
    condition = visible(actor)
    if not ids or condition is None:
        return []
    statement = f"""
        SELECT tasks.id FROM tasks
        WHERE tasks.workspace_id = :workspace_id AND tasks.id = ANY(:ids) AND {condition}
    """  # noqa: S608 - constants, values are bound
    values = named_in(statement, bindings(actor))
    async with desk.database.transaction(actor.workspace_id) as session:
        seen = set(await session.scalars(text(statement), {**values, "ids": ids}))
    return [{**fact, "data": {}} for fact in facts if fact["task_id"] in seen]


def _brief(fact: dict[str, Any]) -> dict[str, Any]:
    noun = str(fact["name"]).partition(".")[0]
    return {**{name: fact[name] for name in TOLD}, "noun": noun, "id": fact["noun_id"], "says": fact["says"]}


_OF_RUN = text("""
    SELECT number, name, says, noun_id, project_id, task_id, run_id, data, at FROM facts
    WHERE workspace_id = :workspace_id AND run_id = :run_id ORDER BY number
""")
