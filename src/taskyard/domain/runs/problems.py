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


class PrefillInvalid(Problem):
    """An answer that comes with the task does not fit the project {project}: {summary}."""


class HeldByPerson(Problem):
    """A person has this task in hand: only queued work can be cancelled for certain."""

    kind = Kind.CONFLICT


class CannotReserveFor(Problem):
    """The work cannot be kept: {summary}."""


class NothingToReserve(Problem):
    """The task is {status}: nothing of it will be handed out that could be kept for somebody."""

    kind = Kind.CONFLICT


class ModelUnknown(Problem):
    """{model} is no model that can do {use}: {can} can."""


class NotAnApp(Problem):
    """{project} needs people to finish: send it a task instead."""

    kind = Kind.CONFLICT


class NoSuchStep(Problem):
    """The flow of this task has no step {step}."""


class HeldByOther(Problem):
    """Somebody else has this task in hand: release it first, then keep it for {name}."""

    kind = Kind.CONFLICT


class MayNotTake(Problem):
    """{name} may not take the step this task waits at: it asks for another role than {role}."""

    kind = Kind.CONFLICT


class TaskEnded(Problem):
    """This task is {status}: nothing of it waits for anybody."""

    kind = Kind.CONFLICT


class BegunByPeople(Problem):
    """People have begun this task: only queued work can be cancelled for certain. Complete it, or send it back."""

    kind = Kind.CONFLICT


class BeingCancelled(Problem):
    """This task is being cancelled: wait until that has ended, then {verb} it."""

    kind = Kind.CONFLICT


class NothingBefore(Problem):
    """No person has answered a step before the one this task is at, so there is nobody to send it back to."""

    kind = Kind.CONFLICT


class NotAnsweredBefore(Problem):
    """No person has answered {step} before the step this task is at: move it there instead."""

    kind = Kind.CONFLICT


class ChangedSince(Problem):
    """Somebody has changed this since: it was left as they set it."""

    kind = Kind.CONFLICT


class TaskGone(Problem):
    """The task is not here, or not here any more."""

    kind = Kind.MISSING
