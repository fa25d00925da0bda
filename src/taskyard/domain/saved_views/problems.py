"""Refusals about saved views."""

from taskyard.kit.problems import Kind, Problem


class NoSuchView(Problem):
    """No saved view {view_id} of yours, nor one that is shared."""

    kind = Kind.MISSING


class ViewNotYours(Problem):
    """This view is somebody else's: save it under a name of your own to change it."""

    kind = Kind.FORBIDDEN


class SharingNotAllowed(Problem):
    """Only owners and managers share views with everybody: keep it as your own."""

    kind = Kind.FORBIDDEN


class ViewTooLarge(Problem):
    """A view has at most {limit_kb} kB of filters."""


class TooManyViews(Problem):
    """You keep {limit} views, which is as many as one may: delete one first."""

    kind = Kind.CONFLICT
