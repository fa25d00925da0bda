"""One attempt at one file of an upload: read in a thread, staged and moved in one transaction, and watched."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from taskyard.domain import projects, tasks
from taskyard.domain.uploads import attempts, store
from taskyard.domain.uploads.attempts import Begun, Taken
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.members import Desk, Members
from taskyard.domain.uploads.mending import Mending
from taskyard.domain.uploads.opening import Openings
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.portions import Portion, Reader
from taskyard.domain.uploads.row_errors import RowError, error_of, storable
from taskyard.domain.uploads.row_set import RowSet
from taskyard.domain.uploads.rows import FileProblem
from taskyard.domain.uploads.rules import ATTEMPTS_MAX, Counts, UploadMode, refusal_of
from taskyard.domain.uploads.sources import Source, within
from taskyard.domain.uploads.staging import Staging
from taskyard.domain.uploads.zip_contents import limits_of
from taskyard.kit.ids import first_of, last_of, new_id
from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem
from taskyard.kit.settings import Settings

WATCH_SECONDS = 0.5
# Of an upload of files: unpacking them is what takes the time, before their rows are staged.
UNPACKING_SHARE = 0.9
# Refusals that another attempt may not meet again.
MAY_PASS = frozenset({Kind.UNAVAILABLE, Kind.OUT_OF_SPACE})

logger = log("uploads")


class _NoLongerOurs(Exception):  # noqa: N818 - it ends an attempt, it is no error
    """Somebody cancelled the upload, or another worker has begun it: nothing of this attempt may stay."""


class _NothingTaken(Exception):  # noqa: N818 - the same
    """All or nothing, and one row was bad: nothing of this attempt may stay but what was wrong."""


class Intake:
    """An attempt at one file that has begun. It ends the upload, or leaves it to the next attempt."""

    def __init__(self, desk: Desk, settings: Settings, begun: Begun) -> None:
        self._desk = desk
        self._database = desk.database
        self._settings = settings
        self._begun = begun
        self._upload = begun.upload
        self._mending = Mending(begun.failed) if begun.failed is not None else None
        self._members: Members | None = None
        self._reader: Reader | None = None
        self._rows = 0
        self._failed = RowSet()
        self._errors: list[RowError] = []

    async def run(self) -> None:
        """Take the file in. Raises what another attempt may mend; after the last one the upload has failed."""
        upload, file = self._upload, self._begun.file
        may_be_tried_again = self._begun.attempts < ATTEMPTS_MAX
        try:
            async with AsyncExitStack() as stack:
                path = await stack.enter_async_context(self._desk.objects.borrowed(upload.workspace_id, file.sha256))
                await self._watched(self._work(path, stack))
        except _NoLongerOurs:
            logger.info("upload.left", upload=str(upload.id), attempt=upload.attempt)
        except _NothingTaken:
            await self._fail(refusal_of(self._counts()))
        except FileProblem as problem:
            # What is wrong with the file stands before what was wrong with its rows.
            self._errors[:0] = [error_of(0, flaw) for flaw in problem.flaws]
            await self._fail(problem.detail)
        except Problem as problem:
            if problem.kind in MAY_PASS and may_be_tried_again:
                raise
            await self._fail(problem.detail)
        except Exception as error:
            logger.exception("upload.broken", upload=str(upload.id), attempt=upload.attempt)
            if may_be_tried_again:
                raise
            says = f"It was given up after {self._begun.attempts} attempts: {type(error).__name__} on our side."
            await self._fail(says)

    async def _work(self, path: Path, stack: AsyncExitStack) -> None:
        upload, file, settings = self._upload, self._begun.file, self._settings
        async with self._database.transaction(upload.workspace_id) as session:
            version = await projects.version(session, upload.workspace_id, upload.project_id, file.flow_version)
        format_, private = Format(file.format), settings.callback_private
        checker = FlowChecker(version.flow)
        source = Source(path, file.file_name, checker, format_, file.mapping, private_callbacks=private)
        if upload.format == Format.ZIP:
            if self._mending is not None:
                # Mended rows name the members of what came first.
                path = await stack.enter_async_context(self._desk.objects.borrowed(upload.workspace_id, upload.sha256))
            source = await within(source, path, self._desk.objects, limits_of(settings), stack)
        if source.contents is not None:
            self._members = Members(source.contents, source.checker, self._desk, upload)
            await self._members.unpack(await asyncio.to_thread(source.names))
        self._reader = Reader(
            source,
            checker,
            Openings(version.flow),
            errors_max=settings.upload_errors_max,
            mending=self._mending,
            members=self._members,
        )
        await self._take_in(self._reader)

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        """Take the rows in, and tell how far it is twice a second; a cancelled upload ends here."""
        working = asyncio.create_task(work, name=f"upload.{self._upload.id}")
        has_ended = False
        try:
            while not (await asyncio.wait({working}, timeout=WATCH_SECONDS))[0]:
                if not await self._tell_progress():
                    raise _NoLongerOurs
            await working
            has_ended = True
        finally:
            # Also when this worker is told to stop: the statement under way is cancelled in the database.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            if self._reader is not None:
                self._reader.close()
            if self._members is not None and not has_ended:
                await self._members.give_up()

    async def _tell_progress(self) -> bool:
        upload = self._upload
        part = self._reader.part_read if self._reader is not None else 0.0
        if self._members is not None:
            part = UNPACKING_SHARE * self._members.part_read + (1 - UNPACKING_SHARE) * part
        # Of the file under way, told as if it were the source: one number says how far an upload is.
        read = int(part * upload.bytes)
        async with self._database.transaction(upload.workspace_id) as session:
            return await store.tell_progress(session, upload.workspace_id, upload.id, upload.attempt, read)

    async def _take_in(self, reader: Reader) -> None:
        upload = self._upload
        async with self._database.transaction(upload.workspace_id) as session:
            staging = await Staging.open(
                session,
                upload,
                reader.checker,
                self._settings.job_statement_seconds_max,
                may_reserve=self._begun.file.may_reserve,
            )
            before = new_id()
            if self._members is not None:
                await self._members.enter(session)
            await self._read_all(reader, staging)
            if upload.mode == UploadMode.ALL_OR_NOTHING and self._failed:
                raise _NothingTaken
            if self._mending is not None and not self._mending.taken:
                raise self._mending.refusal(self._begun.file.file_name)
            await self._say_processing()
            if upload.mode == UploadMode.ALL_OR_NOTHING:
                await staging.move_kept(reader.openings.known)
            if any(opening.wakes_models for opening in reader.openings.known):
                await staging.wake_models()
            await tasks.index_later(
                session, upload.workspace_id, upload.project_id, first_of(before), last_of(new_id())
            )
            if self._members is not None:
                await self._members.settle(session)
            counts = self._counts()._replace(
                created=staging.created, unchanged=staging.unchanged, differing=staging.differing
            )
            if not await attempts.complete(session, upload, self._taken(counts)):
                raise _NoLongerOurs

    async def _read_all(self, reader: Reader, staging: Staging) -> None:
        """Stage portion by portion; while the database has one in hand, the next is read."""
        ahead = asyncio.ensure_future(asyncio.to_thread(reader.next))
        try:
            while (portion := await ahead) is not None:
                # Before the next is read: reading and sending in one interpreter make each other wait.
                await staging.copy(portion)
                ahead = asyncio.ensure_future(asyncio.to_thread(reader.next))
                await self._stage(portion, staging, reader.openings)
        finally:
            await asyncio.gather(ahead, return_exceptions=True)

    async def _stage(self, portion: Portion, staging: Staging, openings: Openings) -> None:
        errors = await staging.sift(portion)
        self._rows += portion.rows
        for number in portion.failed:
            self._failed.add(number)
        for error in errors:
            self._failed.add(error.row)
        if len(self._errors) < self._settings.upload_errors_max:
            self._errors += sorted([*portion.errors, *errors], key=lambda error: error.row)
        if self._upload.mode == UploadMode.VALID_ROWS:
            await staging.move(openings.known)
        elif not self._failed:
            await staging.keep()

    async def _say_processing(self) -> None:
        # A transaction of its own: people see it now, and the row is free again at once for whoever cancels.
        async with self._database.transaction(self._upload.workspace_id) as session:
            if not await attempts.process(session, self._upload):
                raise _NoLongerOurs

    async def _fail(self, says: str) -> None:
        upload = self._upload
        async with self._database.transaction(upload.workspace_id) as session:
            await attempts.fail(session, upload, storable(says), self._taken(self._counts()))

    def _counts(self) -> Counts:
        return Counts(rows=self._rows, failed=len(self._failed))

    def _taken(self, counts: Counts) -> Taken:
        told, mended, left_out = [], RowSet(), None
        if self._mending is not None:
            told, mended, left_out = self._mending.told, self._mending.taken, self._mending.left_out()
        elif self._members is not None:
            left_out = self._members.left_out()
        errors = [*told, *self._errors][: self._settings.upload_errors_max]
        return Taken(counts, errors, self._failed, mended, left_out)
