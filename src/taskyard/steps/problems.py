"""Refusals about kinds of work."""

from __future__ import annotations

from taskyard.kit.problems import Kind, Problem


class NoSuchStepKind(Problem):
    """There is no kind of work called {use}; the kinds are {known}."""

    kind = Kind.INVALID


class StepKindUnavailable(Problem):
    """The kind {use} is installed but cannot be used. {reason}"""  # noqa: D400 - the reason is a sentence

    kind = Kind.UNAVAILABLE


class TwoStepKindsOfOneName(Problem):
    """Two installed packages bring a kind of work called {use}: {one} and {two}. Remove one of the packages."""

    kind = Kind.BROKEN
