"""A Taskyard of a test's own, or one for a whole file; and the promise that nothing of it is left running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.harness import Caller, Taskyard

Start = Callable[..., Taskyard]


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Return how to start a Taskyard with some settings; all that is left of it in the end is killed."""
    made: list[Taskyard] = []

    def begin(**settings: str) -> Taskyard:
        # Silent workers are missed soon, so that a test does not wait for long.
        chosen = {"worker_lease_seconds": "3", "stop_seconds_max": "15", "log_level": "warning", **settings}
        yard = Taskyard(folder / f"data{len(made)}", **chosen)
        made.append(yard)
        yard.start()
        return yard

    try:
        yield begin
    finally:
        for yard in made:
            yard.clean_up()
            print(yard.tail())  # noqa: T201 - pytest shows it beside a failure, and only then


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a Taskyard of the test's own."""
    with starting(tmp_path) as begin:
        yield begin


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taskyard]:
    """One Taskyard for a whole file."""
    with starting(tmp_path_factory.mktemp("chaos")) as begin:
        yield begin()


@pytest.fixture(scope="module")
def owner(yard: Taskyard) -> Caller:
    """The owner of that Taskyard."""
    return yard.key()
