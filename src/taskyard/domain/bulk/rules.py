"""The life of a bulk operation, what may be done in bulk, and how far one is."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from taskyard.access import Permission
from taskyard.domain.bulk.problems import NothingToUndo, NotUndoable, TooLateToUndo, UndoneAlready
from taskyard.kit.lifecycle import Lifecycle
from taskyard.kit.words import counted

# So long after its end a change can be taken back.
UNDO_TIME = timedelta(hours=1)
# A portion that ends its worker each time is given up after so many.
ATTEMPTS_MAX = 5


class Action(StrEnum):
    """What can be done to many tasks."""

    SET_PRIORITY = "set_priority"
    SET_BATCH = "set_batch"
    RESERVE = "reserve"
    RELEASE = "release"
    CANCEL = "cancel"
    MOVE_TO_STEP = "move_to_step"
    SEND_BACK = "send_back"
    COMPLETE = "complete"
    RERUN = "rerun"
    DELETE = "delete"


_A = Action
# What each takes, and what of it has to be there.
ARGUMENTS: dict[Action, tuple[frozenset[str], frozenset[str]]] = {
    _A.SET_PRIORITY: (frozenset({"priority", "from_step"}), frozenset({"priority"})),
    _A.SET_BATCH: (frozenset({"batch"}), frozenset({"batch"})),
    _A.RESERVE: (frozenset({"member"}), frozenset({"member"})),
    _A.MOVE_TO_STEP: (frozenset({"step"}), frozenset({"step"})),
    _A.SEND_BACK: (frozenset({"step", "reason"}), frozenset()),
}
UNDOABLE = frozenset({_A.SET_PRIORITY, _A.SET_BATCH, _A.RESERVE})
# Where a task's flow has to be gone through one by one, fewer make a portion.
PORTIONS = {_A.MOVE_TO_STEP: 500, _A.SEND_BACK: 500, _A.COMPLETE: 500, _A.RELEASE: 1_000, _A.RERUN: 200}
PORTION = 5_000
WORDS = {
    _A.SET_PRIORITY: "set the priority of",
    _A.SET_BATCH: "set the batch of",
    _A.RESERVE: "reserve",
    _A.RELEASE: "release",
    _A.CANCEL: "cancel",
    _A.MOVE_TO_STEP: "move",
    _A.SEND_BACK: "send back",
    _A.COMPLETE: "complete",
    _A.RERUN: "rerun",
    _A.DELETE: "delete",
}


def asks_for(action: Action) -> Permission:
    """Return what somebody has to be allowed who does this to many; clients cancel, and nothing else."""
    return Permission.TASKS_CANCEL if action is Action.CANCEL else Permission.TASKS_WRITE


class BulkState(StrEnum):
    """How far a bulk operation came."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_WITH_REFUSALS = "completed_with_refusals"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


_S = BulkState
_ENDED = {_S.COMPLETED, _S.COMPLETED_WITH_REFUSALS, _S.FAILED, _S.CANCELLED}

BULK = Lifecycle(
    "bulk operation",
    BulkState,
    BulkState.QUEUED,
    {
        # From `running` too: a worker that died has done whole portions, and another one goes on behind them.
        "run": ({_S.QUEUED, _S.RUNNING}, _S.RUNNING),
        "complete": ({_S.RUNNING}, _S.COMPLETED),
        "complete_with_refusals": ({_S.RUNNING}, _S.COMPLETED_WITH_REFUSALS),
        "fail": ({_S.QUEUED, _S.RUNNING}, _S.FAILED),
        "cancel": ({_S.QUEUED, _S.RUNNING}, _S.CANCELLED),
        # Of what was refused, failed, or not come to.
        "retry": ({_S.COMPLETED_WITH_REFUSALS, _S.FAILED, _S.CANCELLED}, _S.QUEUED),
        "undo": (_ENDED, _S.UNDONE),
    },
)


def completion_of(total: int, refused: int, failed: int) -> tuple[str, str | None]:
    """Return the move that ends a bulk operation, and what people should know."""
    if failed == total:
        return "fail", "None of it could be done."
    if not refused + failed:
        return "complete", None
    parts = [counted(refused, "task") + " refused"] if refused else []
    parts += [counted(failed, "task") + " failed"] if failed else []
    return "complete_with_refusals", f"{' and '.join(parts)}, of {total:,}."


def undo_until(ended_at: datetime | None) -> datetime | None:
    """Return until when a bulk operation that has ended may be taken back."""
    return ended_at + UNDO_TIME if ended_at else None


class _Ended(Protocol):
    action: str
    state: str
    undoes: UUID | None
    done: int
    ended_at: datetime | None


def refuse_undo(bulk: _Ended, now: datetime) -> None:
    """Say why a bulk operation cannot be taken back, when it cannot."""
    if Action(bulk.action) not in UNDOABLE:
        raise NotUndoable(action=bulk.action.replace("_", " "))
    if bulk.undoes is not None:
        raise UndoneAlready
    BULK.target(bulk.state, "undo")
    until = undo_until(bulk.ended_at)
    if until is None or until < now:
        raise TooLateToUndo(until=f"{until:%H:%M} UTC" if until else "before")
    if not bulk.done:
        raise NothingToUndo


def progress_of(total: int, told: int) -> float:
    """Return how far it is, from 0 to 1."""
    return round(told / total, 3) if total else 1.0
