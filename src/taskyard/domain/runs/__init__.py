"""Runs and step runs: a task's passes through its flow, and the line people and models stand at."""

from taskyard.domain.runs.actions import NewTask, admit, going_of
from taskyard.domain.runs.facts import run_fact, step_fact
from taskyard.domain.runs.problems import NoSuchRun, NoSuchStepRun
from taskyard.domain.runs.progress import (
    Going,
    advance,
    chosen_performer,
    decide,
    end_lease,
    finished_steps,
    open_turns,
    stop,
)
from taskyard.domain.runs.routes import routes
from taskyard.domain.runs.rules import (
    AGENTS,
    PEOPLE,
    RUN,
    STEP_RUN,
    RunState,
    StepRunState,
    is_model,
)
from taskyard.domain.runs.settling import give_back_many, settle_many
from taskyard.domain.runs.store import (
    claim_for_model,
    extend_lease,
    get,
    lock,
    lock_step_run,
    lost_leases,
    now,
    overdue_cancellations,
    step_runs,
    workspaces_with_model_work,
)
from taskyard.domain.runs.tables import Run, StepRun

__all__ = [
    "AGENTS",
    "PEOPLE",
    "RUN",
    "STEP_RUN",
    "Going",
    "NewTask",
    "NoSuchRun",
    "NoSuchStepRun",
    "Run",
    "RunState",
    "StepRun",
    "StepRunState",
    "admit",
    "advance",
    "chosen_performer",
    "claim_for_model",
    "decide",
    "end_lease",
    "extend_lease",
    "finished_steps",
    "get",
    "give_back_many",
    "going_of",
    "is_model",
    "lock",
    "lock_step_run",
    "lost_leases",
    "now",
    "open_turns",
    "overdue_cancellations",
    "routes",
    "run_fact",
    "settle_many",
    "step_fact",
    "step_runs",
    "stop",
    "workspaces_with_model_work",
]
