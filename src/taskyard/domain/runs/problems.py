"""Refusals about runs and step runs."""

from taskyard.kit.problems import Kind, Problem


class NoSuchRun(Problem):
    """No run {run_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchStepRun(Problem):
    """No step run {step_run_id} in this workspace."""

    kind = Kind.MISSING


class InputInvalid(Problem):
    """The input does not fit the project {project}: {summary}."""


class HeldByPerson(Problem):
    """A person has this task in hand: only queued work can be cancelled for certain."""

    kind = Kind.CONFLICT


class ModelUnknown(Problem):
    """{model} is no model that can do {use}: {can} can."""


class NotAnApp(Problem):
    """{project} needs people to finish: send it a task instead."""

    kind = Kind.CONFLICT
