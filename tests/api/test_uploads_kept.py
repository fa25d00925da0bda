"""Tasks that an upload has kept for somebody: named by the row, or for all that name nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taskyard.kit.settings import Settings
from tests.builders import TWO_STEP_FLOW, Yard
from tests.builders.browser import a_member
from tests.builders.people import Person
from tests.builders.uploads import Uploading, counts

REVIEWED = """
input: {type: object, required: [text], properties: {text: {type: string}}}
steps:
  - {id: first, use: classify, by: people, with: {text: "{{ input.text }}", labels: [a, b]}, people: {roles: [annotator]}}
  - {id: second, use: classify, by: people, with: {text: "{{ input.text }}", labels: [a, b]}, after: first,
     people: {roles: [reviewer]}}
"""
APP = """
input: {type: object, required: [text], properties: {text: {type: string}}}
steps:
  - {id: guess, use: classify, by: local/labels, with: {text: "{{ input.text }}", labels: [question, problem]}}
"""


@pytest.fixture
def uploading(yard: Yard, settings: Settings) -> Uploading:
    return Uploading(yard, settings)


async def kept(yard: Yard) -> dict[str, str | None]:
    """Return for whom each task is kept, by its text."""
    items = (await yard.owner.get("/tasks", params={"limit": 200})).json["items"]
    return {one["preview"]: one["reserved_for"] and one["reserved_for"]["id"] for one in items}


async def taken(who: Person, project: str) -> str | None:
    """Return the text of the next work somebody is handed."""
    said = await who.post("/next", {"project": project})
    return None if said.status == 204 else str(said.json["task"]["input"]["text"])


async def errors(yard: Yard, upload: dict[str, Any]) -> list[tuple[int, str, str]]:
    items = (await yard.owner.get(f"/uploads/{upload['id']}/errors")).json["items"]
    return [(one["row"], one["field"], one["says"]) for one in items]


@pytest.mark.parametrize("mode", ["valid_rows", "all_or_nothing"])
async def test_a_row_is_kept_for_whom_it_names(uploading: Uploading, yard: Yard, mode: str) -> None:
    project = await yard.project()
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    mail = await a_member(yard.app, yard.owner, "cleo@example.org")
    content = f"text,reserve_for\none,ana\ntwo,{ben.member_id}\nthree,CLEO@example.org\nfour,\n"
    upload = await uploading.taken(project, content, mode=mode)
    assert counts(upload) == (4, 4, 0, 0)
    who = await kept(yard)
    assert (who["one"], who["two"], who["four"]) == (ana.member_id, ben.member_id, None)
    assert who["three"] not in {None, ana.member_id, ben.member_id}
    assert mail is not None
    assert [await taken(ben, project) for _ in range(3)] == ["two", "four", None]


async def test_json_names_them_too(uploading: Uploading, yard: Yard) -> None:
    ana = await yard.person(name="Ana")
    lines = [{"text": "one", "reserve_for": "Ana"}, {"input": {"text": "two"}, "reserve_for": ana.member_id}]
    await uploading.taken(await yard.project(), json.dumps(lines), "t.json")
    assert await kept(yard) == {"one": ana.member_id, "two": ana.member_id}


async def test_who_may_not_be_meant_is_a_bad_row(uploading: Uploading, yard: Yard) -> None:
    for _ in range(2):
        await yard.person(name="Twin")
    await yard.person("client", name="Kim")
    gone = await yard.person(name="Gone")
    await yard.sql("UPDATE members SET state = 'removed' WHERE id = :id", id=gone.member_id)
    names = ["nobody@example.org", "Twin", "Kim", "Gone"]
    content = "text,reserve_for\n" + "".join(f"t,{name}\n" for name in names) + "fine,\n"
    upload = await uploading.taken(await yard.project(), content)
    assert counts(upload) == (5, 1, 0, 4)
    told = await errors(yard, upload)
    assert [(row, field) for row, field, _ in told] == [(number, "reserve_for") for number in range(1, 5)]
    for (_, _, says), wanted in zip(told, ["nobody here is nobody@", "2 members are called Twin. Write the e-mail",
                                           "Kim is client, and may take nothing", "Gone was removed"], strict=True):  # fmt: skip
        assert wanted in says
    assert "nobody here is nobody@example.org" in await uploading.failed_rows(upload)


async def test_failed_rows_beyond_those_kept_say_who_is_not_here(uploading: Uploading, yard: Yard) -> None:
    uploading.settings = uploading.settings.model_copy(update={"upload_errors_max": 1})
    upload = await uploading.taken(await yard.project(), "text,reserve_for\na,x\nb,x\nc,x\n")
    lines = (await uploading.failed_rows(upload)).splitlines()[1:]
    assert ["nobody here is x" in line for line in lines] == [True] * 3


async def test_it_is_kept_for_the_first_step_that_role_may_take(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(REVIEWED)
    rita, ana = await yard.person("reviewer", name="Rita"), await yard.person(name="Ana")
    await uploading.taken(project, "text,reserve_for\none,Rita\n")
    assert (await kept(yard))["one"] == rita.member_id
    assert await taken(rita, project) is None
    await yard.answer(ana, {"labels": ["a"]}, project)
    other = await yard.person("reviewer")
    assert (await taken(other, project), await taken(rita, project)) == (None, "one")


async def test_a_flow_without_people_keeps_nothing(uploading: Uploading, yard: Yard) -> None:
    await yard.person(name="Ana")
    upload = await uploading.taken(await yard.project(APP), "text,reserve_for\none,Ana\n")
    assert counts(upload) == (1, 0, 0, 1)


async def test_all_rows_that_name_nobody_are_kept_for_one(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    content = "text,reserve_for\none,\ntwo,Ben\n"
    upload = await uploading.taken(project, content, reserve_for="Ana")
    assert upload["reserved_for"] == {"id": ana.member_id, "name": "Ana"}
    assert await kept(yard) == {"one": ana.member_id, "two": ben.member_id}
    assert [await taken(ana, project) for _ in range(2)] == ["one", None]


async def test_mended_rows_are_kept_for_the_same(uploading: Uploading, yard: Yard) -> None:
    ana = await yard.person(name="Ana")
    upload = await uploading.taken(await yard.project(), "text,priority\nbad,soon\n", reserve_for=ana.member_id)
    content = (await uploading.failed_rows(upload)).replace("bad,soon", "good,1")
    await uploading.mended(upload, content)
    assert await kept(yard) == {"good": ana.member_id}


async def test_nobody_to_keep_all_for_refuses_the_upload(uploading: Uploading, yard: Yard) -> None:
    said = await uploading.give(await yard.project(), "text\none\n", reserve_for="nobody")
    assert (said.problem, said.refusal["errors"][0]["place"]) == ("cannot_reserve_for", "reserve_for")
    assert (await yard.owner.get("/uploads")).json["total"] == 0


async def test_who_was_removed_meanwhile_ends_the_upload_with_the_reason(uploading: Uploading, yard: Yard) -> None:
    ana = await yard.person(name="Ana")
    upload = (await uploading.give(await yard.project(), "text\none\n", reserve_for="Ana")).json
    await yard.sql("UPDATE members SET state = 'removed' WHERE id = :id", id=ana.member_id)
    ended = await uploading.enter(upload)
    assert (ended["state"], ended["created"]) == ("failed", 0)
    assert "were to be kept for Ana" in ended["reason"]


async def test_clients_may_upload_but_keep_nothing(uploading: Uploading, yard: Yard) -> None:
    project = await yard.project(shared_with_clients=True)
    await yard.person(name="Ana")
    kim = await yard.person("client")
    asked: dict[str, Any] = {"files": {"file": ("t.csv", b"text,reserve_for\none,Ana\ntwo,\n")}}
    given = await kim.post("/uploads", **asked, data={"project": project})
    upload = await uploading.enter(given.json)
    assert counts(upload) == (2, 1, 0, 1)
    assert "only owners and managers" in (await errors(yard, upload))[0][2]
    refused = await kim.post("/uploads", **asked, data={"project": project, "reserve_for": "Ana"})
    assert refused.problem == "not_allowed"
    (one, _) = (await kim.post("/uploads/preview", **asked, data={"project": project})).json["rows"]
    assert [flaw["field"] for flaw in one["flaws"]] == ["reserve_for"]


async def test_a_preview_says_for_whom_a_row_is_kept(yard: Yard) -> None:
    project, ana = await yard.project(), await yard.person(name="Ana")
    asked: dict[str, Any] = {"files": {"file": ("t.csv", b"text,Reserve for\none,Ana\ntwo,nobody\nthree,\n")}}
    seen = (await yard.owner.post("/uploads/preview", **asked, data={"project": project})).json
    assert seen["columns"][1]["to"] == "reserve_for"
    assert [row["reserve_for"] for row in seen["rows"]] == [{"id": ana.member_id, "name": "Ana"}, None, None]
    assert [len(row["flaws"]) for row in seen["rows"]] == [0, 1, 0]


async def test_the_api_takes_a_name_that_only_one_has(yard: Yard) -> None:
    project, ana = await yard.project(), await yard.person(name="Ana")
    await yard.task(project, {"text": "one"}, reserve_for="ana")
    assert await kept(yard) == {"one": ana.member_id}
    await yard.person(name="Ana")
    body = {"project": project, "input": {"text": "two"}, "reserve_for": "Ana"}
    assert (await yard.owner.post("/tasks", body)).problem == "cannot_reserve_for"
