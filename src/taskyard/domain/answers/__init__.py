"""Answers: what performers gave, people and models alike."""

from taskyard.domain.answers.actions import (
    By,
    Work,
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
from taskyard.domain.answers.problems import AnswerInvalid
from taskyard.domain.answers.restarts import complete, move, send_back
from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.store import author_of, delete_of_task, delete_of_tasks, outputs, today_of
from taskyard.domain.answers.tables import Answer

__all__ = [
    "Answer",
    "AnswerInvalid",
    "AnswerKind",
    "By",
    "Work",
    "author_of",
    "check",
    "complete",
    "conclude",
    "delete_of_task",
    "delete_of_tasks",
    "error_of",
    "fail",
    "give",
    "go_on",
    "going_of",
    "keep_late",
    "move",
    "outputs",
    "resolve",
    "send_back",
    "today_of",
    "work_of",
]
