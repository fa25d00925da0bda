"""From the first release to this one with rows in the tables: what was there before is there, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.db import schema
from taskyard.kit.db.engine import driver_url
from taskyard.kit.ids import new_id
from tests.builders.served import own_database

FIRST = "0001"
MARK = text("SELECT set_config('taskyard.workspace_id', :here, true)")


@contextmanager
def left_at(postgres: EmbeddedPostgres, revision: str) -> Iterator[str]:
    """A database as that migration left it, empty."""
    with own_database(postgres, "template1") as url:
        engine = create_engine(driver_url(url))
        with engine.connect() as connection:
            config = Config()
            config.set_main_option("script_location", str(schema.MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
        engine.dispose()
        yield url


@pytest.fixture
def first_release(postgres: EmbeddedPostgres) -> Iterator[str]:
    with left_at(postgres, FIRST) as url:
        yield url


def two_workspaces(engine: Engine) -> dict[UUID, UUID]:
    """Fill two workspaces with a task each that took 40 seconds and once 2.5; return task by workspace."""
    made = {}
    for _ in range(2):
        here, project, task, run = (new_id() for _ in range(4))
        named = {"here": here, "project": project, "task": task, "run": run, "member": new_id()}
        with engine.begin() as connection:
            connection.execute(MARK, {"here": str(here)})
            for statement in ROWS:
                connection.execute(text(statement), named)
            for seconds in (40, 2.5):
                connection.execute(text(ANSWER), {**named, "id": new_id(), "turn": new_id(), "seconds": seconds})
        made[here] = task
    return made


ROWS = (
    "INSERT INTO workspaces (id, name) VALUES (:here, 'Old')",
    """INSERT INTO projects (workspace_id, id, name, description, instructions, state, draft, draft_revision,
       is_playground, is_app, shared_with_clients)
       VALUES (:here, :project, 'Old', '', '', 'active', '', 0, false, false, false)""",
    """INSERT INTO tasks (workspace_id, id, project_id, status, steps, priority, preview, run_id, run_count, redo_count)
       VALUES (:here, :task, :project, 'completed', '{}', 0, 'Old words', :run, 1, 0)""",
    "INSERT INTO task_inputs (workspace_id, task_id, input, metadata) VALUES (:here, :task, '{\"a\": \"Old words\"}', '{}')",
)
ANSWER = """INSERT INTO answers (workspace_id, id, step_run_id, run_id, task_id, step, use, kind, data, member_id, by_name,
    seconds) VALUES (:here, :id, :turn, :run, :task, 'a', 'fill', 'answer', '{}', :member, 'Ana', :seconds)"""


def test_what_was_there_before_is_counted_and_to_be_put_beside(first_release: str) -> None:
    engine = create_engine(driver_url(first_release))
    made = two_workspaces(engine)
    assert schema.migrate(first_release)
    for here, task in made.items():
        with engine.begin() as connection:
            connection.execute(MARK, {"here": str(here)})
            rows = connection.execute(text("SELECT id, seconds, cost, audit FROM tasks")).all()
            assert [tuple(row) for row in rows] == [(task, 42.5, 0, None)]
            spans = connection.execute(
                text("SELECT field, first_id <= :task AND last_id >= :task FROM task_spans WHERE workspace_id = :here"),
                {"task": task, "here": here},
            )
            assert [tuple(row) for row in spans] == [(None, True)]
    assert not schema.migrate(first_release), "nothing is left to do"
    engine.dispose()


def test_receivers_of_older_callbacks_are_one_and_nothing_is_due_before_what_it_waits_for(
    postgres: EmbeddedPostgres,
) -> None:
    written = [
        "http://R.example.org",
        "http://r.example.org:80",
        "https://r.example.org.:8443",
        "https://r.example.org:443",
    ]
    with left_at(postgres, "0016") as url:
        engine = create_engine(driver_url(url))
        here, task = new_id(), new_id()
        with engine.begin() as connection:
            connection.execute(MARK, {"here": str(here)})
            for hours, host in enumerate(written):
                values = {"here": here, "id": new_id(), "task": task, "host": host, "hours": -hours}
                connection.execute(text(DELIVERY), {**values, "url": f"{host}/told"})
            for hours in (2, 1, 3):
                values = {"here": here, "id": new_id(), "task": task, "host": "http://b", "hours": hours}
                connection.execute(text(DELIVERY), {**values, "url": "http://b/told"})
        assert schema.migrate(url)
        with engine.begin() as connection:
            connection.execute(MARK, {"here": str(here)})
            rows = connection.execute(text("SELECT host, due_at FROM deliveries ORDER BY number")).all()
        engine.dispose()
    names = ["http://r.example.org", "http://r.example.org", "https://r.example.org:8443", "https://r.example.org"]
    assert [row.host for row in rows[:4]] == names
    assert len({row.due_at for row in rows[:4]}) == 4, "at another address nothing waits for it"
    due = [row.due_at for row in rows[4:]]
    assert due[0] == due[1] < due[2]


DELIVERY = """INSERT INTO deliveries (workspace_id, id, event_id, task_id, type, body, url, host, state, due_at)
    VALUES (:here, :id, :id, :task, 'task.completed', '{}', :url, :host, 'waiting',
            CAST('2026-01-01T12:00:00Z' AS timestamptz) + :hours * interval '1 hour')"""
