"""Work kept for one member: set for one task, given up for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import projects, runs, tasks, workspaces
from taskyard.domain.reservations import store
from taskyard.domain.reservations.rules import RELEASE_MAX
from taskyard.domain.runs import NothingToReserve, StepRun, Wish
from taskyard.domain.tasks import Task, TaskStatus, task_fact
from taskyard.domain.workspaces import Member
from taskyard.kit.db.direct import fetch
from taskyard.ledger import Fact

OVER = "The task is kept for nobody any more."


async def reserve(
    session: AsyncSession, actor: Actor, task_id: UUID, named: str | None
) -> tuple[Task, Member | None, StepRun | None]:
    """Keep what waits for people, or else the next of it, for a member named by id or e-mail, or for nobody.

    Even for somebody who skipped it before: whoever leads them knows better. Refuses a member who may take none of it.
    """
    turns = await runs.lock_step_runs_of_task(session, actor.workspace_id, task_id)
    task = await tasks.lock(session, actor.workspace_id, task_id)
    if task.run_id is None or task.status not in {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}:
        raise NothingToReserve(status=task.status.replace("_", " "))
    member = None
    if named is not None:
        run = await runs.get(session, actor.workspace_id, task.run_id)
        version = await projects.version(session, actor.workspace_id, run.project_id, run.flow_version)
        (member,) = await runs.members_for(session, actor, [Wish(named, version.flow, "member")])
    turn = await runs.keep(session, task, turns, member)
    if member is not None and turn is not None:
        await store.forget_skip(session, actor.workspace_id, turn.id, member.id)
    says = OVER if member is None else f"The task is kept for {member.name}."
    ledger.record(session, task_fact("changed", task, says), by=actor)
    return task, member, turn


async def release_kept(
    session: AsyncSession,
    actor: Actor,
    *,
    task_ids: Sequence[UUID] | None = None,
    member_id: UUID | None = None,
    unfit_role: str | None = None,
) -> tuple[int, int]:
    """Let anybody have what is kept of these tasks, for a member, or for all; return how many tasks, and how many more.

    With a role, only those turns of the member which it may not take. Safe to repeat.
    """
    which, values = _which(task_ids, member_id)
    here: dict[str, Any] = {"workspace_id": actor.workspace_id, **values, "limit": RELEASE_MAX}
    unfit = ""
    if unfit_role is not None:
        unfit, here["role"] = "AND NOT (turn.roles IS NULL OR %(role)s = ANY(turn.roles))", unfit_role
    turns = await fetch(
        session, _LOCK_TURNS.format(which=which.format(whose="turn", task="task_id"), unfit=unfit), here
    )
    await fetch(session, _FREE_TURNS, {**here, "ids": [row.id for row in turns]})
    waiting = which.format(whose="tasks", task="id")
    rows = [] if unfit else await fetch(session, _LOCK_TASKS.format(which=waiting), here)
    await fetch(session, _FREE_TASKS, {**here, "ids": [row.task_id for row in rows]})
    freed = {row.task_id: row for row in (*turns, *rows)}
    for row in freed.values():
        fact = Fact("task.changed", OVER, row.task_id, row.project_id, row.task_id, row.run_id)
        ledger.record(session, fact, by=actor)
    if len(turns) < RELEASE_MAX and len(rows) < RELEASE_MAX:
        return len(freed), 0
    (left,) = await fetch(session, _LEFT.format(turns=which.format(whose="turn", task="task_id"), tasks=waiting), here)
    return len(freed), int(left.number)


async def release_kept_of(session: AsyncSession, actor: Actor, member_id: UUID) -> tuple[int, int]:
    """Let anybody have what is kept for a member; NoSuchMember when there is none."""
    await workspaces.member(session, actor.workspace_id, member_id)
    return await release_kept(session, actor, member_id=member_id)


def _which(task_ids: Sequence[UUID] | None, member_id: UUID | None) -> tuple[str, dict[str, Any]]:
    if task_ids is not None:
        return "AND {whose}.{task} = ANY(%(tasks)s)", {"tasks": list(task_ids)}
    if member_id is not None:
        return "AND {whose}.reserved_for = %(member_id)s", {"member_id": member_id}
    return "", {}


# All of these read the indexes that hold only what is kept for somebody.
_LOCK_TURNS = """
    SELECT turn.id, turn.task_id, turn.project_id, turn.run_id FROM step_runs AS turn
    WHERE turn.workspace_id = %(workspace_id)s AND turn.state = 'queued' AND turn.reserved_for IS NOT NULL
      {which} {unfit}
    ORDER BY turn.id LIMIT %(limit)s FOR UPDATE
"""
_FREE_TURNS = """
    UPDATE step_runs SET reserved_for = NULL WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)
"""
_LOCK_TASKS = """
    SELECT tasks.id AS task_id, tasks.project_id, tasks.run_id FROM tasks
    WHERE tasks.workspace_id = %(workspace_id)s AND tasks.reserved_for IS NOT NULL {which}
    ORDER BY tasks.id LIMIT %(limit)s FOR UPDATE
"""
_FREE_TASKS = "UPDATE tasks SET reserved_for = NULL WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
_LEFT = """
    SELECT (SELECT count(*) FROM step_runs AS turn WHERE turn.workspace_id = %(workspace_id)s
              AND turn.state = 'queued' AND turn.reserved_for IS NOT NULL {turns})
         + (SELECT count(*) FROM tasks WHERE tasks.workspace_id = %(workspace_id)s
              AND tasks.reserved_for IS NOT NULL {tasks}) AS number
"""
