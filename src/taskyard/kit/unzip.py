"""A member of a ZIP that somebody gives, unpacked piece by piece, with nothing believed that its list says."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from taskyard.kit.zip_lists import DEFLATED, PACK_ANEW, Entry

_LOCAL = struct.Struct("<4s5H3L2H")
PIECE_BYTES = 256_000


class MemberBroken(Exception):  # noqa: N818 - the refusal of one member
    """This member cannot be unpacked."""

    def __init__(self, says: str, mend: str = PACK_ANEW) -> None:
        super().__init__(says)
        self.says, self.mend = says, mend


def unpacked(path: Path, entry: Entry) -> Iterator[bytes]:
    """Yield the content of a member in pieces; raises MemberBroken as soon as it is not what the list says."""
    with path.open("rb") as file:
        file.seek(entry.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise MemberBroken("does not begin where the list says")
        *_, name_length, extra_length = _LOCAL.unpack(head)
        if file.read(name_length) != entry.raw_name:
            raise MemberBroken("has another name in the list of the archive than where it lies")
        file.seek(extra_length, os.SEEK_CUR)
        packed = _packed(file, entry.packed)
        read = crc = 0
        for piece in _inflated(packed) if entry.method == DEFLATED else packed:
            read += len(piece)
            if read > entry.size:
                raise MemberBroken(f"holds more than the {entry.size:,} bytes that the list says")
            crc = zlib.crc32(piece, crc)
            yield piece
        if read < entry.size:
            raise MemberBroken(f"holds {read:,} bytes, and the list says {entry.size:,}")
        if crc != entry.crc:
            raise MemberBroken("is damaged: its checksum is another one than the list says")


def _packed(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length:
        piece = file.read(min(length, PIECE_BYTES))
        if not piece:
            raise MemberBroken("is cut off")
        length -= len(piece)
        yield piece


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            if unpacker.eof:
                raise MemberBroken("ends before its packed bytes do")
            waiting = piece
            while waiting and not unpacker.eof:
                if made := unpacker.decompress(waiting, PIECE_BYTES):
                    yield made
                waiting = unpacker.unconsumed_tail
            # What was held back because a piece was full.
            while not unpacker.eof and (made := unpacker.decompress(b"", PIECE_BYTES)):
                yield made
    except zlib.error:
        raise MemberBroken("is damaged: its packed bytes make no sense") from None
    if not unpacker.eof or unpacker.unused_data:
        raise MemberBroken("is damaged: its packed bytes do not end where they should")
