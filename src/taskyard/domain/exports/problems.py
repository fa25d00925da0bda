"""Refusals about exports."""

from __future__ import annotations

from taskyard.kit.problems import Kind, Problem


class NotTogether(Problem):
    """{why}."""


class TooManyColumns(Problem):
    """The projects of this export have {found:,} columns together; a table has {most:,} at most. Narrow it to fewer projects, or take `jsonl`."""  # noqa: E501 - a sentence of a refusal stands on one line


class ParquetMissing(Problem):
    """Parquet needs a library that is not installed here: install `taskyard[parquet]`, or take `csv` or `jsonl`."""

    kind = Kind.UNAVAILABLE


class CellUnfit(Problem):
    """A value does not fit its column: {why}. Take `csv` or `jsonl`, which hold every value."""
