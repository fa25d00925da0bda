"""What a picture says about itself in its first bytes, read without decoding anything. Standard library only."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
SNIFFED_BYTES = 4_096


class Refused(Exception):  # noqa: N818 - it becomes the refusal it names
    """A picture is not taken; `problem` names the refusal in `pictures_problems`, `told` is its data."""

    def __init__(self, problem: str, **told: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.told = told


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says: the stored size, before any turning, and how many frames there are."""

    format: str
    width: int
    height: int
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a picture may be; `frame_pixels` bounds frames times pixels of an animation."""

    bytes: int
    pixels: int
    side: int
    frame_pixels: int


def read_header(content: bytes, limits: Limits) -> Header:
    """Return what the picture says about itself; refuses other files, broken headers, and sizes over the limits."""
    if len(content) > limits.bytes:
        raise too_many_bytes(len(content), limits)
    form = format_of(content)
    try:
        header = _READERS[form](content, limits)
    except (struct.error, IndexError) as error:
        raise Refused("PictureBroken", format=form, reason="it ends within its header") from error
    _refuse_too_large(header, limits)
    return header


def too_many_bytes(size: int, limits: Limits) -> Refused:
    """Return the refusal of a file with too many bytes."""
    return Refused("PictureTooLarge", megabytes=f"{size / 1e6:.1f}", limit=f"{limits.bytes / 1e6:g}")


def format_of(content: bytes) -> str:
    """Return the format by content; the name and the type the sender gave are not asked. Refuses all but four."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content[:6] in {b"GIF87a", b"GIF89a"}:
        return "GIF"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    raise _refusal_of(content[:SNIFFED_BYTES])


def _refusal_of(head: bytes) -> Refused:
    if not head:
        return Refused("NotAPicture", what="empty")
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = head.decode(encoding, errors="replace").lower()
    if re.search(r"<(?:\w+:)?svg[\s>]|<!doctype\s+svg", text):
        return Refused("SvgRefused")
    if re.search(r"<(?:!doctype\s+html|html|head|body|script)[\s>]", text):
        return Refused("NotAPicture", what="a web page")
    what = next((name for pattern, name in _OTHERS if re.match(pattern, head, re.DOTALL)), None)
    return Refused("NotAPicture", what=what or "of an unknown kind")


_OTHERS = (
    (rb"%PDF", "a PDF document"),
    (rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+", "a TIFF picture"),
    (rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", "a HEIC picture"),
    (rb"....ftypavi[fs]", "an AVIF picture"),
    (rb"....ftyp", "a video"),
    (rb"BM", "a BMP picture"),
    (rb"\x00\x00\x01\x00", "an icon"),
    (rb"8BPS", "a Photoshop document"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"\x1f\x8b", "a compressed file"),
    (rb"<\?xml", "an XML document"),
)


def _refuse_too_large(header: Header, limits: Limits) -> None:
    width, height = header.width, header.height
    if width < 1 or height < 1:
        reason = f"its header says {width} by {height} pixels"
        raise Refused("PictureBroken", format=header.format, reason=reason)
    if max(width, height) > limits.side:
        raise Refused("PictureTooLong", width=f"{width:,}", height=f"{height:,}", limit=f"{limits.side:,}")
    if width * height > limits.pixels:
        megapixels, limit = f"{width * height / 1e6:.1f}", f"{limits.pixels / 1e6:g}"
        raise Refused(
            "PictureTooManyPixels", width=f"{width:,}", height=f"{height:,}", megapixels=megapixels, limit=limit
        )
    if header.frames > 1 and header.frames * width * height > limits.frame_pixels:
        raise Refused("PictureTooManyFrames", frames=f"{header.frames:,}", limit=f"{limits.frame_pixels / 1e6:g}")


def _png(content: bytes, _limits: Limits) -> Header:
    width, height = struct.unpack_from(">II", content, 16)
    frames, place = 1, 8
    while place + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"acTL":
            frames = max(1, struct.unpack_from(">I", content, place + 8)[0])
        if name in {b"acTL", b"IDAT", b"IEND"}:
            break
        place += 12 + length
    return Header("PNG", width, height, frames)


# Start-of-frame markers carry the size; C4, C8 and CC in the same range are tables and an extension.
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg(content: bytes, _limits: Limits) -> Header:
    place = 2
    while True:
        if content[place] != 0xFF:  # noqa: PLR2004 - every marker begins with it
            raise Refused("PictureBroken", format="JPEG", reason="its header is damaged")
        while content[place] == 0xFF:  # noqa: PLR2004 - and may be padded with it
            place += 1
        marker = content[place]
        place += 1
        if marker in _SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", content, place + 3)
            return Header("JPEG", width, height)
        if marker not in _LONE_MARKERS:
            place += struct.unpack_from(">H", content, place)[0]


_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21
_GIF_HAS_COLOURS, _GIF_COLOUR_BITS = 0x80, 0x07


def _gif(content: bytes, limits: Limits) -> Header:
    """Count frames without decoding them; a frame may be larger than the screen the header names."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    place, frames = 13 + _gif_colours(flags), 0
    while place < len(content):
        kind = content[place]
        if kind == _GIF_IMAGE and place + 10 <= len(content):
            left, top, wide, high, flags = struct.unpack_from("<HHHHB", content, place + 1)
            frames += 1
            width, height = max(width, left + wide), max(height, top + high)
            place += 11 + _gif_colours(flags)
        elif kind == _GIF_EXTENSION:
            place += 2
        else:  # the trailer, or damage that decoding the first frame will show
            break
        while place < len(content) and content[place]:
            place += 1 + content[place]
        place += 1
        if frames * width * height > limits.frame_pixels:
            break
    return Header("GIF", width, height, max(frames, 1))


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & _GIF_COLOUR_BITS) + 1) if flags & _GIF_HAS_COLOURS else 0


_WEBP_SIDE_BITS = 0x3FFF


def _webp(content: bytes, _limits: Limits) -> Header:
    width = height = frames = 0
    place = 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        body = place + 8
        if name == b"VP8X":
            width = int.from_bytes(content[body + 4 : body + 7], "little") + 1
            height = int.from_bytes(content[body + 7 : body + 10], "little") + 1
        elif name == b"ANMF":
            frames += 1
        elif name == b"VP8 " and not width:
            stored = struct.unpack_from("<HH", content, body + 6)
            width, height = stored[0] & _WEBP_SIDE_BITS, stored[1] & _WEBP_SIDE_BITS
        elif name == b"VP8L" and not width:
            (bits,) = struct.unpack_from("<I", content, body + 1)
            width, height = (bits & _WEBP_SIDE_BITS) + 1, (bits >> 14 & _WEBP_SIDE_BITS) + 1
        place = body + length + length % 2
    return Header("WEBP", width, height, max(frames, 1))


_READERS: dict[str, Callable[[bytes, Limits], Header]] = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "WEBP": _webp}
