"""Words and sorted values beside the tasks: what is found before, while and after they are put there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from taskyard.domain import tasks, uploads
from taskyard.domain.tasks import search
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.kit.settings import Settings
from tests.builders import Person, Yard

FLOW = """
input:
  type: object
  properties:
    text: {type: string, x-kind: text}
    amount: {type: number}
    lines: {type: array, items: {type: object, properties: {what: {type: string}}}}
steps:
  - {id: label, use: classify, by: people, with: {text: "{{ input.text }}", labels: [question, problem]}}
output: {label: "{{ label.labels[0] }}"}
"""
FAR_BEHIND = "x " * 200 + "Hidden Treasure"


@pytest.fixture
async def indexer(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, connections=2, role=WORKER_ROLE)
    yield made
    await made.close()


async def put_beside(indexer: Database) -> None:
    while await tasks.index_next(indexer):
        pass


async def found(who: Person, **asked: Any) -> list[str]:
    said = (await who.get("/tasks", params=asked)).json
    assert said["total"] == len(said["items"])
    return sorted(task["external_id"] for task in said["items"])


async def spans(yard: Yard) -> int:
    return len(await yard.sql("SELECT 1 FROM task_spans WHERE workspace_id = :here", here=yard.workspace_id))


async def uploaded(yard: Yard, settings: Settings, project: str, rows: list[dict[str, Any]]) -> None:
    content = "\n".join(map(json.dumps, rows)).encode()
    where = {"project": project, "name": "tasks.jsonl"}
    headers = {"Content-Type": "application/x-ndjson"}
    sent = (await yard.owner.post("/uploads", params=where, content=content, headers=headers)).json
    chores = {
        chore.name: chore
        for chore in uploads.chores(yard.desk.database, settings, yard.desk.objects, yard.desk.pictures)
    }
    await chores["uploads.take_in"].enter(workspace_id=str(yard.workspace_id), upload_id=sent["id"])
    assert (await yard.owner.get(f"/uploads/{sent['id']}")).json["created"] == len(rows)


async def test_a_new_task_is_found_by_everything_it_holds_at_once(yard: Yard) -> None:
    project = await yard.project(FLOW)
    given = {"text": FAR_BEHIND, "amount": 129.5, "lines": [{"what": "Ärmel"}]}
    task = (await yard.task(project, given, external_id="Shop-1"))["id"]
    await yard.task(project, {"text": "Other"}, external_id="other")
    for words in ("hidden treasure", "TREASURE", "129.5", "ärmel", "ÄRMEL", "shop-1", task[:8], task[9:30], task):
        assert await found(yard.owner, q=words, project=project) == (
            ["Shop-1", "other"] if words == task[:8] else ["Shop-1"]
        ), words
    assert await found(yard.owner, q="what") == [], "the names of fields are no words of a task"


@pytest.mark.parametrize("words", ["%", "_", "\\", "a%b", "100%", "\\%", "'", '"', "{}", "$1", ":x", "é", "x" * 500])
async def test_every_character_stands_for_itself(yard: Yard, words: str) -> None:
    project = await yard.project(FLOW)
    await yard.task(project, {"text": f"before {words} after"}, external_id="it")
    await yard.task(project, {"text": "ab 100 x"}, external_id="not it")
    assert await found(yard.owner, q=words) == ["it"]


async def test_common_words_are_found_like_rare_ones(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.views.task_list.FOUND_MAX", 2)
    project = await yard.project(FLOW)
    for number in range(5):
        await yard.task(project, {"text": f"{FAR_BEHIND} {'odd' if number % 2 else 'even'}"}, external_id=str(number))
    assert await found(yard.owner, q="treasure") == ["0", "1", "2", "3", "4"]
    assert await found(yard.owner, q="odd") == ["1", "3"]
    page = (await yard.owner.get("/tasks", params={"q": "treasure", "limit": 2, "status": "queued"})).json
    assert (page["total"], page["total_is_exact"], len(page["items"])) == (5, True, 2)
    rest = (await yard.owner.get("/tasks", params={"q": "treasure", "status": "queued", "cursor": page["next"]})).json
    ids = [task["id"] for task in page["items"] + rest["items"]]
    assert len(set(ids)) == 5
    assert ids == sorted(ids, reverse=True)


async def test_an_upload_is_found_as_it_is_listed_and_then_whole(
    yard: Yard, settings: Settings, indexer: Database
) -> None:
    project = await yard.project(FLOW)
    await uploaded(yard, settings, project, [{"external_id": "up", "text": f"Opening {FAR_BEHIND}"}])
    assert await spans(yard) == 1
    assert await found(yard.owner, q="opening") == await found(yard.owner, q="UP") == ["up"]
    assert await found(yard.owner, q="treasure") == []
    await put_beside(indexer)
    assert await spans(yard) == 0
    for words in ("opening", "up", "treasure"):
        assert await found(yard.owner, q=words) == ["up"]


async def test_what_waits_is_put_beside_in_portions_whoever_dies_between_them(
    yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PORTION", 2)
    project = await yard.project(FLOW)
    for number in range(5):
        await yard.task(project, {"text": f"{FAR_BEHIND} {number}"}, external_id=str(number))
    await yard.sql("DELETE FROM task_texts WHERE workspace_id = :here", here=yard.workspace_id)
    await yard.sql(
        "INSERT INTO task_spans (workspace_id, id, project_id, first_id, last_id) SELECT :here, gen_random_uuid(),"
        " CAST(:project AS uuid), min(id::text)::uuid, max(id::text)::uuid FROM tasks WHERE workspace_id = :here",
        here=yard.workspace_id, project=project,
    )  # fmt: skip
    assert await found(yard.owner, q="treasure") == [], "beyond what the list shows, until it is put beside"
    assert await found(yard.owner, q="x x x") == ["0", "1", "2", "3", "4"]
    sizes = []
    while await spans(yard):
        assert await tasks.index_next(indexer)
        sizes.append(len(await found(yard.owner, q="treasure")))
    assert sizes == [2, 3, 4, 5, 5][: len(sizes)]
    assert sizes[-1] == 5
    await put_beside(indexer)
    assert await found(yard.owner, q="treasure") == ["0", "1", "2", "3", "4"]


async def test_a_deleted_task_leaves_no_words(yard: Yard) -> None:
    project = await yard.project(FLOW)
    task = (await yard.task(project, {"text": FAR_BEHIND}))["id"]
    await yard.owner.delete(f"/tasks/{task}")
    left = await yard.sql("SELECT 1 FROM task_texts WHERE workspace_id = :here", here=yard.workspace_id)
    assert len(left) == 0


async def test_words_of_another_tenant_are_not_found(yard: Yard, other_yard: Yard) -> None:
    await other_yard.task(await other_yard.project(FLOW), {"text": FAR_BEHIND}, external_id="theirs")
    assert await found(yard.owner, q="treasure") == []
    assert await found(other_yard.owner, q="treasure") == ["theirs"]
    (row,) = await yard.sql("SELECT count(*) AS number FROM tasks_with_words('%treasure%', 10)")
    assert row.number == 0


# --- sorted values


async def a_sorted_project(yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a project whose amounts are kept in order: two alike, one missing, one beyond all measure."""
    monkeypatch.setattr(search, "UNSORTED_MAX", 1)
    project = await yard.project(FLOW)
    for number, amount in enumerate([10, 9.5, None, 100, 9.5, 10**305, -3]):
        given = {"text": f"Text {number}"} | ({} if amount is None else {"amount": amount})
        await yard.task(project, given, external_id=str(number))
    await yard.owner.get("/tasks", params={"sort": "input.amount", "project": project})
    await put_beside(indexer)
    return project


async def order(who: Person, limit: int | None = None, **asked: Any) -> list[str]:
    said: list[str] = []
    cursor: str | None = None
    while True:
        more = {name: value for name, value in (("limit", limit), ("cursor", cursor)) if value is not None}
        page = (await who.get("/tasks", params={**asked, **more})).json
        said += [task["external_id"] for task in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return said


async def test_values_in_order_are_listed_like_values_that_are_not(
    yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await a_sorted_project(yard, indexer, monkeypatch)
    kept = await yard.sql("SELECT 1 FROM task_values WHERE workspace_id = :here", here=yard.workspace_id)
    assert len(kept) == 6
    expected = {
        "input.amount": ["6", "1", "4", "0", "3", "2", "5"],
        "-input.amount": ["3", "0", "4", "1", "6", "5", "2"],
    }
    for sort, ids in expected.items():
        for limit in (None, 1, 2, 3, 5, 6):
            assert await order(yard.owner, limit, sort=sort, project=project) == ids
        assert await order(yard.owner, 2, sort=sort, project=project, q="text", priority_max=0) == ids
    await yard.sql("DELETE FROM sorted_fields WHERE workspace_id = :here", here=yard.workspace_id)
    monkeypatch.setattr(search, "UNSORTED_MAX", 100)
    for sort, ids in expected.items():
        assert await order(yard.owner, 2, sort=sort, project=project) == ids


async def test_a_page_goes_on_when_its_field_comes_to_be_sorted(
    yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "UNSORTED_MAX", 1)
    project = await yard.project(FLOW)
    for number in range(6):
        await yard.task(project, {"text": "Text"} | ({"amount": number} if number < 4 else {}), external_id=str(number))
    asked = {"sort": "-input.amount", "project": project, "limit": 2}
    first = (await yard.owner.get("/tasks", params=asked)).json
    await put_beside(indexer)
    second = (await yard.owner.get("/tasks", params={**asked, "cursor": first["next"]})).json
    third = (await yard.owner.get("/tasks", params={**asked, "cursor": second["next"]})).json
    shown = [task["external_id"] for page in (first, second, third) for task in page["items"]]
    assert shown == ["3", "2", "1", "0", "5", "4"]
    assert third["next"] is None


async def test_a_new_task_takes_its_place_at_once(
    yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await a_sorted_project(yard, indexer, monkeypatch)
    await yard.task(project, {"text": "New", "amount": 9.7}, external_id="new")
    assert (await order(yard.owner, sort="input.amount", project=project))[:5] == ["6", "1", "4", "new", "0"]


async def test_a_small_project_is_sorted_as_it_is(yard: Yard) -> None:
    project = await yard.project(FLOW)
    await yard.task(project, {"text": "a", "amount": 1})
    await yard.owner.get("/tasks", params={"sort": "input.amount", "project": project})
    assert len(await yard.sql("SELECT 1 FROM sorted_fields WHERE workspace_id = :here", here=yard.workspace_id)) == 0


async def test_only_so_many_fields_are_kept_in_order(
    yard: Yard, indexer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await a_sorted_project(yard, indexer, monkeypatch)
    monkeypatch.setattr(search, "SORTED_FIELDS_MAX", 1)
    assert (await order(yard.owner, sort="input.text", project=project)) == [str(number) for number in range(7)]
    kept = await yard.sql("SELECT field FROM sorted_fields WHERE workspace_id = :here", here=yard.workspace_id)
    assert [row.field for row in kept] == ["amount"]
