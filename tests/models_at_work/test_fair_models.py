"""One worker serves every workspace: whoever brings much waits for themselves, not the others for them."""

from __future__ import annotations

import asyncio

from taskyard.kit.settings import Settings
from tests.builders import Yard
from tests.models_at_work.conftest import Record, working
from tests.models_at_work.flows import slow_flow

MUCH = 30


async def bring(yard: Yard, mark: str, number: int) -> None:
    project = await yard.project(slow_flow())
    bodies = [{"project": project, "input": {"text": f"sleeps=0.02 {mark}={n}"}} for n in range(number)]
    assert (await yard.owner.post("/tasks", {"tasks": bodies})).status == 201


async def begun(record: Record, number: int) -> list[str]:
    """Return in whose work each attempt was, once there are so many."""
    deadline = asyncio.get_running_loop().time() + 60
    while len(found := [one["text"].split()[-1].partition("=")[0] for one in record.lines()]) < number:
        assert asyncio.get_running_loop().time() < deadline, found
        await asyncio.sleep(0.05)
    return found


async def test_a_workspace_that_brings_much_does_not_starve_the_others(
    yard: Yard, other_yard: Yard, record: Record, settings: Settings, database_url: str
) -> None:
    await bring(yard, "much", MUCH)
    await bring(other_yard, "little", 4)
    # One pair of hands: whose turn it is, is decided each time anew.
    async with working(settings, database_url, slots=1):
        order = await begun(record, MUCH + 4)
    assert sorted(order) == ["little"] * 4 + ["much"] * MUCH
    last = max(place for place, mark in enumerate(order) if mark == "little")
    assert last < MUCH, f"the little work waited for all of the other: {order}"


async def test_a_worker_that_stops_gives_its_turn_back_at_once_and_uncounted(
    yard: Yard, record: Record, settings: Settings, database_url: str
) -> None:
    project = await yard.project(slow_flow())
    run_id = (await yard.task(project, {"text": "sleeps=2 x=stopped"}))["run_id"]
    async with working(settings, database_url, slots=2):
        await begun(record, 1)
    run = (await yard.owner.get(f"/runs/{run_id}")).json
    (turn,) = run["steps"][0]["step_runs"]
    assert (run["state"], turn["state"], turn["attempt"]) == ("queued", "queued", 0)
    assert (await yard.owner.get(f"/tasks/{run['task_id']}")).json["status"] == "queued"
    async with working(settings, database_url, slots=2):
        run = await yard.until(yard.owner, f"/runs/{run_id}", lambda run: run["state"] == "completed")
    assert run["steps"][0]["step_runs"][0]["attempt"] == 1
