"""A server that is told to stop ends what it has begun and leaves nothing behind; so does one that is killed."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from tests.chaos.conftest import Start
from tests.chaos.harness import Caller, Taskyard, eventually
from tests.chaos.history import FLOW, Crew, check, loose_ends
from tests.models_at_work.flows import slow_flow

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


class Listener:
    """Somebody who follows a live stream until it ends."""

    def __init__(self, caller: Caller, path: str) -> None:
        self.lines: list[str] = []
        self.ended_at: float | None = None
        self._caller = caller
        self._path = path
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with self._caller.stream(self._path) as response:
            for line in response.iter_lines():
                self.lines.append(line)
        self.ended_at = time.monotonic()

    def ended(self, seconds: float = 20) -> float:
        """Return when the server ended the stream, and not how it broke off."""
        self._thread.join(seconds)
        assert self.ended_at is not None, "the stream did not end, or was cut"
        return self.ended_at


def test_told_to_stop_it_is_not_ready_at_once_ends_what_it_has_begun_and_leaves_nothing(start: Start) -> None:
    yard = start(stop_seconds_max="15")
    owner = yard.key()
    project = owner.project(FLOW.replace("HOLD", "1h"))
    owner.tasks(project, 600)
    run = owner.post("/tasks", {"project": owner.project(slow_flow()), "input": {"text": "sleeps=60"}}).json["run_id"]
    eventually(lambda: owner.get(f"/runs/{run}").json["state"] == "running", 30)
    listeners = [Listener(owner.member("manager", "l"), path) for path in ("/events", f"/runs/{run}/events")]
    eventually(lambda: all(listener.lines for listener in listeners), 30)
    members = [owner.member("annotator", f"p{number}") for number in range(4)]
    asked: list[tuple[float, int]] = []
    over = threading.Event()

    def ask() -> None:
        # One connection that stays open, as a balancer has it.
        with httpx.Client(timeout=5) as client:
            while not over.is_set():
                began = time.monotonic()
                try:
                    asked.append((began, client.get(f"{yard.address}/health/ready").status_code))
                except httpx.TransportError:
                    asked.append((began, 0))
                time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    with Crew(members, seed=5, think_seconds=0) as crew:
        eventually(lambda: crew.acknowledged() > 20, 60)
        told = time.monotonic()
        taken = yard.stop()
        over.set()
        asking.join()
        eventually(lambda: not yard.left(), 5, "something stays")
        crew.stop()
    assert taken < 15 + 3
    assert 200 in {status for _, status in asked}
    assert {status for began, status in asked if began > told + 0.2} <= {503, 0}, "it said ready after it was told"
    assert crew.history.odd == []
    assert crew.history.statuses[503] == 0, "requests in flight ended well"
    assert all(listener.ended() < told + 5 for listener in listeners)
    yard.start()
    check(crew.history, yard)
    eventually(lambda: owner.get(f"/runs/{run}").json["state"] == "running", 60, "the run did not go on")
    (turn,) = yard.sql("SELECT attempt FROM step_runs WHERE run_id = %s", run)
    assert turn["attempt"] == 1, "a stop is no failed attempt"
    assert loose_ends(yard) == {}


def test_a_server_killed_9_leaves_neither_worker_nor_database_behind(start: Start) -> None:
    yard = start()
    owner = yard.key()
    run = owner.post("/tasks", {"project": owner.project(slow_flow()), "input": {"text": "sleeps=60"}}).json["run_id"]
    eventually(lambda: owner.get(f"/runs/{run}").json["state"] == "running", 30)
    assert len(yard.workers()) == 1
    yard.kill(yard.server.pid)
    eventually(lambda: not yard.left(), 20, "something stays")


def test_a_worker_killed_again_and_again_is_replaced_each_time(yard: Taskyard) -> None:
    seen = set()
    for _ in range(3):
        worker = eventually(lambda: next((pid for pid in yard.workers() if pid not in seen), 0), 30, "no new worker")
        seen.add(worker)
        yard.kill(worker)
    eventually(lambda: [pid for pid in yard.workers() if pid not in seen], 30)
    assert yard.is_ready()
