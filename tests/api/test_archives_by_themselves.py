"""Projects that archive by themselves: what has rested goes, once a day, whoever looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from taskyard import wiring
from taskyard.domain import archives
from taskyard.kit.db.engine import WORKER_ROLE, Database
from tests.builders import Yard
from tests.builders.archives import enter, shown
from tests.builders.tasks import many

LABEL = {"labels": ["question"]}


@pytest.fixture
async def workers(database_url: str) -> AsyncIterator[Database]:
    """The database as workers see it, who look through every workspace."""
    made = Database(database_url, role=WORKER_ROLE)
    wiring.connect(made)
    yield made
    await made.close()


@pytest.fixture
def ago(database_url: str, yard: Yard) -> Any:
    """Put everything that happened to tasks so many days back. Facts too, which only the owner of the tables can."""

    def put_back(ids: list[str], days: int) -> None:
        with psycopg.connect(database_url) as owner:
            owner.execute("SELECT set_config('taskyard.workspace_id', %s, true)", [str(yard.workspace_id)])
            owner.execute(
                """UPDATE tasks SET created_at = created_at - make_interval(days => %(days)s),
                   last_submitted_at = last_submitted_at - make_interval(days => %(days)s),
                   completed_at = completed_at - make_interval(days => %(days)s) WHERE id = ANY(%(ids)s::uuid[])""",
                {"days": days, "ids": ids},
            )
            owner.execute(
                "UPDATE facts SET at = at - make_interval(days => %(days)s) WHERE task_id = ANY(%(ids)s::uuid[])",
                {"days": days, "ids": ids},
            )

    return put_back


async def finished(yard: Yard, project: str, number: int) -> list[str]:
    ids = await many(yard, project, number)
    ana = await yard.person()
    for _ in ids:
        await yard.answer(ana, LABEL, project)
    return ids


async def made(yard: Yard) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await yard.owner.get("/archives")).json["items"]
    return items


async def test_finished_tasks_that_have_rested_go_by_themselves(yard: Yard, ago: Any, workers: Database) -> None:
    project = await yard.project(name="Receipts", archive_after_days=30)
    old, new = await finished(yard, project, 2)
    (queued,) = [str((await yard.task(project))["id"])]
    ago([old, queued], 31)
    await archives.look(workers)
    (archive,) = await made(yard)
    assert (archive["by"], archive["asked"], archive["name"]) == (None, 1, "Receipts, at rest for 30 days")
    await enter(yard, archive, by=None)
    assert (await shown(yard, archive))["tasks"] == 1
    assert (await yard.owner.get(f"/tasks/{old}")).problem == "task_archived"
    assert [(await yard.owner.get(f"/tasks/{task}")).status for task in (new, queued)] == [200, 200]


async def test_whatever_happened_to_a_task_is_activity(yard: Yard, ago: Any, workers: Database) -> None:
    project = await yard.project(archive_after_days=30)
    (task,) = await finished(yard, project, 1)
    ago([task], 31)
    assert (await yard.owner.patch(f"/tasks/{task}", {"priority": 3})).status == 200
    await archives.look(workers)
    assert await made(yard) == []


async def test_looking_twice_a_day_and_beside_others_makes_one_archive(yard: Yard, ago: Any, workers: Database) -> None:
    project = await yard.project(archive_after_days=30)
    early = await finished(yard, project, 2)
    ago(early, 31)
    await asyncio.gather(*(archives.look(workers) for _ in range(3)))
    (archive,) = await made(yard)
    await enter(yard, archive, by=None)
    late = str((await yard.task(project))["id"])
    assert (await yard.owner.post(f"/tasks/{late}/cancel")).status == 200
    ago([late], 31)
    await archives.look(workers)
    assert len(await made(yard)) == 1, "the next day is soon enough"
    await yard.sql("UPDATE archives SET due_on = due_on - 1 WHERE id = :id", id=UUID(archive["id"]))
    await archives.look(workers)
    assert [one["asked"] for one in await made(yard)] == [1, 2]


async def test_the_time_is_set_and_taken_away_and_is_part_of_the_tag(yard: Yard) -> None:
    project = await yard.project()
    path = f"/projects/{project}"
    before = await yard.owner.get(path)
    assert before.json["archive_after_days"] is None
    with_a_time = await yard.owner.patch(path, {"archive_after_days": 90})
    assert with_a_time.json["archive_after_days"] == 90
    assert with_a_time.headers["etag"] != before.headers["etag"]
    assert (await yard.owner.patch(path, {"name": "Other"})).json["archive_after_days"] == 90
    assert (await yard.owner.patch(path, {"archive_after_days": None})).json["archive_after_days"] is None
    for days in (0, -1, 3651, "soon"):
        assert (await yard.owner.patch(path, {"archive_after_days": days})).problem == "body_invalid"


async def test_a_project_without_a_time_never_archives_by_itself(yard: Yard, ago: Any, workers: Database) -> None:
    ids = await finished(yard, await yard.project(), 1)
    ago(ids, 4000)
    await archives.look(workers)
    assert await made(yard) == []
