"""Whether the task at work was told to end: a loop asks before each round, whatever became of the word on its way."""

from __future__ import annotations

import asyncio


def is_ending() -> bool:
    """Say whether the current task was cancelled, also when something it awaited has swallowed that.

    A driver that is interrupted may answer with an error of its own, and `asyncio.wait_for` of Python 3.11 drops a
    cancellation that comes together with what it waited for. A loop that lives on errors would then live for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
