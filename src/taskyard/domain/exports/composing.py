"""An export as it goes out: the data of one moment, then the files behind it, with no transaction open any more."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import orjson

from taskyard import __version__
from taskyard.access import Actor
from taskyard.domain import files
from taskyard.domain.exports import form_coco, form_lines, form_table, form_yolo
from taskyard.domain.exports.reading import Moment, Reading, Tally, reading
from taskyard.domain.exports.rules import ExportFormat, member_name
from taskyard.domain.exports.wanted import Wanted
from taskyard.gateways.objects import FileDamaged, FileGone, ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.kit.db.engine import Database
from taskyard.kit.zips import ZipStream

PIECE_BYTES = 64_000
IN_MEMORY_BYTES = 1_000_000
PACKED_ALREADY = ("image/", "video/", "audio/", "application/zip", "application/gzip")
FILES_LOST = "files that could not be read"


@dataclass(frozen=True, slots=True)
class Tools:
    """What an export is made with."""

    database: Database
    objects: ObjectStore
    pictures: Pictures
    seconds_max: float


class Composition:
    """One export on its way out. Its tally and moment are known as it goes; its manifest at the end."""

    def __init__(
        self, tools: Tools, actor: Actor, wanted: Wanted, asked: dict[str, Any], about: dict[str, Any]
    ) -> None:
        self._tools = tools
        self._actor = actor
        self._wanted = wanted
        self._asked = asked
        self._about = about
        self._projects: list[dict[str, Any]] = []
        self._folder = tools.objects.arriving
        # Both are made with the first piece: what is refused before that leaves nothing open.
        self._sums: IO[bytes]
        self._waiting: IO[bytes]
        self.tally = Tally()
        self.moment: Moment | None = None

    async def pieces(self, kept_as: str | None = None) -> AsyncGenerator[bytes]:
        """Yield the export in pieces of about 64 kB. With the name it is kept under somebody wants its manifest."""
        self._sums = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(self._folder))  # noqa: SIM115 - closed by `close`
        self._waiting = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(self._folder))  # noqa: SIM115 - closed below
        made = self._zipped() if self._wanted.is_zip else self._alone(kept_as)
        piece = bytearray()
        try:
            async with aclosing(made) as parts:
                async for part in parts:
                    piece += part
                    if len(piece) >= PIECE_BYTES:
                        yield bytes(piece)
                        piece.clear()
            yield bytes(piece)
        finally:
            self._waiting.close()
            if kept_as is None:
                self.close()

    @property
    def began_at(self) -> datetime:
        """Return the moment it shows; known with the first piece."""
        assert self.moment is not None  # noqa: S101 - the first piece is made in it
        return self.moment.at

    def close(self) -> None:
        """Forget what the manifest would be made of. Safe to repeat."""
        if hasattr(self, "_sums"):
            self._sums.close()

    def manifest(self) -> AsyncIterator[bytes]:
        """Yield what the export is, with the sums of its files; once, at the end."""
        return self._manifest()

    async def _alone(self, kept_as: str | None) -> AsyncGenerator[bytes]:
        async with self._reading() as now:
            await now.count_missing()
            if kept_as is not None:
                await self._count(now)
            sums = _Sums()
            async with aclosing(self._data(now)) as parts:
                async for part in parts:
                    if kept_as is not None:
                        sums.add(part)
                    yield part
            if kept_as is not None:
                self._note(kept_as, sums)

    async def _zipped(self) -> AsyncGenerator[bytes]:
        async with self._reading() as now:
            zipped = ZipStream(now.moment.at, self._folder)
            try:
                await now.count_missing()
                await self._count(now)
                form = self._wanted.form
                parts = self._labels(now, zipped) if form is ExportFormat.YOLO else self._data_in(now, zipped)
                async with aclosing(parts) as found:
                    async for part in found:
                        yield part
                if self._wanted.with_files and form is not ExportFormat.YOLO:
                    await self._wait_for_files(now)
            except BaseException:
                zipped.close()
                raise
        try:
            # The moment is over: nothing of the database waits while the store is read and somebody takes the bytes.
            async with aclosing(self._files(zipped)) as found:
                async for part in found:
                    yield part
            yield zipped.opened("manifest.json", pack=True)
            async for part in self._manifest():
                yield zipped.piece(part)
            yield zipped.closed()
            for part in zipped.ending():
                yield part
        finally:
            zipped.close()

    def _reading(self) -> Any:
        return reading(self._tools.database, self._actor, self._wanted, self.tally, self._tools.seconds_max)

    async def _count(self, now: Reading) -> None:
        self.moment = now.moment
        await now.count()
        self._projects = [
            {"id": project.id, "name": project.name, "versions": project.versions} for project in await now.projects()
        ]

    def _data(self, now: Reading) -> AsyncGenerator[bytes]:
        self.moment = now.moment
        makers: dict[ExportFormat, Callable[[], AsyncGenerator[bytes]]] = {
            ExportFormat.JSON: lambda: form_lines.pieces(now),
            ExportFormat.JSONL: lambda: form_lines.pieces(now),
            ExportFormat.CSV: lambda: form_table.csv_pieces(now),
            ExportFormat.PARQUET: lambda: form_table.parquet_pieces(now),
            ExportFormat.COCO: lambda: form_coco.pieces(now, self._folder),
        }
        return makers[self._wanted.form]()

    async def _data_in(self, now: Reading, zipped: ZipStream) -> AsyncGenerator[bytes]:
        sums = _Sums()
        yield zipped.opened(self._wanted.data_name, pack=self._wanted.form is not ExportFormat.PARQUET)
        async with aclosing(self._data(now)) as parts:
            async for part in parts:
                sums.add(part)
                yield zipped.piece(part)
        yield zipped.closed()
        self._note(self._wanted.data_name, sums)

    async def _labels(self, now: Reading, zipped: ZipStream) -> AsyncGenerator[bytes]:
        async with aclosing(form_yolo.members(now)) as found:
            async for labels in found:
                sums = _Sums()
                sums.add(labels.content)
                self._note(labels.name, sums)
                yield zipped.entry(labels.name, labels.content)
                if labels.file is not None and self._wanted.with_files:
                    told = labels.file
                    self._wait(f"images/{labels.stem}", told["name"], told["sha256"], told["media_type"])

    async def _wait_for_files(self, now: Reading) -> None:
        async with aclosing(now.files()) as found:
            async for batch in found:
                for file_id, name, sha256, media_type in csv.reader([row.decode() for row in batch]):
                    self._wait(member_name(file_id, name), name, sha256, media_type)

    def _wait(self, member: str, name: str, sha256: str, media_type: str) -> None:
        self._waiting.write(_row([member, name, sha256, media_type]))
        self.tally.files_total += 1

    async def _files(self, zipped: ZipStream) -> AsyncGenerator[bytes]:
        self._waiting.seek(0)
        while line := self._waiting.readline():
            member, name, sha256, media_type = next(csv.reader([line.decode()]))
            try:
                member, content = await self._content(member, name, sha256, media_type)
            except (FileGone, FileDamaged):
                self.tally.left_out[FILES_LOST] += 1
                continue
            sums = _Sums()
            yield zipped.opened(member, pack=not media_type.startswith(PACKED_ALREADY))
            async for part in content:
                sums.add(part)
                yield zipped.piece(part)
            yield zipped.closed()
            self.tally.files += 1
            self._note(member, sums)

    async def _content(self, member: str, name: str, sha256: str, media_type: str) -> tuple[str, AsyncIterator[bytes]]:
        workspace_id = self._actor.workspace_id
        if not self._wanted.is_of_pictures or not files.is_picture(media_type):
            return member, await self._tools.objects.stream(workspace_id, sha256)
        # Regions are in the pixels of the upright picture, which is not always what was given.
        file = files.File(workspace_id=workspace_id, sha256=sha256, media_type=media_type, name=name)
        shown = await files.view_of(self._tools.objects, self._tools.pictures, file)
        is_bare = self._wanted.form is ExportFormat.YOLO
        return member + files.extension_of(shown) if is_bare else member, _once(shown)

    def _note(self, name: str, sums: _Sums) -> None:
        told = {"name": name, "bytes": sums.bytes, "sha256": sums.sha256}
        self._sums.write((b",\n" if self._sums.tell() else b"\n") + orjson.dumps(told))

    async def _manifest(self) -> AsyncGenerator[bytes]:
        head = orjson.dumps(self.told(), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
        yield head.removesuffix(b"\n}") + b',\n  "files": ['
        self._sums.seek(0)
        while piece := self._sums.read(PIECE_BYTES):
            yield piece
        yield b"\n]}\n"

    def told(self) -> dict[str, Any]:
        """Return what the export is, without its files."""
        wanted, tally, moment = self._wanted, self.tally, self.moment
        about = dict(self._about)
        if "consumer" in about:
            until = moment.snapshot if moment else None
            about["consumer"] = {"name": about["consumer"], "since": wanted.since, "until": until}
        counts = {"tasks": tally.done, "answers": tally.answers, "gone": tally.gone, "files": tally.files}
        include = [name for name, on in (("events", wanted.with_events), ("files", wanted.with_files)) if on]
        return {
            "taskyard": __version__,
            "format": wanted.form,
            "selection": self._asked,
            "answers": wanted.answers,
            "answers_of": wanted.answers_of,
            "include": include,
            "snapshot": {"at": moment.at, "position": moment.snapshot} if moment else None,
            "counts": {**counts, "left_out": dict(tally.left_out)},
            "projects": self._projects,
            **about,
        }


class _Sums:
    """The length and the hash of something that goes by."""

    def __init__(self) -> None:
        self.bytes = 0
        self._digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        self.bytes += len(part)
        self._digest.update(part)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _row(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
