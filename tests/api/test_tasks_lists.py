"""Lists of tasks: how they are narrowed, sorted and paged, and who sees what."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.builders import TWO_STEP_FLOW, Person, Yard
from tests.builders.tasks import many, new

ANSWER = {"labels": ["question"]}


async def ids(who: Person, **asked: Any) -> list[str]:
    return [task["id"] for task in (await who.get("/tasks", params=asked)).json["items"]]


# --- lists


async def test_a_list_is_narrowed_by_everything_that_is_given(yard: Yard) -> None:
    labels, two = await yard.project(), await yard.project(TWO_STEP_FLOW)
    first = (await yard.task(labels, {"text": "Blue teapot"}, external_id="shop-1", batch="May"))["id"]
    second = (await yard.task(two, {"text": "100% wool_sock"}, external_id="shop-2", batch="May"))["id"]
    third = (await yard.task(two, {"text": "A lid"}, external_id="m-3", batch="June"))["id"]
    await yard.answer(await yard.person(), ANSWER, labels)
    await yard.answer(await yard.person(), {"labels": ["problem"]}, two)
    owner = yard.owner
    assert await ids(owner, status="completed") == [first]
    assert set(await ids(owner, status=["queued", "in_progress"])) == {second, third}
    assert set(await ids(owner, project=two)) == {second, third}
    assert set(await ids(owner, project=[labels, two])) == {first, second, third}
    assert await ids(owner, step="details") == [second]
    assert set(await ids(owner, batch="May")) == {first, second}
    assert await ids(owner, batch="May", project=two) == [second]
    assert await ids(owner, q="TEAPOT") == [first]
    assert await ids(owner, q="0%") == [second]
    assert await ids(owner, q="l_s") == [second], "_ stands for itself"
    assert await ids(owner, q="%") == [second], "% stands for itself"
    assert set(await ids(owner, q="shop-")) == {first, second}
    assert await ids(owner, q=third[4:20]) == [third]
    assert await ids(owner, q="nothing like it") == []
    assert set(await ids(owner, mine=True)) == {first, second, third}
    assert await ids(await yard.person("manager"), mine=True) == []


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"status": "done"}, 422, "body_invalid"),
        ({"project": "mine"}, 422, "body_invalid"),
        ({"limit": 0}, 422, "body_invalid"),
        ({"limit": 201}, 422, "body_invalid"),
        ({"limit": "all"}, 422, "body_invalid"),
        ({"mine": "perhaps"}, 422, "body_invalid"),
        ({"sort": "input"}, 400, "field_unknown"),
        ({"sort": "id; DROP TABLE tasks"}, 400, "field_unknown"),
        ({"sort": "-priority,-id"}, 400, "field_unknown"),
        ({"q": "a\x00b"}, 422, "body_invalid"),
        ({"batch": "\x00"}, 422, "body_invalid"),
        ({"q": "x" * 501}, 422, "body_invalid"),
        ({"cursor": "x" * 1001}, 422, "body_invalid"),
    ],
)
async def test_what_cannot_be_asked_of_a_list_is_refused(
    yard: Yard, asked: dict[str, Any], status: int, code: str
) -> None:
    said = await yard.owner.get("/tasks", params=asked)
    assert (said.status, said.problem) == (status, code)


async def pages(who: Person, limit: int, between: Any = None, **asked: Any) -> list[str]:
    """Return the ids of all pages, with something happening between any two."""
    found: list[str] = []
    cursor = None
    while True:
        page = (
            await who.get("/tasks", params={"limit": limit, **asked, **({"cursor": cursor} if cursor else {})})
        ).json
        assert len(page["items"]) <= limit
        found += [task["id"] for task in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return found
        if between is not None:
            await between(len(found))


SORTS = ["-last_submitted_at", "last_submitted_at", "-created_at", "created_at", "priority", "-priority"]


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_together_are_the_whole_list_in_its_order(yard: Yard, sort: str) -> None:
    project = await yard.project()
    await yard.owner.post("/tasks", {"tasks": [new(project, priority=n % 3) for n in range(13)]})
    ana = await yard.person()
    for _ in range(4):
        await yard.answer(ana, ANSWER)
    whole = (await yard.owner.get("/tasks", params={"sort": sort, "limit": 200})).json
    assert (whole["total"], whole["total_is_exact"], whole["next"]) == (13, True, None)
    for limit in (1, 4, 12, 13):
        assert await pages(yard.owner, limit, sort=sort) == [task["id"] for task in whole["items"]]
    key = sort.removeprefix("-")
    keys = [(task[key] if task[key] is not None else "", task["id"]) for task in whole["items"]]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


async def test_a_page_says_how_many_there_are_in_all(yard: Yard) -> None:
    await many(yard, await yard.project(), 7, batch="May")
    first = (await yard.owner.get("/tasks", params={"limit": 3})).json
    assert (len(first["items"]), first["total"], first["total_is_exact"]) == (3, 7, True)
    second = (await yard.owner.get("/tasks", params={"limit": 3, "cursor": first["next"]})).json
    assert (len(second["items"]), second["total"]) == (3, 7)
    assert (await yard.owner.get("/tasks", params={"batch": "June"})).json["total"] == 0


async def test_paging_has_no_gap_and_no_repeat_while_rows_come_and_go(yard: Yard) -> None:
    project = await yard.project()
    there = await many(yard, project, 24)
    ana = await yard.person()
    gone: set[str] = set()

    async def change(seen: int) -> None:
        await yard.task(project, priority=-seen)
        await yard.answer(ana, ANSWER)
        await yard.owner.patch(f"/tasks/{there[0]}", {"priority": seen})
        if seen > len(there):
            return
        doomed = there[seen - 2]
        assert (await yard.owner.delete(f"/tasks/{doomed}")).status == 204
        gone.add(doomed)

    forward = await pages(yard.owner, 5, change, sort="created_at")
    assert len(forward) == len(set(forward))
    assert forward[:24] == there, "what was seen before it went is not missed, what came later follows"
    backward = await pages(yard.owner, 5, sort="-created_at")
    assert set(there) - gone <= set(backward)
    assert len(backward) == len(set(backward))


async def test_a_page_of_the_default_order_repeats_nothing_that_was_submitted_meanwhile(yard: Yard) -> None:
    await many(yard, await yard.project(), 12)
    ana = await yard.person()

    async def submit(_: int) -> None:
        await yard.answer(ana, ANSWER)

    found = await pages(yard.owner, 3, submit)
    assert len(found) == len(set(found))


async def test_a_cursor_belongs_to_its_list(yard: Yard, other_yard: Yard) -> None:
    project = await yard.project()
    await many(yard, project, 5, batch="May")
    await many(other_yard, await other_yard.project(), 5, batch="May")
    cursor = (await yard.owner.get("/tasks", params={"limit": 2, "batch": "May"})).json["next"]
    assert (await yard.owner.get("/tasks", params={"batch": "May", "cursor": cursor, "limit": 4})).status == 200
    for asked in ({}, {"batch": "June"}, {"batch": "May", "sort": "priority"}, {"batch": "May", "status": "queued"},
                  {"batch": "May", "project": project}, {"batch": "May", "mine": True}, {"batch": "May", "q": "a"}):  # fmt: skip
        assert (await yard.owner.get("/tasks", params={**asked, "cursor": cursor})).problem == "cursor_unreadable"
    said = await other_yard.owner.get("/tasks", params={"batch": "May", "cursor": cursor})
    assert (said.status, said.problem) == (400, "cursor_unreadable")
    assert (await yard.owner.get("/runs", params={"cursor": cursor})).problem == "cursor_unreadable"


async def test_a_cursor_that_was_changed_is_refused(yard: Yard) -> None:
    await many(yard, await yard.project(), 5)
    cursor = (await yard.owner.get("/tasks", params={"limit": 2})).json["next"]
    seal, after = json.loads(base64.urlsafe_b64decode(cursor + "==="))
    changed: list[Any] = [
        [seal, ["x", "y"]], [seal, []], [seal, after[:1]], [seal, [after[0], "' OR 1=1"]], [seal, [None, None]],
        [seal, [{}, []]], [seal, after, 1], [after], {}, None, 7, "x", [seal, {"0": after}], [None, after],
    ]  # fmt: skip
    made = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in changed]
    for tried in [*made, "", "x", "é", "!!!!", cursor[:-1], cursor + "x", cursor[::-1], "=" * 9]:
        said = await yard.owner.get("/tasks", params={"cursor": tried})
        assert (said.status, said.problem) == (400, "cursor_unreadable"), tried


# --- who sees what


async def test_each_role_sees_its_own(yard: Yard) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    first, second = (await yard.task(shared))["id"], (await yard.task(hidden))["id"]
    ana = await yard.person()
    await ana.post("/next", {"project": hidden})
    assert set(await ids(yard.owner)) == set(await ids(await yard.person("reviewer"))) == {first, second}
    assert await ids(ana) == [second]
    assert await ids(await yard.person()) == []
    assert await ids(await yard.person("client")) == [first]
    for who, seen, unseen in ((ana, second, first), (await yard.person("client"), first, second)):
        assert (await who.get(f"/tasks/{seen}")).status == 200
        for rest in ("", "/timeline", "/answers"):
            assert (await who.get(f"/tasks/{unseen}{rest}")).problem == "no_such_task"


async def test_an_annotator_sees_no_other_answer_while_the_task_is_open(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task = (await yard.task(project))["id"]
    ana, ben = await yard.person(), await yard.person()
    await yard.answer(ana, {"labels": ["problem"]})
    await ben.post("/next", {})
    assert (await ben.get(f"/tasks/{task}/answers")).json["items"] == []
    assert len((await ana.get(f"/tasks/{task}/answers")).json["items"]) == 1
