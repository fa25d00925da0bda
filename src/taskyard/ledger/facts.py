"""Record what happened in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.kit.db.direct import fetch, with_commit
from taskyard.kit.db.engine import enter_workspace
from taskyard.kit.ids import id_list

_PENDING = "ledger.pending"
_PENDING_MANY = "ledger.pending_many"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, named `noun.verbed`, with a sentence people can read in a timeline.

    `aside` is what reactions may go by without asking for the row again; it is written nowhere.
    """

    name: str
    says: str
    noun_id: UUID | None = None
    project_id: UUID | None = None
    task_id: UUID | None = None
    run_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    aside: dict[str, Any] = field(default_factory=dict)


class Together(NamedTuple):
    """The same thing that happened to many, one fact for each of them; reactions may see to all of it at once."""

    facts: Sequence[Fact]
    by: Actor


def record(session: AsyncSession, fact: Fact, *, by: Actor) -> None:
    """Add the fact to the transaction; it is written last thing before the commit, or never."""
    pending(session).append((fact, by))


def pending(session: AsyncSession) -> list[tuple[Fact, Actor]]:
    """Return the facts this transaction has recorded so far; the list grows as more are recorded."""
    found: list[tuple[Fact, Actor]] = session.info.setdefault(_PENDING, [])
    return found


def record_many(session: AsyncSession, facts: Sequence[Fact], *, by: Actor) -> None:
    """Add facts of one name about many, which reactions may take together. Written like all others."""
    if facts:
        pending_many(session).append(Together(facts, by))


def pending_many(session: AsyncSession) -> list[Together]:
    """Return what this transaction has recorded of many at once; the list grows as more is recorded."""
    found: list[Together] = session.info.setdefault(_PENDING_MANY, [])
    return found


async def write(session: AsyncSession) -> None:
    """Have the pending facts inserted with the commit, in one statement. Called by the transaction's edge only."""
    facts, many = pending(session), pending_many(session)
    if not facts and not many:
        return
    session.info.pop(_PENDING)
    session.info.pop(_PENDING_MANY)
    for together in many:
        await _write_many(session, together)
    if not facts:
        session.info["ledger.workspaces"] = {together.by.workspace_id for together in many}
        return
    told = {by.workspace_id for _, by in facts}
    session.info["ledger.workspaces"] = told | {together.by.workspace_id for together in many}
    here = session.info["workspace_id"]
    # Rare: a verb about a person, whose memberships are in several workspaces. Row-level security takes a fact only
    # inside its own.
    for elsewhere in told - {here}:
        await enter_workspace(session, elsewhere)
        await fetch(session, _INSERT, _rows(facts, elsewhere))
    if here is not None and told != {here}:
        await enter_workspace(session, here)
    if here in told:
        with_commit(session, _INSERT, _rows(facts, here))


async def _write_many(session: AsyncSession, together: Together) -> None:
    """Insert facts that mostly say the same: what they share travels once, beside the ids."""
    alike: dict[tuple[str, str, UUID | None, bytes], list[Fact]] = {}
    for fact in together.facts:
        told = orjson.dumps(fact.data, option=orjson.OPT_SORT_KEYS)
        alike.setdefault((fact.name, fact.says, fact.project_id, told), []).append(fact)
    by = together.by
    actor = {"actor_kind": by.kind, "actor_id": by.member_id, "actor_name": by.name, "workspace_id": by.workspace_id}
    for (name, says, project_id, data), facts in alike.items():
        shared = {"name": name, "says": says, "project_id": project_id, "data": data.decode()}
        columns = ("noun_id", "task_id", "run_id")
        ids = {f"{column}s": id_list(getattr(fact, column) for fact in facts) for column in columns}
        await fetch(session, _INSERT_MANY, {**actor, **shared, **ids})


def _rows(facts: list[tuple[Fact, Actor]], workspace_id: UUID) -> dict[str, str]:
    rows = [
        {
            "workspace_id": by.workspace_id,
            "name": fact.name,
            "says": fact.says,
            "noun_id": fact.noun_id,
            "project_id": fact.project_id,
            "task_id": fact.task_id,
            "run_id": fact.run_id,
            "data": fact.data,
            "actor_kind": by.kind,
            "actor_id": by.member_id,
            "actor_name": by.name,
        }
        for fact, by in facts
        if by.workspace_id == workspace_id
    ]
    return {"rows": orjson.dumps(rows).decode()}


_INSERT = """
    INSERT INTO facts (workspace_id, name, says, noun_id, project_id, task_id, run_id, data,
                       actor_kind, actor_id, actor_name)
    SELECT workspace_id, name, says, noun_id, project_id, task_id, run_id, data, actor_kind, actor_id, actor_name
    FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS fact(
        workspace_id uuid, name text, says text, noun_id uuid, project_id uuid, task_id uuid, run_id uuid,
        data jsonb, actor_kind text, actor_id uuid, actor_name text)
"""
_INSERT_MANY = """
    INSERT INTO facts (workspace_id, name, says, noun_id, project_id, task_id, run_id, data,
                       actor_kind, actor_id, actor_name)
    SELECT %(workspace_id)s, %(name)s, %(says)s, fact.noun_id, %(project_id)s, fact.task_id, fact.run_id,
           CAST(%(data)s AS jsonb), %(actor_kind)s, %(actor_id)s, %(actor_name)s
    FROM unnest(CAST(%(noun_ids)s AS uuid[]), CAST(%(task_ids)s AS uuid[]), CAST(%(run_ids)s AS uuid[]))
        WITH ORDINALITY AS fact(noun_id, task_id, run_id, number)
    ORDER BY fact.number
"""
