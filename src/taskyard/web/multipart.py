"""Forms with a file in them, read as they arrive: the file goes straight to its place, nothing is held in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Collection
from typing import NamedTuple
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from taskyard.gateways.objects import FileTooLarge, Incoming
from taskyard.kit.problems import Flaw, Kind, Problem
from taskyard.kit.words import counted, did_you_mean, shortened
from taskyard.web.problems import BodyInvalid

FIELD_BYTES_MAX = 10_000
# What a form may hold beside its file: fields, headers, boundaries, and whatever follows its end.
BESIDE_BYTES_MAX = 1_000_000
PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_OLD_NAME = re.compile(rb"filename\*=(?:utf-8|UTF-8)''([^;\s]+)")


class FormUnreadable(Problem):
    """This form cannot be read: {says}."""

    kind = Kind.MALFORMED


class Form(NamedTuple):
    """The fields of a form, and the name its file came with."""

    fields: dict[str, str]
    file_name: str


def is_form(content_type: str | None) -> bool:
    """Say whether a body is a form with parts."""
    return (content_type or "").partition(";")[0].strip().lower() == "multipart/form-data"


async def read_form(
    stream: AsyncIterable[bytes], content_type: str, incoming: Incoming, *, fields: Collection[str] = ()
) -> Form:
    """Read a form with exactly one file, in the part named `file`, into `incoming`, and finish it.

    Text comes in the `fields` named here, in any order and at most once. Anything else is refused where it begins,
    so that a form can have no more parts than that.
    """
    reader = _Reader(content_type, fields)
    length = 0
    async for chunk in stream:
        length += len(chunk)
        if length > incoming.limit_bytes + BESIDE_BYTES_MAX:
            raise FileTooLarge(limit_bytes=incoming.limit_bytes)
        for piece in reader.feed(chunk):
            await incoming.add(piece)
    form = reader.end()
    await incoming.finish()
    return form


class _Reader:
    """Takes the body apart. The parser calls back while it is fed; pieces of the file wait until it returns."""

    def __init__(self, content_type: str, fields: Collection[str]) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise FormUnreadable(says="the Content-Type names no boundary")
        self._known = fields
        self._found: dict[str, str] = {}
        self._file_name: str | None = None
        self._pieces: list[bytes] = []
        self._ended = False
        self._begin()
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, start, end: self._header_name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header_value.extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_content,
                    "on_part_data": self._take,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise FormUnreadable(says="its boundary is too long") from error

    def feed(self, chunk: bytes) -> list[bytes]:
        """Read on, and return what of the file was in it."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise FormUnreadable(says=shortened(str(error))) from error
        pieces, self._pieces = self._pieces, []
        return pieces

    def end(self) -> Form:
        """Return the form, now that the body is over."""
        if not self._ended:
            raise FormUnreadable(says="it ends too early; its last boundary is missing")
        if self._file_name is None:
            raise _invalid("file", "is missing", "Send the file in a part named `file`, with its file name.")
        return Form(self._found, self._file_name)

    def _begin(self) -> None:
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._field = ""
        self._text: bytearray | None = None

    def _end_header(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name, self._header_value = bytearray(), bytearray()

    def _begin_content(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition.decode("latin-1"))
        self._field = _decoded(options.get(b"name", b""))
        if self._headers.get(b"content-transfer-encoding", b"").decode("latin-1").lower() not in PLAIN_ENCODINGS:
            raise _invalid(self._field, "is encoded", "Send its bytes as they are, without Content-Transfer-Encoding.")
        name = _file_name(disposition, options)
        if name is None:
            self._begin_text()
        elif self._field != "file":
            raise _invalid(self._field, "holds a file", "Send one file, in a part named `file`.")
        elif self._file_name is not None:
            raise _invalid("file", "is there twice", "Send one file.")
        else:
            self._file_name = name

    def _begin_text(self) -> None:
        if self._field == "file":
            raise _invalid("file", "has no file name", "Send it as a file: with `filename=` in its part.")
        if self._field not in self._known:
            mend = did_you_mean(self._field, list(self._known)) if self._known else "Remove it."
            raise _invalid(shortened(self._field, 60), "is not known here", mend)
        if self._field in self._found:
            raise _invalid(self._field, "is there twice", "Keep one.")
        self._text = bytearray()

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._text is None:
            self._pieces.append(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > FIELD_BYTES_MAX:
            raise _invalid(self._field, f"has more than {counted(FIELD_BYTES_MAX, 'byte')}", "Make it shorter.")

    def _end_part(self) -> None:
        if self._text is None:
            return
        try:
            self._found[self._field] = self._text.decode()
        except UnicodeDecodeError:
            raise _invalid(self._field, "is not UTF-8", "Send text as UTF-8.") from None

    def _end(self) -> None:
        self._ended = True


def _file_name(disposition: bytes, options: dict[bytes, bytes]) -> str | None:
    if (plain := options.get(b"filename")) is not None:
        return _decoded(plain)
    # RFC 7578 forbids this form; older clients send it, and nothing else, for names that are not ASCII.
    old = _OLD_NAME.search(disposition)
    return unquote(old.group(1).decode("ascii", "replace")) if old else None


def _decoded(said: bytes) -> str:
    # Browsers escape quotes and line breaks as the HTML standard says.
    return said.decode("utf-8", "replace").replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _invalid(place: str, says: str, mend: str | None) -> BodyInvalid:
    return BodyInvalid([Flaw(place or "(unnamed)", says, mend)], summary=f"{place or '(unnamed)'}: {says}")
