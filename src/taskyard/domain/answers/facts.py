"""What is announced about answers."""

from __future__ import annotations

from taskyard.domain.answers.tables import Answer
from taskyard.domain.runs import StepRun
from taskyard.ledger import Fact


def answer_given(answer: Answer, step_run: StepRun) -> Fact:
    """Somebody, a person or a model, gave an answer."""
    return Fact(
        "answer.given",
        f"{answer.by_name} answered {answer.step}.",
        answer.id,
        step_run.project_id,
        answer.task_id,
        answer.run_id,
        {"step": answer.step, "step_run_id": str(step_run.id)},
    )


def answer_kept(answer: Answer, step_run: StepRun) -> Fact:
    """Work came too late, and was kept as a draft."""
    return Fact(
        "answer.kept",
        f"{answer.by_name} handed in {answer.step} after somebody else had taken it; the work was kept as a draft.",
        answer.id,
        step_run.project_id,
        answer.task_id,
        answer.run_id,
        {"step": answer.step},
    )
