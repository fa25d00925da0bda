"""Saved views of the list of tasks: one's own, and those shared with everybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import Person, Yard

QUERY = {"status": ["queued"], "step": "label", "columns": ["id", "status"], "sort": "-priority"}


async def a_view(who: Person, name: str = "Late ones", *, shared: bool = False) -> dict[str, Any]:
    said: dict[str, Any] = (await who.post("/views", {"name": name, "query": QUERY, "shared": shared})).json
    return said


async def names(who: Person) -> list[str]:
    return [view["name"] for view in (await who.get("/views")).json["items"]]


async def test_a_view_is_found_again_as_it_was_saved(yard: Yard) -> None:
    ana = await yard.person(name="Ana")
    saved = await a_view(ana)
    (found,) = (await ana.get("/views")).json["items"]
    assert found == saved
    assert (found["query"], found["by"]["name"], found["mine"]) == (QUERY, "Ana", True)


async def test_a_private_view_is_its_owners_alone_and_a_shared_one_everybodys(yard: Yard) -> None:
    ana, client = await yard.person(), await yard.person("client")
    await a_view(ana, "beta")
    await a_view(yard.owner, "Alpha", shared=True)
    await a_view(yard.owner, "gamma")
    assert await names(ana) == ["Alpha", "beta"]
    assert await names(client) == ["Alpha"]
    assert await names(yard.owner) == ["Alpha", "gamma"]


async def test_only_leads_share(yard: Yard) -> None:
    ana = await yard.person()
    said = await ana.post("/views", {"name": "All", "query": {}, "shared": True})
    assert (said.status, said.problem) == (403, "sharing_not_allowed")
    view = await a_view(ana)
    said = await ana.patch(f"/views/{view['id']}", {"shared": True})
    assert (said.status, said.problem) == (403, "sharing_not_allowed")
    assert await names(await yard.person()) == []


async def test_a_view_is_renamed_asked_anew_shared_and_taken_back(yard: Yard) -> None:
    view = await a_view(yard.owner)
    for change in ({"name": "Later"}, {"query": {"q": "tea"}}, {"shared": True}):
        changed = (await yard.owner.patch(f"/views/{view['id']}", change)).json
        assert changed == {**view, **change}
        view = changed
    ana = await yard.person()
    assert await names(ana) == ["Later"]
    await yard.owner.patch(f"/views/{view['id']}", {"shared": False})
    assert await names(ana) == []


async def test_a_shared_view_is_changed_by_leads_and_not_by_others(yard: Yard) -> None:
    view = await a_view(yard.owner, shared=True)
    ana, manager = await yard.person(), await yard.person("manager")
    for said in (await ana.patch(f"/views/{view['id']}", {"name": "Mine"}), await ana.delete(f"/views/{view['id']}")):
        assert (said.status, said.problem) == (403, "view_not_yours")
    assert (await manager.patch(f"/views/{view['id']}", {"name": "Ours"})).json["name"] == "Ours"
    assert (await manager.delete(f"/views/{view['id']}")).status == 204
    assert await names(yard.owner) == []


async def test_another_persons_private_view_is_like_none(yard: Yard) -> None:
    view = await a_view(await yard.person())
    for said in (
        await yard.owner.patch(f"/views/{view['id']}", {"name": "Seen"}),
        await yard.owner.delete(f"/views/{view['id']}"),
    ):
        assert (said.status, said.problem) == (404, "no_such_view")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"name": "", "query": {}}, "body_invalid"),
        ({"name": "   ", "query": {}}, "body_invalid"),
        ({"name": "x" * 101, "query": {}}, "body_invalid"),
        ({"name": "All", "query": []}, "body_invalid"),
        ({"name": "All"}, "body_invalid"),
        ({"name": "All", "query": {"q": "x" * 20_000}}, "view_too_large"),
    ],
)
async def test_what_cannot_be_kept_is_refused(yard: Yard, body: dict[str, Any], problem: str) -> None:
    said = await yard.owner.post("/views", body)
    assert (said.status, said.problem) == (422, problem)
    assert await names(yard.owner) == []


async def test_a_change_that_is_too_large_changes_nothing(yard: Yard) -> None:
    view = await a_view(yard.owner)
    said = await yard.owner.patch(f"/views/{view['id']}", {"name": "New", "query": {"q": "x" * 20_000}})
    assert (said.status, said.problem) == (422, "view_too_large")
    assert (await yard.owner.get("/views")).json["items"] == [view]


async def test_somebody_keeps_no_more_views_than_they_can_find(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.domain.saved_views.actions.VIEWS_MAX", 2)
    await a_view(yard.owner, "One")
    await a_view(yard.owner, "Two")
    said = await yard.owner.post("/views", {"name": "Three", "query": {}})
    assert (said.status, said.problem) == (409, "too_many_views")
    assert (await (await yard.person()).post("/views", {"name": "One", "query": {}})).status == 201
