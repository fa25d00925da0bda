"""Two who want opposite things at the same moment: one of them wins, the other is told, and one fact says so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from taskyard import wiring
from taskyard.domain import performers
from taskyard.domain.performers import actions
from taskyard.domain.reservations import expire_due
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.models.contract import Outcome
from taskyard.web.desk import Desk
from tests.builders import BOTH_FLOW, Person, Said, Yard, open_yard
from tests.chaos.harness import LONG
from tests.chaos.history import CONTRADICTIONS

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 300)]
ROUNDS = 10_000 if LONG else 200
FEW_ROUNDS = ROUNDS // 4
ANSWER = {"labels": ["praise"]}
OUTCOME = Outcome({"labels": ["praise"], "score": 0.9}, 0.9)
ENDS = {"run.completed", "run.failed", "run.cancelled"}


@pytest.fixture
async def tenant(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> Yard:
    """A workspace of this test's own, in this process."""
    return await open_yard(app, desk, client)


@pytest.fixture
async def worker(database_url: str) -> AsyncIterator[Database]:
    """The database as a worker has it."""
    made = Database(database_url, connections=4, application="taskyard races", role=WORKER_ROLE)
    wiring.connect(made)
    yield made
    await made.close()


async def test_of_a_cancellation_and_a_claim_one_wins(tenant: Yard) -> None:
    project = await tenant.project()
    people = [await tenant.person(name=f"p{number}") for number in range(2)]
    won: Counter[str] = Counter()
    for number in range(ROUNDS):
        task = await tenant.task(project)
        claim, cancel = people[number % 2].post("/next", {}), tenant.owner.post(f"/tasks/{task['id']}/cancel")
        # Each begins first as often as the other.
        said = await asyncio.gather(*((claim, cancel) if number % 2 else (cancel, claim)))
        claimed, cancelled = said if number % 2 else reversed(said)
        if cancelled.status == 200:
            assert (claimed.status, cancelled.json["status"]) == (204, "cancelled")
            won["cancel"] += 1
        else:
            assert (cancelled.problem, claimed.status) == ("held_by_person", 200)
            won["claim"] += 1
        names = await facts_of(tenant, task["id"])
        assert (names["task.cancelled"], names["reservation.reserved"]) == ((0, 1), (1, 0))[cancelled.status == 200]
    assert set(won) == {"cancel", "claim"}, f"it was no race: {won}"
    await nothing_contradicts(tenant)


async def test_of_a_cancellation_and_a_models_answer_one_wins(tenant: Yard, worker: Database) -> None:
    project = await tenant.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))
    ended: Counter[str] = Counter()
    for number in range(ROUNDS):
        turn = await a_turn(tenant, worker, project, number)
        finish = actions.finish(worker, turn, OUTCOME, None, 0.1)
        cancel = tenant.owner.post(f"/runs/{turn.run_id}/cancel")
        if number % 3 == 0:
            cancelled, _ = await asyncio.gather(cancel, finish)
        elif number % 3 == 1:
            _, cancelled = await asyncio.gather(finish, cancel)
        else:
            # Its deadline is over at the same moment.
            cancelled = await cancel
            await asyncio.gather(finish, end_cancelled(tenant, worker, turn.run_id))
        run = (await tenant.owner.get(f"/runs/{turn.run_id}")).json
        assert (run["state"] == "cancelled") == (cancelled.status == 200), run
        if cancelled.status != 200:
            assert (cancelled.problem, run["state"]) == ("illegal_move", "completed")
        ended[run["state"]] += 1
        names = await facts_of(tenant, str(turn.task_id))
        assert sum(names[name] for name in ENDS) == 1
        assert names["answer.given"] == len([1 for _ in await answers_of(tenant, turn.task_id)])
    assert set(ended) == {"cancelled", "completed"}, f"it was no race: {ended}"
    await nothing_contradicts(tenant)


async def test_of_a_late_submit_and_the_next_taker_one_has_the_work(tenant: Yard) -> None:
    project = await tenant.project()
    ana, ben = await tenant.person(name="Ana"), await tenant.person(name="Ben")
    won: Counter[str] = Counter()
    for number in range(FEW_ROUNDS):
        task = await tenant.task(project)
        hold = (await ana.post("/next", {})).json
        await tenant.sql(_RUN_OUT, id=UUID(task["id"]))
        if number % 3:
            # Otherwise whoever takes next is who notices that the hold has run out.
            await expire(tenant)
        submit = ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": ANSWER})
        take = ben.post("/next", {})
        said = await asyncio.gather(*((submit, take) if number % 2 else (take, submit)))
        submitted, taken = said if number % 2 else reversed(said)
        if submitted.status == 200:
            assert taken.status == 204
            won["ana"] += 1
        else:
            assert (submitted.problem, taken.status) == ("late_submit", 200)
            path = f"/reservations/{taken.json['reservation']['id']}/submit"
            assert (await ben.post(path, {"answer": ANSWER})).status == 200
            won["ben"] += 1
        kinds = sorted(row.kind for row in await answers_of(tenant, UUID(task["id"])))
        assert kinds == (["answer"] if submitted.status == 200 else ["answer", "late_draft"])
    assert set(won) == {"ana", "ben"}, f"it was no race: {won}"
    await nothing_contradicts(tenant)


async def test_of_two_submits_of_one_hold_one_counts(tenant: Yard) -> None:
    project = await tenant.project()
    ana = await tenant.person()
    for _ in range(FEW_ROUNDS):
        await tenant.task(project)
        hold = (await ana.post("/next", {})).json
        said = await both(ana, f"/reservations/{hold['reservation']['id']}/submit")
        assert sorted(one.status for one in said) == [200, 409]
        assert next(one for one in said if one.status == 409).problem == "illegal_move"
    await nothing_contradicts(tenant)


async def test_of_a_submit_and_a_release_by_a_manager_one_wins(tenant: Yard) -> None:
    project = await tenant.project()
    ana, manager = await tenant.person(), await tenant.person("manager")
    won: Counter[str] = Counter()
    for number in range(FEW_ROUNDS):
        task = await tenant.task(project)
        path = f"/reservations/{(await ana.post('/next', {})).json['reservation']['id']}"
        submit, release = ana.post(f"{path}/submit", {"answer": ANSWER}), manager.post(f"{path}/release")
        said = await asyncio.gather(*((submit, release) if number % 2 else (release, submit)))
        assert sorted(one.status for one in said) == [200, 409]
        shown = (await tenant.owner.get(f"/tasks/{task['id']}")).json["status"]
        won[shown] += 1
        if shown == "queued":
            await tenant.owner.post(f"/tasks/{task['id']}/cancel")
    assert set(won) == {"completed", "queued"}, f"it was no race: {won}"
    await nothing_contradicts(tenant)


async def both(who: Person, path: str) -> list[Said]:
    return list(await asyncio.gather(who.post(path, {"answer": ANSWER}), who.post(path, {"answer": ANSWER})))


async def a_turn(tenant: Yard, worker: Database, project: str, number: int) -> actions.Turn:
    """Return a turn nobody else's worker takes: its model has a name of its own."""
    task = await tenant.task(project)
    name = f"race/{number}-{task['id']}"
    await tenant.sql("UPDATE step_runs SET performer = :name WHERE task_id = :id", name=name, id=UUID(task["id"]))
    turn = await actions.take_turn(worker, [name], "races", 60)
    assert turn is not None
    return turn


async def expire(tenant: Yard) -> None:
    async with tenant.desk.database.transaction(tenant.workspace_id) as session:
        await expire_due(session, tenant.workspace_id)


async def end_cancelled(tenant: Yard, worker: Database, run_id: UUID) -> None:
    async with worker.transaction(tenant.workspace_id) as session:
        await performers.end_cancelled(session, tenant.workspace_id, run_id)


async def facts_of(tenant: Yard, task_id: str) -> Counter[str]:
    return Counter(row.name for row in await tenant.sql("SELECT name FROM facts WHERE task_id = :id", id=UUID(task_id)))


async def answers_of(tenant: Yard, task_id: UUID) -> list[Any]:
    return await tenant.sql("SELECT kind FROM answers WHERE task_id = :id", id=task_id)


async def nothing_contradicts(tenant: Yard) -> None:
    for what, asked in CONTRADICTIONS.items():
        assert await tenant.sql(asked) == [], what


_RUN_OUT = """
    WITH held AS (UPDATE reservations SET lease_until = now() - interval '1 second' WHERE task_id = :id)
    UPDATE step_runs SET lease_until = now() - interval '1 second' WHERE task_id = :id
"""
