"""What becomes of one task when something is done to many: pure rules, one for each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from taskyard.domain.projects import Flow
from taskyard.domain.runs.problems import (
    BegunByPeople,
    BeingCancelled,
    ChangedSince,
    HeldByOther,
    HeldByPerson,
    MayNotTake,
    NoSuchStep,
    NotAnsweredBefore,
    NothingBefore,
    TaskEnded,
)
from taskyard.domain.runs.rules import PEOPLE, RunState
from taskyard.domain.tasks import TASK, TaskInFlight, TaskStatus
from taskyard.kit.problems import Problem


class Outcome(StrEnum):
    """What became of one of many."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


class Verdict(NamedTuple):
    """An outcome, and the refusal behind it when it is one."""

    outcome: Outcome
    problem: Problem | None = None

    @property
    def code(self) -> str | None:
        """Return the refusal's stable name."""
        return self.problem.code if self.problem else None

    @property
    def says(self) -> str | None:
        """Return the refusal's sentence."""
        return self.problem.detail if self.problem else None


DONE = Verdict(Outcome.DONE)
UNCHANGED = Verdict(Outcome.UNCHANGED)


def refused(problem: Problem) -> Verdict:
    """Return the verdict that says no."""
    return Verdict(Outcome.REFUSED, problem)


class Standing(NamedTuple):
    """Where a task stands, as far as a change asks: of ten thousand tasks most stand alike."""

    project_id: UUID
    flow_version: int | None
    status: str
    run_state: str | None
    steps: tuple[str, ...]
    """The steps it is at."""
    answered: tuple[str, ...]
    """The steps of its latest run that people have answered."""
    is_held: bool
    is_held_by_other: bool
    is_at_work: bool
    """A model has a step of it in hand."""
    is_retrying: bool
    fits_role: bool
    has_value: bool
    """What is to be set is set already."""


Decide = Callable[[Standing, Flow | None], Verdict]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that can be done to many tasks: what has to be known of each, and what follows from it.

    `has_value` is SQL on `tasks` and `turns`; `needs_turns` and `needs_flow` keep a simple change from reading more.
    """

    decide: Decide
    has_value: str = "false"
    values: Mapping[str, Any] = field(default_factory=dict)
    needs_turns: bool = False
    needs_flow: bool = False


def setting(has_value: str, **values: Any) -> Change:
    """Return the change of a value that any task may have."""
    return Change(lambda standing, _: UNCHANGED if standing.has_value else DONE, has_value, values)


def undoing(change: Change) -> Change:
    """Return the bringing back of what a change has replaced: only where it still is as that change left it."""
    since = refused(ChangedSince())
    return replace(change, decide=lambda standing, _: DONE if standing.has_value else since, needs_flow=False)


def prioritising(priority: int, from_step: str | None) -> Change:
    """Return the change of a priority, for all of a task or from one of its steps on."""
    if from_step is None:
        return setting("tasks.priority = :priority", priority=priority)

    def decide(standing: Standing, flow: Flow | None) -> Verdict:
        if not _has(flow, from_step):
            return refused(NoSuchStep(step=from_step))
        return UNCHANGED if standing.has_value else DONE

    has_value = "coalesce((tasks.step_priorities ->> :from_step)::bigint = :priority, false)"
    return Change(decide, has_value, {"priority": priority, "from_step": from_step}, needs_flow=True)


def batching(batch: str | None) -> Change:
    """Return the change of a batch."""
    return setting("tasks.batch IS NOT DISTINCT FROM CAST(:batch AS text)", batch=batch)


def reserving(member_id: UUID | None, name: str = "", role: str = "") -> Change:
    """Return the keeping of open work, or of the next step done by people, for a member; None for anybody."""

    def decide(standing: Standing, flow: Flow | None) -> Verdict:
        if standing.has_value:
            return UNCHANGED
        if member_id is None:
            return DONE
        if standing.status not in {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}:
            return refused(TaskEnded(status=standing.status))
        if standing.is_held_by_other:
            return refused(HeldByOther(name=name))
        fits = standing.fits_role and _next_admits(flow, standing, role)
        return DONE if fits else refused(MayNotTake(name=name, role=role))

    return Change(decide, _KEPT_SO, {"member_id": member_id, "role": role}, needs_turns=True, needs_flow=True)


def _next_admits(flow: Flow | None, standing: Standing, role: str) -> bool:
    """Say whether a role may take the next step done by people, where none is open yet."""
    if flow is None or any(PEOPLE in flow.step(name).by for name in standing.steps if _has(flow, name)):
        return True
    ahead = (step for step in flow.order if PEOPLE in step.by and step.id not in standing.answered)
    step = next(ahead, None)
    return step is None or not step.people.roles or role in step.people.roles


# Open work is kept by its turns; a task without any keeps the next step.
_KEPT_SO = """CASE WHEN turns.has_open THEN turns.is_kept_so AND tasks.reserved_for IS NULL
    ELSE tasks.reserved_for IS NOT DISTINCT FROM CAST(:member_id AS uuid) END"""


def cancelling(*, only_queued: bool) -> Change:
    """Return the end of tasks: for certain while nobody has begun them; a model at work gets a deadline."""

    def decide(standing: Standing, _: Flow | None) -> Verdict:
        if standing.status == TaskStatus.CANCELLED or standing.run_state == RunState.CANCELLING:
            return UNCHANGED
        if standing.is_held:
            return refused(HeldByPerson())
        if standing.status == TaskStatus.QUEUED:
            return DONE
        if standing.status != TaskStatus.IN_PROGRESS:
            return refused(TASK.refusal(standing.status, "cancel"))
        is_models = (standing.is_at_work or standing.is_retrying) and not only_queued
        return DONE if is_models else refused(BegunByPeople())

    return Change(decide, needs_turns=True)


def releasing() -> Change:
    """Return the end of people's holds."""
    return Change(lambda standing, _: DONE if standing.is_held else UNCHANGED, needs_turns=True)


def deleting() -> Change:
    """Return the removal of tasks with all they made, which nobody may have in hand."""
    in_flight = refused(TaskInFlight(verb="delete"))
    return Change(lambda it, _: in_flight if it.is_held or it.is_at_work else DONE, needs_turns=True)


def rerunning() -> Change:
    """Return another run of tasks that have ended."""
    in_flight = refused(TaskInFlight(verb="rerun"))
    open_ = {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}
    return Change(lambda it, _: in_flight if it.status in open_ else DONE)


def completing() -> Change:
    """Return the closing of tasks with what is there."""

    def decide(standing: Standing, _: Flow | None) -> Verdict:
        if standing.status == TaskStatus.COMPLETED:
            return UNCHANGED
        if standing.status not in {TaskStatus.QUEUED, TaskStatus.IN_PROGRESS}:
            return refused(TASK.refusal(standing.status, "complete"))
        return refused(BeingCancelled(verb="complete")) if standing.run_state == RunState.CANCELLING else DONE

    return Change(decide)


def moving(step: str) -> Change:
    """Return a new run that begins at a step."""

    def decide(standing: Standing, flow: Flow | None) -> Verdict:
        if not _has(flow, step):
            return refused(NoSuchStep(step=step))
        if standing.run_state == RunState.CANCELLING:
            return refused(BeingCancelled(verb="move"))
        return UNCHANGED if standing.steps == (step,) else DONE

    return Change(decide, needs_flow=True)


def sending_back(step: str | None) -> Change:
    """Return a new run that begins at a step people have answered before, for whoever answered it."""

    def decide(standing: Standing, flow: Flow | None) -> Verdict:
        found = back_to(standing, flow, step)
        return refused(found) if isinstance(found, Problem) else DONE

    return Change(decide, needs_turns=True, needs_flow=True)


def back_to(standing: Standing, flow: Flow | None, step: str | None) -> str | Problem:
    """Return the step a task goes back to: the one named, or the last that people answered; or why to none."""
    if standing.run_state == RunState.CANCELLING:
        return BeingCancelled(verb="send")
    if flow is None or (step is not None and not _has(flow, step)):
        return NoSuchStep(step=step)
    order = [each.id for each in flow.order]
    now = min((order.index(at) for at in standing.steps if at in order), default=len(order))
    before = [name for name in order[:now] if name in standing.answered]
    if step is not None:
        return step if step in before else NotAnsweredBefore(step=step)
    return before[-1] if before else NothingBefore()


def _has(flow: Flow | None, step: str | None) -> bool:
    return flow is not None and any(each.id == step for each in flow.steps)
