"""A served Taskyard with its worker for all commands of a test process, and a terminal with a manager's key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.house import House, Somebody
from tests.cli.terminal import Terminal


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="session")
def data(folder: Path) -> str:
    """The data folder of the server, for the commands of whoever runs it."""
    return str(folder / "data")


@pytest.fixture(scope="session")
def house(folder: Path) -> Iterator[House]:
    with House(folder) as made:
        assert made.owner
        yield made


@pytest.fixture
def owner(house: House) -> Somebody:
    return house.owner


@pytest.fixture(scope="session")
def key(house: House, data: str, folder: Path) -> str:
    assert house.url
    made = Terminal(folder).run("key", "create", "--role", "manager", "--json", "--data", data)
    return str(made.json["key"])


@pytest.fixture
def terminal(house: House, key: str, tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, TASKYARD_URL=house.url, TASKYARD_KEY=key)
