"""A worker that is killed while it tells receivers: whatever was committed arrives, under its own id, in order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from tests.builders import CLASSIFY_FLOW
from tests.chaos.conftest import Start
from tests.chaos.harness import LONG, Caller, Taskyard, eventually

pytestmark = pytest.mark.chaos

KILLS = 10 if LONG else 3
TASKS = 300 if LONG else 60


class Slow(ThreadingHTTPServer):
    """A receiver that takes its time and answers some with 500; it keeps what it got and when it answered 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.chance = random.Random(7)  # noqa: S311 - a drill, not a secret

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def wait_for(self, number: int) -> None:
        """Wait until it has got so many."""
        eventually(lambda: len(self.got) >= number, 60, "nothing is told any more")


class Handler(BaseHTTPRequestHandler):
    """Takes one event."""

    server: Slow
    timeout = 10

    def do_POST(self) -> None:
        """Keep it, take a moment, and answer."""
        said = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
        time.sleep(self.server.chance.random() / 10)
        self.server.got.append((self.headers["webhook-id"], said))
        self.send_response(500 if self.server.chance.random() < 0.1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Slow]:
    with Slow() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_after_kills_every_event_has_arrived_in_order_and_every_attempt_is_seen(start: Start, receiver: Slow) -> None:
    # A silent worker's attempts are taken up after this and 15 seconds.
    yard = start(callback_private="true", callback_seconds_max="2", callback_wait_seconds="0.2")
    owner = yard.key()
    project = owner.project(CLASSIFY_FLOW)
    bodies = [{"project": project, "input": {"text": str(n)}, "callback_url": receiver.url} for n in range(TASKS)]
    made = owner.post("/tasks", {"tasks": bodies}).json["tasks"]
    for _ in made:
        held = owner.post("/next", {"project": project}).json["reservation"]
        assert owner.post(f"/reservations/{held['id']}/submit", {"answer": {"labels": ["question"]}}).status == 200
    accepted = [task["id"] for task in made[::3]]
    for task in accepted:
        assert owner.post(f"/tasks/{task}/audits", {"verdict": "accept"}).status == 201
    for number in range(1, KILLS + 1):
        receiver.wait_for(number * len(bodies) // (KILLS + 2))
        yard.kill(yard.worker())
    eventually(lambda: is_all_told(yard), 120, "something is still to be told")
    expected = sorted([(task["id"], "task.completed") for task in made] + [(task, "task.audited") for task in accepted])
    told = {id_: (said["data"]["task"]["id"], said["type"]) for id_, said in receiver.got}
    assert sorted(told.values()) == expected, "each event has one id, however often it came"
    for task in accepted:
        order = [said["type"] for _, said in receiver.got if said["data"]["task"]["id"] == task]
        assert order == sorted(order, reverse=True), "the audit never came before the completion"
    attempts(owner, receiver, accepted[0])
    assert yard.sql("SELECT 1 FROM delivery_attempts WHERE milliseconds IS NULL") == []


def is_all_told(yard: Taskyard) -> bool:
    return not yard.sql("SELECT 1 FROM deliveries WHERE state <> 'delivered' LIMIT 1")


def attempts(owner: Caller, receiver: Slow, task: str) -> None:
    """Hold what the log says of a task against what its receiver got: a killed attempt may not have got there."""
    got = [id_ for id_, said in receiver.got if said["data"]["task"]["id"] == task]
    for delivery in owner.get(f"/tasks/{task}/deliveries").json["items"]:
        assert delivery["state"] == "delivered"
        assert len(delivery["attempts"]) >= got.count(delivery["event_id"]) >= 1
        assert [each["number"] for each in delivery["attempts"]] == list(range(len(delivery["attempts"]), 0, -1))
