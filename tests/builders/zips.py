"""ZIPs for tests: as people make them, and as nobody should."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

FLAGS_AT, METHOD_AT, CRC_AT, PACKED_AT, SIZE_AT = 8, 10, 16, 20, 24
MADE_BY_AT, MODE_AT = 5, 38
LOCAL_CRC_AT, LOCAL_SIZE_AT = 14, 22


def a_zip(members: Mapping[str, bytes] | Iterable[tuple[str, bytes]], *, pack: bool = True) -> bytes:
    """Return a ZIP of these files; a name that ends in / is a folder."""
    out = io.BytesIO()
    listed = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED) as made:
        for name, content in listed:
            made.writestr(name, content)
    return out.getvalue()


def listed_as(content: bytes, name: str, at: int, form: str, value: int) -> bytes:
    """Return a ZIP whose list says something else of one member."""
    changed = bytearray(content)
    struct.pack_into(form, changed, _in_list(content, name) + at, value)
    return bytes(changed)


def renamed_in_list(content: bytes, name: str, other: bytes) -> bytes:
    """Return a ZIP whose list has a member under another name of the same length."""
    at = _in_list(content, name) + 46
    assert len(other) == len(name.encode())
    return content[:at] + other + content[at + len(other) :]


def renamed(content: bytes, name: str, other: bytes) -> bytes:
    """Return a ZIP that has a member under another name of the same length in both places."""
    assert len(other) == len(name.encode())
    return content.replace(name.encode(), other)


def _in_list(content: bytes, name: str) -> int:
    """Return where the list has a member."""
    start = struct.unpack_from("<L", content, content.rindex(b"PK\5\6") + 16)[0]
    return content.index(name.encode(), start) - 46
