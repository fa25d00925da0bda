"""Refusals about answers."""

from taskyard.kit.problems import Problem


class AnswerInvalid(Problem):
    """The answer does not fit the step {step}: {summary}."""
