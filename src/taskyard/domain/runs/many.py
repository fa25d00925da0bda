"""Verbs about many tasks at once: a few statements for thousands, an outcome and a fact for each.

A portion of one to five thousand ids is one call in one transaction; safe to repeat, for what is so already is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import projects, tasks
from taskyard.domain.projects import Flow
from taskyard.domain.runs import actions, many_rules, many_store
from taskyard.domain.runs.many_rules import Change, Outcome, Standing, Verdict, refused
from taskyard.domain.runs.many_store import OPEN, Row
from taskyard.domain.runs.problems import TaskGone
from taskyard.domain.runs.rules import RUN, STEP_RUN, RunState, StepRunState
from taskyard.domain.tasks import TASK, TaskStatus
from taskyard.kit.ids import id_list
from taskyard.kit.problems import Problem
from taskyard.ledger import Fact


@dataclass(slots=True)
class Outcomes:
    """What became of each of many tasks, and what it had before where that can be brought back."""

    verdicts: dict[UUID, Verdict] = field(default_factory=dict)
    before: dict[UUID, dict[str, Any]] = field(default_factory=dict)


async def preview(
    session: AsyncSession, actor: Actor, change: Change, where: Sequence[str], values: Mapping[str, Any]
) -> Counter[Verdict]:
    """Return how many of the tasks that meet these conditions would come to what. Changes nothing."""
    found: Counter[Verdict] = Counter()
    judge = Judge(session, actor.workspace_id, change)
    for standing, number in await many_store.alike(session, actor.workspace_id, change, where, values):
        found[await judge.verdict(standing)] += number
    return found


class Judge:
    """Decides a change for one standing after another; each that occurs is decided once."""

    def __init__(self, session: AsyncSession, workspace_id: UUID, change: Change) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._change = change
        self._known: dict[Standing, Verdict] = {}

    async def verdict(self, standing: Standing) -> Verdict:
        """Return what becomes of a task that stands like this."""
        if standing not in self._known:
            self._known[standing] = self._change.decide(standing, await self.flow(standing))
        return self._known[standing]

    async def flow(self, standing: Standing) -> Flow | None:
        """Return the flow a task follows, when the change asks for it."""
        if not self._change.needs_flow or standing.flow_version is None:
            return None
        version = await projects.version(self._session, self._workspace_id, standing.project_id, standing.flow_version)
        return version.flow


async def begin_change(
    session: AsyncSession,
    actor: Actor,
    change: Change,
    ids: Sequence[UUID],
    *,
    with_turns: bool = True,
    with_runs: bool = True,
) -> tuple[Outcomes, list[Row]]:
    """Lock tasks and judge each; return the verdicts, and the rows of those that are to be changed."""
    await many_store.lock(session, actor.workspace_id, ids, with_turns=with_turns, with_runs=with_runs)
    judge = Judge(session, actor.workspace_id, change)
    outcomes, chosen, gone = Outcomes(), [], refused(TaskGone())
    for row in await many_store.read(session, actor, change, ids):
        verdict = outcomes.verdicts[row.id] = await judge.verdict(row.standing)
        if verdict.outcome is Outcome.DONE:
            chosen.append(row)
    for task_id in ids:
        if task_id not in outcomes.verdicts:
            outcomes.verdicts[task_id] = gone
    return outcomes, chosen


async def set_batch(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], batch: str | None, *, only: Change | None = None
) -> Outcomes:
    """Put tasks into a batch, or into none; with `only`, those it lets through."""
    change = only or many_rules.batching(batch)
    outcomes, rows = await begin_change(session, actor, change, ids, with_turns=False)
    await _run(session, actor, _SET_BATCH, ids=_ids(rows), batch=batch)
    outcomes.before = {row.id: {"batch": row.batch} for row in rows}
    says = f"The task changed: batch became {batch}." if batch else "The task changed: the batch was cleared."
    _tell(session, actor, "changed", rows, says)
    return outcomes


async def reserve(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], change: Change, member_id: UUID | None, name: str = ""
) -> Outcomes:
    """Keep what people have to do of these tasks, or the next of it, for a member, or for nobody."""
    outcomes, rows = await begin_change(session, actor, change, ids)
    before = await _run(session, actor, _KEPT_FOR, runs=_runs(rows))
    kept: dict[UUID | None, UUID | None] = {row.run_id: row.reserved_for for row in before}
    has_open = [row for row in rows if row.run_id in kept]
    await _run(session, actor, _KEEP_TURNS, runs=_runs(has_open), member_id=member_id)
    await _run(session, actor, _KEEP_TASKS, ids=_ids(has_open), member_id=None)
    await _run(
        session, actor, _KEEP_TASKS, ids=_ids(row for row in rows if row.run_id not in kept), member_id=member_id
    )
    outcomes.before = {
        row.id: {"member": _said((kept.get(row.run_id) if row.run_id in kept else None) or row.reserved_for)}
        for row in rows
    }
    says = f"The task is kept for {name}." if member_id else "The task is kept for nobody any more."
    _tell(session, actor, "changed", rows, says)
    return outcomes


async def cancel(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], *, seconds_max: float, only_queued: bool
) -> Outcomes:
    """End tasks that nobody has begun; what a model has in hand gets a deadline, unless only queued work may end."""
    outcomes, rows = await begin_change(session, actor, many_rules.cancelling(only_queued=only_queued), ids)
    ending = [row for row in rows if not row.standing.is_at_work]
    later = [row for row in rows if row.standing.is_at_work]
    await _close_turns(session, actor, rows, "The run was cancelled.", but_running=True)
    queued = [row for row in ending if row.standing.status == TaskStatus.QUEUED]
    begun = [row for row in ending if row.standing.status != TaskStatus.QUEUED]
    for some, move in ((queued, "cancel"), (begun, "stop")):
        status = TASK.target(TaskStatus.QUEUED if move == "cancel" else TaskStatus.IN_PROGRESS, move)
        await _run(session, actor, _END_TASKS, ids=_ids(some), status=status)
    state, cancelling = RUN.target(RunState.QUEUED, "stop"), RUN.target(RunState.RUNNING, "cancel")
    await _run(session, actor, _END_RUNS, runs=_runs(ending), state=state, reason="Cancelled.")
    deadline = timedelta(seconds=seconds_max)
    await _run(session, actor, _CANCEL_RUNS, runs=_runs(later), state=cancelling, seconds=deadline)
    _tell_runs(session, actor, "cancelled", ending, state, "was cancelled")
    _tell_runs(session, actor, "cancelling", later, cancelling, "is being cancelled")
    _tell(session, actor, "cancelled", ending, "The task was cancelled.", status=TaskStatus.CANCELLED)
    return outcomes


async def delete(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Outcomes:
    """Delete tasks with everything they made; of each a line without content remains."""
    outcomes, rows = await begin_change(session, actor, many_rules.deleting(), ids)
    if rows:
        _tell(session, actor, "deleted", rows, "The task was deleted.")
        for statement in (_DELETE_TURNS, _DELETE_RUNS):
            await _run(session, actor, statement, ids=_ids(rows))
        await tasks.remove_many(session, actor.workspace_id, _ids(rows))
    return outcomes


async def rerun(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Outcomes:
    """Pass tasks that have ended through their published flows again, one after the other, as the last time."""
    outcomes, rows = await begin_change(session, actor, many_rules.rerunning(), ids, with_turns=False)
    for row in rows:
        try:
            await actions.rerun(session, actor, row.id, None, None)
        except Problem as problem:  # said before anything of this task was changed
            outcomes.verdicts[row.id] = refused(problem)
    return outcomes


async def _close_turns(
    session: AsyncSession, actor: Actor, rows: Sequence[Row], reason: str, *, but_running: bool = False
) -> None:
    open_ = [state for state in STEP_RUN.sources("cancel") if not (but_running and state == StepRunState.RUNNING)]
    state = STEP_RUN.target(StepRunState.QUEUED, "cancel")
    await _run(session, actor, _CLOSE_TURNS, runs=_runs(rows), open=open_, state=state, reason=reason)


def _tell(session: AsyncSession, actor: Actor, name: str, rows: Sequence[Row], says: str, **data: Any) -> None:
    facts = [
        Fact(f"task.{name}", says, row.id, row.standing.project_id, row.id, row.run_id,
             {"status": row.standing.status, **data})
        for row in rows
    ]  # fmt: skip
    ledger.record_many(session, facts, by=actor)


def _tell_runs(session: AsyncSession, actor: Actor, name: str, rows: Sequence[Row], state: str, says: str) -> None:
    facts = [
        Fact(f"run.{name}", f"Run {row.run_number} {says}.", row.run_id, row.standing.project_id, row.id, row.run_id,
             {"state": state})
        for row in rows
    ]  # fmt: skip
    ledger.record_many(session, facts, by=actor)


async def _run(session: AsyncSession, actor: Actor, statement: Any, **values: Any) -> Sequence[Any]:
    lists = {name: value for name, value in values.items() if name in {"ids", "runs"}}
    if not all(lists.values()):  # for nothing at all
        return []
    texts = {name: id_list(value) for name, value in lists.items()}
    done = await session.execute(statement, {"workspace_id": actor.workspace_id, **values, **texts})
    return done.all() if done.returns_rows else []  # type: ignore[attr-defined]


def _ids(rows: Iterable[Row]) -> list[UUID]:
    return [row.id for row in rows]


def _runs(rows: Iterable[Row]) -> list[UUID]:
    return [row.run_id for row in rows if row.run_id is not None]


def _said(member_id: UUID | None) -> str | None:
    return str(member_id) if member_id else None


_SET_BATCH = text(
    "UPDATE tasks SET batch = :batch WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))"
)
_KEPT_FOR = text(f"""
    SELECT DISTINCT ON (run_id) run_id, reserved_for FROM step_runs
    WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[])) AND state IN {OPEN}
      AND performer = 'people'
    ORDER BY run_id, reserved_for NULLS LAST
""")  # noqa: S608 - constants
_KEEP_TURNS = text(f"""
    UPDATE step_runs SET reserved_for = CAST(:member_id AS uuid)
    WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[])) AND state IN {OPEN}
      AND performer = 'people'
""")  # noqa: S608 - constants
_KEEP_TASKS = text("""
    UPDATE tasks SET reserved_for = CAST(:member_id AS uuid)
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
      AND reserved_for IS DISTINCT FROM CAST(:member_id AS uuid)
""")
_CLOSE_TURNS = text("""
    UPDATE step_runs SET state = :state, reason = :reason, ended_at = now(), token = token + 1,
        lease_until = NULL, holder_id = NULL, worker = NULL
    WHERE workspace_id = :workspace_id AND run_id = ANY(CAST(:runs AS uuid[])) AND state = ANY(:open)
""")
_END_TASKS = text("""
    UPDATE tasks SET status = :status, steps = '{}', completed_at = now()
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
""")
_END_RUNS = text("""
    UPDATE runs SET state = :state, reason = :reason, ended_at = now()
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:runs AS uuid[]))
""")
_CANCEL_RUNS = text("""
    UPDATE runs SET state = :state, reason = 'Cancelling: a model is ending its work.', cancel_by = now() + :seconds
    WHERE workspace_id = :workspace_id AND id = ANY(CAST(:runs AS uuid[]))
""")
# By the runs of the tasks, whose index knows both: nothing else leads from a task to all its turns.
_DELETE_TURNS = text("""
    DELETE FROM step_runs WHERE workspace_id = :workspace_id AND run_id = ANY(ARRAY(
        SELECT id FROM runs WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:ids AS uuid[]))))
""")
_DELETE_RUNS = text("DELETE FROM runs WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:ids AS uuid[]))")
