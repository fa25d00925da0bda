"""Tasks that begin again at a step with the answers they build on, and tasks that are closed with those they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects, runs, tasks, workspaces
from taskyard.domain.projects import Step
from taskyard.domain.runs import Going, Outcomes, Run, StepRun, Verdict
from taskyard.domain.tasks import task_fact
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Problem
from taskyard.ledger import Fact


class _Given(NamedTuple):
    """An answer that counts, as far as another run asks of it."""

    id: UUID
    step_run_id: UUID
    step: str
    data: Any
    author_id: UUID | None
    """Of a fix: whose work was fixed."""


class _Whole(NamedTuple):
    """A task with all that its next run may take from the latest. Everything is locked."""

    going: Going
    rows: list[StepRun]
    given: list[_Given]
    standing: runs.Standing


async def move(session: AsyncSession, actor: Actor, ids: Sequence[UUID], step: str) -> Outcomes:
    """Have tasks begin again at a step: a new run, which keeps the finished answers it builds on."""
    outcomes, wholes = await _begin(session, actor, runs.moving(step), ids)
    await _restart(session, actor, [(whole, [step]) for whole in wholes], "moved", f"The task was moved to {step}.")
    return outcomes


async def send_back(
    session: AsyncSession,
    actor: Actor,
    ids: Sequence[UUID],
    step: str | None = None,
    *,
    reason: str | None = None,
) -> Outcomes:
    """Have tasks begin again at a step people have answered, for its author first: the one named, or the last."""
    outcomes, wholes = await _begin(session, actor, runs.sending_back(step), ids)
    wanted = []
    for whole in wholes:
        to = runs.back_to(whole.standing, whole.going.flow, step)
        if isinstance(to, Problem):  # it was judged before, behind the same locks
            raise to
        wanted.append((whole, [to]))
    because = f": {reason}" if reason else "."
    says = f"The task was sent back to {{step}}{because}"
    await _restart(session, actor, wanted, "sent_back", says, to_author=True, reason=reason)
    return outcomes


async def redo(session: AsyncSession, actor: Actor, task_id: UUID, step: str, reason: str) -> Verdict:
    """Have all that people have done of a task from a step on done again, by its authors first: it was rejected.

    What they have done beside that step is done again too, for nobody knows which of it was wrong.
    """
    outcomes, wholes = await _begin(session, actor, runs.moving(step), [task_id])
    for whole in wholes:
        whole.going.task.redo_count += 1
    says = f"The task is done again from {{step}}: {reason}"
    wanted = [(whole, runs.beginnings_behind(whole.going.flow, whole.rows, step)) for whole in wholes]
    await _restart(session, actor, wanted, "sent_back", says, to_author=True, reason=reason)
    return outcomes.verdicts[task_id]


async def complete(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Outcomes:
    """Close tasks with what is there; parts that are missing are null. Whoever holds them is to be told."""
    outcomes, wholes = await _begin(session, actor, runs.completing(), ids)
    told: list[Fact] = []
    for whole in wholes:
        told.append(runs.complete_as_it_is(actor, whole.going, whole.rows))
        told.append(task_fact("completed", whole.going.task, f"{actor.name} completed the task with what was there."))
    await session.flush()
    runs.tell_many(session, actor, told)
    return outcomes


async def _begin(
    session: AsyncSession, actor: Actor, change: runs.Change, ids: Sequence[UUID]
) -> tuple[Outcomes, list[_Whole]]:
    outcomes, rows = await runs.begin_change(session, actor, change, ids)
    return outcomes, await _whole(session, actor, {row.id: row.standing for row in rows})


async def _restart(
    session: AsyncSession,
    actor: Actor,
    wanted: Sequence[tuple[_Whole, Sequence[str]]],
    name: str,
    says: str,
    *,
    to_author: bool = False,
    reason: str | None = None,
) -> None:
    authors = await _authors(session, actor, wanted) if to_author else {}
    why = {"reason": reason} if reason else {}
    told: list[Fact] = []
    copies: list[dict[str, UUID]] = []
    opened: list[StepRun] = []
    for whole, beginnings in wanted:
        going, step = whole.going, beginnings[0]
        again = runs.restart(session, actor, going, whole.rows, beginnings, authors.get(going.task.id, {}))
        session.add(again.run)
        opened += again.rows
        told += [*again.told, task_fact(name, going.task, says.replace("{step}", step), step=step, **why)]
        copies += [
            {"old": given.id, "id": new_id(), "step_run_id": again.kept[given.step_run_id], "run_id": again.run.id}
            for given in sorted(whole.given)
            if given.step_run_id in again.kept
        ]
    await runs.open_turns(session, opened)
    await _copy(session, actor.workspace_id, copies)
    runs.tell_many(session, actor, told)


async def _authors(
    session: AsyncSession, actor: Actor, wanted: Sequence[tuple[_Whole, Sequence[str]]]
) -> dict[UUID, dict[str, UUID]]:
    """Return by task who did each step that begins again; of those who are still here and may take it."""
    did = {
        whole.going.task.id: {step: who for step in steps if (who := _author(whole, step))} for whole, steps in wanted
    }
    here = await workspaces.active_members(
        session, actor.workspace_id, [who for its in did.values() for who in its.values()]
    )
    return {
        whole.going.task.id: {
            step: who
            for step, who in did[whole.going.task.id].items()
            if (author := here.get(who)) and _may_take(author.role, whole.going.flow.step(step))
        }
        for whole, _ in wanted
    }


def _author(whole: _Whole, step: str) -> UUID | None:
    by = [given.author_id for given in whole.given if given.step == step and given.author_id is not None]
    return by[-1] if by else None


def _may_take(role: str, step: Step) -> bool:
    return not step.people.roles or role in step.people.roles


async def _whole(session: AsyncSession, actor: Actor, standings: Mapping[UUID, runs.Standing]) -> list[_Whole]:
    if not standings:
        return []
    workspace_id = actor.workspace_id
    found = {task.id: task for task in await tasks.many_fresh(session, workspace_id, list(standings))}
    run_ids = [task.run_id for task in found.values() if task.run_id]
    its_runs = {run.task_id: run for run in await session.scalars(_of(Run, workspace_id, Run.id, run_ids))}
    turns: dict[UUID, list[StepRun]] = {}
    for row in await session.scalars(_of(StepRun, workspace_id, StepRun.run_id, run_ids).order_by(StepRun.id)):
        turns.setdefault(row.run_id, []).append(row)
    given: dict[UUID, list[_Given]] = {}
    for run_id, *answer in await session.execute(_GIVEN, {"workspace_id": workspace_id, "runs": run_ids}):
        given.setdefault(run_id, []).append(_Given(*answer))
    inputs = await tasks.inputs_of(session, workspace_id, list(found))
    now = await clock.now(session)
    wholes = []
    for task_id, standing in standings.items():
        run, task = its_runs[task_id], found[task_id]
        version = await projects.version(session, workspace_id, run.project_id, run.flow_version)
        its = given.get(run.id, [])
        taken = {**inputs[task_id], **run.settings.get("input", {})}
        going = Going(run, task, version.flow, taken, {each.step: each.data for each in its}, now)
        wholes.append(_Whole(going, turns.get(run.id, []), its, standing))
    return wholes


def _of(table: Any, workspace_id: UUID, column: Any, ids: Sequence[UUID]) -> Any:
    return (
        select(table)
        .where(table.workspace_id == workspace_id, column == any_(literal(list(ids), ARRAY(Uuid))))
        .execution_options(populate_existing=True)
    )


async def _copy(session: AsyncSession, workspace_id: UUID, copies: Sequence[Mapping[str, UUID]]) -> None:
    if copies:
        columns = {name: [copy[name] for copy in copies] for name in ("old", "id", "step_run_id", "run_id")}
        await session.execute(_COPY, {"workspace_id": workspace_id, **columns})


# Where people and a model answered a step, people's word counts: the last of a name wins.
_GIVEN = text("""
    SELECT run_id, id, step_run_id, step, data, CASE WHEN fixes IS NULL THEN member_id ELSE (
        SELECT fixed.member_id FROM answers AS fixed
        WHERE fixed.workspace_id = :workspace_id AND fixed.id = answers.fixes) END AS author_id
    FROM answers
    WHERE workspace_id = :workspace_id AND run_id = ANY(:runs) AND kind = 'answer'
    ORDER BY member_id IS NOT NULL, id
""")
_COPY = text("""
    INSERT INTO answers (workspace_id, id, step_run_id, run_id, task_id, step, use, kind, data, member_id, model,
                         by_name, confidence, seconds, created_at, fixes, kept_from)
    SELECT given.workspace_id, copy.id, copy.step_run_id, copy.run_id, given.task_id, given.step, given.use, given.kind,
           given.data, given.member_id, given.model, given.by_name, given.confidence, given.seconds, given.created_at,
           given.fixes, coalesce(given.kept_from, given.id)
    FROM unnest(CAST(:old AS uuid[]), CAST(:id AS uuid[]), CAST(:step_run_id AS uuid[]), CAST(:run_id AS uuid[]))
        AS copy(old, id, step_run_id, run_id)
    JOIN answers AS given ON given.workspace_id = :workspace_id AND given.id = copy.old
    WHERE given.workspace_id = :workspace_id AND given.id = ANY(:old)
""")
