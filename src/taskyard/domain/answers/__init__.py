"""Answers: what performers gave, people and models alike."""

from taskyard.domain.answers.actions import (
    BROUGHT,
    EARLIER,
    By,
    Work,
    begun_with,
    check,
    conclude,
    error_of,
    fail,
    give,
    go_on,
    going_of,
    keep_late,
    resolve,
    work_of,
)
from taskyard.domain.answers.fixes import Fixed, fix, fixable
from taskyard.domain.answers.problems import AnswerInvalid, NothingToFix
from taskyard.domain.answers.restarts import complete, move, redo, send_back
from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.store import (
    author_of,
    by_ids,
    counting,
    delete_of_tasks,
    earlier_of,
    outputs,
    today_of,
)
from taskyard.domain.answers.tables import Answer

__all__ = [
    "BROUGHT",
    "EARLIER",
    "Answer",
    "AnswerInvalid",
    "AnswerKind",
    "By",
    "Fixed",
    "NothingToFix",
    "Work",
    "author_of",
    "begun_with",
    "by_ids",
    "check",
    "complete",
    "conclude",
    "counting",
    "delete_of_tasks",
    "earlier_of",
    "error_of",
    "fail",
    "fix",
    "fixable",
    "give",
    "go_on",
    "going_of",
    "keep_late",
    "move",
    "outputs",
    "redo",
    "resolve",
    "send_back",
    "today_of",
    "work_of",
]
