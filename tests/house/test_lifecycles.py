"""The tables of states and moves: every pair, what the database keeps of them, and the statements that move in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import walk_packages
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Engine, TextClause, create_engine, text
from sqlalchemy.exc import DBAPIError

import taskyard
from taskyard.domain.reservations import in_hand, releasing
from taskyard.domain.reservations import many as many_holds
from taskyard.domain.reservations import store as hand_out
from taskyard.domain.reservations.rules import RESERVATION
from taskyard.domain.runs import many, many_store, settling
from taskyard.domain.runs import store as line
from taskyard.domain.runs.rules import RUN, STEP_RUN
from taskyard.domain.tasks.rules import TASK
from taskyard.kit.db.base import Base
from taskyard.kit.db.engine import driver_url
from taskyard.kit.lifecycle import Lifecycle
from taskyard.kit.problems import IllegalMove, Kind
from tests.house.world import World

SOURCE = Path(taskyard.__file__).parent


def lifecycles() -> Iterator[Lifecycle[Any]]:
    """Find every lifecycle by walking the houses, so that a new one is in these tests the day it is written."""
    for module in walk_packages(taskyard.__path__, "taskyard."):
        if module.name.endswith((".rules", ".tables")):
            found = import_module(module.name)
            if module.name.endswith(".rules"):
                yield from (value for value in vars(found).values() if isinstance(value, Lifecycle))


def states_of(lifecycle: Lifecycle[Any]) -> list[Any]:
    kind: Any = lifecycle.states
    return list(kind)


LIFECYCLES = {lifecycle.thing: lifecycle for lifecycle in lifecycles()}
PAIRS = [
    pytest.param(lifecycle, state, move, id=f"{lifecycle.thing} {state} {move}")
    for lifecycle in LIFECYCLES.values()
    for state, move in product(states_of(lifecycle), lifecycle.moves)
]
every_lifecycle = pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES.keys())


def test_the_walk_finds_the_lifecycles_there_are() -> None:
    nouns = {"member", "invitation", "project", "task", "run", "step run", "reservation", "upload", "bulk operation"}
    assert nouns <= set(LIFECYCLES)
    assert len(LIFECYCLES) == len(list(lifecycles())), "two lifecycles share the name of their thing"


@pytest.mark.parametrize(("lifecycle", "state", "move"), PAIRS)
def test_a_move_lands_where_the_table_says_or_is_refused(lifecycle: Lifecycle[Any], state: Any, move: str) -> None:
    sources, target = lifecycle.moves[move]
    row = SimpleNamespace(state=state.value)
    if state in sources:
        lifecycle.move(row, move)
        assert row.state == lifecycle.target(state, move) == target.value
        assert lifecycle.why_not(state, move) is None
        assert move in lifecycle.allowed(state)
        return
    with pytest.raises(IllegalMove) as refusal:
        lifecycle.move(row, move)
    said = refusal.value
    assert row.state == state.value
    assert (said.code, said.kind) == ("illegal_move", Kind.CONFLICT)
    assert (said.data["thing"], said.data["move"]) == (lifecycle.thing, move)
    assert said.data["allowed"] == lifecycle.allowed(state)
    assert said.data["state"] == state.value.replace("_", " ")
    assert lifecycle.why_not(state, move) == said.detail
    named = [lifecycle.thing, *(name.replace("_", " ") for name in [move, *lifecycle.allowed(state)])]
    assert all(name in said.detail for name in named)


@every_lifecycle
def test_a_move_that_is_not_in_the_table_does_not_exist(lifecycle: Lifecycle[Any]) -> None:
    with pytest.raises(KeyError):
        lifecycle.move(SimpleNamespace(state=lifecycle.start.value), "vanish")


@every_lifecycle
def test_every_state_can_be_reached_from_the_first(lifecycle: Lifecycle[Any]) -> None:
    reached, grows = {lifecycle.start}, True
    while grows:
        further = {lifecycle.moves[move][1] for state in reached for move in lifecycle.allowed(state)}
        grows = not further <= reached
        reached |= further
    # A turn whose condition is not met is born skipped; `skip` is there for the table to say so.
    assert reached == set(states_of(lifecycle))


@every_lifecycle
def test_what_is_final_is_what_no_move_leaves(lifecycle: Lifecycle[Any]) -> None:
    left = {state for sources, _ in lifecycle.moves.values() for state in sources}
    assert {state for state in states_of(lifecycle) if lifecycle.is_final(state)} == set(states_of(lifecycle)) - left
    assert not lifecycle.is_final(lifecycle.start)


# --- the database keeps the promise


def homes(lifecycle: Lifecycle[Any]) -> list[tuple[str, str]]:
    """Return table and column whose CHECK was made from this lifecycle."""
    return [
        (table.name, column)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        for column in ("state", "status")
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext) == lifecycle.check_sql(column)
    ]


@pytest.fixture(scope="module")
def owner(database_url: str) -> Iterator[Engine]:
    engine = create_engine(driver_url(database_url))
    yield engine
    engine.dispose()


@every_lifecycle
async def test_the_database_refuses_a_state_outside_the_table(lifecycle: Lifecycle[Any], ours: World) -> None:
    ((table, column),) = homes(lifecycle)
    rows = await ours.yard.sql(f"SELECT {column} FROM {table}")
    assert rows, "there is a row to try it on"
    for nonsense in ("nowhere", "", lifecycle.start.value.upper(), f"{lifecycle.start.value} "):
        with pytest.raises(DBAPIError, match=f'"{table}_{column}_check"'):
            await ours.yard.sql(f"UPDATE {table} SET {column} = :nonsense", nonsense=nonsense)


@every_lifecycle
def test_the_database_knows_the_same_states(lifecycle: Lifecycle[Any], owner: Engine) -> None:
    ((table, column),) = homes(lifecycle)
    with owner.connect() as connection:
        asked = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
        definition = connection.execute(asked, {"name": f"{table}_{column}_check"}).scalar_one()
    assert set(re.findall(r"'(\w+)'", definition)) == {state.value for state in lifecycle.states}


def test_every_column_of_states_belongs_to_a_lifecycle() -> None:
    columns = {
        (table.name, name) for table in Base.metadata.tables.values() for name in ("state", "status") if name in table.columns
    }  # fmt: skip
    # The status of an answered request is HTTP's.
    columns -= {("idempotency_keys", "status"), ("delivery_attempts", "status")}
    assert columns == {home for lifecycle in LIFECYCLES.values() for home in homes(lifecycle)}


# --- statements that move many who compete: their states are those of the table


def listed(sql: str, pattern: str) -> set[str]:
    (found,) = re.findall(pattern, sql)
    return set(re.findall(r"\w+", found))


def test_a_persons_claim_moves_by_the_table() -> None:
    claim = hand_out._CLAIM
    assert f"UPDATE step_runs SET state = '{STEP_RUN.target('queued', 'take')}'" in claim
    taken_from = set(re.findall(r"s\.state = '(\w+)'", claim))
    assert taken_from == {"queued"}
    assert taken_from <= set(STEP_RUN.sources("take"))
    assert f"UPDATE runs SET state = '{RUN.target('queued', 'begin')}'" in claim
    assert listed(claim, r"runs\.state IN \(([^)]*)\)") == set(RUN.sources("begin"))
    assert f"UPDATE tasks SET status = '{TASK.target('queued', 'begin')}'" in claim
    assert set(re.findall(r"tasks\.status = '(\w+)'", claim)) == set(TASK.sources("begin"))
    assert f"%(me)s, '{RESERVATION.start}'" in claim


def test_a_submit_writes_the_states_the_tables_gave() -> None:
    written = re.findall(r"(?:state|status) = (\S+),", in_hand._KEEP)
    assert written == ["%(reservation_state)s", "%(turn_state)s", "%(run_state)s", "%(task_status)s"]


def test_many_who_are_released_move_by_the_tables() -> None:
    assert f"UPDATE step_runs SET state = '{STEP_RUN.target('running', 'return')}'" in settling._GIVE_BACK
    # What is settled gets the state that the rule for one has given.
    written = settling._MOVE_RUNS + settling._MOVE_TASKS + releasing._END
    assert re.findall(r"(?:state|status) = (\S+),", written) == ["%(state)s", "%(status)s", "%(state)s"]
    assert set(re.findall(r"held\.state = '(\w+)'", releasing._LOCK)) == set(RESERVATION.sources("release"))


def test_a_models_claim_moves_by_the_table() -> None:
    claim = str(line._CLAIM_FOR_MODEL)
    assert f"UPDATE step_runs SET state = '{STEP_RUN.target('queued', 'take')}'" in claim
    assert listed(claim, r"state IN \(([^)]*)\)") == set(STEP_RUN.sources("take"))
    assert listed(str(line._WORKSPACES_WITH_WORK), r"state IN \(([^)]*)\)") == set(STEP_RUN.sources("take"))


def test_a_lease_is_looked_after_only_while_it_runs() -> None:
    assert set(re.findall(r"state = '(\w+)'", str(line._EXTEND) + str(line._LOST))) == {
        STEP_RUN.target("queued", "take")
    }


def test_many_are_moved_to_the_states_the_tables_gave() -> None:
    statements = [
        str(value) for room in (many, many_holds) for value in vars(room).values() if isinstance(value, TextClause)
    ]
    written = [found for sql in statements for found in re.findall(r"SET (?:state|status) = (\S+?),", sql)]
    assert written == [":state", ":status", ":state", ":state", ":state"]
    assert set(re.findall(r"'(\w+)'", many_store.OPEN)) == set(STEP_RUN.sources("cancel"))


# Every statement that sets a state in SQL. One that is not here has no test that holds it against its lifecycle.
MOVES_IN_SQL = {
    ("domain/reservations/many.py", "reservations"),
    ("domain/runs/many.py", "step_runs"),
    ("domain/runs/many.py", "runs"),
    ("domain/runs/many.py", "tasks"),
    ("domain/reservations/in_hand.py", "reservations"),
    ("domain/reservations/in_hand.py", "step_runs"),
    ("domain/reservations/in_hand.py", "runs"),
    ("domain/reservations/in_hand.py", "tasks"),
    ("domain/reservations/releasing.py", "reservations"),
    ("domain/reservations/store.py", "step_runs"),
    ("domain/reservations/store.py", "runs"),
    ("domain/reservations/store.py", "tasks"),
    ("domain/runs/settling.py", "step_runs"),
    ("domain/runs/settling.py", "runs"),
    ("domain/runs/settling.py", "tasks"),
    ("domain/runs/store.py", "step_runs"),
}


def test_every_statement_that_moves_in_sql_is_held_against_its_table() -> None:
    found = {
        (path.relative_to(SOURCE).as_posix(), table)
        for path in SOURCE.rglob("*.py")
        for table in re.findall(r"UPDATE (\w+) SET\s+(?:state|status) = ", path.read_text("utf-8"))
        if table != "idempotency_keys"
    }
    assert found == MOVES_IN_SQL
    built = [
        path for path in SOURCE.rglob("*.py") if re.search(r"\.values\(\s*(state|status)=", path.read_text("utf-8"))
    ]
    assert built == []
