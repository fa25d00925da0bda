"""Tasks taken in and refused: what fits its flow, external ids, and JSON that nothing can keep."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from taskyard.kit.ids import new_id
from tests.builders import CLASSIFY_FLOW, FILL_FLOW, PICTURE_FLOW, Yard
from tests.builders.tasks import new

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
