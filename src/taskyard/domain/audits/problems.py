"""Refusals about audits."""

from taskyard.kit.problems import Kind, Problem


class NotCompleted(Problem):
    """This task is {state}: {why}. Only completed tasks are audited."""

    kind = Kind.CONFLICT


class AlreadyAudited(Problem):
    """{name} has {verdict} this already, on {on}: {mend}."""

    kind = Kind.CONFLICT


class VerdictStays(Problem):
    """Only owners and managers put another verdict in the place of one that was given."""

    kind = Kind.FORBIDDEN


class RedoNotYours(Problem):
    """Where a rejected task begins again is for the project to say: only owners and managers choose another step."""

    kind = Kind.FORBIDDEN


class ReasonMissing(Problem):
    """A rejection needs at least one reason: whoever does the work again goes by it."""


class AnswerMissing(Problem):
    """A fix needs the answer as it should be."""


class NotOfThisVerdict(Problem):
    """{field} belongs to the verdict {owner}, not to {verdict}: leave it out."""
