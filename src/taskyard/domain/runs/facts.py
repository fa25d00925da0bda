"""What is announced about runs and step runs."""

from __future__ import annotations

from typing import Any

from taskyard.domain.runs.tables import Run, StepRun
from taskyard.ledger import Fact


def run_fact(name: str, run: Run, says: str, **data: Any) -> Fact:
    """Return a fact about a run."""
    return Fact(f"run.{name}", says, run.id, run.project_id, run.task_id, run.id, {"state": run.state, **data})


def step_fact(name: str, step_run: StepRun, says: str, **data: Any) -> Fact:
    """Return a fact about one performer's turn at a step."""
    return Fact(
        f"step_run.{name}",
        says,
        step_run.id,
        step_run.project_id,
        step_run.task_id,
        step_run.run_id,
        {"step": step_run.step, "performer": step_run.performer, "state": step_run.state, **data},
    )
