"""Projects: drafts that two people edit, flows that are refused by line, versions that never change."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from taskyard.kit.ids import new_id
from tests.builders import BOTH_FLOW, CLASSIFY_FLOW, FILL_FLOW, TWO_STEP_FLOW, Person, Yard

OTHER_FLOW = CLASSIFY_FLOW.replace("praise", "thanks")
BROKEN_FLOW = """\
input: {type: object, properties: {text: {type: string}}}
steps:
  - id: label
    use: clasify
    by: people
    with: {text: "{{ input.txt }}", labels: [a, b]}
  - id: label
    use: classify
    by: nobody/nothing
    with: {text: "{{ later.text }}"}
output: {label: "{{ lable.labels[0] }}"}
"""


async def opened(yard: Yard, flow: Any = CLASSIFY_FLOW, **named: Any) -> str:
    return str((await yard.owner.post("/projects", {"name": "Messages", "flow": flow, **named})).json["id"])


async def draft(who: Person, project: str) -> tuple[dict[str, Any], str]:
    said = await who.get(f"/projects/{project}/draft")
    return said.json, said.headers["etag"]


# --- opening and showing


async def test_a_new_project_has_a_draft_and_nothing_published(yard: Yard) -> None:
    said = await yard.owner.post("/projects", {"name": "Messages", "description": "d", "instructions": "# Look"})
    assert said.status == 201
    project = said.json
    assert (project["name"], project["description"], project["instructions"]) == ("Messages", "d", "# Look")
    assert (project["state"], project["published_version"], project["has_changes"]) == ("active", None, True)
    assert (project["input_schema"], project["steps"], project["is_app"]) == (None, [], False)
    shown, tag = await draft(yard.owner, project["id"])
    assert (shown["revision"], shown["problems"], tag) == (1, [], '"1"')
    assert (await yard.owner.get(f"/projects/{project['id']}/schema")).problem == "nothing_published"
    assert (await yard.owner.post("/tasks", {"project": project["id"], "input": {}})).problem == "nothing_published"


async def test_a_flow_may_be_given_as_text_or_as_the_document_itself(yard: Yard) -> None:
    document = {
        "input": {"type": "object", "properties": {"text": {"type": "string"}}},
        "steps": [{"id": "label", "use": "classify", "by": "people", "with": {"text": "a", "labels": ["x", "y"]}}],
    }
    for flow in (json.dumps(document), document, CLASSIFY_FLOW):
        project = await opened(yard, flow)
        assert (await yard.owner.post(f"/projects/{project}/publish")).json["number"] == 1


async def test_publishing_shows_what_a_task_takes_and_gives(yard: Yard) -> None:
    project = await opened(yard, TWO_STEP_FLOW)
    version = (await yard.owner.post(f"/projects/{project}/publish")).json
    assert (version["number"], version["source"]) == (1, TWO_STEP_FLOW)
    assert version["published_by"] == {"id": yard.owner.member_id, "name": "owner"}
    shown = (await yard.owner.get(f"/projects/{project}")).json
    assert (shown["published_version"], shown["has_changes"]) == (1, False)
    assert shown["steps"] == [
        {"id": "label", "use": "classify", "by": ["people"]},
        {"id": "details", "use": "fill", "by": ["people"]},
    ]
    schema = (await yard.owner.get(f"/projects/{project}/schema")).json
    assert schema["input"] == shown["input_schema"]
    assert set(schema["answers"]) == {"label", "details"}
    assert schema["answers"]["details"]["required"] == ["part"]
    assert await yard.task(project, schema["example"]), "the example is one that is taken"


async def test_an_app_is_a_project_that_needs_nobody(yard: Yard) -> None:
    app = await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))
    both = await yard.project(BOTH_FLOW.replace("PERFORMER", "[people, local/labels]"))
    apps = {one["id"] for one in (await yard.owner.get("/apps")).json["items"]}
    assert app in apps
    assert both not in apps
    everything = {one["id"] for one in (await yard.owner.get("/projects")).json["items"]}
    assert {app, both} | apps <= everything


async def test_every_workspace_is_born_with_a_playground_that_stays(yard: Yard) -> None:
    (playground,) = [one for one in (await yard.owner.get("/projects")).json["items"] if one["is_playground"]]
    assert (playground["name"], playground["is_app"], playground["published_version"]) == ("Playground", True, 1)
    path = f"/projects/{playground['id']}"
    assert (await yard.owner.delete(path)).problem == "playground_stays"
    assert (await yard.owner.patch(path, {"state": "archived"})).problem == "playground_stays"
    assert playground["can"]["delete"]
    assert playground["can"]["archive"]


# --- drafts


async def test_a_draft_is_saved_over_the_one_that_was_read(yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}/draft"
    _, tag = await draft(yard.owner, project)
    saved = await yard.owner.put(path, {"source": OTHER_FLOW}, headers={"If-Match": tag})
    assert (saved.json["source"], saved.json["revision"], saved.headers["etag"]) == (OTHER_FLOW, 2, '"2"')
    again = await yard.owner.put(path, {"source": OTHER_FLOW}, headers={"If-Match": '"2"'})
    assert again.json["revision"] == 2, "nothing changed"


async def test_a_stale_save_is_refused_and_offers_theirs(yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}/draft"
    _, tag = await draft(yard.owner, project)
    manager = await yard.person("manager")
    await manager.put(path, {"source": OTHER_FLOW}, headers={"If-Match": tag})
    said = await yard.owner.put(path, {"source": FILL_FLOW}, headers={"If-Match": tag})
    assert (said.status, said.problem) == (412, "draft_stale")
    assert (said.refusal["revision"], said.refusal["theirs"]) == (2, OTHER_FLOW)
    assert (await draft(yard.owner, project))[0]["source"] == OTHER_FLOW
    for matching in ("*", 'W/"2"', '"2"'):
        assert (await yard.owner.put(path, {"source": OTHER_FLOW}, headers={"If-Match": matching})).status == 200


@pytest.mark.parametrize("tag", ["x", '"x"', "", '"-1"', '"1.0"', "1 2", '"' + "9" * 5000 + '"'])
async def test_a_tag_nobody_was_given_is_refused(yard: Yard, tag: str) -> None:
    project = await opened(yard)
    said = await yard.owner.put(f"/projects/{project}/draft", {"source": OTHER_FLOW}, headers={"If-Match": tag})
    assert said.status in {400, 412}
    assert said.problem in {"if_match_unreadable", "draft_stale"}


async def test_of_ten_saves_at_once_over_one_revision_one_is_kept(yard: Yard) -> None:
    project = await opened(yard)
    flows = [CLASSIFY_FLOW.replace("praise", f"thanks{n}") for n in range(10)]
    said = await asyncio.gather(
        *(yard.owner.put(f"/projects/{project}/draft", {"source": flow}, headers={"If-Match": '"1"'}) for flow in flows)
    )
    assert sorted(one.status for one in said) == [200] + [412] * 9
    (kept,) = [one.json["source"] for one in said if one.status == 200]
    assert (await draft(yard.owner, project))[0] == {"source": kept, "revision": 2, "problems": []}


@pytest.mark.parametrize("way", ["open", "save", "check"])
async def test_a_broken_flow_names_step_line_and_mend(yard: Yard, way: str) -> None:
    project = await opened(yard)
    if way == "check":
        problems = (await yard.owner.post(f"/projects/{project}/draft/check", {"source": BROKEN_FLOW})).json["problems"]
    else:
        said = (
            await yard.owner.post("/projects", {"name": "Broken", "flow": BROKEN_FLOW})
            if way == "open"
            else await yard.owner.put(f"/projects/{project}/draft", {"source": BROKEN_FLOW})
        )
        assert (said.status, said.problem) == (422, "invalid_flow")
        problems = said.refusal["errors"]
    places = {problem["place"]: problem for problem in problems}
    unknown = places["steps.label.use"]
    assert (unknown["step"], unknown["line"]) == ("label", 4)
    assert "classify" in unknown["mend"]
    assert {problem["line"] for problem in problems} >= {4, 6, 7, 9, 11}
    assert all(problem["says"] and problem["column"] for problem in problems)
    assert [problem["line"] for problem in problems] == sorted(problem["line"] for problem in problems)
    assert (await draft(yard.owner, project))[0]["source"] == CLASSIFY_FLOW
    assert len((await yard.owner.get("/projects")).json["items"]) == 2


@pytest.mark.parametrize(
    "source",
    ["", " ", "null", "[]", "7", "- a", "input: {type: object}", "steps: []", "a: &a [*a]", "!!python/object/apply:os.system [ls]",
     "a: b: c", "{", "\t", "x" * 100_000, "[" * 10_000, "a: 2026-11-22\nsteps: yes", "%YAML 9.9\n---\na", "<<: {a: b}"],
)  # fmt: skip
async def test_what_is_no_flow_is_refused_and_runs_nothing(yard: Yard, source: str) -> None:
    project = await opened(yard)
    said = await yard.owner.put(f"/projects/{project}/draft", {"source": source})
    assert (said.status, said.problem) == (422, "invalid_flow")
    assert all(problem["says"] for problem in said.refusal["errors"])
    checked = (await yard.owner.post(f"/projects/{project}/draft/check", {"source": source})).json["problems"]
    assert len(checked) == len(said.refusal["errors"])


async def test_a_flow_has_an_end(yard: Yard) -> None:
    project = await opened(yard)
    said = await yard.owner.put(f"/projects/{project}/draft", {"source": "#" * 500_001})
    assert (said.problem, said.refusal["errors"][0]["place"]) == ("body_invalid", "source")


# --- versions


async def test_versions_are_numbered_and_never_change(yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}"
    first = (await yard.owner.post(f"{path}/publish")).json
    task = (await yard.task(project))["id"]
    for flow in (OTHER_FLOW, FILL_FLOW):
        await yard.owner.put(f"{path}/draft", {"source": flow})
        assert (await yard.owner.get(path)).json["has_changes"]
        await yard.owner.post(f"{path}/publish")
    versions = (await yard.owner.get(f"{path}/versions")).json
    assert [one["number"] for one in versions["items"]] == [3, 2, 1]
    assert versions["items"][2] == first
    assert versions["total"] == 3
    shown = (await yard.owner.get(f"/tasks/{task}")).json
    assert shown["runs"][0]["flow_version"] == 1
    hold = (await (await yard.person()).post("/next", {})).json
    assert hold["step_run"]["with"]["labels"] == ["question", "problem", "praise"], "as it began"


async def test_versions_page(yard: Yard, other_yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}"
    for n in range(5):
        await yard.owner.put(f"{path}/draft", {"source": CLASSIFY_FLOW.replace("praise", f"p{n}")})
        await yard.owner.post(f"{path}/publish")
    first = (await yard.owner.get(f"{path}/versions", params={"limit": 2})).json
    second = (await yard.owner.get(f"{path}/versions", params={"limit": 3, "cursor": first["next"]})).json
    assert [one["number"] for one in first["items"] + second["items"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None
    other = await opened(yard)
    said = await yard.owner.get(f"/projects/{other}/versions", params={"cursor": first["next"]})
    assert said.problem == "cursor_unreadable"


async def test_what_is_published_already_is_not_published_again(yard: Yard) -> None:
    project = await yard.project()
    said = (await yard.owner.post(f"/projects/{project}/publish")).refusal
    assert (said["status"], said["code"], said["version"]) == (409, "nothing_to_publish", 1)
    assert (await yard.owner.get(f"/projects/{project}")).json["can"]["publish"]


async def test_what_somebody_saved_unseen_is_not_published(yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}"
    _, read = await draft(yard.owner, project)
    await (await yard.person("manager")).put(f"{path}/draft", {"source": OTHER_FLOW})
    said = await yard.owner.post(f"{path}/publish", headers={"If-Match": read})
    assert (said.status, said.problem) == (412, "draft_stale")
    assert (said.refusal["revision"], said.refusal["theirs"]) == (2, OTHER_FLOW)
    assert (await yard.owner.get(path)).json["published_version"] is None
    _, seen = await draft(yard.owner, project)
    published = await yard.owner.post(f"{path}/publish", headers={"If-Match": seen})
    assert (published.json["number"], published.json["source"]) == (1, OTHER_FLOW)


async def test_publishing_without_a_tag_takes_the_draft_that_is_there(yard: Yard) -> None:
    project = await opened(yard)
    assert (await yard.owner.post(f"/projects/{project}/publish", headers={"If-Match": "*"})).json["number"] == 1
    said = await yard.owner.post(f"/projects/{project}/publish", headers={"If-Match": "one"})
    assert (said.status, said.problem) == (400, "if_match_unreadable")


async def test_ten_who_publish_at_once_make_one_version(yard: Yard) -> None:
    project = await opened(yard)
    said = await asyncio.gather(*(yard.owner.post(f"/projects/{project}/publish") for _ in range(10)))
    assert sorted(one.status for one in said) == [200] + [409] * 9
    assert (await yard.owner.get(f"/projects/{project}/versions")).json["total"] == 1


# --- changing, archiving, deleting


async def test_names_and_sharing_are_changed(yard: Yard) -> None:
    project = await yard.project()
    path = f"/projects/{project}"
    client = await yard.person("client")
    assert (await client.get(path)).problem == "no_such_project"
    changed = await yard.owner.patch(path, {"name": "Letters", "instructions": "", "shared_with_clients": True})
    assert (changed.json["name"], changed.json["shared_with_clients"]) == ("Letters", True)
    assert (await client.get(path)).json["name"] == "Letters"
    assert [one["id"] for one in (await client.get("/projects")).json["items"]] == [project]
    assert (await client.get("/projects")).json["total"] == 1


async def test_a_change_over_somebody_elses_is_refused(yard: Yard) -> None:
    path = f"/projects/{await yard.project()}"
    read = (await yard.owner.get(path)).headers["etag"]
    theirs = await (await yard.person("manager")).patch(path, {"instructions": "Theirs"}, headers={"If-Match": read})
    said = await yard.owner.patch(path, {"instructions": "Mine"}, headers={"If-Match": read})
    assert (said.status, said.problem) == (412, "project_stale")
    assert (await yard.owner.get(path)).json["instructions"] == "Theirs"
    seen = theirs.headers["etag"]
    assert seen == (await yard.owner.get(path)).headers["etag"] != read
    for matching in ({"If-Match": seen}, {"If-Match": "*"}, {}):
        assert (await yard.owner.patch(path, {"instructions": "Mine"}, headers=matching)).status == 200


async def test_saving_and_publishing_a_flow_makes_nobodys_texts_stale(yard: Yard) -> None:
    project = await opened(yard)
    path = f"/projects/{project}"
    read = (await yard.owner.get(path)).headers["etag"]
    await yard.owner.put(f"{path}/draft", {"source": OTHER_FLOW})
    await yard.owner.post(f"{path}/publish")
    await yard.task(project)
    assert (await yard.owner.patch(path, {"instructions": "Mine"}, headers={"If-Match": read})).status == 200


@pytest.mark.parametrize(
    ("change", "place"),
    [({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"state": "deleted"}, "state"), ({"id": "x"}, "id"),
     ({"published_version": 9}, "published_version"), ({"is_playground": True}, "is_playground"), ({"draft": "x"}, "draft"),
     ({"is_app": True}, "is_app"), ({"workspace_id": "x"}, "workspace_id"), ({"shared_with_clients": "perhaps"}, "shared_with_clients")],
)  # fmt: skip
async def test_what_cannot_be_changed_is_refused(yard: Yard, change: dict[str, Any], place: str) -> None:
    project = await yard.project()
    said = (await yard.owner.patch(f"/projects/{project}", change)).refusal
    assert (said["code"], said["errors"][0]["place"]) == ("body_invalid", place)


async def test_opening_a_project_never_changes_another(yard: Yard) -> None:
    project = await yard.project()
    said = await yard.owner.post("/projects", {"id": project, "name": "Taken over"})
    assert (said.problem, said.refusal["errors"][0]["place"]) == ("body_invalid", "id")
    assert (await yard.owner.get(f"/projects/{project}")).json["name"] == "Messages"


async def test_an_archived_project_rests_until_it_is_restored(yard: Yard) -> None:
    project = await yard.project()
    path = f"/projects/{project}"
    task = (await yard.task(project))["id"]
    assert (await yard.owner.patch(path, {"state": "archived"})).json["state"] == "archived"
    await yard.owner.put(f"{path}/draft", {"source": OTHER_FLOW})
    said = (await yard.owner.post(f"{path}/publish")).refusal
    assert (said["code"], said["state"], said["allowed"]) == ("illegal_move", "archived", ["restore"])
    assert (await yard.owner.post("/tasks", {"project": project, "input": {"text": "a"}})).problem == "project_archived"
    assert (await yard.owner.get(f"/tasks/{task}")).status == 200
    assert (await yard.answer(await yard.person(), {"labels": ["question"]}))["answer"], "what is there goes on"
    assert (await yard.owner.patch(path, {"state": "active"})).json["state"] == "active"
    assert (await yard.owner.post(f"{path}/publish")).json["number"] == 2


async def test_a_project_with_tasks_is_not_deleted(yard: Yard) -> None:
    project = await yard.project()
    path = f"/projects/{project}"
    task = (await yard.task(project))["id"]
    said = (await yard.owner.delete(path)).refusal
    assert (said["status"], said["code"]) == (409, "project_in_use")
    assert (await yard.owner.get(f"/tasks/{task}")).status == 200
    listed = {one["id"]: one["can"] for one in (await yard.owner.get("/projects")).json["items"]}
    assert listed[project]["delete"] == (await yard.owner.get(path)).json["can"]["delete"] == said["detail"]
    await yard.owner.delete(f"/tasks/{task}")
    assert (await yard.owner.get(path)).json["can"]["delete"] is None
    assert (await yard.owner.delete(path)).status == 204
    for rest in ("", "/draft", "/versions", "/schema"):
        assert (await yard.owner.get(path + rest)).problem == "no_such_project"
    assert (await yard.owner.delete(path)).problem == "no_such_project"


async def test_a_task_that_comes_while_its_project_goes_is_refused_or_keeps_it(yard: Yard) -> None:
    for _ in range(8):
        project = await yard.project()
        deleted, made = await asyncio.gather(
            yard.owner.delete(f"/projects/{project}"),
            yard.owner.post("/tasks", {"project": project, "input": {"text": "a"}}),
        )
        if deleted.status == 204:
            assert made.status in {404, 409}, "no task without its project"
        else:
            assert (deleted.problem, made.status) == ("project_in_use", 201)


@pytest.mark.parametrize("role", ["reviewer", "annotator", "client"])
async def test_who_does_not_lead_reads_and_changes_nothing(yard: Yard, role: str) -> None:
    project = await yard.project(shared_with_clients=True)
    who = await yard.person(role)
    shown = (await who.get(f"/projects/{project}")).json
    assert set(shown["can"].values()) == {"Only owners and managers may change projects."}
    for method, path in (
        ("PATCH", ""),
        ("DELETE", ""),
        ("PUT", "/draft"),
        ("POST", "/publish"),
        ("POST", "/draft/check"),
    ):
        assert (await who.ask(method, f"/projects/{project}{path}", json={})).problem == "not_allowed"


async def test_a_project_nobody_has_is_not_there(yard: Yard) -> None:
    for path in (str(new_id()), "health", "null", "0", "%2e%2e"):
        said = await yard.owner.get(f"/projects/{path}")
        assert said.status == 404
        assert said.problem in {"no_such_project", "no_such_path"}
