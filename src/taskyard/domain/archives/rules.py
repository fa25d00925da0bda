"""The life of an archive, what may go into one, and what became of each task."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from taskyard.kit.lifecycle import Lifecycle
from taskyard.kit.words import counted

# Work that ends its worker each time, by memory or by the clock, is given up after so many.
ATTEMPTS_MAX = 8


class ArchiveState(StrEnum):
    """What is done about an archive now, or was done last."""

    QUEUED = "queued"
    WRITING = "writing"
    REMOVING = "removing"
    COMPLETED = "completed"
    RESTORING = "restoring"
    RESTORED = "restored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"


_S = ArchiveState

ARCHIVE = Lifecycle(
    "archive",
    ArchiveState,
    ArchiveState.QUEUED,
    {
        # From `writing` too: what a worker that died there had written counts for nothing, and is written anew.
        "write": ({_S.QUEUED, _S.WRITING}, _S.WRITING),
        # The file is whole and durable; from here on it is never written again.
        "remove": ({_S.WRITING, _S.REMOVING}, _S.REMOVING),
        "complete": ({_S.WRITING, _S.REMOVING, _S.RESTORING}, _S.COMPLETED),
        "restore": ({_S.COMPLETED, _S.RESTORING}, _S.RESTORING),
        # Nothing is left in it.
        "empty": ({_S.RESTORING}, _S.RESTORED),
        "fail": ({_S.QUEUED, _S.WRITING}, _S.FAILED),
        "cancel": ({_S.QUEUED}, _S.CANCELLED),
        "delete": ({_S.COMPLETED, _S.RESTORED, _S.FAILED, _S.CANCELLED, _S.DELETING}, _S.DELETING),
    },
)


class ItemOutcome(StrEnum):
    """Where a task stands that somebody asked to archive."""

    # It is only asked for; the task is in the list.
    ASKED = "asked"
    # Its line is in the file; the task is in the list.
    WRITTEN = "written"
    # It is in the archive, and nowhere else.
    ARCHIVED = "archived"
    # It stayed in the list.
    LEFT_OUT = "left_out"
    # It is back in the list.
    RESTORED = "restored"


OUTCOME_CHECK = "outcome IN ({})".format(", ".join(f"'{outcome.value}'" for outcome in ItemOutcome))


class Reason(StrEnum):
    """Why a task is not where it was asked to be."""

    IN_HAND = "in_hand"
    MODEL_AT_WORK = "model_at_work"
    IN_FLIGHT = "in_flight"
    CHANGED = "changed"
    GONE = "gone"
    GIVEN_UP = "given_up"
    PROJECT_GONE = "project_gone"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    ID_TAKEN = "id_taken"
    DIFFERS = "differs"


# As a person is told it of one task, and of many.
SAYS: dict[str, str] = {
    Reason.IN_HAND: "It is in somebody's hands: release it, or wait for the answer.",
    Reason.MODEL_AT_WORK: "A model is at work on it: wait until it has ended, or cancel its run.",
    Reason.IN_FLIGHT: "Its run is under way: wait until it has ended, or cancel it.",
    Reason.CHANGED: "It changed while it was being archived, and stayed in the list.",
    Reason.GONE: "It was deleted, or archived by somebody else, in the meantime.",
    Reason.GIVEN_UP: "It was given up after several attempts: try it again.",
    Reason.PROJECT_GONE: "Its project was deleted.",
    Reason.EXTERNAL_ID_TAKEN: "Another task has its external id now: delete that one, then restore this one.",
    Reason.ID_TAKEN: "A task with its id is in the list.",
    Reason.DIFFERS: "What came back was not what had been archived, so it stayed here.",
}
_OF_MANY: dict[str, str] = {
    Reason.IN_HAND: "in somebody's hands",
    Reason.MODEL_AT_WORK: "with a model at work",
    Reason.IN_FLIGHT: "with a run under way",
    Reason.CHANGED: "changed in the meantime",
    Reason.GONE: "deleted or archived in the meantime",
    Reason.GIVEN_UP: "given up after several attempts",
    Reason.PROJECT_GONE: "whose project was deleted",
    Reason.EXTERNAL_ID_TAKEN: "whose external id another task has now",
    Reason.ID_TAKEN: "whose id is in the list",
    Reason.DIFFERS: "that did not come back equal",
}


class Refused(NamedTuple):
    """So many tasks that cannot be archived, or not be restored, for one reason."""

    reason: str
    number: int

    @property
    def says(self) -> str:
        """Return it as a sentence holds it: `3 in somebody's hands`."""
        return f"{self.number:,} {_OF_MANY[self.reason]}"


def summary_of(refused: list[Refused]) -> str:
    """Return why some tasks were left where they are, in one sentence's part."""
    return ", ".join(each.says for each in refused)


def end_of_archiving(archived: int, refused: list[Refused]) -> str | None:
    """Return what people should know when an archive is complete."""
    if not refused:
        return None
    left = sum(each.number for each in refused)
    stayed = f"{counted(left, 'task')} stayed in the list: {summary_of(refused)}."
    return stayed if archived else f"Nothing was archived. {stayed}"


def end_of_restoring(refused: list[Refused]) -> str | None:
    """Return what people should know when a restore has ended."""
    if not refused:
        return None
    left = sum(each.number for each in refused)
    return f"{counted(left, 'task')} could not be restored: {summary_of(refused)}."


def progress_of(state: str, done: int, of: int) -> float:
    """Return how far the present work is, from 0 to 1: writing is the first half of archiving, removing the second."""
    part = min(1.0, done / max(of, 1))
    if state == ArchiveState.WRITING:
        return round(part / 2, 3)
    if state == ArchiveState.REMOVING:
        return round(0.5 + part / 2, 3)
    if state == ArchiveState.RESTORING:
        return round(part, 3)
    return 0.0 if state == ArchiveState.QUEUED else 1.0
