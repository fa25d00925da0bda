"""Refusals about tasks."""

from taskyard.kit.problems import Flaw, Kind, Problem


class NoSuchTask(Problem):
    """No task {task_id} in this workspace."""

    kind = Kind.MISSING


class ExternalIdTaken(Problem):
    """A task with the external id {external_id} is in this project already: it is {task_id}."""

    kind = Kind.CONFLICT


class ExternalIdTwice(Problem):
    """The external id {external_id} stands in this request twice."""


class CallbackRefused(Problem):
    """The events of a task cannot be sent there: {summary}."""


class TaskInFlight(Problem):
    """The task is being worked on: wait until its run has ended, then {verb} it."""

    kind = Kind.CONFLICT


class TaskStale(Problem):
    """Somebody changed the task since you read it: read it again, then decide."""

    kind = Kind.STALE


class FieldUnknown(Problem):
    """There is no field {field} here that you may narrow or sort by."""

    kind = Kind.MALFORMED


class SelectionEmpty(Problem):
    """Nothing is selected: choose at least one task."""

    usual_flaws = (Flaw("selection", "holds no task that is here", "Choose at least one, or widen the filter."),)
