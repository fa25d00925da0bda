"""Finding things among the rows of text that were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from taskyard.models.local import patterns
from taskyard.models.local.layout import Piece, Row
from taskyard.models.local.patterns import Concept
from taskyard.models.local.prompts import Search

PIECE_RULES: Mapping[Concept, Callable[[str], bool]] = {
    Concept.EMAIL: patterns.has_email,
    Concept.PHONE: patterns.has_phone,
    Concept.DATE: patterns.has_date,
    Concept.MONEY: patterns.has_money,
    Concept.NUMBER: patterns.has_number,
    Concept.TEXT: bool,
}
# In this order, so that a line that could be two things is the more telling one.
ORDER = (Concept.TOTAL, Concept.ITEM, *PIECE_RULES)


@dataclass(frozen=True, slots=True)
class Found:
    """Some pieces of one row that together are one thing."""

    label: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return its words."""
        return Row(self.pieces).text


class _Basket:
    """What was found so far. Each piece of text goes in once."""

    def __init__(self) -> None:
        self._found: list[tuple[int, Found]] = []
        self._used: set[int] = set()

    def take(self, row: int, label: str, pieces: Iterable[Piece]) -> None:
        fresh = tuple(piece for piece in pieces if id(piece) not in self._used)
        if fresh:
            self._used.update(id(piece) for piece in fresh)
            self._found.append((row, Found(label, fresh)))

    def in_order(self) -> list[Found]:
        return [one for _row, one in sorted(self._found, key=lambda pair: (pair[0], pair[1].pieces[0].corners[0][0]))]


def find(rows: Sequence[Row], search: Search) -> list[Found]:
    """Return what the search asks for in reading order; each piece of text is used once."""
    basket = _Basket()
    for text, label in search.quoted:
        for number, row in enumerate(rows):
            basket.take(number, label, _quoted(row, text))
    for concept, label in sorted(search.labels.items(), key=lambda pair: ORDER.index(pair[0])):
        for number, pieces in _of_concept(rows, concept, search):
            basket.take(number, label, pieces)
    return basket.in_order()


def _of_concept(rows: Sequence[Row], concept: Concept, search: Search) -> Iterable[tuple[int, Sequence[Piece]]]:
    if concept is Concept.TOTAL:
        return [(number, row.pieces) for number, row in enumerate(rows) if patterns.is_total(row.text)]
    if concept is Concept.ITEM:
        return _items(rows, prices_apart=Concept.MONEY in search.labels)
    rule = PIECE_RULES[concept]
    return [(number, [piece]) for number, row in enumerate(rows) for piece in row.pieces if rule(piece.text)]


def _quoted(row: Row, text: str) -> Sequence[Piece]:
    pieces = [piece for piece in row.pieces if patterns.contains(piece.text, text)]
    if pieces or not patterns.contains(row.text, text):
        return pieces
    return row.pieces


def _items(rows: Sequence[Row], *, prices_apart: bool) -> Iterable[tuple[int, Sequence[Piece]]]:
    """Return line items: rows with a name and an amount, or every row of a page without any amounts."""
    has_prices = any(patterns.has_money(row.text) for row in rows)
    for number, row in enumerate(rows):
        if patterns.is_item(row.text) if has_prices else not patterns.is_total(row.text):
            yield number, [piece for piece in row.pieces if not (prices_apart and patterns.has_money(piece.text))]
