"""An upload whose server and worker are killed at any moment: it ends by itself, whole, and says what is there."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.builders import CLASSIFY_FLOW
from tests.chaos.harness import LONG, Caller, Taskyard, eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 400)]
ROWS = 100_000 if LONG else 30_000
ROUNDS = 16 if LONG else 1
ENDED = {"completed", "completed_with_errors", "failed", "cancelled"}
CSV = {"Content-Type": "text/csv"}


def a_file(name: str) -> bytes:
    """Return a file of rows, a few of them bad."""
    lines = [f"{name}-{number},{'' if number % 1000 == 7 else f'Where is order {number}?'}" for number in range(ROWS)]
    return ("external_id,text\n" + "\n".join(lines)).encode()


BAD = ROWS // 1000


def send(owner: Caller, project: str, content: Any) -> dict[str, Any]:
    """Give a file to a project; return the upload."""
    said = owner.post("/uploads", params={"project": project, "name": "rows.csv"}, content=content, headers=CSV)
    found: dict[str, Any] = said.json
    return found


def ended(owner: Caller, upload: str, seconds: float) -> dict[str, Any]:
    """Return an upload once it has ended."""

    def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = owner.get(f"/uploads/{upload}").json
        return shown if shown["state"] in ENDED else None

    return eventually(look, seconds, f"upload {upload} goes on")


def is_true(yard: Taskyard, shown: dict[str, Any]) -> None:
    """Hold what an upload says against the tasks that are there."""
    (row,) = yard.sql("SELECT count(*) AS n FROM tasks WHERE upload_id = %s", shown["id"])
    assert row["n"] == shown["created"]
    told = yard.sql("SELECT name FROM facts WHERE noun_id = %s AND name ~ '(completed|failed)'", shown["id"])
    assert len(told) == 1, "its end was told once"
    if shown["state"] == "failed":
        assert shown["reason"]
        assert shown["created"] == 0
    else:
        assert shown["created"] + shown["unchanged"] + shown["failed"] == shown["rows"] == ROWS


def killed_while_it_is_received(yard: Taskyard, owner: Caller, project: str, dice: random.Random) -> None:
    """Kill the server when a part of the bytes has arrived."""
    content = a_file(project)
    stop_at = dice.randrange(1, 20)
    arrived = threading.Event()

    def slowly() -> Iterator[bytes]:
        for number in range(20):
            if number == stop_at:
                arrived.set()
            yield content[len(content) * number // 20 : len(content) * (number + 1) // 20]
            time.sleep(0.05)

    def give() -> None:
        with pytest.raises(httpx.TransportError):
            send(owner, project, slowly())

    giving = threading.Thread(target=give)
    giving.start()
    assert arrived.wait(30)
    yard.kill(yard.server.pid, *yard.workers())
    giving.join()


def killed_in(state: str) -> Callable[[Taskyard, Caller, str, random.Random], None]:
    """Return how to kill server and worker a moment after an upload has come into a state."""

    def kill(yard: Taskyard, owner: Caller, project: str, dice: random.Random) -> None:
        upload = send(owner, project, a_file(project))["id"]

        def is_there() -> bool:
            shown = owner.get(f"/uploads/{upload}").json["state"]
            return shown == state or shown in ENDED

        eventually(is_there, 60, f"it never was {state}")
        time.sleep(dice.random() * 0.5)
        yard.kill(yard.server.pid, *yard.workers())

    return kill


MOMENTS = [killed_while_it_is_received, killed_in("validating"), killed_in("processing")]


def test_an_upload_killed_at_any_moment_is_whole_or_failed_and_a_repeat_adds_nothing_twice(
    yard: Taskyard, owner: Caller
) -> None:
    dice = random.Random(40)  # noqa: S311
    projects = []
    for kill in MOMENTS * ROUNDS:
        projects.append(owner.project(CLASSIFY_FLOW))
        kill(yard, owner, projects[-1], dice)
        yard.start()
    restarted = time.monotonic()
    begun = owner.get("/uploads", params={"limit": 200}).json["items"]
    assert len(begun) >= len(projects) - ROUNDS, "what was acknowledged is there"
    for upload in begun:
        is_true(yard, ended(owner, upload["id"], 120))
    assert time.monotonic() - restarted < 60
    assert yard.sql("SELECT id FROM uploads WHERE attempt > 1"), "nobody was interrupted: this has tested nothing"
    for project in projects[:: 1 if LONG else 2]:
        again = ended(owner, send(owner, project, a_file(project))["id"], 60)
        is_true(yard, again)
        before = sum(upload["created"] for upload in begun_in(owner, project) if upload["id"] != again["id"])
        assert (again["created"], again["unchanged"]) == (ROWS - BAD - before, before)
        (row,) = yard.sql("SELECT count(*) AS n FROM tasks WHERE project_id = %s", project)
        assert row["n"] == ROWS - BAD, "each row is there once"


def test_mended_rows_killed_at_any_moment_are_taken_once_or_not_at_all(yard: Taskyard, owner: Caller) -> None:
    dice = random.Random(41)  # noqa: S311
    for state in ("validating", "processing") * ROUNDS:
        project = owner.project(CLASSIFY_FLOW)
        lines = "".join(f"{number},\n" for number in range(ROWS))
        upload = ended(owner, send(owner, project, f"external_id,text\n{lines}fine,fine".encode())["id"], 60)
        assert (upload["created"], upload["failed"]) == (1, ROWS)
        mended = "_row,external_id,text\n" + "".join(
            f"{number + 1},{number},{'' if number % 1000 == 7 else 'mended'}\n" for number in range(ROWS)
        )
        where = f"/uploads/{upload['id']}/mended"
        owner.post(where, params={"name": "mended.csv"}, content=mended.encode(), headers=CSV)

        def is_there(upload: str = upload["id"], state: str = state) -> bool:
            shown = owner.get(f"/uploads/{upload}").json["state"]
            return shown == state or shown in ENDED

        eventually(is_there, 60, f"it never was {state}")
        time.sleep(dice.random() * 0.5)
        yard.kill(yard.server.pid, *yard.workers())
        yard.start()
        done = ended(owner, upload["id"], 60)
        assert (done["created"], done["unchanged"], done["failed"]) == (ROWS + 1 - BAD, 0, BAD)
        (row,) = yard.sql("SELECT count(*) AS n FROM tasks WHERE upload_id = %s", upload["id"])
        assert row["n"] == done["created"]
        told = yard.sql("SELECT name FROM facts WHERE noun_id = %s AND name ~ '(completed|mended)'", upload["id"])
        assert sorted(fact["name"] for fact in told) == ["upload.completed", "upload.mended"]


def begun_in(owner: Caller, project: str) -> list[dict[str, Any]]:
    """Return the uploads of a project."""
    items: list[dict[str, Any]] = owner.get("/uploads", params={"limit": 200}).json["items"]
    return [upload for upload in items if upload["project"]["id"] == project]
