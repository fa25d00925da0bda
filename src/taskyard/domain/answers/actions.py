"""Verbs about answers: give, keep late work, fail a turn; and what a performer is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import files, runs, tasks
from taskyard.domain.answers import facts, store
from taskyard.domain.answers.problems import AnswerInvalid
from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.tables import Answer
from taskyard.domain.projects import Step, fill
from taskyard.domain.runs import STEP_RUN, Going, Run, StepRun, is_model
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Problem
from taskyard.steps.registry import step_kinds
from taskyard.steps.values import Size

# Where a prefill comes from that is no step's: no step can be called so.
BROUGHT = ":task"
# What somebody answered before the task came back to them.
EARLIER = ":earlier"


@dataclass(frozen=True, slots=True)
class Work:
    """What a performer is given: the step, its `with` resolved, and the answer to start from."""

    step: Step
    given: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    prefill: Mapping[str, Any] | None
    prefill_from: str | None
    """The step whose answer it is, `input`, or `BROUGHT` for what the task brought along, `EARLIER` for one's own."""


@dataclass(frozen=True, slots=True)
class By:
    """Who gives an answer, how long it took, how sure it is, and what it cost in credits."""

    name: str
    member_id: UUID | None = None
    model: str | None = None
    confidence: float | None = None
    seconds: float | None = None
    cost: float = 0


async def work_of(session: AsyncSession, going: Going, step_id: str) -> Work:
    """Return what the performer of a step is given, with every reference resolved."""
    run = going.run
    rows = await runs.step_runs(session, run.workspace_id, run.id) if going.flow.step(step_id).needs else []
    return resolve(going, rows, step_id)


def resolve(going: Going, rows: list[StepRun], step_id: str) -> Work:
    """Return a step's work from what is known of its run."""
    step = going.flow.step(step_id)
    scope = going.flow.scope(going.input, runs.finished_steps(rows, going.outputs))
    given = fill(dict(step.with_), scope)
    if going.run.settings.get("prompt") and step.models:
        given["prompt"] = going.run.settings["prompt"]
    given = {name: value for name, value in given.items() if value is not None}
    raw = given.pop("prefill", None)
    kind = step_kinds().find(step.use)
    declared = dict(step.output) if step.output else None
    prefill = kind.from_prefill(raw, given, declared) if raw is not None else None
    source = _source_of(step.prefill) if prefill is not None else None
    return Work(step, given, kind.output_schema(given, declared), prefill, source)


def begun_with(work: Work, brought: Any, source: str = BROUGHT) -> Work:
    """Return the work with an answer to start from in place of what the flow has for that.

    It was checked once, as the task came or as it was given; what is asked differently now is left out of it.
    """
    if not isinstance(brought, dict):
        return work
    kind = step_kinds().find(work.step.use)
    declared = dict(work.step.output) if work.step.output else None
    fits = not kind.check(brought, work.given, declared)
    prefill = brought if fits else kind.from_prefill(brought, work.given, declared)
    return work if prefill is None else replace(work, prefill=prefill, prefill_from=source)


async def give(
    session: AsyncSession, actor: Actor, step_run: StepRun, going: Going, work: Work, data: Any, by: By
) -> Answer:
    """Record the answer of a turn and let the run go on. Refuses an answer that does not fit the step."""
    checked = await check(session, going.run, work, data)
    answer = conclude(session, actor, step_run, going, work, checked, by)
    session.add(answer)
    await session.flush()
    outputs = {**going.outputs, work.step.id: checked}
    await runs.advance(session, actor, replace(going, outputs=outputs))
    return answer


def conclude(
    session: AsyncSession, actor: Actor, step_run: StepRun, going: Going, work: Work, checked: dict[str, Any], by: By
) -> Answer:
    """End a turn with an answer that was checked, in memory; whoever calls writes both and lets the run go on."""
    STEP_RUN.move(step_run, "complete")
    runs.end_lease(step_run)
    step_run.ended_at, step_run.reason = going.now, None
    answer = _answer(step_run, work.step, AnswerKind.ANSWER, checked, by)
    answer.created_at = going.now
    if by.member_id is not None:
        going.task.last_submitted_at = going.now
        going.task.seconds += by.seconds or 0
    going.task.cost += by.cost
    ledger.record(session, facts.answer_given(answer, step_run), by=actor)
    return answer


async def keep_late(session: AsyncSession, actor: Actor, step_run: StepRun, step: Step, data: Any, by: By) -> Answer:
    """Keep work that came too late, as a draft beside the answer that counts. Never a second answer."""
    answer = _answer(step_run, step, AnswerKind.LATE_DRAFT, data if isinstance(data, dict) else {"value": data}, by)
    session.add(answer)
    await session.flush()
    ledger.record(session, facts.answer_kept(answer, step_run), by=actor)
    return answer


async def check(session: AsyncSession, run: Run, work: Work, data: Any) -> dict[str, Any]:
    """Return the answer in its canonical form, or refuse with each flaw and its place."""
    kind = step_kinds().find(work.step.use)
    normal = kind.normalise(data, work.given)
    declared = dict(work.step.output) if work.step.output else None
    sizes = await _sizes(session, run, work.given)
    flaws = kind.check(normal, work.given, declared, sizes=sizes)
    if flaws:
        summary = "; ".join(f"{flaw.place}: {flaw.says}" for flaw in flaws[:3])
        raise AnswerInvalid(flaws, step=work.step.id, summary=summary)
    return normal


async def fail(session: AsyncSession, actor: Actor, step_run: StepRun, problem: Mapping[str, Any]) -> None:
    """End a turn that cannot succeed; the flow says whether its run goes on without it. The turn is locked."""
    STEP_RUN.move(step_run, "fail")
    runs.end_lease(step_run)
    step_run.error = dict(problem)
    step_run.reason, step_run.ended_at = str(problem.get("says", "It failed.")), func.now()
    await session.flush()
    says = f"{step_run.performer} could not do {step_run.step}: {step_run.reason}"
    ledger.record(session, runs.step_fact("failed", step_run, says, error=dict(problem)), by=actor)
    await go_on(session, actor, step_run)


async def go_on(session: AsyncSession, actor: Actor, step_run: StepRun) -> None:
    """Settle run and task after a change of one turn. The turn is locked; run and task are locked here."""
    going = await going_of(session, actor, step_run)
    await runs.advance(session, actor, going)


async def going_of(session: AsyncSession, actor: Actor, step_run: StepRun) -> Going:
    """Lock run and task of a turn and return them with everything the run has given so far."""
    run = await runs.lock(session, step_run.workspace_id, step_run.run_id)
    task = await tasks.lock(session, step_run.workspace_id, step_run.task_id)
    outputs = await store.outputs(session, run.workspace_id, run.id)
    return await runs.going_of(session, actor, run, task, outputs)


def error_of(problem: Problem) -> dict[str, Any]:
    """Return a refusal as a step run's error: a code, a sentence and the mend."""
    mend = next((flaw.mend for flaw in problem.flaws if flaw.mend), None) or problem.data.get("mend")
    return {"code": problem.code, "says": problem.detail, "mend": mend}


async def _sizes(session: AsyncSession, run: Run, given: Mapping[str, Any]) -> dict[str, Size]:
    picture = given.get("image")
    if not isinstance(picture, str):
        return {}
    found = await files.require_all(session, run.workspace_id, [("image", picture, "image")])
    return {str(file.id): Size(file.width, file.height) for file in found if file.width and file.height}


def _answer(step_run: StepRun, step: Step, kind: AnswerKind, data: dict[str, Any], by: By) -> Answer:
    return Answer(
        workspace_id=step_run.workspace_id,
        id=new_id(),
        step_run_id=step_run.id,
        run_id=step_run.run_id,
        task_id=step_run.task_id,
        step=step.id,
        use=step.use,
        kind=kind,
        data=data,
        member_id=by.member_id,
        model=by.model,
        by_name=by.name,
        confidence=by.confidence
        if by.confidence is not None
        else _score(data)
        if is_model(step_run.performer)
        else None,
        seconds=by.seconds,
    )


def _score(data: Mapping[str, Any]) -> float | None:
    score = data.get("score")
    return float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None


def _source_of(prefill: Any) -> str | None:
    if not isinstance(prefill, str):
        return None
    return prefill.strip().removeprefix("{{").removesuffix("}}").strip().split(".")[0].split("[")[0] or None
