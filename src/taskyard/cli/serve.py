"""`serve`, `worker` and `migrate`: the long-running ways in."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from taskyard.cli.databases import Embedded, Own, database_of, environment_for, settings_of
from taskyard.kit.db import schema
from taskyard.kit.ending import is_ending
from taskyard.kit.logs import log, set_up
from taskyard.kit.problems import Kind, Problem
from taskyard.kit.settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn
    from fastapi import FastAPI

    from taskyard.web.desk import Desk

logger = log("serve")

LOOK_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 5
# A worker that dies at once is not started in a tight circle.
RESTART_SECONDS = 1.0


class AddressNotFree(Problem):
    """Nobody can listen at {host}, port {port}: {why}. Choose another with --port, or --port 0 for a free one."""

    kind = Kind.UNAVAILABLE


def serve(
    *,
    data: Path | None,
    port: int | None,
    host: str | None,
    with_worker: bool,
    prepare: Callable[[Desk], None] | None = None,
) -> None:
    """Run everything until a signal says stop; open work gets its time to end."""
    settings = settings_of(data, port=port, host=host)
    set_up(settings.log_level, settings.log_format)
    with database_of(settings) as database:
        schema.migrate(database.url)
        # Uvicorn's own loop choice; the policy of the embedding process is left alone.
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, database, with_worker=with_worker, prepare=prepare))


def work(*, data: Path | None, until_stdin_closes: bool) -> None:
    """Run one worker until a signal, or whoever started it, says stop."""
    settings = settings_of(data)
    set_up(settings.log_level, settings.log_format)
    with database_of(settings) as database:
        schema.migrate(database.url)
        asyncio.run(_work(settings, database, until_stdin_closes=until_stdin_closes))


def migrate(*, data: Path | None) -> None:
    """Bring the schema to this version and say whether there was anything to do."""
    settings = settings_of(data)
    with database_of(settings) as database:
        changed = schema.migrate(database.url)
    typer.echo("The schema was brought up to date." if changed else "The schema is up to date.")


async def _serve(
    settings: Settings, database: Own | Embedded, *, with_worker: bool, prepare: Callable[[Desk], None] | None
) -> None:
    import uvicorn

    from taskyard.app import make_app, make_desk
    from taskyard.web.protocol import patient

    desk = make_desk(settings, database.url)
    if prepare is not None:
        prepare(desk)
    app = make_app(desk)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(settings.stop_seconds_max),
        http=patient(settings.request_seconds_max),
    )
    side: list[asyncio.Task[None]] = []
    server = _make_server(config, app, desk, lambda: _cancel_once(side))
    listening = _listen(settings.host, settings.port, config.backlog)  # whoever reads the address may come at once
    address = settings.public_url or f"http://{settings.host}:{listening.getsockname()[1]}"
    token = await _setup_token(desk)
    typer.echo(f"Taskyard is at {address}")
    if token is not None:
        typer.echo(f"First start: make the owner at {address}/first-start?token={token}")
    sys.stdout.flush()
    _settle_memory()
    keeping = asyncio.create_task(_keep_up(database), name="database.keep_up")
    if with_worker:
        side.append(asyncio.create_task(_supervise_worker(settings), name="worker.supervise"))
    try:
        await server.serve(sockets=[listening])
    finally:
        _cancel_once(side)
        keeping.cancel()
        await asyncio.gather(keeping, *side, return_exceptions=True)


def _settle_memory() -> None:
    """Have the collector look no more at what is loaded now, and stays: each look would take a tenth of a second."""
    gc.collect()
    gc.freeze()


def _listen(host: str, port: int, backlog: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]
        raise AddressNotFree(host=host, port=port, why=why) from error


def _cancel_once(tasks: list[asyncio.Task[None]]) -> None:
    """Have tasks end; one that is ending already is not disturbed."""
    for task in tasks:
        if not task.cancelling():
            task.cancel()


async def _setup_token(desk: Desk) -> str | None:
    from taskyard.domain.workspaces import new_setup_link

    async with desk.database.transaction() as session:
        return await new_setup_link(session)


def _make_server(config: uvicorn.Config, app: FastAPI, desk: Desk, leave: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    loop = asyncio.get_running_loop()

    class Server(uvicorn.Server):
        """A server that says it is stopping before it stops, and sends live listeners away."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Answer the first signal: not ready any more, streams end, open requests and the worker get their time."""
            app.state.stopping = True
            desk.hub.send_all_away()
            loop.call_soon_threadsafe(leave)
            super().handle_exit(sig, frame)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Catch signals for good: raised once more, they would kill us before worker and database have ended."""
            with super().capture_signals():
                yield
                self._captured_signals.clear()

    return Server(config)


async def _keep_up(database: Own | Embedded) -> None:
    while not is_ending():
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await asyncio.to_thread(database.ensure)
        except Exception as error:  # noqa: BLE001 - whatever hinders the mending now, it is tried again
            logger.warning("database.down", error=str(error))


async def _supervise_worker(settings: Settings) -> None:
    """Keep a worker process beside the server: one that dies is replaced, its leases run out by themselves."""
    while not is_ending():
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "taskyard",
            "worker",
            "--until-stdin-closes",
            # Only we hold the other end: however this process dies, the worker reads the end and leaves.
            stdin=asyncio.subprocess.PIPE,
            env=environment_for(settings),
            start_new_session=True,
        )
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _end(child, settings.stop_seconds_max)
            raise
        logger.warning("worker.ended", code=code)
        await asyncio.sleep(RESTART_SECONDS)


async def _end(child: asyncio.subprocess.Process, seconds: float) -> None:
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _work(settings: Settings, database: Own | Embedded, *, until_stdin_closes: bool) -> None:
    from taskyard.worker import Worker

    loop = asyncio.get_running_loop()
    worker = Worker(settings, database.url)
    _settle_memory()
    working = asyncio.create_task(worker.run(), name="worker")
    side = asyncio.create_task(_keep_up(database), name="database.keep_up")
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    if until_stdin_closes:

        def leave() -> None:
            # Once: what the worker does to end well is not to be cancelled as well.
            loop.remove_reader(sys.stdin.fileno())
            working.cancel()

        loop.add_reader(sys.stdin.fileno(), leave)
    try:
        with suppress(asyncio.CancelledError):
            await working
    finally:
        side.cancel()
        await asyncio.gather(side, return_exceptions=True)
