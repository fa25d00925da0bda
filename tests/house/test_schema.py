"""The live database: its schema is that of the code, and the walls between tenants stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, ForeignKeyConstraint, UniqueConstraint, create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import DBAPIError

import taskyard
from taskyard.domain.archives import content
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.db.base import Base
from taskyard.kit.db.engine import RUNTIME_ROLE, WORKER_ROLE, driver_url
from taskyard.kit.db.schema import MIGRATIONS
from taskyard.ledger.tables import Xid8
from taskyard.migrations import HEAD
from tests.builders.served import own_database
from tests.house.world import World

for module in walk_packages(taskyard.__path__, "taskyard."):
    if module.name.endswith(".tables"):
        import_module(module.name)
TABLES = dict(Base.metadata.tables)
# No workspace owns these: a person may be a member of many, and the others are looked at before there is anybody.
OF_NO_WORKSPACE = {"users", "setup_links", "sign_in_counts"}
TENANT_TABLES = sorted(set(TABLES) - OF_NO_WORKSPACE)
# Besides `own_workspace`, these let something be seen, each for the reason its migration gives.
OTHER_POLICIES = {
    ("members", "own_memberships", "SELECT", "{public}"),
    ("projects", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("step_runs", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("runs", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("idempotency_keys", "workers", "ALL", f"{{{WORKER_ROLE}}}"),
    ("file_passages", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("workspaces", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("task_spans", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("exports", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("deliveries", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("bulks", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
    ("bulk_items", "workers", "SELECT", f"{{{WORKER_ROLE}}}"),
}
SEEN_BY_WORKERS = {table for table, policy, _, _ in OTHER_POLICIES if policy == "workers"}
OTHERS = ("alembic_version", "procrastinate_")
# Their owner passes by: one function acts as the owner, and names the workspace itself.
WALLS_FOR_ALL_BUT_THE_OWNER = {"task_texts"}


def tenant_column(table: str) -> str:
    return "id" if table == "workspaces" else "workspace_id"


@pytest.fixture(scope="module")
def owner(database_url: str) -> Iterator[Engine]:
    engine = create_engine(driver_url(database_url))
    yield engine
    engine.dispose()


# --- the tables are those of the code


def test_a_table_is_added_by_a_migration_and_not_only_in_the_code(owner: Engine, monkeypatch: Any) -> None:
    monkeypatch.setitem(ischema_names, "xid8", Xid8)
    with owner.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(OTHERS),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_constraints_indexes_and_comments_are_those_of_the_code(postgres: EmbeddedPostgres, owner: Engine) -> None:
    """Alembic compares no CHECK, no predicate of an index and no comment; the catalogue of PostgreSQL has them all."""
    with own_database(postgres, "template1") as url:
        made = create_engine(driver_url(url))
        with made.begin() as connection:
            connection.execute(text("CREATE EXTENSION pg_trgm"))
        Base.metadata.create_all(made)
        expected = catalogue(made)
        made.dispose()
    found = {line for line in catalogue(owner) if not line.startswith(OTHERS)}
    assert found - expected == set()
    assert expected - found == set()
    assert len(expected) > 300


def catalogue(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return {" ".join(map(str, row)) for statement in CATALOGUE for row in connection.execute(text(statement))}


CATALOGUE = (
    """SELECT a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
              pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    """SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'""",
    """SELECT oid::regclass, obj_description(oid, 'pg_class') FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""",
)


def test_the_head_the_server_asks_for_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


# --- every key begins with the workspace


@pytest.mark.parametrize("name", TENANT_TABLES)
def test_every_key_and_unique_rule_begins_with_the_workspace(name: str) -> None:
    table, first = TABLES[name], tenant_column(name)
    keys = [table.primary_key, *(one for one in table.constraints if isinstance(one, UniqueConstraint))]
    for key in keys:
        assert key.columns.keys()[0] == first, key.name
    for index in table.indexes:
        assert not index.unique or index.columns.keys()[0] == first, index.name


@pytest.mark.parametrize("name", TENANT_TABLES)
def test_every_foreign_key_takes_the_workspace_along(name: str) -> None:
    for key in TABLES[name].constraints:
        if not isinstance(key, ForeignKeyConstraint):
            continue
        targets = [element.column for element in key.elements]
        if targets[0].table.name in OF_NO_WORKSPACE:
            assert (name, key.column_keys) == ("members", ["user_id"])
        else:
            assert key.column_keys[0] == "workspace_id", key.name
            assert targets[0].name == tenant_column(targets[0].table.name), key.name


def test_every_table_belongs_to_a_workspace_or_is_known_not_to() -> None:
    assert {name for name, table in TABLES.items() if "workspace_id" in table.columns} | {"workspaces"} == set(
        TENANT_TABLES
    )


# --- an archive holds everything of a task

# What has a task's id and is no part of it: the records of what was done to it, which say where it is.
NO_PART_OF_A_TASK = {"archive_items", "bulk_items"}


def test_whatever_belongs_to_a_task_goes_into_its_archive_or_is_known_to_stay() -> None:
    of_a_task = {name for name, table in TABLES.items() if {"task_id", "step_run_id"} & set(table.columns.keys())}
    assert of_a_task - NO_PART_OF_A_TASK == (
        (set(content.TABLES) - {"tasks"}) | set(content.STAYING) | set(content.MADE_ANEW)
    )


# --- the walls


def test_row_level_security_is_forced_on_every_tenant_table(owner: Engine) -> None:
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT relname, relforcerowsecurity AS forced FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
        ).all()
        assert sorted(row.relname for row in rows) == TENANT_TABLES
        assert {row.relname for row in rows if not row.forced} == WALLS_FOR_ALL_BUT_THE_OWNER


def test_every_tenant_table_shows_its_own_workspace_and_the_exceptions_are_known(owner: Engine) -> None:
    with owner.connect() as connection:
        rows = list(connection.execute(text("SELECT tablename, policyname, cmd, roles::text, qual FROM pg_policies")))
    walls = {row.tablename: row for row in rows if row.policyname == "own_workspace"}
    assert sorted(walls) == TENANT_TABLES
    for name, wall in walls.items():
        assert (wall.cmd, wall.roles) == ("ALL", "{public}")
        expected = (
            f"({tenant_column(name)} = (NULLIF(current_setting('taskyard.workspace_id'::text, true), ''::text))::uuid)"
        )
        assert wall.qual == expected
    others = {(row.tablename, row.policyname, row.cmd, row.roles) for row in rows if row.policyname != "own_workspace"}
    assert others == OTHER_POLICIES


def test_what_acts_as_the_owner_is_known_and_names_the_workspace(owner: Engine) -> None:
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT proname, prosrc, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            )
        ).all()
    assert [row.proname for row in rows] == ["tasks_with_words"]
    assert "nullif(current_setting('taskyard.workspace_id', true), '')::uuid" in rows[0].prosrc
    assert rows[0].prosrc.count("public.task_texts") == rows[0].prosrc.count("workspace_id = here") == 2
    assert rows[0].proconfig == ["search_path=pg_catalog, public", "plan_cache_mode=force_custom_plan"]


@pytest.mark.parametrize("role", [RUNTIME_ROLE, WORKER_ROLE])
def test_the_roles_of_run_time_own_nothing_and_pass_by_nothing(owner: Engine, role: str) -> None:
    with owner.connect() as connection:
        may = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles WHERE rolname = :r"
            ),
            {"r": role},
        ).one()
        assert not any(may)
        owned = connection.execute(
            text("SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid "
                 "WHERE r.rolname = :r AND d.deptype = 'o'"),
            {"r": role},
        )  # fmt: skip
        assert owned.scalar_one() == 0
        groups = connection.execute(
            text("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = :r"),
            {"r": role},
        )
        assert groups.scalar_one() == 0, "a member of another role may become it"
        for table in TENANT_TABLES:
            asked = {"r": role, "t": table}
            assert not connection.execute(text("SELECT has_table_privilege(:r, :t, 'TRUNCATE')"), asked).scalar_one()
        assert not connection.execute(
            text("SELECT has_schema_privilege(:r, 'public', 'CREATE')"), {"r": role}
        ).scalar_one()


async def test_the_server_and_the_worker_act_in_those_roles(ours: World, worker_role: str) -> None:
    acting = "SELECT current_user AS role"
    assert [row.role for row in await ours.yard.sql(acting)] == [RUNTIME_ROLE]
    assert worker_role == WORKER_ROLE


@pytest.fixture
async def worker_role(settings: Any, database_url: str) -> Any:
    from taskyard.worker import Worker

    made = Worker(settings, database_url)
    try:
        async with made._database.transaction() as session:
            return (await session.execute(text("SELECT current_user"))).scalar_one()
    finally:
        await made._pictures.close()
        await made._database.close()


def look(connection: Any, role: str, workspace_id: UUID | None) -> dict[str, set[UUID]]:
    """Return whose rows each table shows, to a role inside a workspace or in none, with no WHERE at all."""
    found = {}
    with connection.begin():
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        if workspace_id is not None:
            set_local = text("SELECT set_config('taskyard.workspace_id', :id, true)")
            connection.execute(set_local, {"id": str(workspace_id)})
        for table in TENANT_TABLES:
            rows = connection.execute(text(f"SELECT DISTINCT {tenant_column(table)} FROM {table}"))
            found[table] = {row[0] for row in rows}
    return found


@pytest.mark.parametrize("role", [RUNTIME_ROLE, WORKER_ROLE])
@pytest.mark.usefixtures("theirs")
def test_who_has_entered_no_workspace_sees_nothing(owner: Engine, role: str, ours: World) -> None:
    with owner.connect() as connection:
        seen = {table for table, rows in look(connection, role, None).items() if rows}
        assert seen == (SEEN_BY_WORKERS if role == WORKER_ROLE else set())


def test_a_forgotten_condition_shows_only_the_own_workspace(owner: Engine, ours: World, theirs: World) -> None:
    with owner.connect() as connection:
        for world in (ours, theirs):
            for table, rows in look(connection, RUNTIME_ROLE, world.yard.workspace_id).items():
                assert rows == {world.yard.workspace_id}, table


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_a_row_cannot_be_put_into_or_moved_to_another_workspace(
    owner: Engine, table: str, ours: World, theirs: World
) -> None:
    column = tenant_column(table)
    with owner.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"SET LOCAL ROLE {RUNTIME_ROLE}"))
        connection.execute(
            text("SELECT set_config('taskyard.workspace_id', :id, true)"), {"id": str(ours.yard.workspace_id)}
        )
        with pytest.raises(DBAPIError, match="row-level security|permission denied"):
            connection.execute(
                text(f"UPDATE {table} SET {column} = :theirs WHERE {column} = :ours"),
                {"theirs": theirs.yard.workspace_id, "ours": ours.yard.workspace_id},
            )
        transaction.rollback()


@pytest.mark.parametrize("verb", ["UPDATE facts SET says = ''", "DELETE FROM facts"])
async def test_facts_are_only_ever_added(ours: World, verb: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await ours.yard.sql(verb)
