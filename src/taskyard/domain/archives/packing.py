"""Tasks on their way into an archive: written and made durable first, and only then removed, portion by portion.

At no moment is a task in neither place: its rows go in the transaction that says it is archived, when the file with
its line has been read back and found to be right. And it is never in both: a task that is no longer what its line says
stays in the list.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import files
from taskyard.domain.archives import actions, content, facts, items, lines, store
from taskyard.domain.archives.rules import ItemOutcome, Reason
from taskyard.domain.archives.tables import Archive
from taskyard.gateways.objects import Incoming, ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.kit.db.engine import Database

# Each may have answers of a megabyte: what is in hand at once stays small.
WRITTEN_AT_ONCE = 200


class NoLongerOurs(Exception):  # noqa: N818 - it ends an attempt, it is no error
    """Another worker has begun this archive: nothing more is done here."""


class Packing:
    """One attempt at archiving."""

    def __init__(
        self, database: Database, objects: ObjectStore, pictures: Pictures, actor: Actor, archive: Archive
    ) -> None:
        self._database = database
        self._objects = objects
        self._actor = actor
        self._pictures = pictures
        self._archive = archive
        self._counts = dict.fromkeys(("tasks", "runs", "answers", "files"), 0)

    async def write(self) -> Archive | None:
        """Write the file; return the archive as it is then, or None when there was nothing to write."""
        archive = self._archive
        async with self._objects.incoming(sys.maxsize) as incoming:
            await self._write_all(incoming)
            if not self._counts["tasks"]:
                async with self._database.transaction(archive.workspace_id) as session:
                    await actions.complete(session, self._actor, archive)
                return None
            stored = await files.put_away(
                self._database,
                self._objects,
                self._pictures,
                archive.workspace_id,
                incoming,
                f"archive-{archive.id}.jsonl.gz",
            )
        # What is removed from the database has to be there: the whole is read back from the store before.
        await self._objects.stream(archive.workspace_id, stored.sha256)
        async with self._database.transaction(archive.workspace_id) as session:
            kept = await actions.keep_file(session, archive, stored, self._counts["tasks"])
        if kept is None:
            raise NoLongerOurs
        return kept

    async def _write_all(self, incoming: Incoming) -> None:
        archive = self._archive
        packing = lines.Packing()
        async with self._database.transaction(archive.workspace_id) as session:
            shape = await content.shape(session)
        # The attempt makes this file another one than what an earlier attempt may have left in the store.
        about = {"id": archive.id, "name": archive.name, "created_at": archive.created_at, "attempt": archive.attempt}
        await incoming.add(packing.add([lines.opening(about, shape)]))
        after = 0
        while portion := await self._read(after, shape):
            after, written = portion
            await incoming.add(await asyncio.to_thread(packing.add, written))
        await incoming.add(packing.add([lines.closing(self._counts)]) + packing.end())
        await incoming.finish()

    async def _read(self, after: int, shape: content.Shape) -> tuple[int, list[bytes]] | None:
        archive = self._archive
        async with self._database.transaction(archive.workspace_id) as session:
            await content.by_key(session)
            numbered = await items.next_ids(session, archive, after, WRITTEN_AT_ONCE)
            if not numbered:
                return None
            if not await store.tell_done(session, archive, after):
                raise NoLongerOurs
            ids = [task_id for _, task_id in numbered]
            found = await content.read(session, archive.workspace_id, ids, shape)
            await items.note_written(session, archive, numbered, found)
        written = [each for each in found if each.refused is None]
        for name in self._counts:
            self._counts[name] += len(written) if name == "tasks" else sum(getattr(each, name) for each in written)
        # In the order of the items: ids grow with their numbers.
        told = [lines.line_of(lines.Line(str(each.task_id), each.sha256, each.text)) for each in written]
        return numbered[-1][0], told


class Removal:
    """One attempt at taking out of the list what is in the file."""

    def __init__(self, database: Database, actor: Actor, archive: Archive) -> None:
        self._database = database
        self._actor = actor
        self._archive = archive

    async def run(self) -> None:
        """Remove what is still there and unchanged; then the archive is complete."""
        after: int | None = 0
        while after is not None:
            after = await self._remove_some(after)
        async with self._database.transaction(self._archive.workspace_id) as session:
            await actions.complete(session, self._actor, self._archive)

    async def _remove_some(self, after: int) -> int | None:
        archive = self._archive
        async with self._database.transaction(archive.workspace_id) as session:
            await content.by_key(session)
            portion = await items.written(session, archive, after)
            if not portion:
                return None
            await content.lock(session, archive.workspace_id, [item.task_id for item in portion])
            shape = await content.shape(session)
            now = await content.hashes(session, archive.workspace_id, [item.task_id for item in portion], shape)
            same = [item for item in portion if now.get(item.task_id) == item.sha256]
            ids = [item.task_id for item in same]
            await content.take_out(session, archive.workspace_id, ids)
            await items.note(session, archive, ids, ItemOutcome.ARCHIVED)
            await items.note(session, archive, _changed(portion, now), ItemOutcome.LEFT_OUT, Reason.CHANGED)
            gone = [item.task_id for item in portion if item.task_id not in now]
            await items.note(session, archive, gone, ItemOutcome.LEFT_OUT, Reason.GONE)
            told = facts.task_facts("archived", archive, [(item.task_id, item.project_id) for item in same])
            ledger.record_many(session, told, by=self._actor)
            if not await store.tell_done(session, archive, portion[-1].number):
                raise NoLongerOurs
        return portion[-1].number


def _changed(portion: list[items.Item], now: dict[UUID, str]) -> list[UUID]:
    return [item.task_id for item in portion if item.task_id in now and now[item.task_id] != item.sha256]
