"""How bytes leave: never as something that runs on our pages, in parts where asked, and from a cache where allowed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from taskyard.domain.files.rules import media_type_of
from taskyard.domain.files.tables import File
from taskyard.gateways.objects import ObjectStore

RANGE_LENGTH_MAX = 60
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")

# Whatever it is, it can neither run a script nor load anything, not even when it is opened in a tab of its own.
_HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Another member in the same browser asks again, and is asked who they are.
    "Vary": "Cookie, Authorization",
}
Span = tuple[int, int]


def tag_of(file: File, copy: str = "") -> str:
    """Return the ETag: content never changes under its hash."""
    return f'"{file.sha256}{copy}"'


def is_known(request: Request, tag: str) -> bool:
    """Say whether the caller has it already."""
    return tag in {said.strip().removeprefix("W/") for said in request.headers.get("if-none-match", "").split(",")}


def unchanged(tag: str) -> Response:
    """Answer that what the caller has is right."""
    return Response(status_code=304, headers={**_HARMLESS, "ETag": tag, "Cache-Control": "private, no-cache"})


def asked_span(request: Request, file: File) -> Span | None:
    """Return the one part that was asked for; None for the whole, also when parts, or other units, were asked for.

    A part that lies outside comes back empty: (size, size).
    """
    said = request.headers.get("range", "")
    found = _RANGE.fullmatch(said) if len(said) <= RANGE_LENGTH_MAX else None
    if found is None or request.headers.get("if-range", tag_of(file)) != tag_of(file):
        return None
    first, last = found.groups()
    if not first:
        return (max(0, file.bytes - int(last)), file.bytes) if last else None
    if last and int(last) < int(first):
        return None
    start = min(int(first), file.bytes)
    return start, min(int(last) + 1, file.bytes) if last else file.bytes


def original(file: File, span: Span | None, content: AsyncIterator[bytes]) -> Response:
    """Give the bytes as they came, to be saved and not shown."""
    start, end = span or (0, file.bytes)
    headers = {
        **_HARMLESS,
        "ETag": tag_of(file),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition_of(file.name),
        "Content-Length": str(end - start),
    }
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.bytes}"
    return StreamingResponse(content, 206 if span else 200, headers, file.media_type)


def outside(file: File) -> Response:
    """Answer that there is no such part."""
    return Response(status_code=416, headers={**_HARMLESS, "Content-Range": f"bytes */{file.bytes}"})


async def sent(request: Request, objects: ObjectStore, file: File) -> Response:
    """Answer with the bytes as they came, the part that was asked for, or that the caller has them already.

    No transaction is open. What has no bytes at all is not in the store.
    """
    if is_known(request, tag_of(file)):
        return unchanged(tag_of(file))
    if not file.bytes:
        return original(file, None, _nothing())
    span = asked_span(request, file)
    if span and span[0] >= span[1]:
        return outside(file)
    return original(file, span, await objects.stream(file.workspace_id, file.sha256, span))


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


def shown(content: bytes, tag: str) -> Response:
    """Give a picture that we encoded ourselves."""
    headers = {**_HARMLESS, "ETag": tag, "Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}
    return Response(content, headers=headers, media_type=media_type_of(content[:64]))


def disposition_of(name: str) -> str:
    """Return the header that has a browser save a file under its name, whatever letters are in it."""
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
