"""Ids that a body or a query names: another tenant's is like none at all, wherever it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from fastapi import FastAPI

from taskyard.app import API
from taskyard.domain import exports
from taskyard.kit.ids import new_id
from tests.builders import Person
from tests.builders.browser import PASSWORD, Browser, a_member
from tests.builders.served import Served
from tests.house.test_walls import stream
from tests.house.world import World

# --- ids inside bodies and queries


def uuids_in(schema: Any, definitions: dict[str, Any], place: str = "") -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield from uuids_in(definitions[schema["$ref"].rpartition("/")[2]], definitions, place)
    if schema.get("format") == "uuid":
        yield place
    for word in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(word, ()):
            yield from uuids_in(part, definitions, place)
    yield from uuids_in(schema.get("items"), definitions, f"{place}[]")
    for field, part in schema.get("properties", {}).items():
        yield from uuids_in(part, definitions, f"{place}.{field}")


def ids_beside_addresses(document: dict[str, Any]) -> set[str]:
    found = set()
    for path, methods in document["paths"].items():
        for method, verb in methods.items():
            name = f"{method.upper()} {path.removeprefix(API)}"
            for parameter in verb.get("parameters", ()):
                if parameter["in"] == "query":
                    places = uuids_in(parameter["schema"], document["components"]["schemas"])
                    found |= {f"{name} ?{parameter['name']}{place}" for place in places}
            for content in verb.get("requestBody", {}).get("content", {}).values():
                places = uuids_in(content["schema"], document["components"]["schemas"])
                found |= {f"{name} {place}" for place in places}
    return found


async def told_of(who: Person, method: str, path: str, unknown: str, **named: Any) -> tuple[int, str]:
    said = await who.ask(method, path, **named)
    text = said.response.text.replace(unknown, "ID")
    if said.status >= 400:
        text = text.replace(str(said.refusal["request_id"]), "")
    return said.status, text


IN_BODIES: dict[str, Any] = {
    "POST /tasks .project": lambda id_: ("POST", "/tasks", {"json": {"project": id_, "input": {"text": "a"}}}),
    "POST /tasks .tasks[].project": lambda id_: (
        "POST", "/tasks", {"json": {"tasks": [{"project": id_, "input": {"text": "a"}}]}}
    ),
    "POST /next .project": lambda id_: ("POST", "/next", {"json": {"project": id_}}),
    "POST /reservations/release .ids[]": lambda id_: ("POST", "/reservations/release", {"json": {"ids": [id_]}}),
    "POST /reservations/release .member": lambda id_: ("POST", "/reservations/release", {"json": {"member": id_}}),
    "GET /work/next ?member": lambda id_: ("GET", f"/work/next?member={id_}", {}),
    "GET /work/next ?project": lambda id_: ("GET", f"/work/next?project={id_}", {}),
    "POST /kept/release .tasks[]": lambda id_: ("POST", "/kept/release", {"json": {"tasks": [id_]}}),
    "POST /kept/release .member": lambda id_: ("POST", "/kept/release", {"json": {"member": id_}}),
    "GET /kept ?member": lambda id_: ("GET", f"/kept?member={id_}", {}),
    "GET /reservations ?member": lambda id_: ("GET", f"/reservations?member={id_}", {}),
    "GET /batches ?project": lambda id_: ("GET", f"/batches?project={id_}", {}),
    "GET /runs ?app": lambda id_: ("GET", f"/runs?app={id_}", {}),
    "POST /exports .selection.filter.project[]": lambda id_: (
        "POST", "/exports", {"json": {"selection": {"filter": {"project": [id_]}}}}
    ),
    "POST /uploads ?project": lambda id_: (
        "POST", f"/uploads?project={id_}&name=a.csv",
        {"content": b"text\nhello\n", "headers": {"Content-Type": "text/csv"}},
    ),
}  # fmt: skip
# The filters of the list name things of every kind, wherever they are taken.
FILTERS = {
    "project[]": "project_id", "reserved_by[]": "member_id", "answered_by[]": "member_id", "upload": "upload_id",
    "ids[]": "task_id",
}  # fmt: skip
NAMED_IN_FILTERS = {
    f"GET {path} ?{name}": (path, name.removesuffix("[]"), example)
    for path, (name, example) in product(("/tasks", "/tasks/export"), FILTERS.items())
}
# So does the selection of whatever is done in the background.
Select = Callable[[str], dict[str, Any]]
OF_SELECTIONS: list[tuple[str, Select, str]] = [
    (".ids[]", lambda id_: {"ids": [id_]}, "task_id"),
    (".except[]", lambda id_: {"filter": {"batch": "none"}, "except": [id_]}, "task_id"),
    (".filter.reserved_by[]", lambda id_: {"filter": {"reserved_by": [id_]}}, "member_id"),
    (".filter.answered_by[]", lambda id_: {"filter": {"answered_by": [id_]}}, "member_id"),
    (".filter.upload", lambda id_: {"filter": {"upload": id_}}, "upload_id"),
    (".filter.ids[]", lambda id_: {"filter": {"ids": [id_]}}, "task_id"),
]
NAMED_IN_SELECTIONS = {
    f"POST /exports .selection{place}": (select, example) for place, select, example in OF_SELECTIONS
}
# Those that need more than one request each have a test of their own below.
ALONE = {
    "POST /auth/sign-in .workspace",
    "POST /auth/switch .workspace",
    "GET /events ?project",
    "POST /uploads .project",
    "POST /uploads/preview .project",
    "POST /archives .selection.ids[]",
    "POST /archives .selection.except[]",
    "POST /archives/{archive_id}/restore .ids[]",
    *(f"POST /archives .selection.filter.{name}" for name in FILTERS),
}
# Where a bulk operation names what may be another tenant's, with an example of each.
IN_BULK = {
    "POST /bulk .selection.ids[]": "task_id",
    "POST /bulk .selection.except[]": "task_id",
    "POST /bulk .selection.filter.ids[]": "task_id",
    "POST /bulk .selection.filter.project[]": "project_id",
    "POST /bulk .selection.filter.upload": "upload_id",
    "POST /bulk .selection.filter.reserved_by[]": "member_id",
    "POST /bulk .selection.filter.answered_by[]": "member_id",
    "POST /bulk .arguments.member": "member_id",
}


def test_every_id_in_a_body_or_a_query_has_a_case(app: FastAPI) -> None:
    found = ids_beside_addresses(app.openapi())
    assert found - set(IN_BODIES) - set(NAMED_IN_FILTERS) - set(IN_BULK) - set(NAMED_IN_SELECTIONS) - ALONE == set()
    assert {"POST /tasks .project", "GET /tasks ?project[]"} <= found


@pytest.mark.parametrize("case", sorted(IN_BODIES))
async def test_a_project_of_another_tenant_named_in_a_request_is_like_none(
    case: str, ours: World, theirs: World
) -> None:
    foreign, missing = await theirs.id_of("project_id"), str(new_id())
    owner = await ours.person("owner")
    answers = []
    for given in (foreign, missing):
        method, path, named = IN_BODIES[case](given)
        answers.append(await told_of(owner, method, path, given, **named))
    assert answers[0] == answers[1]
    assert answers[0][0] in {200, 204, 404}


@pytest.mark.parametrize("case", sorted(NAMED_IN_FILTERS))
async def test_a_filter_that_names_what_another_tenant_has_is_like_one_of_none(
    case: str, ours: World, theirs: World
) -> None:
    path, name, example = NAMED_IN_FILTERS[case]
    owner = await ours.person("owner")
    foreign, missing = await theirs.id_of(example), str(new_id())
    answers = [await told_of(owner, "GET", path, given, params={name: given}) for given in (foreign, missing)]
    assert answers[0] == answers[1]
    assert answers[0][0] in {200, 404, 422}


@pytest.mark.parametrize("case", sorted(IN_BULK))
async def test_bulk_work_on_what_another_tenant_has_is_like_that_on_nothing(
    case: str, ours: World, theirs: World
) -> None:
    place = case.removeprefix("POST /bulk .").split(".")
    answers = []
    for given in (await theirs.id_of(IN_BULK[case]), str(new_id())):
        value = [given] if place[-1].endswith("[]") else given
        body: dict[str, Any] = {"action": "reserve", "selection": {}, "arguments": {"member": None}, "dry_run": True}
        at = body
        for name in place[:-1]:
            at = at.setdefault(name, {})
        at[place[-1].removesuffix("[]")] = value
        if "ids" not in body["selection"]:
            body["selection"].setdefault("filter", {})
        answers.append(await told_of(await ours.person("owner"), "POST", "/bulk", given, json=body))
    assert answers[0] == answers[1]
    assert answers[0][0] in {200, 422}


@pytest.mark.parametrize("case", sorted(NAMED_IN_SELECTIONS))
async def test_a_selection_that_names_what_another_tenant_has_selects_nothing(
    case: str, ours: World, theirs: World
) -> None:
    select, example = NAMED_IN_SELECTIONS[case]
    owner, desk = await ours.person("owner"), ours.yard.desk
    (chore,) = exports.chores(desk.database, desk.settings, desk.objects, desk.pictures)
    for given in (await theirs.id_of(example), str(new_id())):
        said = await owner.post("/exports", {"selection": select(given)})
        if ".ids" in case:
            assert (said.status, said.problem) == (422, "no_tasks_there")
            continue
        asked = said.json
        await chore.enter(workspace_id=str(ours.yard.workspace_id), export_id=asked["id"])
        done = (await owner.get(f"/exports/{asked['id']}")).json
        assert (done["state"], done["tasks"]) == ("completed", 0)


@pytest.mark.parametrize("way", ["tasks", "app", "rerun"])
async def test_a_file_of_another_tenant_is_like_none(way: str, ours: World, theirs: World) -> None:
    owner = await ours.person("owner")
    project = await ours.id_of("picture_project")
    playground = next(app for app in (await owner.get("/apps")).json["items"] if app["is_playground"])["id"]
    task = (await ours.yard.task(project, {"photo": await ours.id_of("file_id")}))["id"]
    await owner.post(f"/tasks/{task}/cancel")
    answers = []
    for handle in (await theirs.id_of("file_id"), str(new_id())):
        path, body = {
            "tasks": ("/tasks", {"project": project, "input": {"photo": handle}}),
            "app": (f"/apps/{playground}/runs", {"input": {"photo": handle, "prompt": "all"}}),
            "rerun": (f"/tasks/{task}/runs", {"input": {"photo": handle}}),
        }[way]
        answers.append(await told_of(owner, "POST", path, handle, json=body))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert "no_such_files" in answers[0][1]


@pytest.mark.parametrize("path", ["/uploads", "/uploads/preview"])
async def test_an_upload_into_a_project_of_another_tenant_is_like_one_into_none(
    path: str, ours: World, theirs: World
) -> None:
    """The form says its project in a part; the raw body in the address, where its case is above."""
    owner = await ours.person("owner")
    answers = []
    for project in (await theirs.id_of("project_id"), str(new_id())):
        form: dict[str, Any] = {"files": {"file": ("a.csv", b"text\nhello\n")}, "data": {"project": project}}
        answers.append(await told_of(owner, "POST", path, project, **form))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_tasks_of_another_tenant_are_not_exported(ours: World, theirs: World) -> None:
    owner = await ours.person("owner")
    ids = {"theirs": await theirs.id_of("task_id"), "nobody's": str(new_id()), "ours": await ours.id_of("task_id")}
    for whose, task in ids.items():
        said = await owner.get("/tasks/export", params={"ids": task})
        assert said.status == (200 if whose == "ours" else 422)
    whole = await owner.get("/tasks/export", params={"ids": list(ids.values())})
    assert len(whole.response.text.splitlines()) == 1
    assert whole.headers["taskyard-not-found"] == "2"


@pytest.mark.parametrize(("name", "example"), [*FILTERS.items(), ("", "task_id")])
async def test_a_selection_that_names_what_another_tenant_has_is_like_one_of_none(
    name: str, example: str, ours: World, theirs: World
) -> None:
    owner = await ours.person("owner")
    answers = []
    for given in (await theirs.id_of(example), str(new_id())):
        asked = {"filter": {name.removesuffix("[]"): [given] if name.endswith("[]") else given}}
        selection = asked if name else {"ids": [given]}
        bodies = ({"selection": selection}, {"selection": selection, "dry_run": True})
        answers += [await told_of(owner, "POST", "/archives", given, json=body) for body in bodies]
    assert answers[:2] == answers[2:]
    assert [status for status, _ in answers[:2]] == [422, 200]


async def test_restoring_tasks_of_another_tenant_is_like_restoring_none(ours: World, theirs: World) -> None:
    owner, path = await ours.person("owner"), f"/archives/{await ours.id_of('archive_id')}/restore"
    answers = [
        await told_of(owner, "POST", path, given, json={"ids": [given]})
        for given in (await theirs.id_of("task_id"), str(new_id()))
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422


async def test_a_workspace_one_is_no_member_of_is_like_none(app: FastAPI, ours: World, theirs: World) -> None:
    email = f"{new_id().hex}@example.org"
    browser = await a_member(app, ours.yard.owner, email)
    answers = []
    for workspace in (str(theirs.yard.workspace_id), str(new_id())):
        body = {"email": email, "password": PASSWORD, "workspace": workspace}
        answers.append(await told_of(Browser(app), "POST", "/auth/sign-in", workspace, json=body))
        answers.append(await told_of(browser, "POST", "/auth/switch", workspace, json={"workspace": workspace}))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404


async def test_a_stream_of_another_tenants_project_is_like_one_of_none(
    served: Served, ours: World, theirs: World
) -> None:
    owner = await ours.person("owner")
    told_first = [
        stream(served, owner, f"/events?project={project}") for project in (await theirs.id_of("project_id"), new_id())
    ]
    assert told_first[0] == told_first[1]
