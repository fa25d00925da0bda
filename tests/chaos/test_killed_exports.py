"""Exports in the background whose worker is killed at any moment: each ends whole, with each task once."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import pytest

from tests.builders import CLASSIFY_FLOW
from tests.chaos.harness import LONG, Caller, Taskyard, eventually
from tests.chaos.history import loose_ends

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 300)]
ROWS = 60_000 if LONG else 20_000
ROUNDS = 10 if LONG else 2
CSV = {"Content-Type": "text/csv"}


def test_kill_9_of_the_worker_leaves_an_export_whole_and_its_consumer_where_it_is(
    yard: Taskyard, owner: Caller
) -> None:
    dice = random.Random(11)  # noqa: S311
    project = owner.project(CLASSIFY_FLOW)
    rows = "external_id,text\n" + "".join(f"r-{number},Where is order {number}?\n" for number in range(ROWS))
    params = {"project": project, "name": "rows.csv"}
    upload = owner.post("/uploads", params=params, content=rows.encode(), headers=CSV).json["id"]
    eventually(lambda: owner.get(f"/uploads/{upload}").json["state"] == "completed", 120, "no tasks came")
    for number in range(ROUNDS):
        asked = {"selection": {"filter": {"project": [project]}}, "format": "jsonl", "consumer": f"office-{number}"}
        path = f"/exports/{owner.post('/exports', asked).json['id']}"
        share = dice.random() * 0.8

        def is_part_way(path: str = path, share: float = share) -> bool:
            now = owner.get(path).json
            return bool(now["state"] == "completed" or (now["state"] == "running" and now["progress"] >= share))

        eventually(is_part_way, 60, "it never ran")
        yard.kill(yard.worker())
        eventually(lambda path=path: owner.get(path).json["ended_at"], 120, "it hangs")  # type: ignore[misc]
        whole(owner, path, project)
    attempts = yard.sql("SELECT max(attempt) AS n FROM exports")[0]["n"]
    assert attempts > 1, "nobody was interrupted: this has tested nothing"
    assert loose_ends(yard) == {}


def whole(owner: Caller, path: str, project: str) -> None:
    """Hold what was made against what is there, and what is told of it."""
    export: dict[str, Any] = owner.get(path).json
    assert (export["state"], export["tasks"]) == ("completed", ROWS)
    content = owner.get(f"{path}/download").response.content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (export["bytes"], export["sha256"])
    told = [json.loads(line)["external_id"] for line in content.splitlines()]
    assert sorted(told) == sorted(f"r-{number}" for number in range(ROWS)), "each task once"
    again = {"selection": {"filter": {"project": [project]}}, "format": "jsonl", "consumer": export["consumer"]["name"]}
    more = f"/exports/{owner.post('/exports', again).json['id']}"
    eventually(lambda: owner.get(more).json["ended_at"], 60, "it hangs")
    assert owner.get(more).json["tasks"] == 0, "the consumer stands where the export ended"
