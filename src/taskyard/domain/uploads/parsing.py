"""From an uploaded file to its rows: what the file is, and the reader that fits; memory does not grow with the file."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from pathlib import Path

from taskyard.domain.uploads.parse_csv import TableRows
from taskyard.domain.uploads.parse_json import LineRows, ListRows
from taskyard.domain.uploads.parse_parquet import ParquetRows, refuse_without_reader
from taskyard.domain.uploads.rows import Checker, FileHasNoRows, FormatNotSupported, Naming, RowMaker, Rows
from taskyard.domain.uploads.text_source import chunks, encoding_of
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import NotStrictJson, loads
from taskyard.kit.words import shortened

HEAD_BYTES = 64 * 1024

_LINES = ("jsonl", "ndjson")
_begins_list = re.compile(r"\s*\[\s*[\[{\]]|\s*\[\s*$")
_begins_object = re.compile(r'\s*\{\s*["}]')
_begins_tasks = re.compile(r'\s*\{\s*"tasks"\s*:\s*\[')


class Format(StrEnum):
    """The formats tasks are uploaded in."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    ZIP = "zip"


_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_SAVE_AS = "In the spreadsheet choose Save as, CSV UTF-8."
_UNPACK = "Unpack it and upload what is inside."
_PICTURE_MEND = "Pack pictures as a ZIP: each becomes a task."
# What nobody means to be read as text.
_NO_TEXTS = {"zip": "ZIP", "parquet": "Parquet", "xlsx": "Excel workbook"}
_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"PK\x05\x06", "an empty ZIP archive", "Upload the file itself."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _SAVE_AS),
    (b"\x89PNG", "a PNG picture", _PICTURE_MEND),
    (b"\xff\xd8\xff", "a JPEG picture", _PICTURE_MEND),
    (b"GIF8", "a GIF picture", _PICTURE_MEND),
    (b"%PDF", "a PDF document", "Export the table it holds as CSV."),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
)


def rows_of(
    path: Path,
    name: str,
    checker: Checker,
    format_: Format | None = None,
    mapping: Naming | None = None,
    *,
    keeps_text: bool = False,
    private_callbacks: bool = False,
) -> Rows:
    """Return the rows of a file, good and bad, in its order; `name` is what the person called it.

    Refuses the whole file with a FileProblem: at once for what the first bytes show, and while rows are taken
    for what comes later, so rows already taken count only when the iterator ends. `mapping` says which column or
    key is which field. `keeps_text` has the text of every row that cannot be read. `private_callbacks` admits callback
    URLs that name a private address.
    """
    name = shortened(name, 120)
    format_ = format_ or format_of(path, name)
    if format_ is Format.ZIP:
        raise FormatNotSupported([Flaw("", "This is a ZIP archive.", _UNPACK)], name=name, what="a ZIP archive")
    maker = RowMaker(checker, mapping, private_callbacks=private_callbacks)
    if format_ is Format.PARQUET:
        return ParquetRows(path, name, maker)
    pieces = chunks(path, name)
    if format_ is Format.CSV:
        return TableRows(pieces, name, checker, mapping, keeps_text=keeps_text, private_callbacks=private_callbacks)
    return (ListRows if format_ is Format.JSON else LineRows)(pieces, name, maker)


def format_of(path: Path, name: str) -> Format:
    """Return what a file holds by its first bytes; its name decides only where they leave it open."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(_PARQUET):
        refuse_without_reader(name)
        return Format.PARQUET
    if head.startswith(_ZIP):
        return Format.ZIP
    for sign, what, mend in _SIGNS:
        if head.startswith(sign):
            raise FormatNotSupported([Flaw("", f"This is {what}.", mend)], name=name, what=what)
    text = codecs.getincrementaldecoder(encoding_of(head[:4096], name))(errors="replace").decode(head)
    if not text.strip():
        raise FileHasNoRows(name=name)
    ending = name.lower().rpartition(".")[2]
    if ending in _NO_TEXTS:
        mend = "Save or pack it anew; if it is text, name it .csv, .json or .jsonl."
        flaw = Flaw("", f"Its content is text, and its name ends with .{ending}.", mend)
        raise FormatNotSupported([flaw], name=name, what=f"no {_NO_TEXTS[ending]}, though it is called one")
    return _format_of_text(text, name, is_whole=len(head) < HEAD_BYTES)


def _format_of_text(text: str, name: str, *, is_whole: bool) -> Format:
    ending = name.lower().rpartition(".")[2]
    if _begins_object.match(text):
        return _one_or_many(text, ending, is_whole=is_whole)
    if ending in _LINES and _is_one_value_per_line(text):
        return Format.JSONL
    if _begins_list.match(text) or ending == "json":
        return Format.JSON
    return Format.JSONL if ending in _LINES else Format.CSV


def _one_or_many(text: str, ending: str, *, is_whole: bool) -> Format:
    """Tell a list of tasks in one object from an object per line."""
    if ending in _LINES:
        return Format.JSONL
    if _begins_tasks.match(text):
        return Format.JSON
    if "\n" not in text.lstrip() and not is_whole:
        return Format.JSONL  # the line is longer than what was looked at
    if _is_one_value_per_line(text):
        return Format.JSONL
    return Format.JSON if ending == "json" or "\n" in text.strip() else Format.JSONL


def _is_one_value_per_line(text: str) -> bool:
    first, _, rest = text.strip().partition("\n")
    try:
        loads(first)
    except NotStrictJson:
        return False
    return bool(rest)
