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

_PENDING = "ledger.pending"
_PENDING_MANY = "ledger.pending_many"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, named `noun.verbed`, with a sentence people can read in a timeline."""

    name: str
    says: str
    noun_id: UUID | None = None
    project_id: UUID | None = None
    task_id: UUID | None = None
    run_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)


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
    facts = [*pending(session), *((fact, by) for many, by in pending_many(session) for fact in many)]
    if not facts:
        return
    session.info.pop(_PENDING)
    session.info.pop(_PENDING_MANY)
    session.info["ledger.workspaces"] = told = {by.workspace_id for _, by in facts}
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
