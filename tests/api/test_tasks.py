"""Tasks: what is taken in and what is refused, lists that page, and what cancel, rerun and delete may do."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from taskyard.kit.db.base import Base
from taskyard.kit.ids import new_id
from tests.builders import CLASSIFY_FLOW, FILL_FLOW, PICTURE_FLOW, TWO_STEP_FLOW, Person, Yard

ANSWER = {"labels": ["question"]}
OPEN_FLOW = """
input: {type: object, required: [text], properties: {
  text: {type: string, x-kind: text}, number: {type: number}, more: {type: object}, list: {type: array}}}
steps:
  - id: amount
    use: fill
    by: people
    with: {text: "{{ input.text }}", prompt: "The total"}
    output: {type: object, properties: {total: {type: number}}}
output: {total: "{{ amount.total }}", number: "{{ input.number }}"}
"""


async def count(yard: Yard) -> int:
    return int((await yard.sql("SELECT count(*) AS n FROM tasks"))[0].n)


async def send(yard: Yard, text: str | bytes) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return await yard.owner.post("/tasks", content=content, headers={"Content-Type": "application/json"})


def new(project: str, text: str = "Where is my order?", **named: Any) -> dict[str, Any]:
    return {"project": project, "input": {"text": text}, **named}


async def many(yard: Yard, project: str, number: int, **named: Any) -> list[str]:
    bodies = [new(project, f"Message {n}", external_id=f"m-{n}", **named) for n in range(number)]
    return [task["id"] for task in (await yard.owner.post("/tasks", {"tasks": bodies})).json["tasks"]]


# --- taking in


async def test_a_task_is_taken_in_with_its_first_run(yard: Yard) -> None:
    project = await yard.project()
    said = await yard.owner.post("/tasks", new(project, external_id="m-1", priority=-3, batch="May", metadata={"a": 1}))
    assert said.status == 201
    task = (await yard.owner.get(f"/tasks/{said.json['id']}")).json
    assert (task["external_id"], task["priority"], task["batch"], task["metadata"]) == ("m-1", -3, "May", {"a": 1})
    assert (task["status"], task["steps"], task["input"]) == ("queued", ["label"], {"text": "Where is my order?"})
    assert (len(task["runs"]), task["runs"][0]["number"], task["runs"][0]["state"]) == (1, 1, "queued")
    told = (await yard.owner.get(f"/tasks/{task['id']}/timeline")).json["items"]
    assert [fact["name"] for fact in told] == ["run.queued", "task.created"]


async def test_several_are_taken_in_their_order(yard: Yard) -> None:
    project, other = await yard.project(), await yard.project(FILL_FLOW)
    bodies = [new(project, "one"), new(other, "two"), new(project, "three")]
    made = (await yard.owner.post("/tasks", {"tasks": bodies})).json["tasks"]
    assert [task["project_id"] for task in made] == [project, other, project]
    shown = (await yard.owner.get("/tasks", params={"sort": "created_at"})).json["items"]
    assert [task["id"] for task in shown] == [task["id"] for task in made]
    assert [task["preview"] for task in shown] == ["one", "two", "three"]


async def test_of_several_all_are_taken_or_none(yard: Yard) -> None:
    project = await yard.project()
    bodies = [new(project), new(project, input={"text": 7}), new(project), new(project, input={})]
    said = (await yard.owner.post("/tasks", {"tasks": bodies})).refusal
    assert (said["status"], said["code"]) == (422, "input_invalid")
    assert [flaw["place"] for flaw in said["errors"]] == ["tasks[1].input.text", "tasks[3].input.text"]
    assert all(flaw["says"] for flaw in said["errors"])
    unknown = await yard.owner.post("/tasks", {"tasks": [new(project), new(str(new_id()))]})
    assert (unknown.status, unknown.problem) == (404, "no_such_project")
    assert await count(yard) == 0


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        ({}, "input.text", "required"),
        ({"text": None}, "input.text", "must be"),
        ({"text": 7}, "input.text", "must be"),
        ({"text": "x" * 5001}, "input.text", "5,000"),
    ],
)
async def test_an_input_that_does_not_fit_is_told_at_its_place(
    yard: Yard, given: dict[str, Any], place: str, says: str
) -> None:
    said = (await yard.owner.post("/tasks", {"project": await yard.project(), "input": given})).refusal
    assert (said["status"], said["code"]) == (422, "input_invalid")
    (flaw,) = said["errors"]
    assert flaw["place"] == place
    assert says in flaw["says"]
    assert place in said["detail"]
    assert await count(yard) == 0


async def test_a_file_that_is_none_is_told_at_its_place(yard: Yard) -> None:
    project = await yard.project(PICTURE_FLOW)
    photo, nothing = await yard.file(), str(new_id())
    bodies = [{"project": project, "input": {"photo": handle}} for handle in (photo, nothing)]
    one = (await yard.owner.post("/tasks", bodies[1])).refusal
    assert (one["code"], one["errors"][0]["place"]) == ("no_such_files", "input.photo")
    among = (await yard.owner.post("/tasks", {"tasks": bodies})).refusal
    assert among["errors"][0]["place"] == "tasks[1].input.photo"
    assert await count(yard) == 0


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"tasks": []}, "tasks"),
        ({}, "body"),
        ({"input": {}}, "body"),
        ({"project": "PROJECT"}, "body"),
        (
            {"project": "PROJECT", "input": {"text": "a"}, "tasks": [{"project": "PROJECT", "input": {"text": "a"}}]},
            "body",
        ),
        ({"tasks": [{"project": "PROJECT", "input": {"text": "a"}}], "priority": 5}, "body"),
        ({"tasks": [{"project": "PROJECT", "input": {"text": "a"}}], "external_id": "x"}, "body"),
        ({"project": "PROJECT", "input": {"text": "a"}, "colour": "red"}, "colour"),
        ({"project": "PROJECT", "input": {"text": "a"}, "id": "PROJECT"}, "id"),
        ({"project": "PROJECT", "input": {"text": "a"}, "status": "completed"}, "status"),
        ({"project": "PROJECT", "input": {"text": "a"}, "workspace_id": "PROJECT"}, "workspace_id"),
        ({"project": "PROJECT", "input": {"text": "a"}, "created_by": None}, "created_by"),
        ({"tasks": [{"project": "PROJECT", "input": {"text": "a"}, "run_id": None}]}, "tasks[0].run_id"),
        ({"project": "PROJECT", "input": ["a"]}, "input"),
        ({"project": "PROJECT", "input": "a"}, "input"),
        ({"project": "health", "input": {"text": "a"}}, "project"),
        ({"project": "PROJECT", "input": {"text": "a"}, "external_id": ""}, "external_id"),
        ({"project": "PROJECT", "input": {"text": "a"}, "external_id": "x" * 501}, "external_id"),
        ({"project": "PROJECT", "input": {"text": "a"}, "external_id": 7}, "external_id"),
        ({"project": "PROJECT", "input": {"text": "a"}, "batch": ""}, "batch"),
        ({"project": "PROJECT", "input": {"text": "a"}, "metadata": []}, "metadata"),
        ([], "body"),
        ("tasks", "body"),
        (7, "body"),
        (None, "body"),
    ],
)
async def test_a_body_that_does_not_fit_is_told_at_its_place(yard: Yard, body: Any, place: str) -> None:
    project = await yard.project()
    said = (await send(yard, json.dumps(body).replace("PROJECT", project))).refusal
    assert (said["status"], said["code"]) == (422, "body_invalid")
    assert said["errors"][0]["place"] == place
    assert await count(yard) == 0


async def test_a_thousand_is_the_most_at_once(yard: Yard) -> None:
    bodies = [new(str(new_id())) for _ in range(1001)]
    said = (await yard.owner.post("/tasks", {"tasks": bodies})).refusal
    assert (said["code"], said["errors"][0]["place"]) == ("body_invalid", "tasks")


@pytest.mark.parametrize("priority", [2**31 - 1, -(2**31), 0])
async def test_a_priority_is_any_whole_number_of_32_bits(yard: Yard, priority: int) -> None:
    task = await yard.task(await yard.project(), priority=priority)
    assert (await yard.owner.get(f"/tasks/{task['id']}")).json["priority"] == priority


@pytest.mark.parametrize(
    "priority", ["2147483648", "-2147483649", "1.5", "1.0", '"1"', "true", "null", "1e3", "10" * 400]
)
async def test_no_other_priority_is_taken(yard: Yard, priority: str) -> None:
    project = await yard.project()
    body = json.dumps(new(project, priority="PRIORITY")).replace('"PRIORITY"', priority)
    said = await send(yard, body)
    assert (said.status, said.refusal["errors"][0]["place"]) == (422, "priority")
    task = await yard.task(project)
    changed = await yard.owner.ask(
        "PATCH",
        f"/tasks/{task['id']}",
        content=f'{{"priority": {priority}}}',
        headers={"Content-Type": "application/json"},
    )
    assert changed.status == (200 if priority == "null" else 422)


async def test_an_archived_or_unpublished_project_takes_no_tasks(yard: Yard) -> None:
    archived = await yard.project(state="archived")
    draft = (await yard.owner.post("/projects", {"name": "Draft", "flow": CLASSIFY_FLOW})).json["id"]
    assert (await yard.owner.post("/tasks", new(archived))).problem == "project_archived"
    assert (await yard.owner.post("/tasks", new(draft))).problem == "nothing_published"


# --- external ids


async def test_an_external_id_that_is_there_names_its_task(yard: Yard) -> None:
    project = await yard.project()
    first = await yard.task(project, external_id="m-1")
    said = (await yard.owner.post("/tasks", {"tasks": [new(project), new(project, external_id="m-1")]})).refusal
    assert (said["status"], said["code"]) == (409, "external_id_taken")
    assert (said["external_id"], said["task_id"]) == ("m-1", first["id"])
    assert first["id"] in said["detail"]
    assert await count(yard) == 1


async def test_an_external_id_belongs_to_its_project_and_workspace(yard: Yard, other_yard: Yard) -> None:
    for place in (await yard.project(), await yard.project()):
        assert await yard.task(place, external_id="m-1")
    assert await other_yard.task(await other_yard.project(), external_id="m-1")
    assert await count(yard) == 2


async def test_an_external_id_given_twice_in_one_request_is_told_with_both_places(yard: Yard) -> None:
    project = await yard.project()
    bodies = [new(project, external_id="a"), new(project), new(project, external_id="a")]
    said = (await yard.owner.post("/tasks", {"tasks": bodies})).refusal
    assert (said["status"], said["code"]) == (422, "external_id_twice")
    assert [flaw["place"] for flaw in said["errors"]] == ["tasks[2].external_id"]
    assert "tasks[0]" in said["errors"][0]["says"]
    assert await count(yard) == 0


async def test_twenty_at_once_with_one_external_id_make_one_task(yard: Yard) -> None:
    project = await yard.project()
    said = await asyncio.gather(*(yard.owner.post("/tasks", new(project, external_id="m-1")) for _ in range(20)))
    assert sorted(one.status for one in said) == [201] + [409] * 19
    (made,) = [one.json["id"] for one in said if one.status == 201]
    assert {one.refusal["task_id"] for one in said if one.status == 409} == {made}


# --- JSON that is none, or that nothing can keep

HOSTILE = {
    "not a number": '{"project": "P", "input": {"text": "a", "number": NaN}}',
    "infinity": '{"project": "P", "input": {"text": "a", "number": Infinity}}',
    "too large": '{"project": "P", "input": {"text": "a", "number": 1e400}}',
    "too many digits": '{"project": "P", "input": {"text": "a", "number": ' + "1" * 4301 + "}}",
    "nul": '{"project": "P", "input": {"text": "a\\u0000b"}}',
    "nul in a name": '{"project": "P", "input": {"text": "a", "more": {"b\\u0000": 1}}}',
    "nul in metadata": '{"project": "P", "input": {"text": "a"}, "metadata": {"a": "\\u0000"}}',
    "nul in a batch": '{"project": "P", "input": {"text": "a"}, "batch": "\\u0000"}',
    "raw nul": '{"project": "P", "input": {"text": "a\x00b"}}',
    "half a character": '{"project": "P", "input": {"text": "\\ud800"}}',
    "the other half": '{"project": "P", "input": {"text": "\\udc00\\ud800"}}',
    "one name twice": '{"project": "P", "input": {"text": "a", "text": "b"}}',
    "project twice": '{"project": "P", "project": "P", "input": {"text": "a"}}',
    "too deep": '{"project": "P", "input": {"text": "a", "list": ' + "[" * 63 + "]" * 63 + "}}",
    "bottomless": "[" * 200_000,
    "cut off": '{"project": "P", "input": {"text": "a"',
    "something after": '{"project": "P", "input": {"text": "a"}} {}',
    "a comma too many": '{"project": "P", "input": {"text": "a"},}',
    "a comment": '{"project": "P", /* here */ "input": {"text": "a"}}',
    "single quotes": "{'project': 'P'}",
    "nothing": " ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_json_is_refused_and_leaves_nothing(yard: Yard, text: str) -> None:
    said = await send(yard, text.replace('"P"', f'"{await yard.project(OPEN_FLOW)}"'))
    assert (said.status, said.problem) == (400, "json_unreadable")
    assert said.refusal["detail"].startswith("The body is not JSON we can keep: it ")
    assert await count(yard) == 0


@pytest.mark.parametrize("body", [b"\xff\xfe{", b'{"a": "\xc3\x28"}', b'{"a": "\xed\xa0\x80"}', b"\x80"])
async def test_bytes_that_are_no_utf8_are_refused(yard: Yard, body: bytes) -> None:
    said = await send(yard, body)
    assert (said.status, said.problem) == (400, "json_unreadable")
    assert "UTF-8" in said.refusal["detail"]


async def test_sixty_four_levels_are_kept(yard: Yard) -> None:
    project = await yard.project(OPEN_FLOW)
    deep: Any = []
    for _ in range(61):
        deep = [deep]
    task = await yard.task(project, {"text": "a", "list": deep})
    assert (await yard.owner.get(f"/tasks/{task['id']}")).json["input"]["list"] == deep


@pytest.mark.parametrize(
    "text",
    ["plain", "é漢字🧾", "\u202eright to left", "a\\b\"c'd", "%s %(x)s {x} ${x} {{ input.text }} :text", "\ufeff", "\u2028\u2029",
     "<script>alert(1)</script>", "'; DROP TABLE tasks; --", "\x7f\x1b[31m", "null", " "],
)  # fmt: skip
async def test_any_text_comes_back_as_it_was_given(yard: Yard, text: str) -> None:
    project = await yard.project()
    task = await yard.task(project, {"text": text}, external_id=text, batch=text, metadata={text: text})
    shown = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert (shown["input"], shown["external_id"], shown["batch"]) == ({"text": text}, text, text)
    assert shown["metadata"] == {text: text}
    assert [one["id"] for one in (await yard.owner.get("/tasks", params={"batch": text})).json["items"]] == [task["id"]]
    assert (await yard.owner.post("/next", {})).json["step_run"]["with"]["text"] == text


NUMBERS = [2**53 + 1, 2**63, -(2**63) - 1, 2**64 + 1, 10**30 + 7, int("9" * 4300), -int("8" * 4300)]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number.bit_length()} bits")
async def test_a_whole_number_stays_exact_wherever_it_goes(yard: Yard, number: int) -> None:
    project = await yard.project(OPEN_FLOW)
    digits = str(number)
    body = f'{{"project": "{project}", "input": {{"text": "a", "number": {digits}}}, "metadata": {{"n": {digits}}}}}'
    task = (await send(yard, body)).json["id"]
    ana = await yard.person()
    page = await yard.owner.get(f"/tasks/{task}")
    assert page.json["input"]["number"] == page.json["metadata"]["n"] == number
    hold = (await ana.post("/next", {})).json
    assert hold["task"]["input"]["number"] == number
    reservation = f"/reservations/{hold['reservation']['id']}"
    assert (await ana.put(f"{reservation}/draft", {"answer": {"total": number}})).status == 200
    stale = (await ana.put(f"{reservation}/draft", {"answer": {"total": number}})).refusal
    assert (stale["yours"], stale["theirs"]) == ({"total": number}, {"total": number})
    assert (await ana.get(reservation)).json["reservation"]["draft"] == {"total": number}
    done = (await ana.post(f"{reservation}/submit", {"answer": {"total": number}})).json
    assert done["answer"]["data"] == {"total": number}
    (run,) = (await yard.owner.get(f"/tasks/{task}")).json["runs"]
    assert run["output"] == {"total": number, "number": number}
    assert (await yard.owner.get(f"/runs/{run['id']}")).json["output"]["total"] == number
    (answer,) = (await yard.owner.get(f"/tasks/{task}/answers")).json["items"]
    assert answer["data"] == {"total": number}
    again = (await yard.owner.post(f"/tasks/{task}/runs", {"input": {"text": "a", "number": number}})).json
    assert again["settings"]["input"]["number"] == number
    for path in ("/tasks", "/runs", f"/tasks/{task}/timeline"):
        assert (await yard.owner.get(path)).status == 200


# --- lists


async def ids(who: Person, **asked: Any) -> list[str]:
    return [task["id"] for task in (await who.get("/tasks", params=asked)).json["items"]]


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
        ({"sort": "input"}, 400, "sort_unknown"),
        ({"sort": "id; DROP TABLE tasks"}, 400, "sort_unknown"),
        ({"sort": "-priority,-id"}, 400, "sort_unknown"),
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


# --- changing


async def test_a_change_says_what_changed(yard: Yard) -> None:
    task = await yard.task(await yard.project(), batch="May")
    path = f"/tasks/{task['id']}"
    assert (await yard.owner.patch(path, {"priority": -5, "batch": "June", "metadata": {"a": 1}})).status == 200
    shown = (await yard.owner.get(path)).json
    assert (shown["priority"], shown["batch"], shown["metadata"]) == (-5, "June", {"a": 1})
    assert (await yard.owner.patch(path, {"batch": None})).json["batch"] is None
    assert (await yard.owner.patch(path, {})).status == 200
    told = [fact["says"] for fact in (await yard.owner.get(f"{path}/timeline")).json["items"]]
    assert told[:2] == [
        "The task changed: the batch was cleared.",
        "The task changed: priority 0 became -5, batch became June, the metadata changed.",
    ]


@pytest.mark.parametrize(
    "field",
    ["id", "status", "steps", "external_id", "input", "project", "run_id", "redo_count", "created_by", "workspace_id"],
)
async def test_what_the_server_decides_cannot_be_changed(yard: Yard, field: str) -> None:
    task = await yard.task(await yard.project())
    said = await yard.owner.patch(f"/tasks/{task['id']}", {field: "x"})
    assert (said.problem, said.refusal["errors"][0]["place"]) == ("body_invalid", field)


async def test_a_new_priority_changes_the_place_in_line(yard: Yard) -> None:
    first, second = await many(yard, await yard.project(), 2)
    await yard.owner.patch(f"/tasks/{second}", {"priority": -1})
    ana = await yard.person()
    assert [(await ana.post("/next", {})).json["task"]["id"] for _ in range(2)] == [second, first]


# --- cancelling


async def test_a_queued_task_is_cancelled_for_certain(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    path = f"/tasks/{task['id']}"
    assert (await yard.owner.get(path)).json["can"]["cancel"] is None
    assert (await yard.owner.post(f"{path}/cancel")).json["status"] == "cancelled"
    shown = (await yard.owner.get(path)).json
    assert (shown["runs"][0]["state"], shown["steps"], shown["completed_at"] is not None) == ("cancelled", [], True)
    assert (await (await yard.person()).post("/next", {})).status == 204
    again = (await yard.owner.post(f"{path}/cancel")).refusal
    assert (again["status"], again["code"], again["state"], again["allowed"]) == (
        409,
        "illegal_move",
        "cancelled",
        ["rerun"],
    )
    told = [fact["name"] for fact in (await yard.owner.get(f"{path}/timeline")).json["items"]]
    assert told.count("task.cancelled") == told.count("run.cancelled") == 1
    assert shown["can"]["cancel"]


async def test_a_task_in_a_persons_hand_is_not_cancelled(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    await (await yard.person()).post("/next", {})
    for path in (f"/tasks/{task['id']}/cancel", f"/runs/{await _run_of(yard, task['id'])}/cancel"):
        said = await yard.owner.post(path)
        assert (said.status, said.problem) == (409, "held_by_person")
    shown = (await yard.owner.get(f"/tasks/{task['id']}")).json
    assert shown["can"]["cancel"] == "A person has this task in hand."


async def test_a_task_between_two_steps_is_not_cancelled_and_a_completed_one_neither(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    task = await yard.task(project)
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["problem"]})
    said = (await yard.owner.post(f"/tasks/{task['id']}/cancel")).refusal
    assert (said["code"], said["state"]) == ("illegal_move", "in progress")
    await yard.answer(ana, {"part": "lid"})
    said = (await yard.owner.post(f"/tasks/{task['id']}/cancel")).refusal
    assert (said["code"], said["state"]) == ("illegal_move", "completed")


async def test_who_may_cancel(yard: Yard) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    client = await yard.person("client")
    own, theirs = await yard.task(shared), await yard.task(hidden)
    assert (await client.post(f"/tasks/{theirs['id']}/cancel")).status == 404
    assert (await client.post(f"/tasks/{own['id']}/cancel")).json["status"] == "cancelled"
    for role in ("annotator", "reviewer"):
        assert (await (await yard.person(role)).post(f"/tasks/{theirs['id']}/cancel")).problem == "not_allowed"


async def test_a_task_is_either_taken_or_cancelled(yard: Yard) -> None:
    project = await yard.project()
    ana = await yard.person()
    for _ in range(15):
        task = (await yard.task(project))["id"]
        cancelled, taken = await asyncio.gather(
            yard.owner.post(f"/tasks/{task}/cancel"), ana.post("/next", {"project": project})
        )
        told = [fact["name"] for fact in (await yard.owner.get(f"/tasks/{task}/timeline")).json["items"]]
        if cancelled.status == 200:
            assert taken.status == 204
            assert told.count("task.cancelled") == 1
        else:
            assert (cancelled.problem, taken.status) == ("held_by_person", 200)
            assert "task.cancelled" not in told
            done = await ana.post(f"/reservations/{taken.json['reservation']['id']}/submit", {"answer": ANSWER})
            assert done.status == 200


async def test_a_run_at_the_line_of_a_model_is_cancelled_at_once(yard: Yard) -> None:
    playground = next(app for app in (await yard.owner.get("/apps")).json["items"] if app["is_playground"])
    made = (await yard.owner.post(
        f"/apps/{playground['id']}/runs", {"input": {"photo": await yard.file(), "prompt": "all"}}
    )).json  # fmt: skip
    said = await yard.owner.post(f"/runs/{made['run']['id']}/cancel")
    assert said.json["state"] == "cancelled"
    assert (await yard.owner.get(f"/tasks/{made['task']['id']}")).json["status"] == "cancelled"
    again = (await yard.owner.post(f"/runs/{made['run']['id']}/cancel")).refusal
    assert (again["code"], again["thing"], again["state"]) == ("illegal_move", "run", "cancelled")


# --- running again


async def _run_of(yard: Yard, task: str) -> str:
    return str((await yard.owner.get(f"/tasks/{task}")).json["run_id"])


async def test_a_finished_task_passes_again_by_the_newest_flow(yard: Yard) -> None:
    project = await yard.project()
    task = (await yard.task(project))["id"]
    ana = await yard.person()
    await yard.answer(ana, ANSWER)
    changed = CLASSIFY_FLOW.replace("praise", "thanks")
    await yard.owner.put(f"/projects/{project}/draft", {"source": changed})
    await yard.owner.post(f"/projects/{project}/publish")
    run = (await yard.owner.post(f"/tasks/{task}/runs", {})).json
    assert (run["number"], run["flow_version"], run["state"]) == (2, 2, "queued")
    shown = (await yard.owner.get(f"/tasks/{task}")).json
    assert (shown["status"], shown["completed_at"], [one["number"] for one in shown["runs"]]) == (
        "queued",
        None,
        [2, 1],
    )
    await yard.answer(ana, {"labels": ["thanks"]})
    shown = (await yard.owner.get(f"/tasks/{task}")).json
    assert [one["output"] for one in shown["runs"]] == [{"label": "thanks"}, {"label": "question"}]
    answers = (await yard.owner.get(f"/tasks/{task}/answers")).json["items"]
    assert [answer["is_final"] for answer in answers] == [True, False]


async def test_an_open_task_does_not_pass_again(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    said = await yard.owner.post(f"/tasks/{task}/runs", {})
    assert (said.status, said.problem) == (409, "task_in_flight")
    assert (await yard.owner.get(f"/tasks/{task}")).json["can"]["rerun"]
    await (await yard.person()).post("/next", {})
    assert (await yard.owner.post(f"/tasks/{task}/runs", {})).problem == "task_in_flight"


async def test_twenty_reruns_at_once_make_one_run(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    said = await asyncio.gather(*(yard.owner.post(f"/tasks/{task}/runs", {}) for _ in range(20)))
    assert sorted(one.status for one in said) == [201] + [409] * 19
    assert len((await yard.owner.get(f"/tasks/{task}")).json["runs"]) == 2


async def test_a_rerun_of_an_archived_project_is_refused(yard: Yard) -> None:
    project = await yard.project()
    task = (await yard.task(project))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    await yard.owner.patch(f"/projects/{project}", {"state": "archived"})
    assert (await yard.owner.post(f"/tasks/{task}/runs", {})).problem == "project_archived"


async def test_a_changed_input_is_checked_and_is_the_runs_own(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    bad = (await yard.owner.post(f"/tasks/{task}/runs", {"input": {"text": 7}})).refusal
    assert (bad["code"], bad["errors"][0]["place"]) == ("input_invalid", "input.text")
    assert (await yard.owner.post(f"/tasks/{task}/runs", {"input": {"text": "Anew"}})).status == 201
    hold = (await (await yard.person()).post("/next", {})).json
    assert hold["step_run"]["with"]["text"] == "Anew"
    assert (await yard.owner.get(f"/tasks/{task}")).json["input"] == {"text": "Where is my order?"}


@pytest.mark.parametrize(
    ("chosen", "code"),
    [({"model": "nobody/nothing"}, "no_such_model"), ({"model": "local/labels"}, "model_unknown"), ({"colour": "red"}, "body_invalid"),
     ({"prompt": "x" * 10_001}, "body_invalid")],
)  # fmt: skip
async def test_settings_that_cannot_be_are_refused(yard: Yard, chosen: dict[str, str], code: str) -> None:
    task = (await yard.task(await yard.project(PICTURE_FLOW), {"photo": await yard.file()}))["id"]
    await yard.owner.post(f"/tasks/{task}/cancel")
    said = await yard.owner.post(f"/tasks/{task}/runs", {"settings": chosen})
    assert said.problem == code
    assert said.status in {404, 422}
    assert len((await yard.owner.get(f"/tasks/{task}")).json["runs"]) == 1


async def test_only_leads_and_whoever_made_it_run_it_again_or_delete_it(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    run = await _run_of(yard, task)
    for role in ("reviewer", "annotator"):
        who = await yard.person(role)
        assert (await who.post(f"/tasks/{task}/runs", {})).problem == "no_such_task"
        assert (await who.delete(f"/tasks/{task}")).problem == "no_such_task"
        assert (await who.post(f"/runs/{run}/cancel")).problem == "no_such_run"
    assert (await (await yard.person("client")).delete(f"/tasks/{task}")).problem == "not_allowed"
    assert (await (await yard.person("manager")).delete(f"/tasks/{task}")).status == 204


# --- deleting


async def test_a_deleted_task_leaves_nothing_but_a_line_that_it_was_there(yard: Yard) -> None:
    marker = "Kx7Qmarker"
    project = await yard.project(TWO_STEP_FLOW)
    task = (await yard.task(project, {"text": marker}, external_id=marker, metadata={"note": marker}))["id"]
    ana, ben = await yard.person(), await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    await ana.post(f"/reservations/{hold['id']}/skip", {"reason": f"Too {marker}"})
    await yard.answer(ben, {"labels": ["problem"]})
    hold = (await ben.post("/next", {})).json["reservation"]
    await ben.put(f"/reservations/{hold['id']}/draft", {"answer": {"part": marker}})
    await ben.post(f"/reservations/{hold['id']}/submit", {"answer": {"part": marker}})
    run = await _run_of(yard, task)
    assert (await yard.owner.delete(f"/tasks/{task}")).status == 204
    for path in (f"/tasks/{task}", f"/tasks/{task}/timeline", f"/tasks/{task}/answers", f"/runs/{run}"):
        assert (await yard.owner.get(path)).status == 404
    left = {}
    for table in Base.metadata.tables:
        rows = await yard.sql(f"SELECT count(*) AS n FROM {table} AS kept WHERE kept::text LIKE :m", m=f"%{marker}%")
        left[table] = rows[0].n
        if table != "facts" and "task_id" in Base.metadata.tables[table].columns:
            (found,) = await yard.sql(f"SELECT count(*) AS n FROM {table} WHERE task_id = :id", id=task)
            assert found.n == 0, table
    assert {table for table, rows in left.items() if rows} <= {"facts"}
    told = await yard.sql("SELECT name, says, data::text AS data FROM facts WHERE task_id = :id", id=task)
    assert "task.deleted" in {fact.name for fact in told}


async def test_a_task_that_is_being_worked_on_is_not_deleted(yard: Yard) -> None:
    task = (await yard.task(await yard.project()))["id"]
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    said = await yard.owner.delete(f"/tasks/{task}")
    assert (said.status, said.problem) == (409, "task_in_flight")
    assert (await yard.owner.get(f"/tasks/{task}")).json["can"]["delete"]
    await ana.post(f"/reservations/{hold['id']}/release")
    assert (await yard.owner.delete(f"/tasks/{task}")).status == 204
    assert (await yard.owner.delete(f"/tasks/{task}")).problem == "no_such_task"
    assert (await ana.post("/next", {})).status == 204


async def test_an_external_id_is_free_again_after_its_task_is_gone(yard: Yard) -> None:
    project = await yard.project()
    task = await yard.task(project, external_id="m-1")
    await yard.owner.delete(f"/tasks/{task['id']}")
    assert (await yard.task(project, external_id="m-1"))["id"] != task["id"]


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
