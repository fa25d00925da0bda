"""The list of a ZIP that somebody gives: which members there are, and why the archive is not taken."""

from __future__ import annotations

import os
import re
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

from taskyard.kit.problems import Flaw
from taskyard.kit.words import counted, shortened

_CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL_BYTES = 30
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_U16, _U32 = 0xFFFF, 0xFFFFFFFF
COMMENT_BYTES_MAX = 65_535
NAME_BYTES_MAX = 2_000
# What is so small may be packed as tightly as it likes.
RATIO_FREE_BYTES = 1_000_000
FLAWS_MAX = 20

STORED, DEFLATED = 0, 8
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 99: "AES"}
_ENCRYPTED = 0x2041  # encrypted; strongly; with a masked list
_IS_UTF8 = 0x0800
_UNIX = frozenset({3, 19})
_KIND, _FOLDER, _REGULAR, _LINK = 0xF000, 0x4000, 0x8000, 0xA000
_DOS_FOLDER = 0x10
_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_drive = re.compile(r"[A-Za-z]:")
PACK_ANEW = "Pack it anew, or give it once more: a copy that ended early looks like this."


class Limits(NamedTuple):
    """How much an archive may hold; `ratio` is how many times more a member may be than its packed bytes."""

    entries: int
    bytes: int
    ratio: int


class Entry(NamedTuple):
    """One member as the list has it. `name` is a path with `/`, in composed letters, that leads to nowhere else."""

    name: str
    raw_name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    is_folder: bool = False


class NotUnpackable(Exception):  # noqa: N818 - the refusal of a whole archive
    """The archive cannot be taken, for these reasons."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(flaws[0].says)
        self.flaws = flaws


def entries_of(path: Path, limits: Limits) -> list[Entry]:
    """Return the members in the order of the list, or refuse the archive with what is wrong and how to mend it.

    Only the list is read: memory grows with the number of members, never with their content.
    """
    with path.open("rb") as file:
        count, start, end = _list_at(file)
        if count > limits.entries:
            raise _too_many(count, limits)
        entries: list[Entry] = []
        flaws: list[Flaw] = []
        file.seek(start)
        while file.tell() < end:
            if len(entries) + len(flaws) > limits.entries:
                raise _too_many(len(entries) + len(flaws), limits)
            found = _entry(file)
            if isinstance(found, Flaw):
                flaws.append(found)
            else:
                entries.append(found)
    if len(entries) + len(flaws) != count:
        raise NotUnpackable(Flaw("", f"Its list has {len(entries) + len(flaws):,} members, not {count:,}", PACK_ANEW))
    flaws += _flaws(entries, start, limits)
    if flaws:
        raise NotUnpackable(*flaws[:FLAWS_MAX])
    return entries


def _list_at(file: BinaryIO) -> tuple[int, int, int]:
    """Return how many members the list has, where it begins, and where it ends."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - COMMENT_BYTES_MAX))
    begins = file.tell()
    tail = file.read()
    at = len(tail)
    while (at := tail.rfind(b"PK\5\6", 0, at)) >= 0:
        if at + _END.size <= len(tail):
            _, disk, list_disk, _, count, length, start, comment = _END.unpack_from(tail, at)
            if begins + at + _END.size + comment == size:
                break
    else:
        says = "The list of its members, which ends an archive, is not there: it was cut off, or something was added"
        raise NotUnpackable(Flaw("", says, PACK_ANEW))
    end = begins + at
    if disk not in (0, _U16) or list_disk not in (0, _U16):
        raise NotUnpackable(Flaw("", "It is one part of an archive in several parts", "Pack it as one file."))
    if count == _U16 or _U32 in (length, start):
        count, length, start, end = _wide_end(file, end, (count, length, start))
    if start + length != end:
        raise NotUnpackable(Flaw("", "The list of its members is not where it should be", PACK_ANEW))
    return count, start, end


def _wide_end(file: BinaryIO, end: int, narrow: tuple[int, int, int]) -> tuple[int, int, int, int]:
    if end < _LOCATOR_64.size:
        return (*narrow, end)
    file.seek(end - _LOCATOR_64.size)
    sign, _, at, _ = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
    if sign != b"PK\6\7":
        return (*narrow, end)
    if at + _END_64.size > end:
        raise NotUnpackable(Flaw("", "The list of its members is not where it should be", PACK_ANEW))
    file.seek(at)
    sign, *_, count, length, start = _END_64.unpack(file.read(_END_64.size))
    if sign != b"PK\6\6":
        raise NotUnpackable(Flaw("", "The list of its members is not where it should be", PACK_ANEW))
    return count, length, start, at


def _entry(file: BinaryIO) -> Entry | Flaw:
    """Return the next member of the list, or what is wrong with it."""
    head = file.read(_CENTRAL.size)
    if len(head) < _CENTRAL.size or not head.startswith(b"PK\1\2"):
        raise NotUnpackable(Flaw("", "The list of its members is damaged", PACK_ANEW))
    (
        _, made_by, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _, mode,
        offset,
    ) = _CENTRAL.unpack(head)  # fmt: skip
    raw_name, extra = file.read(name_length), file.read(extra_length)
    file.seek(comment_length, os.SEEK_CUR)
    name, flaw = _name(raw_name, extra, is_utf8=bool(flags & _IS_UTF8))
    if flaw is not None:
        return flaw
    size, packed, offset = _wide(extra, size, packed, offset)
    kind = (mode >> 16) & _KIND if made_by >> 8 in _UNIX else 0
    is_folder = raw_name.endswith((b"/", b"\\")) or kind == _FOLDER or bool(mode & _DOS_FOLDER and not size)
    wrong: tuple[str, str] | None = None
    if flags & _ENCRYPTED or method == 99:  # noqa: PLR2004 - AES
        wrong = "is encrypted", "Pack it without a password."
    elif kind == _LINK:
        wrong = "is a link to another file", "Pack the file itself in its place."
    elif kind not in (0, _REGULAR, _FOLDER):
        wrong = "is no file but a device or a pipe", "Leave it out."
    elif not is_folder and method not in (STORED, DEFLATED):
        says = f"is packed by {_METHODS.get(method, f'method {method}')}"
        wrong = says, "Pack it with Deflate, the usual method, or without packing."
    elif method == STORED and packed != size:
        wrong = f"is said to have {size:,} bytes and to take {packed:,}, unpacked", PACK_ANEW
    if wrong:
        return Flaw(name, *wrong)
    return Entry(name, raw_name, method, crc, packed, size, offset, is_folder)


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return sizes and place, of 64 bits where the list says that they are."""
    found = _extra(extra, 1)
    told = [value[0] for value in struct.iter_unpack("<Q", found[: len(found) // 8 * 8])]
    values = [told.pop(0) if value == _U32 and told else value for value in (size, packed, offset)]
    return values[0], values[1], values[2]


def _extra(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def _name(raw: bytes, extra: bytes, *, is_utf8: bool) -> tuple[str, Flaw | None]:
    """Return a name as a path, and what is wrong with it."""
    said, is_readable = _decoded(raw, extra, is_utf8=is_utf8)
    path = unicodedata.normalize("NFC", said).replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    wrong: tuple[str, str] | None = None
    if not is_readable:
        wrong = "has a name that is no UTF-8, though it says so", "Give it another name."
    elif len(raw) > NAME_BYTES_MAX:
        wrong = f"has a name of {counted(len(raw), 'byte')}", "Give it a shorter one."
    elif any(unicodedata.category(letter) in _NOT_SHOWN for letter in said):
        wrong = "has a name with a character that cannot be shown", "Give it another name."
    elif path.startswith("/") or _drive.match(path):
        wrong = "has an absolute name", "Pack it by a name inside of the archive."
    elif ".." in parts:
        wrong = "has a name that leads out of the archive", "Pack it by a name without `..`."
    elif not parts:
        wrong = "has no name", "Give it one."
    if wrong:
        shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in said)
        return said, Flaw(shortened(shown, 120) or "a member", *wrong)
    return "/".join(parts), None


def _decoded(raw: bytes, extra: bytes, *, is_utf8: bool) -> tuple[str, bool]:
    """Return a name as text. Many write UTF-8 without saying so; what cannot be that is the old code page."""
    told = _extra(extra, 0x7075)
    if not is_utf8 and len(told) > 5 and struct.unpack_from("<L", told, 1)[0] == zlib.crc32(raw):  # noqa: PLR2004
        raw, is_utf8 = told[5:], True
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return (raw.decode("utf-8", "replace"), False) if is_utf8 else (raw.decode("cp437"), True)


def _flaws(entries: list[Entry], list_starts: int, limits: Limits) -> list[Flaw]:
    """Return what is wrong with the members beside each other, and with their sizes."""
    flaws: list[Flaw] = []
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen and not entry.is_folder:
            flaws.append(Flaw(entry.name, "is there twice", "Give one of the two another name, or leave it out."))
        seen.add(entry.name)
        if entry.size > RATIO_FREE_BYTES and entry.size > limits.ratio * entry.packed:
            says = f"unpacks to more than {limits.ratio:,} times its packed size"
            flaws.append(Flaw(entry.name, says, "Pack it without packing, or leave it out."))
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < end:
            flaws.append(Flaw(entry.name, "lies over another member", PACK_ANEW))
        end = entry.offset + LOCAL_BYTES + len(entry.raw_name) + entry.packed
    if end > list_starts:
        flaws.append(Flaw("", "Its members are longer than the archive", PACK_ANEW))
    total = sum(entry.size for entry in entries)
    if total > limits.bytes:
        says = f"It unpacks to {total:,} bytes; {limits.bytes:,} are taken"
        flaws.append(Flaw("", says, "Give it in several archives."))
    return flaws


def _too_many(count: int, limits: Limits) -> NotUnpackable:
    says = f"It has {count:,} members; {limits.entries:,} are taken"
    return NotUnpackable(Flaw("", says, "Give it in several archives."))
