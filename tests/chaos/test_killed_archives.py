"""Archives whose worker is killed at any moment, going and coming back: each task is in one place, and equal."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.builders import CLASSIFY_FLOW
from tests.chaos.harness import LONG, Caller, Taskyard, eventually
from tests.chaos.history import loose_ends

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 500)]
ROWS = 20_000 if LONG else 6_000
ROUNDS = 12 if LONG else 1
CSV = {"Content-Type": "text/csv"}
OPEN = {"queued", "writing", "removing", "restoring"}
# A task as its rows tell it, for a comparison that knows nothing of how archives hash.
CONTENT = """
    SELECT tasks.id, md5(concat(tasks::text, task_inputs::text, (SELECT string_agg(runs::text, ',' ORDER BY id) FROM runs
        WHERE runs.task_id = tasks.id), (SELECT string_agg(step_runs::text, ',' ORDER BY id) FROM step_runs
        WHERE step_runs.task_id = tasks.id))) AS told
    FROM tasks JOIN task_inputs ON task_inputs.task_id = tasks.id WHERE tasks.project_id = %s
"""


def content(yard: Taskyard, project: str) -> dict[str, str]:
    """Return what the list holds of a project."""
    return {str(row["id"]): row["told"] for row in yard.sql(CONTENT, project)}


def shown(owner: Caller, archive: str) -> dict[str, Any]:
    """Return an archive as it is now."""
    found: dict[str, Any] = owner.get(f"/archives/{archive}").json
    return found


def ended(owner: Caller, path: str, state: str) -> None:
    """Wait until what a path shows has come to its end."""
    eventually(lambda: owner.get(path).json["state"] == state, 180, f"{path} goes on")


def killed_in(yard: Taskyard, owner: Caller, archive: str, state: str, dice: random.Random) -> None:
    """Kill the worker a moment after an archive has come into a state, a part of the way in."""
    share = dice.random() * 0.4

    def is_there() -> bool:
        now = shown(owner, archive)
        part = {"writing": now["progress"] * 2, "removing": now["progress"] * 2 - 1}.get(state, now["progress"])
        return now["state"] not in OPEN or (now["state"] == state and part >= share)

    eventually(is_there, 120, f"it never was {state}")
    yard.kill(yard.worker())


def each_task_is_in_one_place(yard: Taskyard, archive: str, project: str, ids: set[str]) -> None:
    """Hold what the archive says of its tasks against the list, in one moment."""
    (row,) = yard.sql(
        """SELECT count(*) FILTER (WHERE outcome = 'archived' AND tasks.id IS NOT NULL) AS in_both,
                  count(*) FILTER (WHERE outcome <> 'archived' AND tasks.id IS NULL) AS in_neither, count(*) AS n
           FROM archive_items LEFT JOIN tasks ON tasks.id = task_id AND tasks.workspace_id = archive_items.workspace_id
           WHERE archive_id = %s""",
        archive,
    )
    assert (row["in_both"], row["in_neither"], row["n"]) == (0, 0, len(ids))
    left = yard.sql("SELECT count(*) AS n FROM runs WHERE project_id = %s", project)[0]["n"]
    assert left == len(content(yard, project)), "the rows of a task go and come together"


def test_kill_9_of_the_worker_at_any_moment_loses_no_task_and_doubles_none(yard: Taskyard, owner: Caller) -> None:
    dice = random.Random(7)  # noqa: S311
    rows = "external_id,text\n" + "".join(f"r-{number},Where is order {number}?\n" for number in range(ROWS))
    for _ in range(ROUNDS):
        project = owner.project(CLASSIFY_FLOW)
        params = {"project": project, "name": "rows.csv"}
        upload = owner.post("/uploads", params=params, content=rows.encode(), headers=CSV).json["id"]
        ended(owner, f"/uploads/{upload}", "completed")
        before = content(yard, project)
        assert len(before) == ROWS
        asked = {"selection": {"filter": {"project": [project]}}}
        archive = owner.post("/archives", asked).json["id"]
        for state in ("writing", "removing"):
            killed_in(yard, owner, archive, state, dice)
            each_task_is_in_one_place(yard, archive, project, set(before))
        ended(owner, f"/archives/{archive}", "completed")
        assert (shown(owner, archive)["tasks"], content(yard, project)) == (ROWS, {})
        assert owner.post(f"/archives/{archive}/restore").status == 202
        for state in ("restoring",) * (2 if LONG else 1):
            killed_in(yard, owner, archive, state, dice)
            each_task_is_in_one_place(yard, archive, project, set(before))
        ended(owner, f"/archives/{archive}", "restored")
        each_task_is_in_one_place(yard, archive, project, set(before))
        assert content(yard, project) == before
        told = yard.sql(
            "SELECT name, count(*) AS n FROM facts WHERE project_id = %s AND name ~ '^task' GROUP BY name", project
        )
        assert {row["name"]: row["n"] for row in told} == {"task.archived": ROWS, "task.restored": ROWS}
    attempts = yard.sql("SELECT sum(attempt) AS n FROM archives")[0]["n"]
    assert attempts > ROUNDS, "nobody was interrupted: this has tested nothing"
    assert loose_ends(yard) == {}
