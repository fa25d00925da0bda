"""Refusals about bulk operations."""

from taskyard.kit.problems import Kind, Problem


class NoSuchBulk(Problem):
    """No bulk operation {bulk_id} in this workspace."""

    kind = Kind.MISSING


class MemberUnknown(Problem):
    """No active member {member} here who could take work."""


class StepUnknown(Problem):
    """None of the selected tasks' projects has a step {step}: {can} are there."""


class ArgumentsWrong(Problem):
    """The arguments do not fit {action}: {summary}."""


class NotUndoable(Problem):
    """{action} cannot be undone: only priorities, batches and reservations can."""

    kind = Kind.CONFLICT


class NothingToUndo(Problem):
    """This bulk operation changed nothing, so there is nothing to undo."""

    kind = Kind.CONFLICT


class UndoneAlready(Problem):
    """This bulk operation is itself an undo: change the tasks again instead."""

    kind = Kind.CONFLICT


class TooLateToUndo(Problem):
    """This can be undone for an hour after its end; that was until {until}."""

    kind = Kind.CONFLICT


class NothingToRetry(Problem):
    """Nothing of this bulk operation was refused or failed."""

    kind = Kind.CONFLICT


class ItemsGone(Problem):
    """What became of each of its tasks is not kept any more: select the tasks again."""

    kind = Kind.CONFLICT


class PortionFailed(Problem):
    """This could not be done: {says}."""

    kind = Kind.BROKEN
