"""Reading order: which pieces of text stand on one row, which rows make a paragraph, and what shape they have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Any

Corner = tuple[float, float]

# A piece this little turned is drawn as a rectangle: nobody sees the difference, and rectangles are easier to correct.
STRAIGHT_DEGREES = 2.0
# Pieces share a row when their middles differ by less than this part of the lower one's height.
ROW_OVERLAP = 0.5
# A gap starts a paragraph when it is this much wider than the usual one, and this part of a line's height.
PARAGRAPH_GAP = 1.6
PARAGRAPH_HEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Piece:
    """One run of text as the reader saw it; corners go round from the top left of the text."""

    text: str
    score: float
    corners: tuple[Corner, ...]

    @property
    def degrees(self) -> float:
        """Return how far the text is turned from level."""
        (left, top), (right, other) = self.corners[0], self.corners[1]
        return math.degrees(math.atan2(other - top, right - left))


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces on one row, from left to right."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return the words of the row with one space between its pieces."""
        return " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A piece in the frame of the page, turned back to level."""

    piece: Piece
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


def tilt(pieces: Sequence[Piece]) -> float:
    """Return by how many degrees the page is turned: the middle of its longer pieces."""
    longer = [piece.degrees for piece in pieces if _width(piece) > 2 * _height(piece)]
    return median(longer) if longer else 0.0


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Return the pieces as rows from top to bottom, each from left to right."""
    return [row for row, _top, _bottom in _placed_rows(pieces)]


def text_of(pieces: Sequence[Piece]) -> str:
    """Return the text in reading order: one line a row, an empty line between paragraphs."""
    placed = _placed_rows(pieces)
    if not placed:
        return ""
    gaps = [after[1] - before[2] for before, after in pairwise(placed)]
    usual = median(gaps) if gaps else 0.0
    height = median(bottom - top for _row, top, bottom in placed)
    text = placed[0][0].text
    for gap, (row, _top, _bottom) in zip(gaps, placed[1:], strict=True):
        is_paragraph = gap > PARAGRAPH_GAP * max(usual, 0) and gap > PARAGRAPH_HEIGHT * height
        text += ("\n\n" if is_paragraph else "\n") + row.text
    return text


def mean_score(pieces: Sequence[Piece]) -> float | None:
    """Return how sure the reading is on the whole, or None when nothing was read."""
    return round(fmean(piece.score for piece in pieces), 4) if pieces else None


def box_round(pieces: Sequence[Piece], width: int, height: int) -> list[float]:
    """Return the upright box round some pieces, kept inside the picture."""
    return _box([corner for piece in pieces for corner in piece.corners], width, height)


def shape_round(pieces: Sequence[Piece], width: int, height: int) -> dict[str, Any]:
    """Return the geometry of a region round some pieces: a rectangle when they are level, else a polygon."""
    if all(_is_straight(piece) for piece in pieces):
        return {"shape": "rectangle", "box": box_round(pieces, width, height)}
    if len(pieces) == 1:
        corners = list(pieces[0].corners)
    else:
        turned = median(piece.degrees for piece in pieces)
        left, top, wide, high = _bounds([_turn(corner, -turned) for piece in pieces for corner in piece.corners])
        level = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
        corners = [_turn(corner, turned) for corner in level]
    inside = [[round(min(max(x, 0), width), 1), round(min(max(y, 0), height), 1)] for x, y in corners]
    return {"shape": "polygon", "points": inside}


def _placed_rows(pieces: Sequence[Piece]) -> list[tuple[Row, float, float]]:
    turned = tilt(pieces)
    rows: list[list[_Placed]] = []
    for placed in sorted((_place(piece, turned) for piece in pieces), key=lambda one: (one.middle, one.left)):
        row = next((row for row in reversed(rows[-3:]) if _belongs(placed, row)), None)
        if row is None:
            rows.append([placed])
        else:
            row.append(placed)
    for row in rows:
        row.sort(key=lambda one: one.left)
    return [(Row(tuple(p.piece for p in row)), min(p.top for p in row), max(p.bottom for p in row)) for row in rows]


def _belongs(placed: _Placed, row: list[_Placed]) -> bool:
    for other in row:
        lower = min(placed.height, other.height)
        shared = min(placed.right, other.right) - max(placed.left, other.left)
        if shared > min(placed.right - placed.left, other.right - other.left) / 2:
            return False
        if abs(placed.middle - other.middle) >= ROW_OVERLAP * lower:
            return False
    return True


def _place(piece: Piece, turned: float) -> _Placed:
    left, top, wide, high = _bounds([_turn(corner, -turned) for corner in piece.corners])
    return _Placed(piece, left, left + wide, top, top + high)


def _is_straight(piece: Piece) -> bool:
    away = abs(piece.degrees) % 90
    return min(away, 90 - away) <= STRAIGHT_DEGREES


def _turn(corner: Corner, degrees: float) -> Corner:
    angle = math.radians(degrees)
    x, y = corner
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def _width(piece: Piece) -> float:
    return math.dist(piece.corners[0], piece.corners[1])


def _height(piece: Piece) -> float:
    return math.dist(piece.corners[1], piece.corners[2])


def _bounds(corners: Sequence[Corner]) -> tuple[float, float, float, float]:
    across, down = [x for x, _y in corners], [y for _x, y in corners]
    return min(across), min(down), max(across) - min(across), max(down) - min(down)


def _box(corners: Sequence[Corner], width: int, height: int) -> list[float]:
    left, top, wide, high = _bounds(corners)
    right, bottom = min(left + wide, width), min(top + high, height)
    left, top = max(left, 0), max(top, 0)
    return [round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1)]
