"""A worker's hands: take turns, call the model with no transaction open, keep the lease, give the answer."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from taskyard.domain import answers, files
from taskyard.domain.files import Stored
from taskyard.domain.performers import actions
from taskyard.domain.performers.actions import Turn
from taskyard.domain.runs import RunState
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.kit.db.engine import Database
from taskyard.kit.ending import is_ending
from taskyard.kit.logs import log
from taskyard.kit.problems import Kind, Problem
from taskyard.kit.settings import Settings
from taskyard.models.catalogue import catalogue
from taskyard.models.contract import Context, Order, Outcome
from taskyard.models.problems import ModelStopped

logger = log("performers")

BEATS_PER_LEASE = 4
IDLE_SECONDS = 0.2
WRITES_MAX = 60


class Hands:
    """One worker's way of performing model turns, any number at once."""

    def __init__(
        self, database: Database, settings: Settings, objects: ObjectStore, pictures: Pictures, name: str
    ) -> None:
        self._database = database
        self._settings = settings
        self._objects = objects
        self._pictures = pictures
        self._name = name
        self._in_hand: Counter[str] = Counter()
        self._looking = asyncio.Lock()
        # Ends the wait of an idle slot as soon as work is announced.
        self.wake = asyncio.Event()

    async def work(self) -> None:
        """Take turns until cancelled. Trouble with the database is waited out."""
        while not is_ending():
            try:
                # One hand looks at a time: what it takes decides what the next one may take.
                async with self._looking:
                    turn = await self._next()
                    if turn is not None:
                        self._in_hand[turn.performer] += 1
            except (SQLAlchemyError, OSError, Problem) as error:
                logger.warning("worker.waits", error=type(error).__name__)
                await asyncio.sleep(1)
                continue
            if turn is None:
                self.wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), IDLE_SECONDS)
                continue
            try:
                await self._perform(turn)
            finally:
                self._in_hand[turn.performer] -= 1

    async def _next(self) -> Turn | None:
        # A model that does one thing at a time leaves the other hands to other models.
        names = [
            model.name
            for model in catalogue().available()
            if model.at_once is None or self._in_hand[model.name] < model.at_once
        ]
        return await actions.take_turn(self._database, names, self._name, self._settings.worker_lease_seconds)

    async def _perform(self, turn: Turn) -> None:
        cancelled = asyncio.Event()
        calling = asyncio.create_task(self._call(turn, cancelled), name=f"turn.{turn.id}")
        beating = asyncio.create_task(self._keep_lease(turn, calling, cancelled), name=f"beat.{turn.id}")
        began = time.monotonic()
        try:
            outcome, drawn = await calling
            seconds = time.monotonic() - began
            await self._recorded(lambda: actions.finish(self._database, turn, outcome, drawn, seconds))
        except ModelStopped:
            await self._recorded(lambda: actions.stop(self._database, turn))
        except asyncio.CancelledError:
            # Otherwise only the call was cancelled, because its lease is somebody else's.
            if is_ending():
                # Another worker begins at once, and this attempt does not count.
                with suppress(SQLAlchemyError, OSError):
                    await actions.give_back(self._database, turn)
                raise
            logger.warning("turn.lost", step_run=str(turn.id))
        except TimeoutError:
            seconds = self._seconds(turn)
            error = {"code": "model_too_slow", "says": f"{turn.performer} did not answer within {seconds:g} seconds."}
            await self._failed(turn, error, may_retry=True)
        except Problem as problem:
            may_retry = problem.kind is Kind.UNAVAILABLE
            await self._failed(turn, answers.error_of(problem), may_retry=may_retry)
        except Exception as error:
            logger.exception("turn.broken", step_run=str(turn.id))
            says = f"{turn.performer} broke: {type(error).__name__}."
            await self._failed(turn, {"code": "model_broke", "says": says}, may_retry=True)
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _failed(self, turn: Turn, error: Mapping[str, Any], *, may_retry: bool) -> None:
        await self._recorded(lambda: actions.fail(self._database, turn, error, may_retry=may_retry))

    async def _recorded(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write what came of a turn, waiting for a database that is away. Safe to repeat: the token fences it."""
        for _ in range(WRITES_MAX):
            try:
                await write()
            except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
                logger.warning("turn.waits", error=type(error).__name__)
                await asyncio.sleep(1)
            else:
                return
        logger.error("turn.unrecorded", says="Its lease has run out; the attempt will be made again.")

    def _seconds(self, turn: Turn) -> float:
        return turn.timeout_seconds or self._settings.model_seconds_max

    async def _call(self, turn: Turn, cancelled: asyncio.Event) -> tuple[Outcome, Stored | None]:
        model = catalogue().find(turn.performer)
        with tempfile.TemporaryDirectory(prefix="taskyard-turn-") as folder:
            sources = await self._fetch(turn, Path(folder))
            order = Order(turn.work.step.use, turn.work.given, sources, turn.settings, str(turn.id))
            context = Context(cancelled=cancelled, model=turn.performer)
            async with asyncio.timeout(self._seconds(turn)):
                outcome = await model.perform(order, context)
            drawn = await self._draw(turn, outcome, sources)
        return outcome, drawn

    async def _fetch(self, turn: Turn, folder: Path) -> dict[str, Path]:
        sources: dict[str, Path] = {}
        for file_id, file in turn.files.items():
            path = folder / file_id
            # Models see what people see: upright, without metadata.
            content = await files.view_of(self._objects, self._pictures, file)
            await asyncio.to_thread(path.write_bytes, content)
            sources[file_id] = path
        return sources

    async def _draw(self, turn: Turn, outcome: Outcome, sources: Mapping[str, Path]) -> Stored | None:
        if outcome.drawn is not None:
            content: bytes = outcome.drawn
        elif turn.work.step.use == "annotate" and turn.work.given.get("image") in sources:
            regions: list[dict[str, Any]] = list(outcome.data.get("regions", []))
            rendering = await self._pictures.draw(sources[str(turn.work.given["image"])], regions)
            content = rendering.content
        else:
            return None
        name = f"{turn.step}-{str(turn.run_id)[-6:]}"
        return await files.put_away_made(
            self._database, self._objects, self._pictures, turn.workspace_id, content, name
        )

    async def _keep_lease(self, turn: Turn, calling: asyncio.Task[Any], cancelled: asyncio.Event) -> None:
        lease = self._settings.worker_lease_seconds
        while not is_ending():
            await asyncio.sleep(lease / BEATS_PER_LEASE)
            try:
                state = await actions.heartbeat(self._database, turn, lease)
            except (SQLAlchemyError, OSError):
                # The database is away. The lease may run out meanwhile; the token then refuses our answer.
                continue
            if state is None:
                calling.cancel()
                return
            if state is RunState.CANCELLING:
                cancelled.set()
