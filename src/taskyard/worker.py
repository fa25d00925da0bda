"""The worker: performs models' turns, does background chores, and sees to what the clock ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from datetime import date

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from taskyard import wiring
from taskyard.app import picture_limits
from taskyard.domain import archives, bulk, callbacks, exports, files, performers, reservations, runs, tasks, uploads
from taskyard.domain.performers import Hands
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.jobs import ChoreWorker
from taskyard.kit.db.engine import WORKER_ROLE, Database, driver_url
from taskyard.kit.ending import is_ending
from taskyard.kit.ids import new_id
from taskyard.kit.logs import log
from taskyard.kit.problems import Problem
from taskyard.kit.settings import Settings

logger = log("worker")

TICK_SECONDS = 1.0
SWEEP_SECONDS = 600.0
BREATH_SECONDS = 0.02
AGE_SECONDS = 300.0
# A thread that reads a file lets the loop in sooner than the usual 5 ms: each statement of an upload waited for that.
SWITCH_SECONDS = 0.0002
CHANNEL = "taskyard_work"


class Worker:
    """One worker process."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._url = database_url
        self._database = Database(
            database_url,
            connections=settings.worker_slots + 4,
            statement_seconds=settings.job_statement_seconds_max,
            lock_seconds=settings.lock_seconds_max,
            application="taskyard worker",
            role=WORKER_ROLE,
        )
        wiring.connect(self._database)
        self._objects = ObjectStore.open(settings)
        self._pictures = Pictures(picture_limits(settings))
        # A name no other start ever has: leases of a worker that died are never taken for ours.
        self.name = f"{socket.gethostname()}-{os.getpid()}-{new_id().hex[-8:]}"
        self._looked_on: date | None = None
        self._hands = Hands(self._database, settings, self._objects, self._pictures, self.name)
        self._callbacks = callbacks.Sender(self._database, settings)

    async def run(self) -> None:
        """Work until cancelled."""
        sys.setswitchinterval(SWITCH_SECONDS)
        chores = [
            *uploads.chores(self._database, self._settings, self._objects, self._pictures),
            *exports.chores(self._database, self._settings, self._objects, self._pictures),
            *files.chores(self._database, self._objects),
            *archives.chores(self._database, self._objects, self._pictures),
            *bulk.chores(self._database, self._settings),
        ]
        chore_worker = ChoreWorker(self._url, chores, role=WORKER_ROLE)
        logger.info("worker.started", worker=self.name)
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self._settings.worker_slots):
                    group.create_task(self._hands.work(), name=f"slot.{number}")
                group.create_task(self._callbacks.work(), name="callbacks")
                group.create_task(self._listen(), name="listen")
                group.create_task(self._tick(), name="clock")
                group.create_task(self._sweep(), name="sweep")
                group.create_task(self._index(), name="index")
                group.create_task(self._age(), name="ageing")
                group.create_task(_kept_up(chore_worker), name="chores")
        finally:
            await self._callbacks.close()
            await self._pictures.close()
            await self._database.close()
            logger.info("worker.stopped", worker=self.name)

    async def _listen(self) -> None:
        """Wake idle slots when work is announced; without this they look by themselves, a little later."""
        address = driver_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
        while not is_ending():
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for _ in connection.notifies():
                        self._hands.wake.set()
            await asyncio.sleep(1)

    async def _tick(self) -> None:
        while not is_ending():
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.end_what_is_due()
            except (SQLAlchemyError, OSError, Problem) as error:
                logger.warning("clock.waits", error=type(error).__name__)

    async def end_what_is_due(self) -> None:
        """Take back leases that ran out and end cancelled runs past their deadline. Safe beside other workers."""
        async with self._database.transaction() as session:
            lost = await runs.lost_leases(session, None)
            overdue = await runs.overdue_cancellations(session)
        for workspace_id in {workspace_id for workspace_id, _ in lost}:
            async with self._database.transaction(workspace_id) as session:
                await reservations.expire_due(session, workspace_id)
        for workspace_id, step_run_id in lost:
            async with self._database.transaction(workspace_id) as session:
                await performers.lose(session, workspace_id, step_run_id)
        for workspace_id, run_id in overdue:
            async with self._database.transaction(workspace_id) as session:
                await performers.end_cancelled(session, workspace_id, run_id)

    async def age_what_waits(self) -> int:
        """Move what has waited long enough earlier in its line; return how many. Safe beside other workers."""
        moved = 0
        async with self._database.transaction() as session:
            ageing = await runs.projects_that_age(session)
        for project in ageing:
            async with self._database.transaction(project.workspace_id) as session:
                due = await runs.due_to_age(session, project)
            for start in range(0, len(due), runs.PORTION):
                async with self._database.transaction(project.workspace_id) as session:
                    moved += await runs.age(session, project, due[start : start + runs.PORTION])
        return moved

    async def _age(self) -> None:
        while not is_ending():
            await asyncio.sleep(AGE_SECONDS)
            try:
                await self.age_what_waits()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("ageing.waits", error=type(error).__name__)

    async def sweep(self) -> None:
        """Remove what has had its day. Safe beside other workers."""
        async with self._database.transaction() as session:
            await session.execute(_OLD_KEYS)
            await session.execute(_OLD_COUNTS)
        await exports.sweep(self._database)
        await files.sweep(self._database)
        await callbacks.sweep(self._database, self._settings.callback_days)
        await bulk.sweep(self._database, self._settings.bulk_item_days)
        self._looked_on = await archives.look(self._database, self._looked_on)

    async def _index(self) -> None:
        """Put words and sorted values beside new tasks, with a breath between portions: nobody waits for it."""
        while not is_ending():
            try:
                was_there = await tasks.index_next(self._database)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("index.waits", error=type(error).__name__)
                was_there = False
            await asyncio.sleep(BREATH_SECONDS if was_there else TICK_SECONDS)

    async def _sweep(self) -> None:
        while not is_ending():
            try:
                await self.sweep()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("sweep.waits", error=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)


async def _kept_up(chores: ChoreWorker) -> None:
    while not is_ending():
        try:
            await chores.run()
        except Exception as error:  # noqa: BLE001 - whatever ends the chores' loop, most often a lost database, it begins again
            logger.warning("chores.restarted", error=type(error).__name__)
        await asyncio.sleep(1)


_OLD_KEYS = text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '25 hours'")
_OLD_COUNTS = text("DELETE FROM sign_in_counts WHERE minute < now() - interval '1 hour'")
