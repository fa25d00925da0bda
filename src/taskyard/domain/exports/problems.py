"""Refusals about exports."""

from __future__ import annotations

from taskyard.kit.problems import Kind, Problem


class NoSuchExport(Problem):
    """No export {export_id} in this workspace."""

    kind = Kind.MISSING


class NoSuchConsumer(Problem):
    """No consumer {consumer_id} in this workspace."""

    kind = Kind.MISSING


class NotTogether(Problem):
    """{why}."""


class NoSuchStep(Problem):
    """None of the projects of this export has a step {step}."""


class StepDrawsNothing(Problem):
    """The step {step} draws no regions, and {form} has nothing else."""


class NothingAnnotated(Problem):
    """None of the projects of this export has a step that annotates pictures, and {form} has nothing else."""


class NoTasksThere(Problem):
    """None of the named tasks can be exported: {why}."""


class TooManyColumns(Problem):
    """The projects of this export have {found:,} columns together; a table has {most:,} at most. Narrow it to fewer projects, or take `jsonl`."""  # noqa: E501 - a sentence of a refusal stands on one line


class ParquetMissing(Problem):
    """Parquet needs a library that is not installed here: install `taskyard[parquet]`, or take `csv` or `jsonl`."""

    kind = Kind.UNAVAILABLE


class CellUnfit(Problem):
    """A value does not fit its column: {why}. Take `csv` or `jsonl`, which hold every value."""


class ConsumerBusy(Problem):
    """{consumer} is being given an export already: wait until it has ended, or cancel it."""

    kind = Kind.CONFLICT


class ConsumerAsksOtherwise(Problem):
    """{consumer} was given {followed} until now: ask for the same, take another name, or have it begin anew."""

    kind = Kind.CONFLICT


class PositionForeign(Problem):
    """The position of {consumer} is not of this database, which was restored since: reset it, and all goes out once."""

    kind = Kind.CONFLICT


class NothingToDownload(Problem):
    """This export is {state}: there is nothing to download."""

    kind = Kind.CONFLICT
