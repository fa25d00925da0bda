"""An export on its way out: in pieces worth sending, with a transaction of its own that ends with it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from taskyard.access import Actor
from taskyard.domain.exports import store
from taskyard.domain.exports.rules import ExportFormat
from taskyard.domain.tasks import TaskFilter
from taskyard.kit.db.engine import Database
from taskyard.kit.places import Places

PIECE_BYTES = 64_000


async def pieces(
    database: Database, places: Places, actor: Actor, asked: TaskFilter, form: ExportFormat, seconds_max: float
) -> AsyncGenerator[bytes]:
    """Yield the export in pieces of about 64 kB; the last one closes the list. Close it to leave half-way.

    Holds a connection until then, so a workspace has only so many of these places; without one it is AllTaken.
    """
    is_list = form is ExportFormat.JSON
    piece = bytearray(b"[" if is_list else b"")
    before = b""
    with places.one(actor.workspace_id):
        async with (
            database.transaction(actor.workspace_id) as session,
            aclosing(store.lines(session, actor, asked, seconds_max)) as found,
        ):
            async for line in found:
                piece += before + (line.rstrip(b"\n") if is_list else line)
                before = b",\n" if is_list else b""
                if len(piece) >= PIECE_BYTES:
                    yield bytes(piece)
                    piece.clear()
        yield bytes(piece) + (b"]\n" if is_list else b"")


async def whole(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """Yield a piece that was made already, then the rest; whoever leaves half-way ends the transaction behind it."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
