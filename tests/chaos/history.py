"""What clients asked and were told while processes died under them, and what must be true of it afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, pairwise
from typing import Any, Self

import httpx

from tests.chaos.harness import Caller, Taskyard

FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: amount
    use: fill
    by: people
    people: {hold: HOLD}
    with: {text: "{{ input.text }}", prompt: "The total"}
    output: {type: object, required: [total], properties: {total: {type: integer}}}
output: {total: "{{ amount.total }}"}
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A hand-out a client heard of: from when it had it for certain, and until when at most."""

    client: int
    reservation: str
    step_run: str
    token: int
    heard: float
    until: float


@dataclass(frozen=True, slots=True)
class Given:
    """A submit: when it began, and what was said in the end; status None when nobody ever said."""

    taken: Taken
    total: int
    began: float
    status: int | None


@dataclass
class History:
    """Everything the clients saw."""

    taken: list[Taken] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    unknown: int = 0

    def heard(self, said: Any) -> None:
        """Note an answer's status, and whatever should never be said."""
        self.statuses[said.status] += 1
        if said.status >= 500 and said.status != 503:
            self.odd.append(f"{said.status}: {said.response.text[:300]}")
        if said.status == 503 and "retry-after" not in said.headers:
            self.odd.append("503 without Retry-After")


class Crew:
    """Clients that take work and answer it until they are told to stop or nothing has been free for a while."""

    def __init__(self, members: list[Caller], *, seed: int, think_seconds: float = 0.02) -> None:
        self.history = History()
        self._members = members
        self._think = think_seconds
        # No answer of any crew is like another one.
        self._numbers = count(seed * 1_000_000)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number, random.Random(seed + number)), daemon=True)  # noqa: S311
            for number in range(len(members))
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Have everybody finish what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs"

    def acknowledged(self) -> int:
        """Return how many answers were accepted so far."""
        return sum(1 for given in self.history.given if given.status == 200)

    def _work(self, number: int, dice: random.Random) -> None:
        while not self._stop.is_set():
            taken = self._take(number)
            if taken is None:
                self._stop.wait(0.1)
                continue
            time.sleep(dice.random() * self._think)
            self._give(taken)

    def _take(self, number: int) -> Taken | None:
        try:
            said = self._members[number].post("/next", {})
        except httpx.TransportError:
            self.history.unknown += 1
            return None
        self.history.heard(said)
        if said.status != 200:
            return None
        hold = said.json
        until = datetime.fromisoformat(hold["reservation"]["lease_until"]).timestamp()
        token, step_run = hold["reservation"]["token"], hold["step_run"]["id"]
        taken = Taken(number, hold["reservation"]["id"], step_run, token, time.time(), until)
        self.history.taken.append(taken)
        return taken

    def _give(self, taken: Taken) -> None:
        """Submit under one idempotency key until somebody says what became of it."""
        total, began = next(self._numbers), time.time()
        path, body = f"/reservations/{taken.reservation}/submit", {"answer": {"total": total}, "token": taken.token}
        while True:
            status = None
            try:
                said = self._members[taken.client].post(path, body, headers={"Idempotency-Key": f"k{total}"})
                self.history.heard(said)
                status = said.status
            except httpx.TransportError:
                self.history.unknown += 1
            if status is not None and status != 503:
                break
            if self._stop.wait(0.2):
                status = None
                break
        self.history.given.append(Given(taken, total, began, status))


def check(history: History, yard: Taskyard) -> None:
    """Hold what the clients saw against what the database has."""
    assert history.odd == []
    kept = {row["total"]: row for row in yard.sql(_ANSWERS)}
    accepted = [given for given in history.given if given.status == 200]
    lost = [given.total for given in accepted if given.total not in kept]
    assert lost == [], f"acknowledged and lost: {lost}"
    moved = [g.total for g in accepted if str(kept[g.total]["step_run_id"]) != g.taken.step_run]
    assert moved == [], f"acknowledged for one step run and kept for another: {moved}"
    twice = [one for one, times in Counter(given.taken.step_run for given in accepted).items() if times > 1]
    assert twice == [], f"two answers were accepted for {twice}"
    refused = {given.total for given in history.given if given.status is not None and given.status >= 400}
    assert refused.isdisjoint(kept), f"refused, and counted nevertheless: {refused & kept.keys()}"
    check_hand_outs(history)


def check_hand_outs(history: History) -> None:
    """No two clients held one step run at the same time: each hold ends before the next one begins."""
    submitted = {given.taken.reservation: given.began for given in history.given}
    by_step_run: dict[str, list[Taken]] = defaultdict(list)
    for taken in history.taken:
        by_step_run[taken.step_run].append(taken)
    for step_run, holds in by_step_run.items():
        tokens = [hold.token for hold in holds]
        assert len(set(tokens)) == len(tokens), f"one token of {step_run} was given out twice"
        for earlier, later in pairwise(sorted(holds, key=lambda hold: hold.token)):
            ended = min(earlier.until, submitted.get(earlier.reservation, earlier.until))
            assert ended <= later.heard, f"{step_run} was held by {earlier.client} and {later.client} at once"


def loose_ends(yard: Taskyard) -> dict[str, list[dict[str, Any]]]:
    """Return everything in the database that contradicts something else there, by what is wrong with it."""
    found = {what: yard.sql(asked) for what, asked in CONTRADICTIONS.items()}
    return {what: rows[:3] for what, rows in found.items() if rows}


_ANSWERS = "SELECT (data->>'total')::int AS total, step_run_id FROM answers WHERE kind = 'answer' AND data ? 'total'"
CONTRADICTIONS = {
    "completed without exactly one answer, or answered and not completed": """
        SELECT s.id, s.state, count(a.id) FROM step_runs s
        LEFT JOIN answers a ON a.step_run_id = s.id AND a.kind = 'answer'
        GROUP BY s.workspace_id, s.id HAVING count(a.id) <> (s.state = 'completed')::int""",
    "held by nobody": """
        SELECT s.id, s.state, s.holder_id, s.worker FROM step_runs s WHERE state = 'running' AND NOT EXISTS (
            SELECT 1 FROM reservations r WHERE r.step_run_id = s.id AND r.state = 'held' AND r.token = s.token
              AND r.member_id = s.holder_id AND r.lease_until = s.lease_until) AND worker IS NULL""",
    "a hold on nothing": """
        SELECT r.id, s.state FROM reservations r JOIN step_runs s ON s.id = r.step_run_id
        WHERE r.state = 'held' AND NOT (s.state = 'running' AND s.token = r.token)""",
    "a run that ended with open steps, or has none open and goes on": """
        SELECT r.id, r.state FROM runs r JOIN step_runs s ON s.run_id = r.id GROUP BY r.workspace_id, r.id
        HAVING bool_or(s.state IN ('queued', 'running', 'waiting')) = (r.state IN ('completed', 'failed', 'cancelled'))
        """,
    "a task that says other than its run": """
        SELECT t.id, t.status, r.state FROM tasks t JOIN runs r ON r.id = t.run_id
        WHERE t.status <> CASE WHEN r.state IN ('completed', 'failed', 'cancelled') THEN r.state
            WHEN r.state = 'queued' THEN 'queued' ELSE 'in_progress' END""",
    "an answer without its fact, or a fact without its answer": """
        SELECT a.id AS answer, f.noun_id AS fact FROM (SELECT id FROM answers WHERE kind = 'answer') a
        FULL JOIN (SELECT noun_id FROM facts WHERE name = 'answer.given') f ON f.noun_id = a.id
        WHERE a.id IS NULL OR f.noun_id IS NULL""",
    "a hand-out without its fact, or a fact without its hand-out": """
        SELECT r.id AS reservation, f.noun_id AS fact FROM reservations r
        FULL JOIN (SELECT noun_id FROM facts WHERE name = 'reservation.reserved') f ON f.noun_id = r.id
        WHERE r.id IS NULL OR f.noun_id IS NULL""",
    "an end that was not told exactly once": """
        SELECT r.id, r.state, count(f.number) FROM runs r LEFT JOIN facts f ON f.run_id = r.id
            AND f.name IN ('run.completed', 'run.failed', 'run.cancelled')
        GROUP BY r.workspace_id, r.id
        HAVING count(f.number) <> (r.state IN ('completed', 'failed', 'cancelled'))::int""",
    "a task that was not told of exactly once": """
        SELECT t.id, count(f.number) FROM tasks t LEFT JOIN facts f ON f.noun_id = t.id AND f.name = 'task.created'
        WHERE t.upload_id IS NULL GROUP BY t.workspace_id, t.id HAVING count(f.number) <> 1""",
}
