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
from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.store import author_of, delete_of_task, outputs, today_of
from taskyard.domain.answers.tables import Answer

__all__ = [
    "Answer",
    "AnswerInvalid",
    "AnswerKind",
    "By",
    "Work",
    "author_of",
    "check",
    "conclude",
    "delete_of_task",
    "error_of",
    "fail",
    "give",
    "go_on",
    "going_of",
    "keep_late",
    "outputs",
    "resolve",
    "today_of",
    "work_of",
]
