"""Background chores: deferred in the caller's transaction, run by a worker at least once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.db.engine import RUNTIME_ROLE, driver_url
from taskyard.kit.ending import is_ending
from taskyard.kit.logs import log

# A chore whose worker has not been heard of for this long is run again by another one.
SILENT_SECONDS_MAX = 30

logger = log("jobs")
Doorway = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Chore:
    """One kind of background work. Its doorway must be safe to enter twice with the same arguments."""

    name: str
    enter: Doorway
    attempts_max: int = 5


async def enqueue(session: AsyncSession, chore: str, *, one_at_a_time: str | None = None, **arguments: Any) -> None:
    """Have a chore done once the transaction is committed; chores that share `one_at_a_time` wait for one another."""
    await session.execute(
        _DEFER, {"name": chore, "lock": one_at_a_time, "arguments": orjson.dumps(arguments, default=str).decode()}
    )


class ChoreWorker:
    """Runs chores until it is stopped, and takes over those of workers that died."""

    def __init__(self, url: str, chores: list[Chore], *, at_once: int = 2, role: str = RUNTIME_ROLE) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=driver_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs={"options": f"-c role={role}"},
            min_size=1,
            max_size=at_once + 3,
        )
        self._app = procrastinate.App(connector=connector)
        self._at_once = at_once
        for chore in chores:
            retry = procrastinate.RetryStrategy(max_attempts=chore.attempts_max, exponential_wait=2)
            self._app.task(name=chore.name, retry=retry)(chore.enter)

    async def run(self) -> None:
        """Work until cancelled; the chore in hand is finished first."""
        async with self._app.open_async():
            rescue = asyncio.create_task(self._rescue(), name="jobs.rescue")
            try:
                await self._app.run_worker_async(
                    concurrency=self._at_once,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=1,
                    delete_jobs="successful",
                    update_heartbeat_interval=5,
                    stalled_worker_timeout=SILENT_SECONDS_MAX,
                )
            finally:
                rescue.cancel()
                with suppress(asyncio.CancelledError):
                    await rescue

    async def _rescue(self) -> None:
        while not is_ending():
            try:
                for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS_MAX):
                    logger.warning("chore.rescued", chore=job.task_name, job=job.id)
                    await self._app.job_manager.retry_job(job)
            except ConnectorException as error:
                logger.warning("chore.rescue_failed", error=type(error).__name__)
            await asyncio.sleep(5)


_DEFER = text("""
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', CAST(:name AS text), 0, CAST(:lock AS text), NULL, CAST(:arguments AS jsonb), NULL)
        ::procrastinate_job_to_defer_v1])
""")
