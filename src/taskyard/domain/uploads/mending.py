"""Mended rows on their way in: each takes the number its row has in the source, so that counts stay true."""

from __future__ import annotations

import re
from typing import Any

from taskyard.domain.uploads.row_errors import RowError, error_of
from taskyard.domain.uploads.row_set import RowSet
from taskyard.domain.uploads.rows import ROW_MARK, FileProblem, Row
from taskyard.kit.problems import Flaw
from taskyard.kit.words import counted, shown

STRAYS_TOLD = 20
_MEND = f"Keep `{ROW_MARK}` as it is in the file of failed rows; each row once."
_number = re.compile(r"\s*([1-9][0-9]{0,11})\s*", re.ASCII)


class NothingMended(FileProblem):
    """No row of {name} has the `_row` of a failed row of this upload."""


class Mending:
    """What one file of mended rows does to the failed rows of its upload."""

    def __init__(self, failed: RowSet) -> None:
        self._open = failed | RowSet()
        self.taken = RowSet()
        self.strays = 0
        self.told: list[RowError] = []

    def of(self, row: Row) -> Row | None:
        """Return the row under its number in the source; None for one that mends nothing, which is left out."""
        number = number_of(row.mark)
        if number is None or number not in self._open:
            self._stray(row, number)
            return None
        self._open.discard(number)
        self.taken.add(number)
        return row._replace(number=number)

    def left_out(self) -> str | None:
        """Say how many rows were left out."""
        return (
            f"{counted(self.strays, 'row')} of the mended file named no failed row and made nothing."
            if self.strays
            else None
        )

    def refusal(self, name: str) -> NothingMended:
        """Return the refusal of a file in which nothing was mended."""
        return NothingMended([Flaw(ROW_MARK, "No row is that of a failed one.", _MEND)], name=name)

    def _stray(self, row: Row, number: int | None) -> None:
        self.strays += 1
        why = f"is {number}, and that is no failed row of this upload"
        if number is None:
            why = "names no row"
        elif number in self.taken:
            why = "names a row that was there before"
        if len(self.told) < STRAYS_TOLD:
            # Of the file, not of a row: these are no rows of the upload.
            flaw = Flaw(ROW_MARK, f"On line {row.line:,} of the mended file it {why}.", _MEND, value=shown(row.mark))
            self.told.append(error_of(0, flaw))


def number_of(mark: Any) -> int | None:
    """Return which row of the source a mended row is for, or None when that cannot be told."""
    if isinstance(mark, str):
        found = _number.fullmatch(mark)
        return int(found.group(1)) if found else None
    return mark if type(mark) is int and 0 < mark < 10**12 else None
