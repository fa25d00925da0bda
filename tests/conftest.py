"""One PostgreSQL for all, one database per test process cloned from a template, one workspace per test."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from taskyard.app import make_app, make_desk
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit import logs
from taskyard.kit.db import schema
from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from taskyard.worker import Worker
from tests.builders import Yard, open_yard

TEMPLATE = "taskyard_template"

logs.set_up("warning")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "template.lock").open("a+") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres(shared_folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(shared_folder / "database")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres, shared_folder: Path) -> str:
    """The address of this process's own database, as its owner."""
    name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with (
        one_at_a_time(shared_folder),
        psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as admin,
    ):
        known = {row[0] for row in admin.execute("SELECT datname FROM pg_database")}
        if TEMPLATE not in known:
            admin.execute(f"CREATE DATABASE {TEMPLATE} OWNER taskyard_owner")
            schema.migrate(postgres.dsn(TEMPLATE, "taskyard_owner"))
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER taskyard_owner")
    return postgres.dsn(name, "taskyard_owner")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.load({}, data=tmp_path_factory.mktemp("data"), sign_in_per_minute_address=10_000)


@pytest.fixture(scope="session")
async def desk(settings: Settings, database_url: str) -> AsyncIterator[Desk]:
    made = make_desk(settings, database_url)
    yield made
    await made.hub.close()
    await made.pictures.close()
    await made.database.close()


@pytest.fixture(scope="session")
def app(desk: Desk) -> FastAPI:
    return make_app(desk)


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


@pytest.fixture
async def yard(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> Yard:
    """A workspace of this test's own."""
    return await open_yard(app, desk, client)


@pytest.fixture
async def other_yard(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> Yard:
    """Another tenant."""
    return await open_yard(app, desk, client)


@pytest.fixture
async def worker(settings: Settings, database_url: str) -> AsyncIterator[Worker]:
    """A worker that performs models' turns and chores while the test runs."""
    made = Worker(settings, database_url)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
