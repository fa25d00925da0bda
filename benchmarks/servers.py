"""A real `taskyard serve` in a fresh data folder: started, measured from /proc, and ended by its own id."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import psutil
from clients import Line, Refused

from taskyard.gateways.postgres import EmbeddedPostgres

FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem, praise]}
output: {label: "{{ label.labels[0] }}"}
"""
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
# Often enough for the figure, seldom enough not to be what is measured.
LOOK_SECONDS = 0.05


class Spent(NamedTuple):
    """Processor seconds used so far."""

    server: float
    worker: float
    database: float


class Server:
    """One server with its worker and its own PostgreSQL, in a folder of its own."""

    def __init__(self, folder: Path | None = None, *, with_worker: bool = True) -> None:
        self._is_ours = folder is None
        self.data = folder or Path(tempfile.mkdtemp(prefix="taskyard-bench-"))
        self._with_worker = with_worker
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.key = ""

    def __enter__(self) -> Self:
        """Start it and make the owner's key."""
        self.start()
        said = taskyard("key", "create", "--role", "owner", "--name", "benchmark", "--json", "--data", str(self.data))
        self.key = json.loads(said)["key"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and remove its folder."""
        self.stop()
        if self._is_ours:
            shutil.rmtree(self.data, ignore_errors=True)

    def start(self) -> float:
        """Start it and return the seconds until it answered its first 200."""
        command = [sys.executable, "-m", "taskyard", "serve", "--port", "0", "--data", str(self.data)]
        command += [] if self._with_worker else ["--no-worker"]
        began = time.perf_counter()
        with (self.data / "serve.log").open("a") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment())
        assert self._process.stdout is not None
        while said := self._process.stdout.readline():
            if found := re.search(r"Taskyard is at http://[^:]+:(\d+)", said):
                self.port = int(found[1])
                break
        else:
            raise Refused(f"the server ended: {(self.data / 'serve.log').read_text()[-3000:]}")
        while time.perf_counter() - began < READY_SECONDS_MAX:
            with suppress(OSError, Refused):
                line = Line(self.port, "nobody")
                status, _ = line.ask("GET", "/setup")
                line.close()
                if status == 200:
                    return time.perf_counter() - began
            time.sleep(0.005)
        raise Refused(f"the server was not ready within {READY_SECONDS_MAX} seconds")

    def stop(self) -> None:
        """Ask it to end, and see that it does. Only this process and its children are touched."""
        if self._process is None:
            return
        children = self._family()
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS_MAX)
        for process in children:
            with suppress(psutil.Error):
                process.kill()
        self._process.wait()
        self._process = None

    def line(self, key: str | None = None) -> Line:
        """Return a connection as the owner, or as whoever has the key."""
        return Line(self.port, key or self.key)

    def dsn(self, database: str = "taskyard") -> str:
        """Return how the bare database is reached, past every permission."""
        return EmbeddedPostgres(self.data).dsn(database, "postgres")

    def project(self) -> str:
        """Make a project of one step done by people, and return its id."""
        line = self.line()
        made = line.json("POST", "/projects", {"name": f"Messages {time.time_ns()}", "flow": FLOW})
        line.json("POST", f"/projects/{made['id']}/publish")
        line.close()
        return str(made["id"])

    def people(self, count: int) -> list[str]:
        """Return the keys of new annotators."""
        line = self.line()
        made = [line.json("POST", "/keys", {"name": f"person {n}", "role": "annotator"})["key"] for n in range(count)]
        line.close()
        return made

    def peaks_from_now(self) -> None:
        """Forget the highest memory so far."""
        for process in self._family():
            with suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text("5")

    def peaks(self) -> dict[str, float]:
        """Return the highest memory in MB of server and worker since then; where /proc lacks it, the present one."""
        return {name: _megabytes(pid, "VmHWM") for name, pid in self._pids().items()}

    def memory(self) -> dict[str, float]:
        """Return the present memory in MB of server and worker."""
        return {name: _megabytes(pid, "VmRSS") for name, pid in self._pids().items()}

    def spent(self) -> Spent:
        """Return the processor seconds of server, worker and database."""
        pids = self._pids()
        database = sum(_seconds(process) for process in self._postgres())
        return Spent(_seconds_of(pids["server"]), _seconds_of(pids.get("worker")), database)

    def _pids(self) -> dict[str, int]:
        assert self._process is not None
        found = {"server": self._process.pid}
        for process in self._family()[1:]:
            with suppress(psutil.Error):
                if "worker" in process.cmdline():
                    found["worker"] = process.pid
        return found

    def _family(self) -> list[psutil.Process]:
        if self._process is None or self._process.poll() is not None:
            return []
        chief = psutil.Process(self._process.pid)
        return [chief, *chief.children(recursive=True)]

    def _postgres(self) -> list[psutil.Process]:
        pid = int((self.data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        chief = psutil.Process(pid)
        return [chief, *chief.children()]


def taskyard(*arguments: str) -> str:
    """Run one command of the program and return what it printed."""
    command = [sys.executable, "-m", "taskyard", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout


def environment() -> dict[str, str]:
    """Return this environment without settings that would change what is measured.

    Without bytecode each start would measure Python's compiler.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASKYARD_")}
    for name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
        kept.pop(name, None)
    return kept


def wait_until_done(line: Line, upload: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Follow an upload to its end."""
    deadline = time.perf_counter() + seconds
    while upload["state"] in {"queued", "validating", "processing"}:
        if time.perf_counter() > deadline:
            raise Refused(f"the upload was {upload['state']} after {seconds} seconds")
        time.sleep(LOOK_SECONDS)
        upload = line.json("GET", f"/uploads/{upload['id']}")
    if upload["state"] != "completed":
        raise Refused(f"the upload ended as {upload['state']}: {upload['reason']}")
    return upload


def _megabytes(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"{name}:\s+(\d+) kB", status) or re.search(r"VmRSS:\s+(\d+) kB", status)
    return round(int(found[1]) / 1000, 1) if found else 0.0


def _seconds(process: psutil.Process) -> float:
    # A backend that has ended counts no more; short ones are lost, which the figures can bear.
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _seconds_of(pid: int | None) -> float:
    return _seconds(psutil.Process(pid)) if pid else 0.0
