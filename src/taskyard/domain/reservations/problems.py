"""Refusals about work in hand."""

from taskyard.kit.problems import Kind, Problem


class NoSuchReservation(Problem):
    """No reservation {reservation_id} of yours in this workspace."""

    kind = Kind.MISSING


class NotYourReservation(Problem):
    """Somebody else holds this: only they, or a manager, may release it."""

    kind = Kind.FORBIDDEN


class WrongToken(Problem):
    """This token is not the one of your hold: take it from the answer that gave you the work."""

    kind = Kind.CONFLICT


class LateSubmit(Problem):
    """Your hold had ended and the step is {state} now: your work was kept as a draft that a manager can see."""

    kind = Kind.CONFLICT
    keeps_changes = True


class StaleDraft(Problem):
    """The draft was saved elsewhere since you read it: it is at revision {revision}."""

    kind = Kind.CONFLICT
