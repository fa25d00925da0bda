"""Two whole workspaces for the tests of the house: what is theirs must never show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from tests.builders import open_yard
from tests.builders.served import Served
from tests.house.world import World

NewWorld = Callable[[], Awaitable[World]]


@pytest.fixture
def new_world(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> NewWorld:
    """Return a way to an empty world, for what changes or deletes."""

    async def made() -> World:
        return World(await open_yard(app, desk, client))

    return made


@pytest.fixture(scope="session")
async def ours(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> World:
    """A whole world that tests only read."""
    return await World(await open_yard(app, desk, client)).whole()


@pytest.fixture(scope="session")
async def theirs(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> World:
    """Another tenant's whole world."""
    return await World(await open_yard(app, desk, client)).whole()


@pytest.fixture(scope="session")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    """A real server beside the in-process application, on the same database."""
    with Served(settings, database_url) as running:
        yield running
