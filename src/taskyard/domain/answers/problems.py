"""Refusals about answers."""

from taskyard.kit.problems import Kind, Problem


class AnswerInvalid(Problem):
    """The answer does not fit the step {step}: {summary}."""


class NothingToFix(Problem):
    """{step} has no answer that counts here: {can}."""

    kind = Kind.CONFLICT
