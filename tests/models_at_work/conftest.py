"""A third party's model and kind of work, installed for these tests only, and a worker that notices things soon."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from taskyard.domain.projects.published import kinds, models
from taskyard.kit.settings import Settings
from taskyard.models.catalogue import catalogue
from taskyard.steps.registry import step_kinds
from taskyard.worker import Worker
from tests.models_at_work.third_party.taskyard_slow import RECORD

PACKAGE = Path(__file__).parent / "third_party"


class Record:
    """What the third party's model noted of its attempts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, text: str | None = None, event: str = "began") -> list[dict[str, Any]]:
        """Return the notes of one event, of all texts or of one, in order."""
        written = self.path.read_text("utf-8").splitlines() if self.path.exists() else []
        noted = [json.loads(line) for line in written]
        return [one for one in noted if one["event"] == event and text in (None, one["text"])]


@pytest.fixture(scope="module", autouse=True)
def third_party() -> Iterator[None]:
    """Have the package found by its entry points, as if it were installed."""
    sys.path.insert(0, str(PACKAGE))
    _look_again()
    yield
    sys.path.remove(str(PACKAGE))
    _look_again()


def _look_again() -> None:
    importlib.invalidate_caches()
    for remembered in (catalogue, step_kinds, kinds, models):
        remembered.cache_clear()


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    monkeypatch.setenv(RECORD, str(tmp_path / "record.jsonl"))
    return Record(tmp_path / "record.jsonl")


@asynccontextmanager
async def working(settings: Settings, database_url: str, *, slots: int) -> AsyncIterator[Worker]:
    """Have a worker at work that is missed after two seconds, and so hears of a cancellation in half of one."""
    made = Worker(settings.model_copy(update={"worker_lease_seconds": 2, "worker_slots": slots}), database_url)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
async def worker(settings: Settings, database_url: str) -> AsyncIterator[Worker]:
    async with working(settings, database_url, slots=2) as made:
        yield made
