"""Rows of a table of text: one header, one row per record, cells typed by the project's schema."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from taskyard.domain.projects import COLUMN
from taskyard.domain.uploads.rows import (
    MARKS,
    ROW_CHARS_MAX,
    ROW_MARK,
    Checker,
    ColumnsDoNotFit,
    FileBroken,
    FileHasNoRows,
    Naming,
    Row,
    RowMaker,
    Unread,
    bad_row,
    beside,
    prefills_of,
)
from taskyard.domain.uploads.text_source import Lines
from taskyard.kit.problems import Flaw
from taskyard.kit.spreadsheet import unguarded
from taskyard.kit.words import counted, did_you_mean, listed, shortened

COLUMNS_MAX = 1_000
CELL_CHARS_MAX = 1_000_000  # more than two pieces of text, or `Lines.is_wide` would not see it
DELIMITERS = (",", ";", "\t", "|")

Cells = Sequence[str]


class _Records(Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class TableRows:
    """The rows of a table; a blank line is no row, a line of empty cells is a bad one.

    `keeps_text` has the text of rows at hand that cannot be taken apart; it costs time for every line.
    """

    def __init__(
        self,
        pieces: Iterator[str],
        name: str,
        checker: Checker,
        mapping: Naming | None = None,
        *,
        keeps_text: bool = False,
        private_callbacks: bool = False,
    ) -> None:
        self._private_callbacks = private_callbacks
        self._pieces, self._name, self._checker, self._mapping = pieces, name, checker, mapping or {}
        self._text: list[str] | None = [] if keeps_text else None
        self.header: Sequence[str] = ()
        self.raw: Cells | Unread = ()

    def __iter__(self) -> Iterator[Row]:
        # The limit is one for the process, and its default is smaller than a cell may be.
        csv.field_size_limit(ROW_CHARS_MAX * 2)
        name = self._name
        lines = Lines(self._pieces, name)
        source = iter(lines)
        first = _header_lines(source, name)
        delimiter, self.header = _header(
            first, name, {*self._checker.fields, *beside(self._checker), *MARKS, *self._mapping}
        )
        goes = [self._mapping.get(column, column) for column in self.header]
        _check_header(self.header, goes, name, self._checker)
        table = _Table(goes, RowMaker(self._checker, private_callbacks=self._private_callbacks))
        if self._text is not None:
            source = _noted(source, self._text)
        read = 0
        records: _Records = csv.reader(source, delimiter=delimiter, strict=True)
        if table.marked_at < table.width:
            records = _Unguarded(records)
        for cells, row in table.rows(records, lines, len(first), name):
            read += 1
            self.raw = cells
            if self._text is not None:
                if not cells:
                    self.raw = Unread("".join(self._text))
                self._text.clear()
            yield row
        if not read:
            raise FileHasNoRows(name=name)


class _Unguarded:
    """The records of a file of failed rows, whose cells were guarded when it was written."""

    def __init__(self, records: _Records) -> None:
        self._records = records

    @property
    def line_num(self) -> int:
        return self._records.line_num

    def __iter__(self) -> Iterator[list[str]]:
        for cells in self._records:
            yield [unguarded(cell) for cell in cells]


def _noted(source: Iterator[str], text: list[str]) -> Iterator[str]:
    for line in source:
        text.append(line)
        yield line


def _header_lines(source: Iterator[str], name: str) -> list[str]:
    """Return the lines of the header: one, or more when a name in quotes holds a line break."""
    taken: list[str] = []
    quotes = size = 0
    for line in source:
        if not taken and not line.strip():
            raise ColumnsDoNotFit(
                [Flaw("line 1", "The first line is blank.", "Begin with the names.", line=1)], name=name
            )
        taken.append(line)
        quotes += line.count('"')
        size += len(line)
        if quotes % 2 == 0 or size > CELL_CHARS_MAX:
            return taken
    if not taken:
        raise FileHasNoRows(name=name)
    raise FileBroken(name=name, line=1, why="a quote in the header is never closed")


def _header(lines: list[str], name: str, wanted: Container[str]) -> tuple[str, list[str]]:
    """Return the delimiter under which most names are known, and the names; the comma where none is better."""
    best: tuple[tuple[int, int], str, list[str]] | None = None
    for delimiter in DELIMITERS:
        try:
            names = [cell.strip() for cell in next(csv.reader(iter(lines), delimiter=delimiter, strict=True))]
        except csv.Error:
            continue
        rank = (sum(one in wanted for one in names), len(names))
        if best is None or rank > best[0]:
            best = (rank, delimiter, names)
    if best is None:
        raise FileBroken(name=name, line=1, why="the header has a quote inside a name")
    return best[1], best[2]


def _check_header(header: Sequence[str], goes: Sequence[str | None], name: str, checker: Checker) -> None:
    """Refuse columns that do not fit: `goes` has the field of each, or None for one that is left out."""
    flaws: list[Flaw] = []
    if len(header) > COLUMNS_MAX:
        says = f"There are {len(header):,} columns; a table may have {COLUMNS_MAX:,}."
        raise ColumnsDoNotFit([Flaw("line 1", says, "Remove columns.", line=1)], name=name)
    for number, column in enumerate(header, start=1):
        if not column and goes[number - 1] is not None:
            flaws.append(Flaw(f"column {number}", "This column has no name.", "Name it, or remove the column.", line=1))
    for to, times in Counter(to for to in goes if to).items():
        if times > 1:
            flaws.append(Flaw(to, f"{times} columns are called so.", "Keep one of them.", line=1))
    flaws += _strangers(header, goes, checker)
    for field in checker.columns():
        if field.is_required and field.name not in goes:
            says, mend = "This field is required, and no column is called so.", f"Add a column `{field.name}`."
            flaws.append(Flaw(field.name, says, mend, line=1))
    if flaws:
        raise ColumnsDoNotFit(flaws, name=name)


def _strangers(header: Sequence[str], goes: Sequence[str | None], checker: Checker) -> Iterator[Flaw]:
    wanted = [column.name for column in checker.columns()] + list(beside(checker))
    short = [name for name in wanted if not name.startswith(COLUMN)]
    prefills = prefills_of(checker)
    for column, to in dict(zip(header, goes, strict=True)).items():
        if not to or to in wanted or to in MARKS:
            continue
        if prefills is not None and to.startswith(COLUMN):
            if flaw := prefills.column_flaw(to):
                yield Flaw(shortened(column), f"This column holds no answer: {flaw.says}.", flaw.mend, line=1)
        elif not checker.accepts_other_fields:
            mend = did_you_mean(to, [one for one in wanted if one not in goes], "Rename or remove the column.")
            says = f"The project's input has no such field. Expected are {listed(short)}."
            yield Flaw(shortened(column), says, mend, line=1)


class _Table:
    """Reads records under one header."""

    def __init__(self, goes: Sequence[str | None], maker: RowMaker) -> None:
        self.maker = maker
        self.width = len(goes)
        is_beside = self.maker.is_beside
        named = [(name, number) for number, name in enumerate(goes) if name is not None]
        fields = [(name, number) for name, number in named if not is_beside(name)]
        self.told = [(name, number) for name, number in named if is_beside(name)]
        self.marked_at = next((number for name, number in self.told if name == ROW_MARK), self.width)
        self.read = maker.checker.reader(tuple(name for name, _ in fields))
        is_all = len(fields) == self.width
        self.pick: Callable[[Cells], Cells] | None = None if is_all else _picker([number for _, number in fields])

    def rows(self, records: _Records, lines: Lines, line: int, name: str) -> Iterator[tuple[Cells, Row]]:
        """Return the rows, each with the cells it was made of; without any where they could not be told apart."""
        number = 0
        header_lines = line
        while True:
            try:
                for cells in records:
                    begins, line = line + 1, header_lines + records.line_num
                    lines.line = line
                    if cells:
                        number += 1
                        yield cells, self._row(cells, number, begins, lines)
            except csv.Error as error:
                begins, line = line + 1, header_lines + records.line_num
                if "unexpected end" in str(error):
                    raise FileBroken(
                        name=name, line=f"{begins:,}", why="a quote is opened there and never closed"
                    ) from None
                lines.line = line
                number += 1
                yield (), bad_row(number, begins, _quote_flaw(error))
            else:
                return

    def _row(self, cells: list[str], number: int, line: int, lines: Lines) -> Row:
        if len(cells) != self.width:
            says = f"has {counted(len(cells), 'cell')}, and the header has {self.width:,}"
            flaw = Flaw("", says, "Put cells that hold the delimiter in quotes.")
            return bad_row(number, line, flaw, self._mark(cells))
        if lines.is_wide and max(map(len, cells)) > CELL_CHARS_MAX:
            says = f"has a cell of more than {CELL_CHARS_MAX:,} characters"
            return bad_row(number, line, Flaw("", says, "Keep long content in files."), self._mark(cells))
        if lines.has_nul and any("\x00" in cell for cell in cells):
            flaw = Flaw("", "holds the character U+0000", "Remove it; it cannot be stored.")
            return bad_row(number, line, flaw, self._mark(cells))
        if not any(cells):
            return bad_row(number, line, Flaw("", "has only empty cells", "Fill it in, or remove the line."))
        if self.pick is None:
            return self.maker.of_cells(*self.read(cells), {}, number, line)
        told = {name: cells[at] for name, at in self.told}
        return self.maker.of_cells(*self.read(self.pick(cells)), told, number, line)

    def _mark(self, cells: Cells) -> str | None:
        return cells[self.marked_at] if self.marked_at < len(cells) else None


def _picker(fields: list[int]) -> Callable[[Cells], Cells]:
    if len(fields) > 1:
        return itemgetter(*fields)
    return lambda cells: [cells[number] for number in fields]


def _quote_flaw(error: csv.Error) -> Flaw:
    if "expected after" in str(error):
        return Flaw("", "has a quote inside a cell in quotes", 'Double it: "a ""quoted"" word".')
    return Flaw("", f"cannot be read: {error}", None)
