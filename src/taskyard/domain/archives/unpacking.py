"""Tasks on their way back: put in as they were, hashed again, and kept in the archive when they are not the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain import files, tasks
from taskyard.domain.archives import actions, content, facts, items, store
from taskyard.domain.archives.content import Shape
from taskyard.domain.archives.items import Item
from taskyard.domain.archives.lines import Line, Unpacking
from taskyard.domain.archives.packing import NoLongerOurs
from taskyard.domain.archives.problems import ColumnUnknown
from taskyard.domain.archives.rules import ItemOutcome, Reason
from taskyard.domain.archives.tables import Archive
from taskyard.gateways.objects import ObjectStore
from taskyard.kit.db.engine import Database

# Putting words beside their tasks is half the work of a restore, and is left to others from here on.
INDEXED_AT_ONCE_MAX = 1_000


class Restore:
    """One attempt at putting tasks back."""

    def __init__(self, database: Database, objects: ObjectStore, actor: Actor, archive: Archive) -> None:
        self._database = database
        self._objects = objects
        self._actor = actor
        self._archive = archive
        self._done = 0

    async def run(self) -> None:
        """Put back what is wanted. What cannot come back stays in the archive, with the reason."""
        archive = self._archive
        if archive.sha256 is not None:
            async with self._objects.borrowed(archive.workspace_id, archive.sha256) as path:
                unpacking = await asyncio.to_thread(Unpacking, path)
                try:
                    await self._must_know(unpacking.tables)
                    while portion := await asyncio.to_thread(unpacking.next):
                        await self._put_back_some(portion, unpacking.tables)
                finally:
                    unpacking.close()
        async with self._database.transaction(archive.workspace_id) as session:
            await actions.end_restore(session, self._actor, archive)

    async def _must_know(self, tables: Shape) -> None:
        async with self._database.transaction(self._archive.workspace_id) as session:
            known = await content.shape(session)
        for table, columns in tables.items():
            for column in columns:
                if column not in known.get(table, ()):
                    raise ColumnUnknown(column=f"{table}.{column}")

    async def _put_back_some(self, portion: list[Line], tables: Shape) -> None:
        archive = self._archive
        async with self._database.transaction(archive.workspace_id) as session:
            await content.by_key(session)
            wanted = await items.wanted(session, archive, [UUID(line.task_id) for line in portion])
            if not wanted:
                return
            coming = await self._without_conflicts(session, wanted)
            texts = {line.task_id: line.content for line in portion}
            contents = [texts[str(item.task_id)] for item in coming]
            placed = set(await content.put_back(session, archive.workspace_id, contents, tables)) if contents else set()
            # Somebody was faster by a moment.
            late = [item.task_id for item in coming if item.task_id not in placed]
            await items.note(session, archive, late, ItemOutcome.ARCHIVED, Reason.EXTERNAL_ID_TAKEN)
            back = await self._proved(session, [item for item in coming if item.task_id in placed], tables)
            told = facts.task_facts("restored", archive, [(item.task_id, item.project_id) for item in back])
            ledger.record_many(session, told, by=self._actor)
            self._done += len(wanted)
            if not await store.tell_done(session, archive, self._done):
                raise NoLongerOurs

    async def _without_conflicts(self, session: AsyncSession, wanted: Sequence[Item]) -> list[Item]:
        archive = self._archive
        projects = await items.held_projects(session, archive.workspace_id, [item.project_id for item in wanted])
        homeless = [item.task_id for item in wanted if item.project_id not in projects]
        await items.note(session, archive, homeless, ItemOutcome.ARCHIVED, Reason.PROJECT_GONE)
        taken = await items.conflicts(session, archive, [item.task_id for item in wanted])
        for reason in sorted(set(taken.values())):
            ids = [task_id for task_id, why in taken.items() if why == reason and task_id not in homeless]
            await items.note(session, archive, ids, ItemOutcome.ARCHIVED, reason)
        return [item for item in wanted if item.project_id in projects and item.task_id not in taken]

    async def _proved(self, session: AsyncSession, placed: Sequence[Item], tables: Shape) -> list[Item]:
        """Keep those in the list whose content is, by its hash, what had been archived; take the others out again."""
        archive = self._archive
        ids = [item.task_id for item in placed]
        now = await content.hashes(session, archive.workspace_id, ids, tables)
        other = [item.task_id for item in placed if now.get(item.task_id) != item.sha256]
        if other:
            await content.take_out(session, archive.workspace_id, other)
            await items.note(session, archive, other, ItemOutcome.ARCHIVED, Reason.DIFFERS)
        same = [item for item in placed if item.task_id not in set(other)]
        await items.note(session, archive, [item.task_id for item in same], ItemOutcome.RESTORED)
        await self._put_beside(session, same)
        return same

    async def _put_beside(self, session: AsyncSession, same: Sequence[Item]) -> None:
        """Have the words of what came back found again: of a few at once, of many like those of an upload."""
        workspace_id = self._archive.workspace_id
        if self._archive.wanted <= INDEXED_AT_ONCE_MAX:
            await tasks.index(session, workspace_id, [item.task_id for item in same])
            return
        for project_id in {item.project_id for item in same}:
            ids = [item.task_id for item in same if item.project_id == project_id]
            await tasks.index_later(session, workspace_id, project_id, min(ids), max(ids))


class Erasure:
    """One attempt at removing an archive for good."""

    def __init__(self, database: Database, archive: Archive) -> None:
        self._database = database
        self._archive = archive

    async def run(self) -> None:
        """Let go of the files that only its tasks used, then of its own."""
        archive = self._archive
        while await self._forget_some():
            pass
        async with self._database.transaction(archive.workspace_id) as session:
            ours = await actions.still_ours(session, archive)
            if ours is None:
                return
            if ours.passage_id is not None and ours.sha256 is not None:
                await files.let_go(session, archive.workspace_id, ours.passage_id, ours.sha256)
            await store.remove(session, ours)

    async def _forget_some(self) -> bool:
        archive = self._archive
        async with self._database.transaction(archive.workspace_id) as session:
            gone = await items.forget_some(session, archive)
            held = [task_id for task_id, outcome in gone if outcome == ItemOutcome.ARCHIVED]
            await files.forget(session, archive.workspace_id, *held)
        return bool(gone)
