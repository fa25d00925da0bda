"""The lives of a run and of a step run."""

from __future__ import annotations

from enum import StrEnum

from taskyard.kit.lifecycle import Lifecycle

PEOPLE = "people"
AGENTS = "agents"
HOUR_SECONDS = 3600


class RunState(StrEnum):
    """Where one pass of a task through its flow stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_R = RunState
_OPEN_RUN = {_R.QUEUED, _R.RUNNING, _R.WAITING}

RUN = Lifecycle(
    "run",
    RunState,
    RunState.QUEUED,
    {
        "begin": ({_R.QUEUED, _R.WAITING}, _R.RUNNING),
        # It waits for a person or for a place: the reason says which.
        "wait": ({_R.QUEUED, _R.RUNNING}, _R.WAITING),
        "complete": (_OPEN_RUN | {_R.CANCELLING}, _R.COMPLETED),
        "fail": (_OPEN_RUN | {_R.CANCELLING}, _R.FAILED),
        # A model is at it: it gets a deadline to end by.
        "cancel": (_OPEN_RUN, _R.CANCELLING),
        "stop": (_OPEN_RUN | {_R.CANCELLING}, _R.CANCELLED),
        "return": ({_R.RUNNING, _R.WAITING}, _R.QUEUED),
    },
)


class StepRunState(StrEnum):
    """Where one performer's turn at one step stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


_S = StepRunState

STEP_RUN = Lifecycle(
    "step run",
    StepRunState,
    StepRunState.QUEUED,
    {
        # People take what is queued; a model also what it waited with, once the pause is over.
        "take": ({_S.QUEUED, _S.WAITING}, _S.RUNNING),
        # Released, skipped by a person, or its lease ran out: back into the line.
        "return": ({_S.RUNNING, _S.WAITING}, _S.QUEUED),
        # A retry pauses before it is due again.
        "wait": ({_S.RUNNING}, _S.WAITING),
        "complete": ({_S.QUEUED, _S.RUNNING}, _S.COMPLETED),
        "fail": ({_S.RUNNING, _S.WAITING, _S.QUEUED}, _S.FAILED),
        "cancel": ({_S.QUEUED, _S.RUNNING, _S.WAITING}, _S.CANCELLED),
        "skip": ({_S.QUEUED}, _S.SKIPPED),
    },
)


def is_model(performer: str) -> bool:
    """Say whether a performer is a model rather than people or agents."""
    return performer not in {PEOPLE, AGENTS}
