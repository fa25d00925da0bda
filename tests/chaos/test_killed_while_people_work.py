"""The database, or everything at once, is killed while people work: nothing acknowledged is lost, work goes on."""

from __future__ import annotations

import random
import threading
import time

import pytest

from tests.chaos.harness import LONG, Caller, Taskyard, eventually
from tests.chaos.history import FLOW, Crew, check, loose_ends
from tests.models_at_work.flows import slow_flow

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800 if LONG else 300)]
ROUNDS = 10 if LONG else 2
TASKS = 2000 if LONG else 250
PEOPLE = 8


@pytest.fixture(scope="module")
def members(owner: Caller) -> list[Caller]:
    return [owner.member("annotator", f"p{number}") for number in range(PEOPLE)]


@pytest.fixture
def line(owner: Caller) -> None:
    """A line of people's work, each held for three seconds."""
    owner.tasks(owner.project(FLOW.replace("HOLD", "3s")), TASKS)


def another_than(old: int, yard: Taskyard) -> int | None:
    """Return the postmaster that came after the one that was killed."""
    return new if (new := yard.postmaster()) != old else None


def all_done(yard: Taskyard) -> bool:
    """Say whether every task was completed."""
    (row,) = yard.sql("SELECT count(*) AS open FROM tasks WHERE status <> 'completed'")
    return bool(row["open"] == 0)


def work_begins(crew: Crew, answers: int = 10) -> None:
    """Wait until some more answers were accepted."""
    before = crew.acknowledged()
    eventually(lambda: crew.acknowledged() >= before + answers, 60, "nobody works")


def everything_holds(crew: Crew, yard: Taskyard) -> None:
    """Have the crew finish the line, then hold what they saw against what there is."""
    eventually(lambda: all_done(yard), 180, "work does not go on")
    crew.stop()
    check(crew.history, yard)
    assert loose_ends(yard) == {}
    assert yard.sql("SELECT id FROM reservations WHERE state = 'held'") == [], "all leases ended"
    assert crew.history.unknown + crew.history.statuses[503] > 0, "nobody was disturbed: this has tested nothing"


@pytest.mark.usefixtures("line")
def test_kill_9_of_everything_loses_no_answer_and_gives_no_task_twice(yard: Taskyard, members: list[Caller]) -> None:
    dice = random.Random(20)  # noqa: S311
    with Crew(members, seed=1) as crew:
        for number in range(ROUNDS):
            work_begins(crew)
            time.sleep(dice.random())
            yard.kill_everything()
            began = time.monotonic()
            yard.start()
            eventually(yard.is_ready, 30)
            assert time.monotonic() - began < 60, f"round {number}"
        everything_holds(crew, yard)


@pytest.mark.usefixtures("line")
def test_kill_9_of_the_database_is_healed_without_a_restart_and_says_503_meanwhile(
    yard: Taskyard, members: list[Caller], owner: Caller
) -> None:
    run = owner.post("/tasks", {"project": owner.project(slow_flow()), "input": {"text": "sleeps=3"}}).json
    server, worker = yard.server.pid, yard.worker()
    dice = random.Random(21)  # noqa: S311
    with Crew(members, seed=2) as crew:
        for _ in range(ROUNDS):
            work_begins(crew)
            time.sleep(dice.random() / 2)
            yard.kill(yard.postmaster())
            eventually(yard.is_ready, 60)
        everything_holds(crew, yard)
    assert (yard.server.pid, yard.worker()) == (server, worker), "neither the server nor its worker had to be replaced"
    assert owner.get(f"/runs/{run['run_id']}").json["state"] == "completed", "the model's run went on"


@pytest.mark.usefixtures("line")
def test_kill_9_of_one_connection_of_the_database_is_healed_just_so(yard: Taskyard, members: list[Caller]) -> None:
    postmaster = yard.postmaster()
    with Crew(members, seed=3) as crew:
        for _ in range(ROUNDS):
            work_begins(crew)
            # PostgreSQL then throws everybody out, and recovers.
            yard.kill(yard.backends()[0])
            eventually(yard.is_ready, 60)
        everything_holds(crew, yard)
    assert yard.postmaster() == postmaster


@pytest.mark.usefixtures("line")
def test_the_database_killed_again_while_it_recovers_is_healed_all_the_same(
    yard: Taskyard, members: list[Caller]
) -> None:
    """Kill whatever comes up, again and again, before and after it answers for the first time."""
    dice = random.Random(22)  # noqa: S311
    with Crew(members, seed=4) as crew:
        work_begins(crew)
        first = yard.postmaster()
        yard.kill(first)
        for _ in range(4 * ROUNDS):
            again = eventually(lambda old=first: another_than(old, yard), 60, "it stays away")  # type: ignore[misc]
            time.sleep(dice.random() * 0.15)
            yard.kill(again)
            first = again
        eventually(yard.is_ready, 60)
        everything_holds(crew, yard)


def test_while_the_database_is_away_the_server_lives_but_is_not_ready(yard: Taskyard, owner: Caller) -> None:
    told: list[tuple[int, int, int]] = []
    ends = threading.Event()

    def look() -> None:
        while not ends.is_set():
            live, ready = yard.health("live"), yard.health("ready")
            told.append((live, ready, owner.get("/me").status))
            time.sleep(0.02)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        eventually(lambda: told, 10)
        yard.kill(yard.postmaster())
        eventually(lambda: any(ready == 503 for _, ready, _ in told), 20, "it never said that it is not ready")
        eventually(yard.is_ready, 60)
    finally:
        ends.set()
        looking.join()
    assert {live for live, _, _ in told} == {200}
    assert {ready for _, ready, _ in told} == {200, 503}
    assert {status for _, _, status in told} <= {200, 503}
