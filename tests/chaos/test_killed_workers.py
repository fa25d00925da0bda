"""A worker that is killed, or sleeps through its lease: its work is done by another, and counts once."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import pytest

from tests.chaos.harness import Caller, Taskyard, eventually
from tests.chaos.history import loose_ends
from tests.models_at_work.flows import slow_flow

pytestmark = pytest.mark.chaos


def begun(yard: Taskyard, mark: str) -> list[dict[str, Any]]:
    """Return the attempts the slow model noted, of the texts that end so."""
    lines = yard.record.read_text().splitlines() if yard.record.exists() else []
    noted = [json.loads(line) for line in lines]
    return [one for one in noted if one["event"] == "began" and one["text"].endswith(mark)]


def ended(owner: Caller, run_id: str, seconds: float = 60) -> dict[str, Any]:
    """Return a run once it has ended."""

    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = owner.get(f"/runs/{run_id}").json
        return run if run["state"] in {"completed", "failed", "cancelled"} else None

    return eventually(look, seconds, f"run {run_id} goes on")


def turn_of(run: dict[str, Any]) -> dict[str, Any]:
    """Return the one turn of a run's one step."""
    (turn,) = run["steps"][0]["step_runs"]
    found: dict[str, Any] = turn
    return found


def a_run(owner: Caller, project: str, text: str) -> str:
    """Return a new run of a task with this text."""
    return str(owner.post("/tasks", {"project": project, "input": {"text": text}}).json["run_id"])


def test_after_kill_9_of_the_worker_its_runs_end_with_one_answer_each(yard: Taskyard, owner: Caller) -> None:
    project = owner.project(slow_flow())
    runs = [a_run(owner, project, f"sleeps=2 n={number} killed") for number in range(3)]
    eventually(lambda: len(begun(yard, "killed")) >= 2, 30, "nobody began")
    first = yard.worker()
    yard.kill(first)
    killed = time.monotonic()
    pages = [ended(owner, run) for run in runs]
    assert time.monotonic() - killed < 60
    assert [page["state"] for page in pages] == ["completed"] * 3
    assert sorted(turn_of(page)["attempt"] for page in pages) == [1, 2, 2]
    assert yard.worker() != first
    assert len({noted["key"] for noted in begun(yard, "killed")}) == 3, "each turn had one key, however often it began"
    assert loose_ends(yard) == {}


def test_work_that_kills_its_worker_is_set_aside_after_its_attempts_while_the_line_goes_on(
    yard: Taskyard, owner: Caller
) -> None:
    project = owner.project(slow_flow("retry: {max: 2}"))
    poison = a_run(owner, project, "dies=9")
    others = [a_run(owner, project, f"sleeps=0.2 n={number}") for number in range(4)]
    page = ended(owner, poison)
    assert page["state"] == "failed"
    assert page["reason"] == "The worker was lost at attempt 2. It was given up after 2 attempts."
    assert page["error"]["code"] == "worker_lost"
    assert [ended(owner, run)["state"] for run in others] == ["completed"] * 4
    again = owner.post(f"/tasks/{page['task_id']}/runs", {"input": {"text": "says=praise"}}).json
    assert ended(owner, again["id"])["output"] == {"label": "praise"}, "it can be run again by hand"
    assert loose_ends(yard) == {}


def test_a_worker_that_sleeps_through_its_lease_is_refused_and_the_first_answer_stays(
    yard: Taskyard, owner: Caller
) -> None:
    project = owner.project(slow_flow())
    run = a_run(owner, project, "sleeps=1 says=praise stopped")
    eventually(lambda: begun(yard, "stopped"), 30, "nobody began")
    sleeper = yard.worker()
    os.kill(sleeper, signal.SIGSTOP)
    second = yard.run("worker")
    page = ended(owner, run)
    assert (page["state"], turn_of(page)["attempt"]) == ("completed", 2)
    answer = owner.get(f"/tasks/{page['task_id']}/answers").json
    os.kill(sleeper, signal.SIGCONT)
    # It works again, and what it had in hand is forgotten: not a second answer, not a changed one.
    second.terminate()
    assert second.wait(30) == 0
    assert ended(owner, a_run(owner, project, "sleeps=0"))["state"] == "completed"
    assert yard.worker() == sleeper
    assert owner.get(f"/tasks/{page['task_id']}/answers").json == answer
    assert owner.get(f"/runs/{run}").json["output"] == {"label": "praise"}
    assert loose_ends(yard) == {}
