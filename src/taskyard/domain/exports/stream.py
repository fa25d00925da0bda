"""An export straight into an answer: a place held, the first piece made before the answer begins."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from taskyard.access import Actor
from taskyard.domain.exports.composing import Composition
from taskyard.kit.places import Places


async def pieces(places: Places, actor: Actor, composition: Composition) -> AsyncGenerator[bytes]:
    """Yield the export. Close it to leave half-way.

    Holds a connection until its data is out, so a workspace has only so many of these places; without one it is
    AllTaken.
    """
    with places.one(actor.workspace_id):
        async with aclosing(composition.pieces()) as found:
            async for piece in found:
                yield piece


async def whole(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """Yield a piece that was made already, then the rest; whoever leaves half-way ends the transaction behind it."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
