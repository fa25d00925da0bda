"""Row numbers as bits: they behave as a set, and come back from how they are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taskyard.domain.uploads.row_set import RowSet

NUMBERS = st.sets(st.integers(1, 500))


def made(numbers: set[int]) -> RowSet:
    rows = RowSet()
    for number in numbers:
        rows.add(number)
        rows.add(number)
    return rows


def there(rows: RowSet) -> set[int]:
    return {number for number in range(-1, 600) if number in rows}


@given(NUMBERS, NUMBERS)
def test_it_is_a_set(some: set[int], others: set[int]) -> None:
    assert there(made(some) | made(others)) == some | others
    assert there(made(some) - made(others)) == some - others
    assert there(RowSet.union([made(some).written(), None, made(others).written()])) == some | others
    left = made(some)
    for number in others:
        left.discard(number)
    assert (there(left), len(left)) == (some - others, len(some - others))
    again = RowSet.read(left.written())
    assert (there(again), len(again)) == (some - others, len(some - others))


def test_a_million_rows_take_a_tenth_of_a_megabyte_at_most() -> None:
    assert len(made(set(range(1, 1_000_000, 7))).written()) < 130_000
