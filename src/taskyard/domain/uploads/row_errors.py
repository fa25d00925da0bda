"""What was wrong with a row, as it is kept and told."""

from __future__ import annotations

from typing import NamedTuple

from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import UNSTORABLE


class RowError(NamedTuple):
    """One thing wrong with one row, as it is kept. Row 0 is the file itself."""

    row: int
    field: str | None
    says: str
    value: str | None


def error_of(row: int, flaw: Flaw) -> RowError:
    """Return a flaw of a row as a sentence with its mend."""
    says = flaw.says if flaw.says.endswith(".") else f"{flaw.says}."
    says = f"{says} {flaw.mend}" if flaw.mend else says
    return RowError(row, storable(flaw.place) or None, storable(says), flaw.value and storable(flaw.value))


def storable(said: str) -> str:
    """Return a text about a file without what was wrong in it: the database would refuse that here as well."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", said)
