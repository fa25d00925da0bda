"""Cells of CSV files that people open in spreadsheets: nothing in them is run, and nothing is lost on the way back."""

from __future__ import annotations

import re

# A spreadsheet takes a cell that begins like this for a formula, and a formula can fetch and run things.
_formula = re.compile(r"'*[=+\-@\t\r]")
_guarded = re.compile(r"'+[=+\-@\t\r]")
_number = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


def guarded(cell: str) -> str:
    """Return the cell with an apostrophe before what would be a formula. Numbers stay numbers."""
    return f"'{cell}" if _formula.match(cell) and not _number.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """Return what was `guarded`."""
    return cell[1:] if _guarded.match(cell) else cell
