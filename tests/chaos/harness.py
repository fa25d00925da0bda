"""Taskyard as people run it, `serve` with its worker and database, in processes that a test may kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx
import psutil
import psycopg
from psycopg.rows import dict_row

from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.gateways.postgres_server import Cluster
from taskyard.kit.ids import new_id
from tests.builders import Said

T = TypeVar("T")
MARK = "TASKYARD_CHAOS_MARK"
THIRD_PARTY = Path(__file__).parents[1] / "models_at_work" / "third_party"
# More rounds and larger counts than a change needs.
LONG = os.environ.get("TASKYARD_CHAOS") == "long"


AT_ONCE = 200


def eventually(look: Callable[[], T | None], seconds: float = 60, what: str = "") -> T:
    """Return what `look` gives as soon as it is something; fails when it never is."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"still not so after {seconds} s: {what or look}"
        time.sleep(0.05)
    return found


class Caller:
    """One client with a key and a connection of its own. A call that breaks off raises httpx.TransportError."""

    def __init__(self, yard: Taskyard, key: str, seconds: float = 30) -> None:
        self._yard = yard
        self.key = key
        # Another server than the one that was started last.
        self.address = ""
        self._client = httpx.Client(timeout=seconds, headers={"Authorization": f"Bearer {key}"})
        yard.at_the_end(self._client.close)

    def ask(self, method: str, path: str, **named: Any) -> Said:
        """Send one request under `/api/v1` to wherever the server is now."""
        return Said(self._client.request(method, self._place(path), **named))

    def get(self, path: str, **named: Any) -> Said:
        """Send a GET."""
        return self.ask("GET", path, **named)

    def post(self, path: str, body: Any = None, **named: Any) -> Said:
        """Send a POST."""
        return self.ask("POST", path, **({"json": body} if body is not None else {}), **named)

    def project(self, flow: str, name: str = "Work") -> str:
        """Return a new project with its flow published."""
        made = self.post("/projects", {"name": name, "flow": flow}).json
        assert self.post(f"/projects/{made['id']}/publish").json
        return str(made["id"])

    def tasks(self, project: str, number: int) -> None:
        """Put this many tasks into a project."""
        for first in range(0, number, AT_ONCE):
            bodies = [
                {"project": project, "input": {"text": str(n)}} for n in range(first, min(first + AT_ONCE, number))
            ]
            assert self.post("/tasks", {"tasks": bodies}).status == 201

    def member(self, role: str, name: str) -> Caller:
        """Return another client, with a key of its own."""
        return Caller(self._yard, str(self.post("/keys", {"name": name, "role": role}).json["key"]))

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """Follow a live stream."""
        with self._client.stream("GET", self._place(path)) as response:
            yield response

    def _place(self, path: str) -> str:
        return f"{self.address or self._yard.address}/api/v1{path}"


class Taskyard:
    """One data folder, and everything that runs on it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.log = data.with_name(f"{data.name}.log")
        self.record = data.with_name(f"{data.name}.record")
        self.address = ""
        self._mark = new_id().hex
        self._settings = settings
        self._started: list[subprocess.Popen[bytes]] = []
        self._last_words: list[Callable[[], None]] = []

    @property
    def server(self) -> subprocess.Popen[bytes]:
        """Return the server that was started last."""
        return self._server

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every process of this folder; its mark tells them from all others."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("TASKYARD_", "DATABASE_"))}
        paths = [str(THIRD_PARTY), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            **ours,
            **{f"TASKYARD_{name.upper()}": value for name, value in self._settings.items()},
            "TASKYARD_DATA": str(self.data),
            "TASKYARD_TEST_RECORD": str(self.record),
            "PYTHONPATH": os.pathsep.join(paths),
            MARK: self._mark,
        }

    def start(self, *options: str, seconds: float = 60) -> str:
        """Start a server and return its address, once it has printed it."""
        with self.log.open("ab") as said:
            seen = said.tell()
            self._server = self.run("serve", "--port", "0", *options, stdout=said, stderr=said)

        def address() -> str:
            assert self.server.poll() is None, f"it ended with {self.server.returncode}: {self.tail()}"
            lines = self.log.read_bytes()[seen:].decode(errors="replace").splitlines()
            return next((line.rpartition(" ")[2] for line in lines if line.startswith("Taskyard is at ")), "")

        self.address = eventually(address, seconds, "no address was printed")
        return self.address

    def run(self, *command: str, stdout: int | IO[bytes] | None = None, **how: Any) -> subprocess.Popen[bytes]:
        """Run a command of Taskyard's on this folder."""
        whole = [sys.executable, "-m", "taskyard", *command]
        made = subprocess.Popen(whole, env=self.environment, stdin=subprocess.DEVNULL, stdout=stdout, **how)
        self._started.append(made)
        return made

    def key(self, role: str = "owner", name: str = "chaos") -> Caller:
        """Make a key from the command line, beside whatever runs, and return a client with it."""
        command = self.run("key", "create", "--role", role, "--name", name, "--json", stdout=subprocess.PIPE)
        said, _ = command.communicate(timeout=60)
        assert command.returncode == 0
        return Caller(self, str(json.loads(said)["key"]))

    def is_ready(self) -> bool:
        """Say whether the server says so."""
        return self.health("ready") == 200

    def health(self, name: str) -> int:
        """Return the status of one of the two answers about health, 0 when nobody answers."""
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health/{name}", timeout=5).status_code
        return 0

    def workers(self) -> list[int]:
        """Return the pids of the workers, whoever started them."""
        return [process.pid for process in self._marked() if "worker" in _command(process)]

    def worker(self) -> int:
        """Return the pid of the one worker, once there is one."""
        return eventually(self.workers, 30, "no worker")[0]

    def postmaster(self) -> int:
        """Return the pid of the process that leads the database's others."""
        return eventually(self._cluster.postmaster, 30, "no postmaster")

    def backends(self) -> list[int]:
        """Return the pids of the database's processes that serve our connections."""
        named = "SELECT pid FROM pg_stat_activity WHERE starts_with(application_name, 'taskyard ')"
        return [row["pid"] for row in self.sql(named)]

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database past every wall, as its administrator."""
        dsn = EmbeddedPostgres(self.data).dsn(role="postgres")
        with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as admin:
            found = admin.execute(statement, values)
            return found.fetchall() if found.description else []

    def kill(self, *pids: int) -> None:
        """Kill processes of this folder the hard way."""
        _send(signal.SIGKILL, *pids)
        self._reap()

    def kill_everything(self) -> None:
        """Kill every process of this folder at the same moment: the server, its worker, the database."""
        self.kill(*(process.pid for process in self._marked()), *self._database())

    def left(self) -> list[str]:
        """Return what still runs on this folder."""
        self._reap()
        return [*(" ".join(_command(p)) for p in self._marked()), *(f"postgres {pid}" for pid in self._database())]

    def stop(self, seconds: float = 40) -> float:
        """Ask the server to stop; return how long that took."""
        began = time.monotonic()
        self.server.send_signal(signal.SIGTERM)
        assert self.server.wait(seconds) == 0, f"it ended with {self.server.returncode}: {self.tail()}"
        return time.monotonic() - began

    def tail(self) -> str:
        """Return the last words of the log."""
        return self.log.read_bytes()[-3000:].decode(errors="replace") if self.log.exists() else "(none)"

    def clean_up(self) -> None:
        """Leave no process behind, whatever happened."""
        _send(signal.SIGCONT, *(process.pid for process in self._marked()))
        until = time.monotonic() + 30
        # Twice in a row: a server that is killed late may have started a worker meanwhile.
        while self.left() and time.monotonic() < until:
            self.kill_everything()
            time.sleep(0.05)
        for close in self._last_words:
            close()
        assert not self.left()

    def at_the_end(self, close: Callable[[], None]) -> None:
        """Have something closed when all is over."""
        self._last_words.append(close)

    @property
    def _cluster(self) -> Cluster:
        return Cluster(self.data / "postgres", None)

    def _database(self) -> list[int]:
        return self._cluster.processes() if (self.data / "postgres" / "cluster").exists() else []

    def _marked(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                alive = process.status() != psutil.STATUS_ZOMBIE
                if alive and process.environ().get(MARK) == self._mark:
                    found.append(process)
        return found

    def _reap(self) -> None:
        for process in self._started:
            process.poll()


def _send(number: signal.Signals, *pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []
