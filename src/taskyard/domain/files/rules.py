"""What a file is called and what it is: names made safe to show, types told from the content alone."""

from __future__ import annotations

import codecs
import unicodedata
from enum import StrEnum

NAME_LENGTH_MAX = 200
EXTENSION_LENGTH_MAX = 20
UNNAMED = "file"
NEUTRAL = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
PICTURES = frozenset(EXTENSIONS)

# Characters that change how the text around them is read, so that `exe.gpj` looks like `jpg.exe`; and invisible marks.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_DROPPED_KINDS = frozenset({"Cc", "Cs", "Zl", "Zp"})

# What these bytes begin with. Only content that no browser runs is named; all else is neutral.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "application/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypisom", "video/mp4"),
    (4, b"ftypiso", "video/mp4"),
    (4, b"ftypmp4", "video/mp4"),
    (4, b"ftypM4V", "video/mp4"),
    (4, b"ftypavc1", "video/mp4"),
)
_MARKUP = (b"<html", b"<!doctype", b"<script", b"<svg", b"<?xml", b"<body", b"<iframe")
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}


class PassageKind(StrEnum):
    """Where content is between the store and the rows that name it."""

    ARRIVING = "arriving"
    KEPT = "kept"
    LEAVING = "leaving"


def safe_name(said: str) -> str:
    """Return a name to show and to offer for download: no folders, nothing invisible, at most 200 characters.

    It is never used as a path. Making a safe name safe again changes nothing.
    """
    kept = "".join(letter for letter in said if _is_shown(letter))
    name = unicodedata.normalize("NFC", kept).replace("\\", "/").rpartition("/")[2]
    name = _trimmed(" ".join(name.split()))
    if len(name) > NAME_LENGTH_MAX:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if stem and len(extension) <= EXTENSION_LENGTH_MAX else ""
        name = _trimmed(name[: NAME_LENGTH_MAX - len(tail)] + tail)
    return name or UNNAMED


def _is_shown(letter: str) -> bool:
    if letter in "\t\n\r":
        return True  # white space, made one space below
    return letter not in _TURNING and unicodedata.category(letter) not in _DROPPED_KINDS


def _trimmed(name: str) -> str:
    # Some systems drop a trailing dot, and then a name means another file.
    return name.rstrip(". ").lstrip(" ") if name.strip(". ") else ""


def media_type_of(head: bytes) -> str:
    """Return the type that the first bytes show, whatever name and type were said; the neutral one when in doubt.

    Markup of every sort is neutral: a browser would run what is in it.
    """
    for at, signature, media_type in _SIGNATURES:
        if head.startswith(signature, at):
            return media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], NEUTRAL)
    return TEXT if _is_plain_text(head) else NEUTRAL


def _is_plain_text(head: bytes) -> bool:
    if any(byte < ord(" ") and byte not in _TEXT_CONTROLS for byte in head):
        return False
    try:
        # The head may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    lowered = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return bool(head) and not lowered.startswith(b"<") and not any(tag in lowered for tag in _MARKUP)


def is_picture(media_type: str) -> bool:
    """Say whether there is something to look at: a view and a thumbnail."""
    return media_type in PICTURES


def extension_of(content: bytes) -> str:
    """Return the ending of a picture's name, told from its content; nothing for what is no picture."""
    return EXTENSIONS.get(media_type_of(content[:64]), "")
