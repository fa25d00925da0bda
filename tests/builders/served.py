"""The application behind a real server on loopback, and databases of a test's own."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg
import uvicorn

from taskyard.app import make_app, make_desk
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from taskyard.web.protocol import patient


class Served:
    """A server in a thread with a desk of its own: to the database and to clients it is another process."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self._settings = settings
        self._database_url = database_url
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="served", daemon=True)
        self._ready = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.desk: Desk
        self._server: uvicorn.Server
        self._loop: asyncio.AbstractEventLoop

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30), "the server did not come up"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self.desk.hub.send_all_away)
        self._server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive(), "the server did not stop"

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.desk = make_desk(self._settings, self._database_url)
        # As `taskyard serve` has it.
        config = uvicorn.Config(
            make_app(self.desk),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            http=patient(self._settings.request_seconds_max),
        )
        self._server = uvicorn.Server(config)
        serving = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.01)
        self._ready.set()
        await serving

    @property
    def connections(self) -> int:
        """How many lines the server has open."""
        return len(self._server.server_state.connections)

    def call(self, raw: bytes, *, seconds: float = 10) -> bytes:
        """Send bytes as they are and return everything that is answered until the server hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(raw)
            return read_all(line)


def read_all(line: socket.socket) -> bytes:
    """Return what comes until the other side hangs up."""
    found = b""
    with suppress(ConnectionResetError):
        while piece := line.recv(65_536):
            found += piece
    return found


@contextmanager
def own_database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """Return the address of a database nobody else uses, as its owner; gone afterwards."""
    name = f"own_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{new_id().hex[-12:]}"
    _as_admin(postgres, f"CREATE DATABASE {name} TEMPLATE {template} OWNER taskyard_owner")
    try:
        yield postgres.dsn(name, "taskyard_owner")
    finally:
        _as_admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _as_admin(postgres: EmbeddedPostgres, statement: Any) -> None:
    with psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(statement)


def make_served(settings: Settings, database_url: str, data: Path | None = None, **changed: Any) -> Served:
    """Return a server with some settings of its own; enter it to start it."""
    if data is not None:
        changed["data"] = data
    return Served(settings.model_copy(update=changed), database_url)
