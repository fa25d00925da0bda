"""The text of a file in pieces: decoded strictly, so that nothing unreadable ever becomes a task."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from taskyard.domain.uploads.rows import ROW_CHARS_MAX, FileBroken, TextNotReadable
from taskyard.kit.problems import Flaw

CHUNK_BYTES = 256 * 1024

_MEND = (
    "Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”), or convert it: "
    "iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv"
)


def encoding_of(head: bytes, name: str) -> str:
    """Return the encoding the first bytes announce; UTF-8 where they announce nothing."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _unreadable(name, "it is UTF-32", 1)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # A stray NUL spoils a row; a file that is a quarter NUL is another encoding.
    if head.count(0) * 4 > len(head):
        offset = head.index(b"\x00")
        why = f"there is a NUL byte at byte {offset:,}, as in UTF-16 without its mark"
        raise _unreadable(name, why, head.count(b"\n", 0, offset) + 1)
    return "utf-8-sig"


def _unreadable(name: str, why: str, line: int) -> TextNotReadable:
    return TextNotReadable([Flaw(f"line {line}", f"This is not UTF-8: {why}.", _MEND, line=line)], name=name, why=why)


def chunks(path: Path, name: str) -> Iterator[str]:
    """Return the text in pieces of a quarter of a megabyte; the first is never empty unless the file is."""
    with path.open("rb") as file:
        head = file.read(CHUNK_BYTES)
        decoder = codecs.getincrementaldecoder(encoding_of(head[:4096], name))()
        offset, line, piece = 0, 1, head
        while True:
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                at = offset - waiting + error.start
                line += error.object[: error.start].count(b"\n")
                why = f"the byte 0x{error.object[error.start]:02X} at offset {at:,} (line {line:,}) is no character"
                raise _unreadable(name, why, line) from None
            if text:
                yield text
            if not piece:
                return
            offset += len(piece)
            line += text.count("\n")
            piece = file.read(CHUNK_BYTES)


class Lines:
    """The lines of a text with their ends (LF, CRLF or CR), for a reader of tables.

    Whoever reads notes in `line` where the last row ended: when too much text goes by without a row, a quote
    was opened and never closed, and the reading ends. `is_wide` says that a piece went by without a row, and
    `has_nul` that a NUL came by, so that rows are looked at closely only where there is a reason.
    """

    def __init__(self, pieces: Iterator[str], name: str) -> None:
        self._pieces, self._name = pieces, name
        self.line = 0
        self.is_wide = self.has_nul = False

    def __iter__(self) -> Iterator[str]:
        tail, line, stalled = "", -1, 0
        for piece in self._pieces:
            self.has_nul = self.has_nul or "\x00" in piece
            stalled = stalled + len(piece) if line == self.line else 0
            line, self.is_wide = self.line, stalled > 0
            if stalled > ROW_CHARS_MAX:
                why = f"a row is larger than {ROW_CHARS_MAX // 1_000_000} MB, perhaps because a quote is never closed"
                raise FileBroken(name=self._name, line=f"{self.line + 1:,}", why=why)
            lines = list(io.StringIO(tail + piece, newline=""))
            tail = "" if lines[-1].endswith("\n") else lines.pop()
            yield from lines
        if tail:
            yield tail
