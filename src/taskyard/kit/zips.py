"""A ZIP as a stream: written from front to back, however many entries it has, with none of them in memory."""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

_LOCAL = struct.Struct("<4s5H3L2H")
_WIDE_LOCAL = struct.Struct("<2H2Q")
_DESCRIPTOR = struct.Struct("<4sL2Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_WIDE_CENTRAL = struct.Struct("<2H3Q")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")

_VERSION = 45  # the first that knows sizes of 64 bits
_FLAGS = 0x0808  # sizes follow the content; names are UTF-8
_WIDE = 1
_U16, _U32 = 0xFFFF, 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
# A file anybody may read, for those who unpack it with `unzip`.
_MODE = 0o100644 << 16
_FROM_UNIX = 3 << 8
_YEAR_MIN = 1980
LISTED_IN_MEMORY = 1_000_000


class ZipStream:
    """Entries one after another. The list of them, which stands at the end, waits in a file once it is long."""

    def __init__(self, at: datetime, folder: Path | None = None) -> None:
        self._date = (max(at.year, _YEAR_MIN) - _YEAR_MIN) << 9 | at.month << 5 | at.day
        self._time = at.hour << 11 | at.minute << 5 | at.second // 2
        self._listed = tempfile.SpooledTemporaryFile(LISTED_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - `ending` closes it
        self._entries = 0
        self._offset = 0
        self._name = b""
        self._packer: zlib._Compress | None = None
        self._start = self._crc = self._plain = self._packed = 0

    def opened(self, name: str, *, pack: bool) -> bytes:
        """Return what begins an entry. `pack` is for content that gets shorter by it."""
        self._name = name.encode()
        self._packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS) if pack else None
        self._start, self._crc, self._plain, self._packed = self._offset, 0, 0, 0
        method = _DEFLATED if pack else _STORED
        wide = _WIDE_LOCAL.pack(_WIDE, 16, 0, 0)
        head = _LOCAL.pack(
            b"PK\3\4", _VERSION, _FLAGS, method, self._time, self._date, 0, _U32, _U32, len(self._name), len(wide)
        )
        return self._sent(head + self._name + wide)

    def piece(self, content: bytes) -> bytes:
        """Return the next part of the entry as it stands in the ZIP; it may be empty."""
        self._crc = zlib.crc32(content, self._crc)
        self._plain += len(content)
        return self._content(content if self._packer is None else self._packer.compress(content))

    def closed(self) -> bytes:
        """Return what ends the entry."""
        rest = self._content(self._packer.flush()) if self._packer is not None else b""
        self._list()
        return rest + self._sent(_DESCRIPTOR.pack(b"PK\7\x08", self._crc, self._packed, self._plain))

    def entry(self, name: str, content: bytes) -> bytes:
        """Return a whole small entry."""
        return self.opened(name, pack=True) + self.piece(content) + self.closed()

    def ending(self) -> Iterator[bytes]:
        """Yield the list of the entries, which ends the ZIP."""
        start, size = self._offset, self._listed.tell()
        self._listed.seek(0)
        with self._listed:
            while piece := self._listed.read(64_000):
                yield piece
        end = start + size
        yield _END_64.pack(
            b"PK\6\6", 44, _FROM_UNIX | _VERSION, _VERSION, 0, 0, self._entries, self._entries, size, start
        )
        yield _LOCATOR_64.pack(b"PK\6\7", 0, end, 1)
        count = min(self._entries, _U16)
        yield _END.pack(b"PK\5\6", 0, 0, count, count, min(size, _U32), min(start, _U32), 0)

    def close(self) -> None:
        """Forget the list. Safe to repeat, and after the end."""
        self._listed.close()

    def _content(self, packed: bytes) -> bytes:
        self._packed += len(packed)
        return self._sent(packed)

    def _sent(self, content: bytes) -> bytes:
        self._offset += len(content)
        return content

    def _list(self) -> None:
        method = _STORED if self._packer is None else _DEFLATED
        wide = _WIDE_CENTRAL.pack(_WIDE, 24, self._plain, self._packed, self._start)
        self._listed.write(
            _CENTRAL.pack(
                b"PK\1\2", _FROM_UNIX | _VERSION, _VERSION, _FLAGS, method, self._time, self._date,
                self._crc, _U32, _U32, len(self._name), len(wide), 0, 0, 0, _MODE, _U32,
            ) + self._name + wide
        )  # fmt: skip
        self._entries += 1
