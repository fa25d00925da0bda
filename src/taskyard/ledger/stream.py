"""Live facts: one look at the database per workspace and process, shared by all who listen.

A fact is told as soon as it is visible. The position a listener resumes from lags behind it: it never passes the
oldest transaction still running, so that a fact committed late is told late, and never skipped. After a reconnect a
few facts may be told twice; their numbers say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.db.engine import Database
from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem

# A listener that falls this many batches behind is sent away; it comes back with its position and misses nothing.
BACKLOG_MAX = 1000
BATCH_MAX = 2000
POSITION_LENGTH_MAX = 40
XID_END = 2**64
NUMBER_END = 2**63

logger = log("ledger")


class PositionUnreadable(Problem):
    """This is no position of the stream: start again without Last-Event-ID."""

    kind = Kind.MALFORMED


class Position(NamedTuple):
    """Where a listener stands: everything at or before it was told."""

    xid: int
    number: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.number}"

    @classmethod
    def parse(cls, said: str) -> Position:
        """Read what a client sent as Last-Event-ID."""
        xid, dash, number = said.partition("-")
        if not (dash and xid.isdecimal() and number.isdecimal() and len(said) <= POSITION_LENGTH_MAX):
            raise PositionUnreadable
        position = cls(int(xid), int(number))
        if position.xid >= XID_END or position.number >= NUMBER_END:
            raise PositionUnreadable
        return position


class Batch(NamedTuple):
    """Facts that became visible together, and the position to resume from after them."""

    facts: list[dict[str, Any]]
    position: Position


@dataclass
class _Channel:
    position: Position
    told: set[int] = field(default_factory=set)
    listeners: set[asyncio.Queue[Batch | None]] = field(default_factory=set)


class Hub:
    """The listeners of one process."""

    def __init__(self, database: Database, poll_seconds: float) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._channels: dict[UUID, _Channel] = {}
        self._wake = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def listener_count(self) -> int:
        """How many listen in this process."""
        return sum(len(channel.listeners) for channel in self._channels.values())

    def poke(self, session: AsyncSession) -> None:
        """Look at once: this process has just committed facts."""
        if session.info.pop("ledger.workspaces", None):
            self._wake.set()

    @asynccontextmanager
    async def listen(self, workspace_id: UUID, after: Position | None) -> AsyncIterator[AsyncIterator[Batch]]:
        """Follow a workspace's facts from a position, or from now."""
        channel = await self._channel(workspace_id)
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(BACKLOG_MAX)
        channel.listeners.add(queue)
        start = channel.position
        try:
            yield self._follow(workspace_id, queue, after, start)
        finally:
            channel.listeners.discard(queue)
            if not channel.listeners:
                self._channels.pop(workspace_id, None)

    def send_all_away(self) -> None:
        """End every stream, so that the server can stop; listeners come back to the next one."""
        self._closing = True
        for channel in self._channels.values():
            for queue in channel.listeners:
                _send_away(queue)

    async def close(self) -> None:
        """Send every listener away and stop looking."""
        self.send_all_away()
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _follow(
        self, workspace_id: UUID, queue: asyncio.Queue[Batch | None], after: Position | None, start: Position
    ) -> AsyncIterator[Batch]:
        told: set[int] = set()
        while after is not None:
            missed, _ = await self._read(workspace_id, after, BATCH_MAX)
            # Whatever lies beyond the channel's position may come through the queue as well.
            told |= {fact["number"] for fact in missed if _position_of(fact) > start}
            if missed:
                yield Batch(missed, min(start, _position_of(missed[-1])))
            after = _position_of(missed[-1]) if len(missed) == BATCH_MAX else None
        while not self._closing and (batch := await queue.get()) is not None:
            fresh = [fact for fact in batch.facts if fact["number"] not in told]
            if fresh:
                yield Batch(fresh, batch.position)

    async def _channel(self, workspace_id: UUID) -> _Channel:
        if workspace_id not in self._channels:
            async with self._database.transaction(workspace_id) as session:
                found = (await session.execute(_NOW, {"workspace_id": workspace_id})).one()
            self._channels.setdefault(workspace_id, _Channel(Position(int(found.xid), 0)))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="ledger.hub")
        return self._channels[workspace_id]

    async def _look(self) -> None:
        while self._channels:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
            self._wake.clear()
            for workspace_id, channel in list(self._channels.items()):
                try:
                    await self._tell(workspace_id, channel)
                except (SQLAlchemyError, OSError) as error:
                    # The database is away; listeners keep their position and hear all of it when it is back.
                    logger.warning("live.unreachable", error=type(error).__name__)
                    await asyncio.sleep(1)

    async def _tell(self, workspace_id: UUID, channel: _Channel) -> None:
        # What was told and is not settled is read again: it must not crowd out what is new.
        facts, horizon = await self._read(workspace_id, channel.position, BATCH_MAX + len(channel.told))
        fresh = [fact for fact in facts if fact["number"] not in channel.told]
        settled = [fact for fact in facts if int(fact["xid"]) < horizon]
        if settled:
            channel.position = _position_of(settled[-1])
        channel.told = {fact["number"] for fact in facts if int(fact["xid"]) >= horizon}
        if not fresh:
            return
        batch = Batch(fresh, channel.position)
        for queue in list(channel.listeners):
            try:
                queue.put_nowait(batch)
            except asyncio.QueueFull:
                channel.listeners.discard(queue)
                _send_away(queue)

    async def _read(self, workspace_id: UUID, after: Position, limit: int) -> tuple[list[dict[str, Any]], int]:
        async with self._database.transaction(workspace_id) as session:
            rows = await session.execute(
                _SINCE,
                {"workspace_id": workspace_id, "xid": str(after.xid), "number": after.number, "limit": limit},
            )
            facts = [dict(row) for row in rows.mappings()]
        # Facts and horizon come from one statement: with two, a transaction ending in between would count as
        # settled although its facts were not seen.
        return facts, int(facts[0].pop("horizon")) if facts else 0


def _send_away(queue: asyncio.Queue[Batch | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


def _position_of(fact: dict[str, Any]) -> Position:
    return Position(int(fact["xid"]), int(fact["number"]))


_NOW = text("""
    SELECT greatest(pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 0) AS xid, :workspace_id AS workspace_id
""")
_SINCE = text("""
    SELECT number, xid::text AS xid, name, says, noun_id, project_id, task_id, run_id, data,
           actor_kind, actor_id, actor_name, at, pg_snapshot_xmin(pg_current_snapshot())::text AS horizon
    FROM facts
    WHERE workspace_id = :workspace_id AND (xid, number) > (CAST(CAST(:xid AS text) AS xid8), :number)
    ORDER BY xid, number LIMIT :limit
""")
