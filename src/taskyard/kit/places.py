"""Places that are few: who finds none is refused at once instead of waiting in a line that nobody sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from taskyard.kit.problems import Kind, Problem


class AllTaken(Problem):
    """{taken} of these are under way, which is as many as may be at once: wait for one of them to end."""

    kind = Kind.TOO_MANY
    retry_after_seconds = 5


class Places:
    """So many places for each key, and so many for all of them together, in this process."""

    def __init__(self, for_each: int, in_all: int) -> None:
        self._for_each = for_each
        self._in_all = in_all
        self._taken: Counter[Hashable] = Counter()

    @contextmanager
    def one(self, key: Hashable) -> Iterator[None]:
        """Hold a place until the end of the block, or say AllTaken."""
        if self._taken[key] >= self._for_each or self._taken.total() >= self._in_all:
            raise AllTaken(taken=max(self._taken[key], self._taken.total()))
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
