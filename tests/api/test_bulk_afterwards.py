"""What is left of bulk work: its items, what is tried again or undone, and what a worker finds that comes back to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from taskyard.domain import bulk
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from tests.builders import TWO_STEP_FLOW, Yard
from tests.builders.bulk import ask, codes, counts, did, enter, shown, told
from tests.builders.tasks import many


@pytest.fixture
async def everywhere(database_url: str) -> AsyncIterator[Database]:
    """The database as workers see it: all workspaces."""
    seen = Database(
        database_url, connections=1, statement_seconds=60, lock_seconds=5, application="tests", role=WORKER_ROLE
    )
    yield seen
    await seen.close()


async def test_items_are_paged_filtered_and_taken_away_as_csv(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 3)
    await yard.sql("UPDATE tasks SET external_id = '=cmd()' WHERE id = :id", id=UUID(ids[0]))
    await (await yard.person()).post("/next", {})
    done = await did(yard, settings, "delete", [*ids, str(new_id())])
    path = f"/bulk/{done['id']}/items"
    first = (await yard.owner.get(path, params={"limit": 2})).json
    rest = (await yard.owner.get(path, params={"limit": 2, "cursor": first["next"]})).json
    assert [item["outcome"] for item in first["items"] + rest["items"]] == ["refused", "done", "done", "refused"]
    refused = (await yard.owner.get(path, params={"outcome": "refused"})).json
    assert (refused["total"], [item["code"] for item in refused["items"]]) == (2, ["task_in_flight", "task_gone"])
    taken = await yard.owner.get(path, params={"outcome": "refused", "format": "csv"})
    assert taken.headers["content-type"] == "text/csv; charset=utf-8"
    lines = taken.response.text.splitlines()
    assert lines[0] == "number,task_id,external_id,outcome,code,says"
    assert lines[1].startswith(f"1,{ids[0]},'=cmd(),refused,task_in_flight,")
    asked = await yard.owner.get(path, headers={"Accept": "text/csv"})
    assert len(asked.response.text.splitlines()) == 5


async def test_items_go_after_their_days_and_the_operation_stays(
    yard: Yard, settings: Settings, everywhere: Database
) -> None:
    ids = await many(yard, await yard.project(), 3)
    old = await did(yard, settings, "set_priority", [*ids, str(new_id())], priority=2)
    new = await did(yard, settings, "set_priority", ids, priority=3)
    await yard.sql("UPDATE bulks SET ended_at = now() - interval '8 days' WHERE id = :id", id=UUID(old["id"]))
    await bulk.sweep(everywhere, 8 + 1)
    assert (await yard.owner.get(f"/bulk/{old['id']}")).json["items_kept"]
    for _ in range(2):
        await bulk.sweep(everywhere, 7)
    kept = (await yard.owner.get(f"/bulk/{old['id']}")).json
    assert (counts(kept), kept["items_kept"]) == (counts(old), False)
    assert kept["can"]["retry"] == "What became of each of its tasks is not kept any more: select the tasks again."
    refused = await yard.owner.post(f"/bulk/{old['id']}/retry")
    assert (refused.status, refused.problem) == (409, "items_gone")
    gone = (await yard.owner.get(f"/bulk/{old['id']}/items")).json
    assert (gone["items"], gone["total"]) == ([], 0)
    assert len((await yard.owner.get(f"/bulk/{new['id']}/items")).json["items"]) == 3


async def test_what_is_begun_again_keeps_its_items(yard: Yard, settings: Settings, everywhere: Database) -> None:
    ids = await many(yard, await yard.project(), 2)
    done = await did(yard, settings, "set_priority", [*ids, str(new_id())], priority=2)
    await yard.sql("UPDATE bulks SET ended_at = now() - interval '8 days' WHERE id = :id", id=UUID(done["id"]))
    assert (await yard.owner.post(f"/bulk/{done['id']}/retry")).status == 202
    await bulk.sweep(everywhere, 7)
    assert (await enter(yard, settings, done))["items_kept"]
    assert (await yard.owner.get(f"/bulk/{done['id']}/items")).json["total"] == 3


async def test_what_was_refused_is_tried_again_and_nothing_twice(yard: Yard, settings: Settings) -> None:
    project = await yard.project()
    ids = await many(yard, project, 2)
    ana = await yard.person()
    hold = (await ana.post("/next", {})).json["reservation"]
    done = await did(yard, settings, "cancel", ids)
    assert counts(done) == (1, 0, 1, 0)
    await ana.post(f"/reservations/{hold['id']}/release")
    again = await enter(yard, settings, (await yard.owner.post(f"/bulk/{done['id']}/retry")).json)
    assert (again["state"], counts(again)) == ("completed", (2, 0, 0, 0))
    assert (await yard.owner.post(f"/bulk/{done['id']}/retry")).problem == "illegal_move"
    assert (await told(yard, ids[1])).count("The task was cancelled.") == 1


@pytest.mark.parametrize(("action", "arguments", "field", "after"), [
    ("set_priority", {"priority": 7}, "priority", 7),
    ("set_batch", {"batch": "june"}, "batch", "june"),
])  # fmt: skip
async def test_a_change_is_undone_where_nobody_changed_it_since(
    yard: Yard, settings: Settings, action: str, arguments: dict[str, Any], field: str, after: Any
) -> None:
    project = await yard.project()
    ids = [(await yard.task(project, priority=n, batch=f"b{n}"))["id"] for n in range(3)]
    done = await did(yard, settings, action, ids, **arguments)
    assert [(await shown(yard, task))[field] for task in ids] == [after] * 3
    mine: Any = 9 if field == "priority" else "mine"
    await yard.owner.patch(f"/tasks/{ids[2]}", {field: mine})
    undoing = await yard.owner.post(f"/bulk/{done['id']}/undo")
    assert (undoing.status, undoing.json["undoes"]) == (202, done["id"])
    ended = await enter(yard, settings, undoing.json)
    assert (ended["state"], counts(ended), codes(ended)) == (
        "completed_with_refusals", (2, 0, 1, 0), {"changed_since": 1},
    )  # fmt: skip
    was = [0, 1] if field == "priority" else ["b0", "b1"]
    assert [(await shown(yard, task))[field] for task in ids] == [*was, mine]
    assert (await yard.owner.get(f"/bulk/{done['id']}")).json["state"] == "undone"
    assert (await yard.owner.post(f"/bulk/{done['id']}/undo")).problem == "illegal_move"
    assert (await yard.owner.post(f"/bulk/{ended['id']}/undo")).problem == "undone_already"
    turns = await yard.sql("SELECT DISTINCT step_runs.priority - tasks.priority FROM step_runs JOIN tasks "
                           "ON tasks.workspace_id = step_runs.workspace_id AND tasks.id = step_runs.task_id")  # fmt: skip
    assert [row[0] for row in turns] == [0]


async def test_keeping_and_step_priorities_are_undone_too(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(TWO_STEP_FLOW), 2)
    ana, ben = await yard.person(name="Ana"), await yard.person(name="Ben")
    await did(yard, settings, "reserve", ids[:1], member=ben.member_id)
    kept = await did(yard, settings, "reserve", ids, member=ana.member_id)
    prioritised = await did(yard, settings, "set_priority", ids, priority=-4, from_step="label")
    for done in (kept, prioritised):
        ended = await enter(yard, settings, (await yard.owner.post(f"/bulk/{done['id']}/undo")).json)
        assert counts(ended) == (2, 0, 0, 0)
    turns = await yard.sql("SELECT reserved_for, priority FROM step_runs ORDER BY task_id")
    assert [(row[0] and str(row[0]), row[1]) for row in turns] == [(ben.member_id, 0), (None, 0)]
    assert [row[0] for row in await yard.sql("SELECT DISTINCT step_priorities FROM tasks")] == [None]


async def test_what_cannot_be_undone_says_why(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(), 2)
    deleted = await did(yard, settings, "delete", ids[:1])
    assert (await yard.owner.post(f"/bulk/{deleted['id']}/undo")).problem == "not_undoable"
    assert "cannot be undone" in deleted["can"]["undo"]
    done = await did(yard, settings, "set_priority", ids[1:], priority=2)
    assert done["undo_until"] is not None
    await yard.sql("UPDATE bulks SET ended_at = ended_at - interval '61 minutes'")
    assert (await yard.owner.post(f"/bulk/{done['id']}/undo")).problem == "too_late_to_undo"
    nothing = await did(yard, settings, "set_priority", ids[1:], priority=2)
    assert (await yard.owner.post(f"/bulk/{nothing['id']}/undo")).problem == "nothing_to_undo"


async def test_a_cancelled_one_does_nothing_more_and_goes_on_when_asked(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(), 2)
    asked = (await ask(yard.owner, "set_priority", ids, priority=5)).json
    assert (await yard.owner.post(f"/bulk/{asked['id']}/cancel")).json["state"] == "cancelled"
    assert counts(await enter(yard, settings, asked)) == (0, 0, 0, 0)
    assert (await yard.owner.post(f"/bulk/{asked['id']}/cancel")).problem == "illegal_move"
    await yard.owner.post(f"/bulk/{asked['id']}/retry")
    assert counts(await enter(yard, settings, asked)) == (2, 0, 0, 0)


async def test_a_chore_entered_twice_does_nothing_twice(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(), 2)
    done = await did(yard, settings, "set_priority", ids, priority=5)
    before = await told(yard, ids[0])
    assert await enter(yard, settings, done) == done
    assert await told(yard, ids[0]) == before


async def test_a_portion_that_ends_its_worker_each_time_is_given_up(yard: Yard, settings: Settings) -> None:
    ids = await many(yard, await yard.project(), 2)
    asked = (await ask(yard.owner, "set_priority", ids, priority=5)).json
    await yard.sql("UPDATE bulks SET attempt = 5")
    done = await enter(yard, settings, asked)
    assert (done["state"], counts(done), codes(done)) == ("failed", (0, 0, 0, 2), {"portion_failed": 2})
    await yard.owner.post(f"/bulk/{asked['id']}/retry")
    assert counts(await enter(yard, settings, asked)) == (2, 0, 0, 0)
