"""One thread for one engine: its work is done piece by piece, one order at a time, beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from taskyard.models.contract import Context

Result = TypeVar("Result")


class Bench:
    """The place where an engine works. Its own thread: waiting orders hold none of the loop's pool."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: ThreadPoolExecutor | None = None

    async def work(self, piece: Callable[[], Result], context: Context) -> Result:
        """Run blocking work. When the waiting task is cancelled, the work is told and stops before its next piece."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._name)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, piece)
        except asyncio.CancelledError:
            context.cancelled.set()
            raise
