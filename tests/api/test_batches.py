"""The batches there are."""

from __future__ import annotations

from typing import Any

from tests.builders import Person, Yard


async def names(who: Person, **asked: Any) -> list[str]:
    found: list[str] = (await who.get("/batches", params=asked)).json["items"]
    return found


async def test_batches_are_found_by_any_part_of_their_name(yard: Yard) -> None:
    shared, own = await yard.project(shared_with_clients=True), await yard.project()
    for project, batch in ((shared, "May 1"), (shared, "May 1"), (shared, "june_a"), (own, "May 2"), (own, None)):
        await yard.task(project, {"text": "Hello"}, batch=batch)
    assert await names(yard.owner) == ["May 1", "May 2", "june_a"]
    assert await names(yard.owner, q="MAY") == ["May 1", "May 2"]
    assert await names(yard.owner, q="_") == ["june_a"], "_ stands for itself"
    assert await names(yard.owner, project=own) == ["May 2"]
    assert await names(yard.owner, q="z") == []


async def test_batches_of_tasks_one_does_not_see_are_not_named(yard: Yard, other_yard: Yard) -> None:
    shared, own = await yard.project(shared_with_clients=True), await yard.project()
    await yard.task(shared, {"text": "Hello"}, batch="open")
    await yard.task(own, {"text": "Hello"}, batch="secret")
    assert await names(await yard.person("client")) == ["open"]
    assert await names(await yard.person("annotator")) == []
    assert await names(other_yard.owner) == []


async def test_there_are_never_more_than_fifty(yard: Yard) -> None:
    project = await yard.project()
    tasks = [{"project": project, "input": {"text": "a"}, "batch": f"b{number:03}"} for number in range(60)]
    await yard.owner.post("/tasks", {"tasks": tasks})
    assert await names(yard.owner) == [f"b{number:03}" for number in range(50)]
