"""Bulk work whose worker is killed in the middle of it: it goes on, and no task is done twice."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.builders import CLASSIFY_FLOW
from tests.chaos.harness import LONG, Caller, Taskyard, eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 600)]
TASKS = 60_000 if LONG else 20_000
ROUNDS = 12 if LONG else 3
CSV = {"Content-Type": "text/csv"}


def filled(owner: Caller) -> str:
    """Return a project with many tasks that nobody has begun."""
    project = owner.project(CLASSIFY_FLOW)
    content = ("text\n" + "\n".join(f"Where is order {number}?" for number in range(TASKS))).encode()
    upload = owner.post("/uploads", params={"project": project, "name": "rows.csv"}, content=content, headers=CSV)
    eventually(lambda: owner.get(f"/uploads/{upload.json['id']}").json["state"] == "completed", 120, "the upload")
    return project


def ask(owner: Caller, project: str, action: str, **arguments: Any) -> str:
    """Begin to do something to all of a project's tasks; return the bulk operation."""
    body = {"action": action, "selection": {"filter": {"project": [project]}}, "arguments": arguments}
    return str(owner.post("/bulk", body).json["id"])


def kill_in_the_middle(yard: Taskyard, owner: Caller, bulk: str, dice: random.Random) -> bool:
    """Kill server and worker once a part is done; say whether there was still something to do."""

    def has_begun() -> bool:
        shown = owner.get(f"/bulk/{bulk}").json
        return shown["progress"] > 0 or shown["ended_at"] is not None

    eventually(has_begun, 60, "it never began")
    time.sleep(dice.random() * 0.2)
    yard.kill(yard.server.pid, *yard.workers())
    (row,) = yard.sql("SELECT state FROM bulks WHERE id = %s", bulk)
    return bool(row["state"] == "running")


def ended(owner: Caller, bulk: str) -> dict[str, Any]:
    """Return a bulk operation once it has ended."""

    def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = owner.get(f"/bulk/{bulk}").json
        return shown if shown["ended_at"] else None

    return eventually(look, 120, f"bulk operation {bulk} goes on")


def test_bulk_work_killed_at_any_moment_goes_on_and_does_nothing_twice(yard: Taskyard, owner: Caller) -> None:
    dice = random.Random(7)  # noqa: S311
    project = filled(owner)
    interrupted = 0
    for number in range(1, ROUNDS + 1):
        bulk = ask(owner, project, "set_priority", priority=number)
        interrupted += kill_in_the_middle(yard, owner, bulk, dice)
        yard.start()
        done = ended(owner, bulk)
        assert (done["state"], done["done"], done["total"]) == ("completed", TASKS, TASKS)
        for table, column in (("tasks", "priority"), ("step_runs", "priority")):
            rows = yard.sql(f"SELECT {column}, count(*) AS n FROM {table} GROUP BY {column}")
            assert [(row[column], row["n"]) for row in rows] == [(number, TASKS)], table
        told = yard.sql("SELECT count(*) AS n, count(DISTINCT task_id) AS of FROM facts WHERE name = 'task.changed'")
        assert (told[0]["n"], told[0]["of"]) == (TASKS * number, TASKS), "each change was told once"
        outcomes = yard.sql("SELECT outcome, count(*) AS n FROM bulk_items WHERE bulk_id = %s GROUP BY outcome", bulk)
        assert [(row["outcome"], row["n"]) for row in outcomes] == [("done", TASKS)]
    bulk = ask(owner, project, "delete")
    interrupted += kill_in_the_middle(yard, owner, bulk, dice)
    yard.start()
    assert ended(owner, bulk)["done"] == TASKS
    assert [yard.sql(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("tasks", "runs", "step_runs")] == [
        0
    ] * 3
    told = yard.sql("SELECT count(*) AS n FROM facts WHERE name = 'task.deleted'")
    assert told[0]["n"] == TASKS, "each deletion was told once"
    assert interrupted, "nobody was interrupted: this has tested nothing"
