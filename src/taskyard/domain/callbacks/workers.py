"""A worker's sender: what is due goes out, many at once, few to each receiver, no transaction open meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.callbacks import actions, store
from taskyard.domain.callbacks.actions import Order, Outcome
from taskyard.domain.callbacks.problems import NoSuchDelivery
from taskyard.domain.callbacks.rules import RESPONSE_CHARS_MAX, WORKSPACE_SHARE, last_turns, signatures
from taskyard.gateways.outgoing import NotReached, Outgoing
from taskyard.kit.db.engine import Database
from taskyard.kit.ending import is_ending
from taskyard.kit.logs import log
from taskyard.kit.settings import Settings

logger = log("callbacks")

LOOK_SECONDS = 0.5
WRITES_MAX = 20
# Of the connections of a worker, callbacks leave the most to others.
CONNECTIONS = 2


class Sender:
    """One worker's way of telling receivers what happened."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._outgoing = Outgoing(
            seconds_max=settings.callback_seconds_max,
            may_be_private=settings.callback_private,
            at_once=settings.callbacks_at_once,
        )
        self._open: set[asyncio.Task[None]] = set()
        # By workspace the receiver that had the last turn.
        self._last: dict[UUID, str] = {}
        self._ended = asyncio.Event()
        self._writing = asyncio.Semaphore(CONNECTIONS)

    async def work(self) -> None:
        """Send until cancelled; what is under way then is given back, for another worker to send at once."""
        try:
            while not is_ending():
                try:
                    await self.begin_due()
                except (SQLAlchemyError, OSError) as error:
                    logger.warning("callbacks.wait", error=type(error).__name__)
                # Whoever has ended makes room for the next, which need not wait.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ended.wait(), LOOK_SECONDS)
                self._ended.clear()
        finally:
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def close(self) -> None:
        """Give connections and threads back."""
        await self._outgoing.close()

    async def send_due(self) -> int:
        """Send what is due now and wait for it; return how many attempts that were."""
        begun = await self.begin_due()
        await asyncio.gather(*self._open)
        return begun

    async def begin_due(self) -> int:
        """Begin to send what is due, as far as hands are free. Safe beside other workers."""
        free = self._settings.callbacks_at_once - len(self._open)
        async with self._database.transaction() as session:
            silent = await store.silent(session)
            share = max(1, self._settings.callbacks_at_once // WORKSPACE_SHARE)
            due = await self._due(session, free, share) if free > 0 else {}
        for workspace_id, ids in silent.items():
            async with self._database.transaction(workspace_id) as session:
                await actions.give_back(session, workspace_id, ids)
        begun = 0
        for workspace_id, ids in due.items():
            async with self._database.transaction(workspace_id) as session:
                orders = await actions.take(session, workspace_id, ids, self._settings)
            for order in orders:
                task = asyncio.create_task(self._send(order), name=f"callback.{order.id}")
                self._open.add(task)
                task.add_done_callback(self._close)
            begun += len(orders)
        return begun

    async def _due(self, session: AsyncSession, free: int, share: int) -> dict[UUID, list[UUID]]:
        looked_at = await store.receivers(session, self._last)
        found = await store.due(session, looked_at, free, share)
        self._last = last_turns(looked_at, {one.receiver for one in found})
        by_workspace: dict[UUID, list[UUID]] = {}
        for one in found:
            by_workspace.setdefault(one.receiver.workspace_id, []).append(one.id)
        return by_workspace

    def _close(self, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._ended.set()

    async def _send(self, order: Order) -> None:
        try:
            outcome = await self._attempt(order)
            await self._recorded(order, outcome)
        except asyncio.CancelledError:
            with suppress(SQLAlchemyError, OSError):
                async with self._database.transaction(order.workspace_id) as session:
                    await actions.give_back(session, order.workspace_id, [order.id], order.token)
            raise

    async def _attempt(self, order: Order) -> Outcome:
        began = time.monotonic()
        headers = {
            "content-type": "application/json",
            "webhook-id": order.event_id,
            "webhook-timestamp": str(order.timestamp),
            "webhook-signature": signatures(order.secrets, order.event_id, order.timestamp, order.body),
        }
        try:
            reply = await self._outgoing.post(order.url, order.body, headers)
        except NotReached as problem:
            return Outcome(_milliseconds(began), error=problem.detail)
        except Exception as error:
            logger.exception("callback.broken", delivery=str(order.id))
            return Outcome(_milliseconds(began), error=f"It could not be sent: {type(error).__name__}.")
        # What a receiver says is text for people, and not all bytes can be kept.
        said = reply.head.decode("utf-8", "replace").replace("\x00", "�")[:RESPONSE_CHARS_MAX]
        return Outcome(_milliseconds(began), reply.status, None, said, reply.retry_after)

    async def _recorded(self, order: Order, outcome: Outcome) -> None:
        async def write() -> None:
            async with self._database.transaction(order.workspace_id) as session:
                await actions.finish(session, order, outcome, self._settings)

        async with self._writing:
            await _patiently(write)


async def _patiently(write: Callable[[], Awaitable[None]]) -> None:
    """Write once the database is there. Given up in the end: the lease runs out, and the attempt is made again."""
    for _ in range(WRITES_MAX):
        try:
            await write()
        except NoSuchDelivery:  # its task was deleted meanwhile
            return
        except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
            logger.warning("callback.waits", error=type(error).__name__)
            await asyncio.sleep(1)
        else:
            return


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


async def sweep(database: Database, days: int) -> None:
    """Remove what was told, or given up, longer ago than the log is kept."""
    async with database.transaction() as session:
        found = await store.workspaces_with_old(session, days)
    for workspace_id in found:
        removed = 1
        while removed:
            async with database.transaction(workspace_id) as session:
                removed = await store.delete_old(session, workspace_id, days)
