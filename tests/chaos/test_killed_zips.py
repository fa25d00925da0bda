"""A ZIP of pictures whose server and worker are killed at any moment: whole in the end, with no file left over."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_picture
from tests.builders.zips import a_zip
from tests.chaos.harness import LONG, Caller, Taskyard, eventually
from tests.chaos.test_killed_uploads import ENDED, ended

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 400)]
PICTURES = 400 if LONG else 120
ROUNDS = 12 if LONG else 1
FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - {id: look, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw a box}}
"""
BAD = 3
MEDIA = {"Content-Type": "application/zip"}


def a_folder(name: str) -> bytes:
    """Return a ZIP of pictures that no other has, and a few files that are none."""
    pictures = {f"{name}/{number:04}.png": a_picture(f"{name[-6:]} {number}") for number in range(PICTURES)}
    return a_zip({**pictures, **{f"{name}/{number}.txt": b"no picture" for number in range(BAD)}})


def send(owner: Caller, project: str, content: bytes) -> str:
    """Give a ZIP to a project."""
    asked = {"project": project, "name": "pictures.zip"}
    return str(owner.post("/uploads", params=asked, content=content, headers=MEDIA).json["id"])


def kill_when(yard: Taskyard, owner: Caller, upload: str, moment: str, dice: random.Random) -> None:
    """Kill both while members are unpacked, or when they are being made visible."""

    def is_there() -> bool:
        shown: dict[str, Any] = owner.get(f"/uploads/{upload}").json
        far = shown["progress"] > 0.2 if moment == "unpacking" else shown["state"] == "processing"
        return far or shown["state"] in ENDED

    if moment != "beginning":
        eventually(is_there, 60, f"it never came to {moment}")
    time.sleep(dice.random() * 0.3)
    yard.kill(yard.server.pid, *yard.workers())


def lying(yard: Taskyard) -> set[str]:
    """Return the hashes of what lies in the store, without our copies."""
    return {path.name for path in Path(yard.data / "files").rglob("*") if path.is_file() and "." not in path.name}


def test_a_zip_killed_at_any_moment_is_whole_and_leaves_no_file_over(yard: Taskyard, owner: Caller) -> None:
    dice = random.Random(42)  # noqa: S311
    begun: list[tuple[str, str, bytes]] = []
    for moment in ("beginning", "unpacking", "visible") * ROUNDS:
        project = owner.project(FLOW)
        content = a_folder(project)
        upload = send(owner, project, content)
        kill_when(yard, owner, upload, moment, dice)
        yard.start()
        begun.append((project, upload, content))
    for project, upload, content in begun:
        done = ended(owner, upload, 120)
        assert (done["created"], done["failed"], done["rows"]) == (PICTURES, BAD, PICTURES + BAD)
        again = ended(owner, send(owner, project, content), 120)
        assert (again["created"], again["unchanged"], again["differing"]) == (0, PICTURES, 0)
        (row,) = yard.sql("SELECT count(*) AS n, count(picture_id) AS seen FROM tasks WHERE project_id = %s", project)
        assert (row["n"], row["seen"]) == (PICTURES, PICTURES), "each picture is there once"
    assert yard.sql("SELECT id FROM uploads WHERE attempt > 1"), "nobody was interrupted: this has tested nothing"
    assert not yard.sql("SELECT id FROM files WHERE NOT EXISTS (SELECT 1 FROM file_uses WHERE file_id = files.id)")
    on_its_way = yard.sql("SELECT id FROM file_passages WHERE kind <> 'kept'")
    assert on_its_way, "nothing was on its way: this has tested nothing"
    # What was on its way when its worker died is given up after an hour, at the next look.
    yard.kill(yard.server.pid, *yard.workers())
    yard.sql("UPDATE file_passages SET begun_at = now() - interval '2 hours' WHERE kind <> 'kept'")
    yard.start()

    def is_clean() -> bool:
        left = yard.sql("SELECT id FROM file_passages WHERE kind <> 'kept'")
        named = {row["sha256"] for row in yard.sql("SELECT sha256 FROM files UNION SELECT sha256 FROM file_passages")}
        return not left and lying(yard) == named

    eventually(is_clean, 60, "something is left behind")
