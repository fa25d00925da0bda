"""How an export may be written, what goes into it, and the life of one that is made in the background."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from taskyard.kit.lifecycle import Lifecycle
from taskyard.kit.words import listed

# An export that ends its worker each time is given up after so many.
ATTEMPTS_MAX = 5
# Of the way: what is left when everything is written is to put it away.
WRITTEN_SHARE = 0.97
CONSUMER_CHARS_MAX = 100
NAME_CHARS_MAX = 200


class ExportFormat(StrEnum):
    """How the tasks are written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    COCO = "coco"
    YOLO = "yolo"


class Answers(StrEnum):
    """Which answers go along.

    `final`: those of the latest run. `latest`: the last one of each step, of whatever run. `step`: as `final`, of the
    one step that `answers_of` names. `all`: those of every run, with work that came too late and work in hand.
    """

    FINAL = "final"
    LATEST = "latest"
    STEP = "step"
    ALL = "all"


class Include(StrEnum):
    """What may go along beside the answers."""

    EVENTS = "events"
    FILES = "files"


class ExportState(StrEnum):
    """How far an export in the background came."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = ExportState
_OPEN = {_S.QUEUED, _S.RUNNING}
_ENDED = {_S.COMPLETED, _S.FAILED, _S.CANCELLED}

EXPORT = Lifecycle(
    "export",
    ExportState,
    ExportState.QUEUED,
    {
        # From `running` too: a worker that died left nothing behind, and another one starts over.
        "begin": (_OPEN, _S.RUNNING),
        "complete": ({_S.RUNNING}, _S.COMPLETED),
        "fail": (_OPEN, _S.FAILED),
        "cancel": (_OPEN, _S.CANCELLED),
    },
)

MEDIA_TYPES = {
    ExportFormat.JSON: "application/json",
    ExportFormat.JSONL: "application/x-ndjson",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.COCO: "application/json",
    ExportFormat.YOLO: "application/zip",
}
ZIP_TYPE = "application/zip"
TABLES = frozenset({ExportFormat.CSV, ExportFormat.PARQUET})
ANNOTATE = "annotate"
OF_PICTURES = frozenset({ExportFormat.COCO, ExportFormat.YOLO})

# What is told of a task and does not change what an export says of it: who has it in hand, each performer's turn, and
# to whom it was told.
# All else counts, whichever house tells it: an answer, an end, a change, a new run, an audit.
NO_CHANGES = ("delivery", "reservation", "step_run")
# Facts that stand for all tasks an upload has made at their moment: at first, and of mended rows.
CHANGES_OF_UPLOADS = ("upload.completed", "upload.mended")

# Why a task that was named is not in the export.
NOT_FOUND = "not found: deleted, archived or never here"

# Facts after which a task is not there any more, each called as the status that it is told with.
GONE = ("task.deleted", "task.archived")

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def is_zip(form: ExportFormat, *, with_files: bool) -> bool:
    """Say whether an export is several files in one."""
    return with_files or form is ExportFormat.YOLO


def data_name(form: ExportFormat) -> str:
    """Return the name of the file that holds the tasks."""
    return "annotations.json" if form is ExportFormat.COCO else f"tasks.{form.value}"


def extension_of(form: ExportFormat, *, with_files: bool) -> str:
    """Return the ending of what is downloaded."""
    if is_zip(form, with_files=with_files):
        return "zip"
    return "coco.json" if form is ExportFormat.COCO else form.value


def in_words(selection: Mapping[str, Any], projects: Mapping[str, str]) -> str:
    """Return the filter of a consumer as words; `projects` are the names by id of those it names."""
    said = []
    # As it is kept it has no order; the projects say most.
    asked = sorted(selection.get("filter", {}).items(), key=lambda given: (given[0] != "project", given[0]))
    for name, value in asked:
        given = value if isinstance(value, list) else [value]
        values = [str(each).lower() if isinstance(each, bool) else str(each) for each in given]
        if name == "project":
            values = [projects.get(each, "one that is gone") for each in values]
        said.append(f"{name.replace('_', ' ')} {listed(values, 'or')}")
    return f"tasks with {', '.join(said)}" if said else "all tasks"


def member_name(file_id: str, name: str) -> str:
    """Return where a file stands in the ZIP: no two files stand in the same place, and no name leads out of it."""
    return f"files/{file_id}-{_UNSAFE.sub('_', name)}"


def why_not(form: ExportFormat, answers: Answers, *, answers_of: str | None, with_events: bool) -> str | None:
    """Return why this cannot be asked for together, or None."""
    if answers is Answers.STEP and not answers_of:
        return "`answers=step` needs the step's id in `answers_of`."
    if form in OF_PICTURES and with_events:
        return f"{form.upper()} has no place for events: leave them out, or take `jsonl`."
    if form is ExportFormat.YOLO and answers is Answers.ALL:
        return "YOLO has one set of labels for a picture: take `final` or `latest`, or `coco` for all answers."
    return None


def progress_of(state: str, done: int, total: int) -> float:
    """Return how far an export is, from 0 to 1. One that ended early stays where it was."""
    if state == ExportState.COMPLETED:
        return 1.0
    return round(WRITTEN_SHARE * min(1.0, done / total), 3) if total else 0.0
