"""Server-sent events: named, numbered, kept alive, and ended on purpose."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from starlette.responses import StreamingResponse

from taskyard.kit import strict_json

KEEP_ALIVE_SECONDS = 15
# A session may end by its time while a stream is open: now and then the client has to come back and show it again.
LIFE_SECONDS_MAX = 3600


class Told(NamedTuple):
    """One event of a stream; a client that lost the line sends `id` back."""

    event: str
    data: Any
    id: str | None = None


def event_stream(events: AsyncIterator[Told]) -> StreamingResponse:
    """Return the events as they come, with a comment now and then so that proxies keep the line open."""
    return StreamingResponse(
        _lines(events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(events: AsyncIterator[Told]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    source = aiter(events)
    until = time.monotonic() + LIFE_SECONDS_MAX
    pending: asyncio.Future[Told] = asyncio.ensure_future(anext(source))
    try:
        while time.monotonic() < until:
            done, _ = await asyncio.wait({pending}, timeout=KEEP_ALIVE_SECONDS)
            if not done:
                yield b": still here\n\n"
                continue
            try:
                told = pending.result()
            except StopAsyncIteration:
                return
            yield _line(told)
            pending = asyncio.ensure_future(anext(source))
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


def _line(told: Told) -> bytes:
    data = strict_json.dumps(told.data)
    head = f"id: {told.id}\n" if told.id is not None else ""
    return f"{head}event: {told.event}\ndata: ".encode() + data + b"\n\n"
