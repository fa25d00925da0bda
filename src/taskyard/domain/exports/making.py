"""One attempt at one export in the background: written to a file, put away, watched from beside it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from taskyard.domain import files
from taskyard.domain.exports import actions, store
from taskyard.domain.exports.actions import Made
from taskyard.domain.exports.composing import Composition, Tools
from taskyard.domain.exports.rules import ATTEMPTS_MAX, Answers, ExportFormat, Include
from taskyard.domain.exports.schemas import narrowed_by, wanted_of
from taskyard.domain.exports.tables import Export
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.files import Stored
from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem

WATCH_SECONDS = 0.5
# As large as the disk allows: there is no limit of rows.
BYTES_MAX = 2**62
EMPTY = hashlib.sha256().hexdigest()
# Refusals that another attempt may not meet again.
MAY_PASS = frozenset({Kind.UNAVAILABLE, Kind.OUT_OF_SPACE})

logger = log("exports")


class _NoLongerOurs(Exception):  # noqa: N818 - it ends an attempt, it is no error
    """Somebody cancelled the export, or another worker has begun it: nothing of this attempt may stay."""


class Making:
    """An attempt that has begun. It ends the export, or leaves it to the next attempt."""

    def __init__(self, tools: Tools, begun: store.Listed, days: int) -> None:
        self._tools = tools
        self._export = begun.export
        self._days = days
        about: dict[str, Any] = {"export": str(begun.export.id), "name": begun.export.name}
        if begun.consumer is not None:
            about["consumer"] = begun.consumer
        wanted = wanted_by(begun.export)
        self._composition = Composition(tools, actions.by(begun.export), wanted, begun.export.selection, about)
        self._name = f"{begun.export.name}.{wanted.extension}"

    async def run(self) -> None:
        """Make the export. Raises what another attempt may mend; after the last one the export has failed."""
        export = self._export
        try:
            await self._watched()
        except _NoLongerOurs:
            logger.info("export.left", export=str(export.id), attempt=export.attempt)
        except Problem as problem:
            if problem.kind in MAY_PASS and export.attempt < ATTEMPTS_MAX:
                raise
            await self._fail(problem.detail)
        except Exception as error:
            logger.exception("export.broken", export=str(export.id), attempt=export.attempt)
            if export.attempt < ATTEMPTS_MAX:
                raise
            await self._fail(f"It was given up after {export.attempt} attempts: {type(error).__name__} on our side.")
        finally:
            self._composition.close()

    async def _watched(self) -> None:
        """Make it, and tell how far it is twice a second; a cancelled export ends here."""
        working = asyncio.create_task(self._make(), name=f"export.{self._export.id}")
        try:
            while not (await asyncio.wait({working}, timeout=WATCH_SECONDS))[0]:
                if not await self._tell_progress():
                    raise _NoLongerOurs
            await working
        finally:
            # Also when this worker is told to stop: the statement under way is cancelled in the database.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _make(self) -> None:
        export, composition = self._export, self._composition
        async with aclosing(composition.pieces(self._name)) as pieces:
            content, length = await self._put_away(pieces, self._name)
        manifest, _ = await self._put_away(composition.manifest(), "manifest.json")
        assert manifest is not None  # noqa: S101 - it says at least what was asked for
        assert composition.moment is not None  # noqa: S101 - and it shows a moment
        made = Made(content, length, content.sha256 if content else EMPTY, manifest, composition.moment)
        async with self._tools.database.transaction(export.workspace_id) as session:
            if not await actions.complete(session, export, made, composition.tally, self._days):
                raise _NoLongerOurs

    async def _put_away(self, pieces: AsyncIterator[bytes], name: str) -> tuple[Stored | None, int]:
        """Make what comes durable. No tasks as JSON Lines are no bytes, which no store keeps."""
        tools, workspace_id = self._tools, self._export.workspace_id
        async with tools.objects.incoming(BYTES_MAX) as incoming:
            async for piece in pieces:
                await incoming.add(piece)
            await incoming.finish()
            if not incoming.bytes:
                return None, 0
            stored = await files.put_away(tools.database, tools.objects, tools.pictures, workspace_id, incoming, name)
            return stored, incoming.bytes

    async def _tell_progress(self) -> bool:
        tally = self._composition.tally
        done, total = tally.done + tally.files, tally.total + tally.files_total
        async with self._tools.database.transaction(self._export.workspace_id) as session:
            return await store.tell_progress(session, self._export, done, total)

    async def _fail(self, says: str) -> None:
        async with self._tools.database.transaction(self._export.workspace_id) as session:
            await actions.fail(session, self._export, says)


def wanted_by(export: Export) -> Wanted:
    """Return what an export was asked for, of what changed since its consumer's position."""
    include = [Include(word) for word in export.include]
    narrowed = narrowed_by(export.selection)
    wanted = wanted_of(ExportFormat(export.format), narrowed, Answers(export.answers), export.answers_of, include)
    return wanted.after(export.since) if export.consumer_id is not None else wanted
