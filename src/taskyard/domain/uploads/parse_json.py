"""Tasks from JSON Lines and from one JSON list, value by value, never more in memory than one row and a chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import JSONDecodeError
from typing import Any

from taskyard.domain.uploads.rows import (
    ROW_CHARS_MAX,
    FileBroken,
    FileHasNoRows,
    Row,
    RowMaker,
    Unread,
    bad_row,
)
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import NotStrictJson, loads, plainly, scan, skip, spaces_end
from taskyard.kit.words import shortened

TASKS = "tasks"
_MB = 1_000_000
_too_long = Flaw("", f"is longer than {ROW_CHARS_MAX // _MB} MB", "Keep long content in files.")


class LineRows:
    """A row per line; blank lines are no rows, a broken line is a bad one."""

    def __init__(self, pieces: Iterator[str], name: str, maker: RowMaker) -> None:
        self._pieces, self._name, self._maker = pieces, name, maker
        self.header: Sequence[str] = ()
        self.raw: Any = None

    def __iter__(self) -> Iterator[Row]:
        of_json = self._maker.of_json
        number = 0
        for line, text in _lines(self._pieces):
            if text is not None and (not text or text.isspace()):
                continue
            number += 1
            if text is None:
                self.raw = Unread()
                yield bad_row(number, line, _too_long)
                continue
            try:
                self.raw = value = loads(text)
            except NotStrictJson as refusal:
                self.raw = Unread(text)
                yield bad_row(number, line, Flaw("", refusal.says, refusal.mend, value=shortened(text)))
                continue
            yield of_json(value, number, line)
        if not number:
            raise FileHasNoRows(name=self._name)


def _lines(pieces: Iterator[str]) -> Iterator[tuple[int, str | None]]:
    """Return numbered lines; None for one that is too long, whose text is dropped as it comes."""
    line, tail = 1, ""
    is_dropping = False
    for piece in pieces:
        found = (tail + piece).split("\n")
        tail = found.pop()
        if found and is_dropping:
            yield line, None
            line += 1
            del found[0]
            is_dropping = False
        for text in found:
            yield line, text if len(text) <= ROW_CHARS_MAX else None
            line += 1
        if is_dropping or len(tail) > ROW_CHARS_MAX:
            is_dropping, tail = True, ""
    if is_dropping or tail:
        yield line, None if is_dropping else tail


class ListRows:
    """A row per item of `[…]` or `{"tasks": […]}`, read through a window of text that moves forward."""

    def __init__(self, pieces: Iterator[str], name: str, maker: RowMaker) -> None:
        self.pieces, self.name, self._maker = pieces, name, maker
        self.header: Sequence[str] = ()
        self.raw: Any = None
        self.text, self.at = "", 0
        self.line, self.counted_to = 1, 0
        self.is_end = False

    def __iter__(self) -> Iterator[Row]:
        is_inside = self._open()
        number = 0
        while self._peek() != "]":
            if number:
                self._expect(",", "a comma is missing between two tasks, or a bracket at the end")
                self._peek()
            number += 1
            yield self._row(number)
        if not number:
            raise FileHasNoRows(name=self.name)
        self.at += 1
        if is_inside:
            if self._peek() == ",":
                raise self._broken('beside "tasks" there is something else; keep only the list')
            self._expect("}", "the closing brace is missing")
        if self._peek():
            raise self._broken("there is something after the end of the list")

    def _open(self) -> bool:
        """Enter the list; say whether it lies in an object."""
        is_inside = self._peek() == "{"
        if is_inside:
            self.at += 1
            name, _ = self._value() if self._peek() == '"' else (None, None)
            if name != TASKS:
                raise self._broken('it is one object; write a list of tasks, or {"tasks": [ … ]}')
            self._expect(":", "a colon is missing")
        self._expect("[", "a list of tasks is expected")
        return is_inside

    def _row(self, number: int) -> Row:
        line = self._line()
        self.raw, flaw = self._value()
        return bad_row(number, line, flaw) if flaw else self._maker.of_json(self.raw, number, line)

    def _value(self) -> tuple[object, Flaw | None]:
        """Return the next value, or the flaw of one that is JSON but refused; moves behind it."""
        failed_at = -1
        while True:
            try:
                value, end = scan(self.text, self.at)
                flaw = None
            except NotStrictJson as refusal:
                try:
                    end = skip(self.text, self.at)
                    value = Unread(self.text[self.at : end])
                    flaw = Flaw("", refusal.says, refusal.mend, value=shortened(value))
                except NotStrictJson as hopeless:
                    raise self._broken(f"a task {hopeless.says}") from None
                except JSONDecodeError as error:
                    failed_at = self._read_on(error, failed_at)
                    continue
            except JSONDecodeError as error:
                failed_at = self._read_on(error, failed_at)
                continue
            # A number at the very end of the window may go on in the next piece.
            if end == len(self.text) and not isinstance(value, dict | list | str) and self._more():
                continue
            is_too_long = end - self.at > ROW_CHARS_MAX
            self.at = end
            return (Unread(), _too_long) if is_too_long else (value, flaw)

    def _read_on(self, error: JSONDecodeError, failed_at: int) -> int:
        """Widen the window, or refuse when the text is wrong whatever follows."""
        position = error.pos - self.at
        is_certain = position == failed_at and error.pos < len(self.text) and not error.msg.startswith("Unterminated")
        if len(self.text) - self.at > ROW_CHARS_MAX and not is_certain:
            raise self._broken(f"a task is larger than {ROW_CHARS_MAX // _MB} MB, or a bracket is never closed")
        if is_certain or not self._more(at_least=len(self.text) - self.at):
            self.at = min(error.pos, len(self.text))
            raise self._broken(plainly(error)[0].removeprefix("is not JSON: "))
        return position

    def _peek(self) -> str:
        """Return the next character that is not white space; nothing at the end."""
        while True:
            self.at = spaces_end(self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def _expect(self, character: str, otherwise: str) -> None:
        if self._peek() != character:
            raise self._broken(otherwise if self._peek() else "it ends too early")
        self.at += 1

    def _more(self, at_least: int = 1) -> bool:
        """Drop what was read and add at least so much; say whether anything came."""
        self._line()
        kept = [self.text[self.at :]]
        self.at = self.counted_to = 0
        added = 0
        while added < at_least and (piece := next(self.pieces, "")):
            kept.append(piece)
            added += len(piece)
        self.text = "".join(kept)
        return added > 0

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line

    def _broken(self, why: str) -> FileBroken:
        line = self._line()
        flaw = Flaw(f"line {line}", f"The file cannot be read further: {why}.", None, line=line)
        return FileBroken([flaw], name=self.name, line=f"{line:,}", why=why)
