"""The files of a ZIP on their way in: unpacked one by one into the store, and put in place of the names in rows."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import files
from taskyard.domain.files import ContentLeaving, Stored
from taskyard.domain.projects import InputChecker
from taskyard.domain.uploads.rows import Row
from taskyard.domain.uploads.tables import Upload
from taskyard.domain.uploads.zip_contents import Contents, flaw_of, unpack_into
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.kit.db.engine import Database
from taskyard.kit.problems import Flaw, Kind, Problem
from taskyard.kit.unzip import MemberBroken
from taskyard.kit.words import counted, listed

# What arrived is looked after while the others still arrive: after an hour it would be taken for left behind.
STAY_SECONDS = 600.0
LEAVING_SECONDS, LEAVING_TIMES = 1.0, 5
# Refusals that say nothing about the member.
_OURS = frozenset({Kind.UNAVAILABLE, Kind.OUT_OF_SPACE, Kind.BROKEN})
UNUSED_NAMED = 5


class Desk(NamedTuple):
    """What members need on their way."""

    database: Database
    objects: ObjectStore
    pictures: Pictures
    file_bytes_max: int


class Members:
    """The files of one ZIP for one attempt at its rows. `unpack` first; what then is not wanted is given up."""

    def __init__(self, contents: Contents, checker: InputChecker, desk: Desk, upload: Upload) -> None:
        self.contents = contents
        self._checker = checker
        self._desk = desk
        self._upload = upload
        self._named: frozenset[str] = frozenset()
        self._ids: dict[str, UUID] = {}
        self._stored: dict[UUID, Stored] = {}
        self._refused: dict[str, Flaw] = {}
        self._read = 0
        self._total = 0

    @property
    def part_read(self) -> float:
        """Return how much of what is wanted was unpacked, from 0 to 1."""
        return self._read / self._total if self._total else 0.0

    async def unpack(self, wanted: Collection[str]) -> None:
        """Make these members durable, each checked as a file is that somebody gives. No transaction is open.

        One that cannot be taken is remembered with the reason, for the rows that name it.
        """
        self._named = frozenset(wanted)
        self._total = sum(self.contents.members[path].size for path in wanted)
        looked_after = time.monotonic()
        for path, entry in self.contents.members.items():
            if path not in self._named:
                continue
            try:
                stored = await self._put_away(path)
            except MemberBroken as broken:
                self._refused[path] = flaw_of(path, broken.says, broken.mend)
            except Problem as problem:
                if problem.kind in _OURS:
                    raise
                self._refused[path] = flaw_of(path, f"cannot be taken: {problem.detail}")
            else:
                file_id = _id_of(self._upload, path, stored)
                self._ids[path], self._stored[file_id] = file_id, stored
            self._read += entry.size
            if time.monotonic() - looked_after > STAY_SECONDS:
                looked_after = time.monotonic()
                async with self._desk.database.transaction(self._upload.workspace_id) as session:
                    await files.stay(session, self._upload.workspace_id, self._stored.values())

    def of(self, row: Row) -> Row:
        """Return a row with the ids of its files in place of their names, or with what is wrong with those."""
        if row.flaws or row.input is None:
            return row
        ids: dict[str, str] = {}
        flaws: list[Flaw] = []
        for place, said, kind in self._checker.file_values(row.input):
            path = self.contents.find(said)
            if path is None:
                # An id of a file that is here already is looked up with those of all rows.
                if not _is_id(said):
                    flaws.append(self.contents.missing(place, said))
            elif path in self._ids:
                if flaw := self._another_kind(path, kind):
                    flaws.append(replace(flaw, place=place))
                ids[said] = str(self._ids[path])
            elif refused := self._refused.get(path):
                flaws.append(replace(refused, place=place))
        if flaws:
            return row._replace(flaws=tuple(flaws))
        self._checker.give_files(row.input, ids)
        return row

    def name_of(self, handles: Collection[str]) -> str:
        """Return what to call a task in which only files can be seen."""
        return " · ".join(self._stored[file_id].name for handle in handles if (file_id := UUID(handle)) in self._stored)

    async def enter(self, session: AsyncSession) -> None:
        """Make files of the members, in the transaction that makes the rows visible."""
        await files.keep_many(session, self._upload.workspace_id, self._stored, self._upload.created_by)

    async def settle(self, session: AsyncSession) -> None:
        """Have only those stay that a task uses, before that transaction ends."""
        await files.settle(session, self._upload.workspace_id, self._stored)

    async def give_up(self) -> None:
        """Take back what an attempt put away that made nothing."""
        async with self._desk.database.transaction(self._upload.workspace_id) as session:
            await files.give_up(session, self._upload.workspace_id, self._stored.values())

    def left_out(self) -> str | None:
        """Say what of the ZIP made no task, and is no failed row either."""
        says = self.contents.passed_over()
        unused = [path for path in self.contents.members if path not in self._named]
        if unused:
            names = listed(unused, most=UNUSED_NAMED)
            verb = "is" if len(unused) == 1 else "are"
            says.append(f"{counted(len(unused), 'file')} of the ZIP {verb} named by no good row: {names}.")
        return " ".join(says) or None

    def _another_kind(self, path: str, kind: str) -> Flaw | None:
        # Told here by the name: after the row was refused nobody would know the id.
        media_type = self._stored[self._ids[path]].media_type
        if kind == "image" and not files.is_picture(media_type):
            return flaw_of(path, f"is {media_type}, not a picture", "Give a PNG, JPEG, WebP or GIF.")
        return None

    async def _put_away(self, path: str) -> Stored:
        desk, workspace_id = self._desk, self._upload.workspace_id
        async with desk.objects.incoming(desk.file_bytes_max) as incoming:
            await unpack_into(incoming, self.contents, path)
            for _ in range(LEAVING_TIMES):
                try:
                    return await files.put_away(
                        desk.database, desk.objects, desk.pictures, workspace_id, incoming, path
                    )
                except ContentLeaving:
                    await asyncio.sleep(LEAVING_SECONDS)
            raise ContentLeaving


def _id_of(upload: Upload, path: str, stored: Stored) -> UUID:
    """Return the same id for the same file of the same project: an upload that is repeated then changes nothing."""
    told = f"{upload.workspace_id}/{upload.project_id}/{stored.sha256}/{path}"
    return UUID(bytes=hashlib.sha256(told.encode()).digest()[:16], version=5)


def _is_id(said: str) -> bool:
    try:
        return str(UUID(said)) == said
    except ValueError:
        return False
