"""Verbs about audits: give a verdict, and look at what a fix begins with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import answers, projects, reservations, runs, tasks
from taskyard.domain.audits import facts, rules, store, verdicts
from taskyard.domain.audits.problems import AlreadyAudited, NotCompleted, RedoNotYours, VerdictStays
from taskyard.domain.audits.rules import Verdict
from taskyard.domain.audits.schemas import AuditAsked
from taskyard.domain.audits.tables import Audit
from taskyard.domain.audits.verdicts import FOUND, WHY
from taskyard.domain.projects import OnReject
from taskyard.domain.runs import Going
from taskyard.domain.tasks import AuditStatus, Task, TaskStale, TaskStatus
from taskyard.kit.ids import new_id


async def audit(session: AsyncSession, actor: Actor, task_id: UUID, asked: AuditAsked) -> tuple[Audit, Task]:
    """Give a verdict on what came of a task. The first one stands; only leads, with `again`, replace it.

    A fix puts an answer in the place of the one that counted; a rejection ends the task as rejected or begins it
    again, as its project says.
    """
    if asked.again and not verdicts.may_change_verdict(actor):
        raise VerdictStays
    if asked.redo_from is not None and not verdicts.may_change_verdict(actor):
        raise RedoNotYours
    going = await _lock(session, actor, task_id)
    run, task = going.run, going.task
    if task.audit is not None and not asked.again:
        await _refuse_second(session, actor, task)
    given = Audit(
        workspace_id=actor.workspace_id,
        id=new_id(),
        task_id=task.id,
        run_id=run.id,
        verdict=FOUND[asked.verdict],
        reasons=[reason.strip() for reason in asked.reasons],
        member_id=actor.member_id,
        by_name=actor.name,
        at=going.now,
    )
    if asked.verdict is Verdict.FIX:
        await _fix(session, actor, going, given, asked)
    if asked.verdict is Verdict.REJECT:
        given.redo_from = await _redo_from(session, actor, going, asked)
    task.audit = given.verdict
    session.add(given)
    await session.flush()
    ledger.record(session, facts.audited(given, task), by=actor)
    if given.redo_from is not None:
        await _redo(session, actor, task, given, given.redo_from)
    return given, task


async def fix_begins_with(session: AsyncSession, actor: Actor, task_id: UUID, step: str | None) -> dict[str, Any]:
    """Return a step of a completed task as whoever answered it had it, with the answer that counts. Changes nothing."""
    task = await store.seen(session, actor, task_id)
    _must_be_completed(task)
    run = await runs.get(session, actor.workspace_id, task.run_id or task.id)
    given = await answers.counting(session, actor.workspace_id, run.id)
    outputs = {name: answer.data for name, answer in given.items()}
    going = await runs.going_of(session, actor, run, task, outputs)
    order = [each.id for each in going.flow.order if each.id in given]
    step = step or rules.usual_step(order, order, going.flow.in_output)
    if step not in given:
        raise answers.NothingToFix(step=step or "The flow", can=answers.fixable(going, given))
    work = await answers.work_of(session, going, step)
    version = await projects.version(session, actor.workspace_id, run.project_id, run.flow_version)
    answer = given[step]
    said = reservations.step_run_said(
        answer.step_run_id, run.id, "completed", 0, work, {"kind": "step", "step": step, "by": answer.by_name}
    )
    return {
        "steps": order,
        "step_run": {**said, "prefill": answer.data},
        "input": going.input,
        "files": await reservations.files_of(session, actor, version.checker, going.input, work.given),
    }


async def _lock(session: AsyncSession, actor: Actor, task_id: UUID) -> Going:
    """Lock a completed task behind its latest run, for one verdict at a time."""
    seen = await store.seen(session, actor, task_id)
    run_id = seen.run_id
    run = await runs.lock(session, actor.workspace_id, run_id) if run_id is not None else None
    task = await tasks.lock(session, actor.workspace_id, task_id)
    _must_be_completed(task)
    if run is None or task.run_id != run.id:  # run again and completed in the moment between
        raise TaskStale
    outputs = await answers.outputs(session, actor.workspace_id, run.id)
    return await runs.going_of(session, actor, run, task, outputs)


def _must_be_completed(task: Task) -> None:
    if (why := WHY.get(TaskStatus(task.status))) is not None:
        raise NotCompleted(state=task.status.replace("_", " "), why=why, status=task.status)


async def _refuse_second(session: AsyncSession, actor: Actor, task: Task) -> None:
    first = await store.last_of_run(session, actor.workspace_id, task.id, task.run_id or task.id)
    if first is None:  # no verdict of ours that could stand
        return
    by_lead = "say `again` to put yours in its place"
    raise AlreadyAudited(
        name=first.by_name,
        verdict=first.verdict,
        on=f"{first.at:%Y-%m-%d %H:%M} UTC",
        mend=by_lead if verdicts.may_change_verdict(actor) else "owners and managers may change it",
        audit_id=str(first.id),
    )


async def _fix(session: AsyncSession, actor: Actor, going: Going, given: Audit, asked: AuditAsked) -> None:
    order = [step.id for step in going.flow.order]
    step = asked.step or rules.usual_step(order, going.outputs, going.flow.in_output)
    given.prior_output = going.run.output
    fixed = await answers.fix(session, actor, going, step or order[-1], asked.answer)
    given.step, given.answer_id, given.prior_answer_id = fixed.answer.step, fixed.answer.id, fixed.prior.id


async def _redo_from(session: AsyncSession, actor: Actor, going: Going, asked: AuditAsked) -> str | None:
    order = [step.id for step in going.flow.order]
    if asked.redo_from is not None and asked.redo_from not in order:
        raise runs.NoSuchStep(step=asked.redo_from)
    project = await projects.get(session, actor, going.run.project_id)
    rows = await runs.step_runs(session, actor.workspace_id, going.run.id)
    return rules.redo_from(
        asked.redo_from,
        is_redone=project.on_reject == OnReject.REDO,
        redo_step=project.redo_step,
        order=order,
        by_people=runs.done_by_people(rows),
    )


async def _redo(session: AsyncSession, actor: Actor, task: Task, given: Audit, step: str) -> None:
    because = rules.told(given.reasons)
    verdict = await answers.redo(session, actor, task.id, step, f"{because}.")
    if verdict.problem is not None:
        raise verdict.problem
    # A new run has no verdict of its own; until it is completed, the one that asked for it stays to be seen.
    task.audit = AuditStatus.REJECTED
    await session.flush()
