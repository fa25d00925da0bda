"""The life of an upload, how far it is, and what its end is called."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from taskyard.kit.lifecycle import Lifecycle
from taskyard.kit.words import counted

# A file that ends its worker each time, by memory or by the clock, is given up after so many.
ATTEMPTS_MAX = 5
# Of the way, when the whole file was read: what is left is to make it visible.
READ_SHARE = 0.95


class UploadState(StrEnum):
    """How far an upload came."""

    QUEUED = "queued"
    VALIDATING = "validating"
    PROCESSING = "processing"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UploadMode(StrEnum):
    """What one bad row means for the others."""

    ALL_OR_NOTHING = "all_or_nothing"
    VALID_ROWS = "valid_rows"


_S = UploadState
_OPEN = {_S.QUEUED, _S.VALIDATING, _S.PROCESSING}
COMPLETED = frozenset({_S.COMPLETED, _S.COMPLETED_WITH_ERRORS})

UPLOAD = Lifecycle(
    "upload",
    UploadState,
    UploadState.QUEUED,
    {
        # From `processing` too: a worker that died there left nothing behind, and another one starts over.
        "validate": (_OPEN, _S.VALIDATING),
        "process": ({_S.VALIDATING}, _S.PROCESSING),
        "complete": ({_S.PROCESSING}, _S.COMPLETED),
        "complete_with_errors": ({_S.PROCESSING}, _S.COMPLETED_WITH_ERRORS),
        "fail": (_OPEN, _S.FAILED),
        "cancel": (_OPEN, _S.CANCELLED),
        # Mended rows are another pass of the same upload. When it ends early, what the earlier ones made stays.
        "mend": ({_S.COMPLETED_WITH_ERRORS}, _S.QUEUED),
        "keep": (_OPEN, _S.COMPLETED_WITH_ERRORS),
    },
)


class Counts(NamedTuple):
    """What became of the rows: every row is created, unchanged or failed; `differing` are among the unchanged."""

    rows: int = 0
    created: int = 0
    unchanged: int = 0
    failed: int = 0
    differing: int = 0


def is_table(format_: str) -> bool:
    """Say whether failed rows of this format are given back as CSV; those of others are JSON Lines.

    The rows of a ZIP without a manifest are its files: a table of their paths.
    """
    return format_ in ("csv", "zip")


def has_ended(state: str) -> bool:
    """Say whether nothing of an upload is under way; failed rows may still be mended."""
    return state not in _OPEN


def why_not_mend(state: str, mode: str) -> str | None:
    """Return why mended rows cannot be given to an upload; None when they can."""
    if state == _S.FAILED and mode == UploadMode.ALL_OR_NOTHING:
        return "It took all rows or none, and took none: mend the file and upload it anew."
    return UPLOAD.why_not(state, "mend")


def progress_of(state: str, bytes_read: int, size: int) -> float:
    """Return how far an upload is, from 0 to 1. One that ended early stays where it was."""
    if state in COMPLETED:
        return 1.0
    return round(READ_SHARE * min(1.0, bytes_read / max(size, 1)), 3)


def completion_of(counts: Counts, left_out: str | None = None) -> tuple[str, str | None]:
    """Return the move that ends an upload, and what people should know. Nothing created is never passed over."""
    move = "complete_with_errors" if counts.failed else "complete"
    says = [_what_failed(counts), _what_differs(counts), left_out]
    return move, " ".join(filter(None, says)) or None


def _what_failed(counts: Counts) -> str | None:
    if counts.failed and counts.failed == counts.rows:
        return f"No task was created: every one of {counted(counts.rows, 'row')} has errors."
    if counts.failed:
        left_out = f"{counted(counts.failed, 'row')} of {counts.rows:,} had errors and made no task."
        return left_out if counts.created else f"Nothing is new. {left_out}"
    if not counts.created:
        return f"Nothing is new: the external ids of {counted(counts.rows, 'row')} were there before."
    return None


def _what_differs(counts: Counts) -> str | None:
    if not counts.differing:
        return None
    if counts.differing == 1:
        return "1 row has an external id that was there before, with another input: that task stays as it was."
    rows = counted(counts.differing, "row")
    return f"{rows} have external ids that were there before, with another input: those tasks stay as they were."


def refusal_of(counts: Counts) -> str:
    """Return why an upload that takes all rows or none took none."""
    return f"{counted(counts.failed, 'row')} of {counts.rows:,} had errors, so nothing was created."
