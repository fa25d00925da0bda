"""Pieces of text become rows and paragraphs, level or slanted."""

from __future__ import annotations

import math

import pytest

from taskyard.models.local import layout
from taskyard.models.local.finding import find
from taskyard.models.local.layout import Corner, Piece
from taskyard.models.local.prompts import search_for


def piece(text: str, left: float, top: float, *, width: float = 60, turned: float = 0) -> Piece:
    angle = math.radians(turned)

    def turn(x: float, y: float) -> Corner:
        return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)

    right, bottom = left + width, top + 20
    return Piece(text, 0.9, (turn(left, top), turn(right, top), turn(right, bottom), turn(left, bottom)))


@pytest.mark.parametrize("turned", [0, 5, -8, 12])
def test_pieces_on_one_row_are_joined_from_left_to_right_on_a_slanted_page_too(turned: float) -> None:
    pieces = [
        piece("3.50", 500, 102, turned=turned),
        piece("Muffin", 10, 140, turned=turned),
        piece("Coffee", 10, 100, turned=turned),
        piece("4.25", 500, 141, turned=turned),
    ]
    assert [row.text for row in layout.rows_of(pieces)] == ["Coffee 3.50", "Muffin 4.25"]


def test_a_wide_gap_begins_a_paragraph() -> None:
    tops = (0, 26, 52, 120, 146)
    pieces = [piece(letter, 0, top) for letter, top in zip("abcde", tops, strict=True)]
    assert layout.text_of(pieces) == "a\nb\nc\n\nd\ne"


def test_nothing_read_is_an_empty_text() -> None:
    assert layout.text_of([]) == ""
    assert layout.mean_score([]) is None


def test_level_text_is_a_rectangle_and_slanted_text_a_polygon() -> None:
    level = layout.shape_round([piece("a", 10, 10, turned=1.5)], 640, 480)
    slanted = layout.shape_round([piece("a", 10, 10, turned=4)], 640, 480)
    assert (level["shape"], slanted["shape"]) == ("rectangle", "polygon")
    assert len(slanted["points"]) == 4


def test_no_region_leaves_the_picture() -> None:
    wide = piece("a", -5, 470, width=900)
    assert layout.shape_round([wide], 640, 480)["box"] == [0, 470, 640, 10]


def test_an_item_leaves_its_price_to_be_found_apart_where_both_are_asked_for() -> None:
    rows = layout.rows_of([piece("Coffee", 0, 0), piece("3.50", 100, 0), piece("Total", 0, 40), piece("3.50", 100, 40)])
    found = find(rows, search_for("items, prices and the total"))
    assert [(one.label, one.text) for one in found] == [("item", "Coffee"), ("amount", "3.50"), ("total", "Total 3.50")]


def test_on_a_page_without_prices_every_row_is_an_item() -> None:
    rows = layout.rows_of([piece("Milk", 0, 0), piece("Bread", 0, 40)])
    assert [one.text for one in find(rows, search_for("line items"))] == ["Milk", "Bread"]
