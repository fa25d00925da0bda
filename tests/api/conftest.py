"""What several files of these tests ask for: a real server, an install nobody has entered, and hashes that cost little."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from taskyard import wiring
from taskyard.domain.callbacks import Sender
from taskyard.domain.workspaces import passwords
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from tests.builders import Yard
from tests.builders.callbacks import Line
from tests.builders.installs import Install, installed
from tests.builders.receivers import receiving
from tests.builders.served import Served
from tests.conftest import TEMPLATE


@pytest.fixture(scope="module")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    """The application as another process, for one file."""
    with Served(settings, database_url) as running:
        yield running


@pytest.fixture
async def install(postgres: EmbeddedPostgres, database_url: str, settings: Settings) -> AsyncIterator[Install]:
    """A Taskyard of the test's own that nobody has entered yet."""
    assert database_url, "the template is there"
    async with installed(postgres, TEMPLATE, settings) as made:
        yield made


@pytest.fixture
def few_attempts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts a minute. Attempts are counted by the minute: of five at least three fall into one."""
    few = {"sign_in_per_minute_account": 2}
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update=few))


@pytest.fixture
def real_hashes() -> None:
    """Hash as slowly as in earnest."""


@pytest.fixture
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with the same algorithm and little work, unless a test is about that work."""
    if "real_hashes" not in request.fixturenames:
        quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
        monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def private(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an operator who lets callbacks go to addresses of their own network; a silent receiver has a second."""
    chosen = {"callback_private": True, "callback_seconds_max": 1.0}
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update=chosen))
    return desk.settings


@pytest.fixture
async def as_worker(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, role=WORKER_ROLE)
    wiring.connect(made)
    yield made
    await made.close()


@pytest.fixture
async def line(yard: Yard, private: Settings, as_worker: Database) -> AsyncIterator[Line]:
    sender = Sender(as_worker, private)
    async with receiving() as receiver:
        made = Line(yard, sender, receiver, as_worker)
        made.project = await yard.project(shared_with_clients=True)
        made.ana = await yard.person(name="Ana")
        yield made
    # Nothing of this test is told in another's time.
    await yard.sql("DELETE FROM deliveries WHERE workspace_id = :here", here=yard.workspace_id)
    await sender.close()
