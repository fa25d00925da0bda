"""Cells for spreadsheets: no formula is left, and every cell comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.kit.spreadsheet import guarded, unguarded


@pytest.mark.parametrize(("cell", "written"), [
    ("=1+2", "'=1+2"), ("@x", "'@x"), ("+x", "'+x"), ("-x", "'-x"), ("\tx", "'\tx"), ("'=1", "''=1"),
    ("-5", "-5"), ("+1.5e3", "+1.5e3"), ("plain", "plain"), ("'quoted'", "'quoted'"), ("", ""),
])  # fmt: skip
def test_what_a_spreadsheet_would_run_has_an_apostrophe(cell: str, written: str) -> None:
    assert guarded(cell) == written


@given(st.text("'=+-@\t\r1a."))
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
