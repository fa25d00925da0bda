"""The check of the doors finds every way past one, and lets honest callers through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAST_THE_DOOR = [
    "from taskyard.domain.tasks.store import lock",
    "from taskyard.domain.tasks import store",
    "from taskyard.domain.tasks import store as shop",
    "import taskyard.domain.tasks.store",
    "import taskyard.domain.tasks.store as shop",
    "from taskyard.domain import tasks\n\ntasks.store.lock()",
    "from taskyard.domain import tasks as work\n\nwork.store.lock()",
    "def late():\n    from taskyard.domain.tasks.store import lock",
]
BY_THE_DOOR = [
    "from taskyard.domain.tasks import Task, lock",
    "from taskyard.domain import tasks\n\ntasks.lock()",
    "import taskyard.domain.tasks",
    "from taskyard.kit.ids import new_id",
    "store = {}\nstore.tasks = 1",
]


def look_at(folder: Path, file: str, text: str, *, door: str = "") -> subprocess.CompletedProcess[str]:
    for house in ("tasks", "runs"):
        home = folder / "taskyard" / "domain" / house
        home.mkdir(parents=True)
        for room in ("__init__", "store", "routes", "actions"):
            (home / f"{room}.py").write_text(door if room == "__init__" else "")
    written = folder / "taskyard" / file
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(text)
    doors = [sys.executable, str(ROOT / "tools" / "doors.py"), str(folder)]
    return subprocess.run(doors, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", PAST_THE_DOOR)
def test_a_way_past_the_door_is_found_with_its_place(tmp_path: Path, text: str) -> None:
    said = look_at(tmp_path, "domain/runs/actions.py", text)
    assert said.returncode == 1
    assert "runs/actions.py:" in said.stdout
    assert "enters the room 'store' of tasks" in said.stdout


@pytest.mark.parametrize("text", BY_THE_DOOR)
def test_whoever_comes_by_the_door_is_let_in(tmp_path: Path, text: str) -> None:
    assert look_at(tmp_path, "domain/runs/actions.py", text).returncode == 0


def test_a_name_the_door_gives_to_something_else_is_no_room(tmp_path: Path) -> None:
    text = "from taskyard.domain import tasks\n\ntasks.store()"
    assert look_at(tmp_path / "one", "domain/runs/actions.py", text).returncode == 1
    assert look_at(tmp_path / "two", "domain/runs/actions.py", text, door='__all__ = ["store"]').returncode == 0


def test_a_house_knows_its_own_rooms(tmp_path: Path) -> None:
    assert look_at(tmp_path, "domain/tasks/actions.py", PAST_THE_DOOR[0]).returncode == 0


def test_assembly_fetches_routes_but_not_stores(tmp_path: Path) -> None:
    fetched = "from taskyard.domain.tasks.routes import router"
    assert look_at(tmp_path / "one", "app.py", fetched).returncode == 0
    assert look_at(tmp_path / "two", "views/task_list.py", fetched).returncode == 1
    assert look_at(tmp_path / "three", "app.py", PAST_THE_DOOR[0]).returncode == 1


def test_in_this_source_every_house_is_entered_by_its_door() -> None:
    doors = [sys.executable, str(ROOT / "tools" / "doors.py")]
    said = subprocess.run(doors, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
