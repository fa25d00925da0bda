"""Refusals of models."""

from __future__ import annotations

from taskyard.kit.problems import Kind, Problem


class NoSuchModel(Problem):
    """There is no model called {name}; the models are {known}."""

    kind = Kind.INVALID


class ModelUnavailable(Problem):
    """{model} cannot be used now: {reason}"""  # noqa: D400 - the reason is a sentence

    kind = Kind.UNAVAILABLE


class ModelCannotDoThat(Problem):
    """{model} cannot {asked}. It can find {finds}. {mend}"""  # noqa: D400 - the mend is a sentence

    kind = Kind.INVALID


class ModelStopped(Problem):
    """{model} stopped, because the work was cancelled."""

    kind = Kind.CONFLICT


class NoSuchFileInOrder(Problem):
    """The step refers to the file {file}, which was not given to the model. Use a file of this workspace."""

    kind = Kind.INVALID


class TwoModelsOfOneName(Problem):
    """Two installed packages bring a model called {name}: {one} and {two}. Remove one of the packages."""

    kind = Kind.BROKEN
