"""Where a task's events may be sent to: said with the task, by request or by upload, and refused where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from tests.builders import Yard
from tests.builders.uploads import Uploading, counts

GOOD = "https://receiver.example.org:8443/told?of=task#part"
REFUSED = [
    ("ftp://example.org/", "must begin with https:// or http://"),
    ("javascript:alert(1)", "must begin with https:// or http://"),
    ("/told", "must begin with https:// or http://"),
    ("https://", "names no host"),
    ("https://:443/", "names no host"),
    ("https://ana@example.org/", "must not hold a name or a password"),
    ("https://ana:secret@example.org/", "must not hold a name or a password"),
    ("https://example.org:99999/", "is no address"),
    ("https://example.org:port/", "is no address"),
    ("https://exa mple.org/", "is no address"),
    ("https://example.org/\nHost: inside", "is no address"),
    ("https://example.org\\@inside/", "is no address"),
    ("https://exämple.org/", "is no address"),
    ("https://[::1/", "is no address"),
    ("http://127.0.0.1/", "is an address of a private network"),
    ("http://2130706433/", "is an address of a private network"),
    ("http://0x7f.1/", "is an address of a private network"),
    ("http://10.0.0.8/", "is an address of a private network"),
    ("http://169.254.169.254/latest/meta-data", "is an address of a private network"),
    ("http://[::1]/", "is an address of a private network"),
    ("http://[::ffff:127.0.0.1]/", "is an address of a private network"),
    ("http://[64:ff9b::7f00:1]/", "is an address of a private network"),
    ("http://[2002:7f00:1::]/", "is an address of a private network"),
    ("http://0.0.0.0/", "is an address of a private network"),
    ("http://224.0.0.1/", "is an address of a private network"),
    ("http://localhost:8000/", "is an address of a private network"),
    ("http://LocalHost./", "is an address of a private network"),
    ("http://db.internal/", "is an address of a private network"),
]


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


async def test_a_task_keeps_the_address_it_was_given(yard: Yard) -> None:
    project = await yard.project(shared_with_clients=True)
    made = await yard.task(project, callback_url=GOOD)
    assert made["callback_url"] == GOOD
    acme, ana = await yard.person("client"), await yard.person("annotator")
    assert (await acme.get(f"/tasks/{made['id']}")).json["callback_url"] == GOOD
    exported = (await yard.owner.get("/tasks/export", params={"format": "json"})).json
    assert exported[0]["callback_url"] == GOOD
    table = (await yard.owner.get("/tasks/export", params={"format": "csv"})).response.text
    assert GOOD in table
    hold = (await ana.post("/next", {"project": project})).json
    assert GOOD not in json.dumps(hold), "where it is told is no business of those who work on it"
    assert (await ana.get(f"/tasks/{made['id']}")).json["callback_url"] is None
    assert (await yard.task(project))["callback_url"] is None


@pytest.mark.parametrize(("url", "says"), REFUSED)
async def test_an_address_that_cannot_be_told_is_refused_with_its_place(yard: Yard, url: str, says: str) -> None:
    project = await yard.project()
    body = {"project": project, "input": {"text": "a"}}
    said = await yard.owner.post("/tasks", {"tasks": [body, {**body, "callback_url": url}]})
    assert said.problem == "callback_refused"
    (flaw,) = said.refusal["errors"]
    assert (flaw["place"], flaw["says"]) == ("tasks[1].callback_url", says)
    assert flaw["value"] == url
    assert (await yard.owner.get("/tasks", params={"project": project})).json["total"] == 0


@pytest.mark.parametrize("url", ["", "https://example.org/" + "a" * 2000, 7, {}])
async def test_an_address_of_another_sort_or_length_is_refused_as_a_field(yard: Yard, url: Any) -> None:
    project = await yard.project()
    said = await yard.owner.post("/tasks", {"project": project, "input": {"text": "a"}, "callback_url": url})
    assert said.status == 422


async def test_an_operator_may_allow_private_addresses(yard: Yard, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update={"callback_private": True}))
    project = await yard.project()
    assert (await yard.task(project, callback_url="http://localhost/"))["callback_url"] == "http://localhost/"
    taken = await Uploading(yard, desk.settings).taken(project, "text,callback_url\nA,http://10.0.0.8/\n")
    assert counts(taken) == (1, 1, 0, 0)


# --- uploads


async def addresses(yard: Yard) -> list[str | None]:
    rows = await yard.sql("SELECT callback_url FROM tasks WHERE workspace_id = :w ORDER BY id", w=yard.workspace_id)
    return [row.callback_url for row in rows]


async def test_a_column_gives_each_row_its_address(yard: Yard, uploading: Uploading) -> None:
    project = await yard.project()
    taken = await uploading.taken(project, f"text,callback_url\nA,{GOOD}\nB,\n")
    assert counts(taken) == (2, 2, 0, 0)
    assert await addresses(yard) == [GOOD, None]


@pytest.mark.parametrize(
    "content",
    [
        {"text": "A", "callback_url": GOOD},
        {"input": {"text": "A"}, "callback_url": GOOD},
    ],
)
@pytest.mark.parametrize("mode", ["all_or_nothing", "valid_rows"])
async def test_a_key_gives_each_object_its_address(
    yard: Yard, uploading: Uploading, content: dict[str, Any], mode: str
) -> None:
    project = await yard.project()
    lines = f"{json.dumps(content)}\n{json.dumps({'text': 'B', 'callback_url': None})}\n"
    taken = await uploading.taken(project, lines, "tasks.jsonl", mode=mode)
    assert counts(taken) == (2, 2, 0, 0)
    assert await addresses(yard) == [GOOD, None]


async def test_a_bad_address_makes_a_bad_row_that_can_be_mended(yard: Yard, uploading: Uploading) -> None:
    project = await yard.project()
    taken = await uploading.taken(project, f"text,callback_url\nA,{GOOD}\nB,http://127.0.0.1/\nC,nowhere\n")
    assert counts(taken) == (3, 1, 0, 2)
    page = (await yard.owner.get(f"/uploads/{taken['id']}/errors")).json["items"]
    assert [(error["row"], error["field"]) for error in page] == [(2, "callback_url"), (3, "callback_url")]
    assert page[0]["says"].startswith("is an address of a private network")
    assert page[0]["value"] == "http://127.0.0.1/"
    failed = await uploading.failed_rows(taken)
    assert "2,callback_url: is an address of a private network" in failed.replace('"', "")
    mended = failed.replace("http://127.0.0.1/", GOOD).replace("nowhere", "")
    assert counts(await uploading.mended(taken, mended)) == (3, 3, 0, 0)
    assert await addresses(yard) == [GOOD, GOOD, None]


async def test_a_column_of_another_name_is_mapped_and_shown_before(yard: Yard, uploading: Uploading) -> None:
    project = await yard.project()
    content = f"text,tell\nA,{GOOD}\nB,ftp://example.org\n"
    mapping = json.dumps({"tell": "callback_url"})
    form = {"project": project, "mapping": mapping}
    seen = (await yard.owner.post("/uploads/preview", files={"file": ("a.csv", content)}, data=form)).json
    assert [(column["name"], column["to"]) for column in seen["columns"]] == [
        ("text", "text"),
        ("tell", "callback_url"),
    ]
    assert [row["callback_url"] for row in seen["rows"]] == [GOOD, None]
    assert [[flaw["field"] for flaw in row["flaws"]] for row in seen["rows"]] == [[], ["callback_url"]]
    taken = await uploading.taken(project, content, mapping=mapping)
    assert counts(taken) == (2, 1, 0, 1)
    assert await addresses(yard) == [GOOD]


async def test_a_field_of_that_name_is_the_inputs_own(yard: Yard, uploading: Uploading) -> None:
    flow = """
input: {type: object, required: [callback_url], properties: {callback_url: {type: string}}}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.callback_url }}", labels: [a, b]}}
"""
    project = await yard.project(flow)
    taken = await uploading.taken(project, "callback_url\nhttp://127.0.0.1/\n")
    assert counts(taken) == (1, 1, 0, 0)
    assert await addresses(yard) == [None]
