"""An operator's own PostgreSQL, reached over TCP with a password: what `DATABASE_URL` is for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from taskyard.gateways.postgres_programs import ServerUser, usable_programs
from taskyard.kit.db import schema
from taskyard.kit.db.engine import RUNTIME_ROLE, WORKER_ROLE, Database

PASSWORD = "an operator's own secret"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with a_server() as address:
        yield address


@contextmanager
def a_server() -> Iterator[str]:
    """A PostgreSQL that Taskyard did not start: its superuser's address."""
    folder = Path(tempfile.mkdtemp(prefix="own-"))
    user = ServerUser(folder / "none")
    programs = usable_programs(None, user, folder)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    for path in (folder, secret):
        shutil.chown(path, user.server.pw_uid, user.server.pw_gid)
    data, port = folder / "data", _free_port()
    drop: dict[str, Any] = {"user": user.server.pw_uid, "group": user.server.pw_gid} if user.differs else {}
    with (folder / "log").open("wb") as said:
        options = ["-U", "operator", "-A", "scram-sha-256", f"--pwfile={secret}", "--locale=C", "-E", "UTF8"]
        assert user.run([str(programs / "initdb"), "-D", str(data), *options], folder, said) == 0
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        running = subprocess.Popen(command, stdout=said, stderr=said, **drop)
    address = f"postgresql://operator:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/postgres"
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(address).close()
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield address
    running.terminate()
    running.wait(60)
    shutil.rmtree(folder, ignore_errors=True)


def test_the_schema_is_made_once_with_roles_of_its_own(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE yard")
    address = server.replace("/postgres", "/yard")
    assert schema.migrate(address) is True
    assert schema.migrate(address) is False
    with psycopg.connect(address) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'taskyard%'"
        )
        assert sorted(roles) == [("taskyard_app", False, False), ("taskyard_worker", False, False)]


async def test_run_time_connections_act_as_a_role_that_row_level_security_holds(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE walls")
    address = server.replace("/postgres", "/walls")
    schema.migrate(address)
    database = Database(address)
    async with database.transaction() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql("SELECT current_user")).scalar() == "taskyard_app"
        assert (await connection.exec_driver_sql("SELECT count(*) FROM tasks")).scalar() == 0
    await database.close()


async def test_the_role_that_the_guide_asks_for_is_enough() -> None:
    with a_server() as address:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute("CREATE ROLE taskyard LOGIN PASSWORD 'taskyard' CREATEROLE")
            admin.execute("CREATE DATABASE taskyard OWNER taskyard")
        host = address.rpartition("@")[2].partition("/")[0]
        ours = f"postgresql://taskyard:taskyard@{host}/taskyard"
        assert schema.migrate(ours) is True
        for role in (RUNTIME_ROLE, WORKER_ROLE):
            database = Database(ours, role=role)
            async with database.transaction() as session:
                found = await (await session.connection()).exec_driver_sql("SELECT current_user")
                assert found.scalar() == role
            await database.close()
        # As after a restore: the schema is there, and the right to act as the roles is not.
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute(f"REVOKE {RUNTIME_ROLE} FROM taskyard CASCADE")
            admin.execute(f"GRANT {RUNTIME_ROLE} TO taskyard WITH ADMIN TRUE, SET FALSE")
        assert schema.migrate(ours) is False
        database = Database(ours)
        async with database.transaction() as session:
            assert (await (await session.connection()).exec_driver_sql("SELECT current_user")).scalar() == RUNTIME_ROLE
        await database.close()


def test_a_user_who_may_not_make_roles_is_told_what_a_superuser_has_to_run(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        admin.execute("CREATE DATABASE plain OWNER plain")
    address = server.replace("operator:" + PASSWORD.replace(" ", "%20"), "plain:plain").replace("/postgres", "/plain")
    with pytest.raises(schema.RolesMissing, match="A superuser has to run once"):
        schema.migrate(address)


def test_a_server_that_is_not_there_is_named(server: str) -> None:
    assert server
    with pytest.raises(schema.DatabaseUnreachable):
        schema.version_of(f"postgresql://nobody@127.0.0.1:{_free_port()}/nothing")


def test_commands_use_it_and_start_no_database_of_its_own(server: str, tmp_path: Path) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE served")
    environment = {**os.environ, "DATABASE_URL": server.replace("/postgres", "/served"), "TASKYARD_DATA": str(tmp_path)}
    made = subprocess.run(
        [sys.executable, "-m", "taskyard", "key", "create", "--role", "owner", "--json"],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert '"key":"ty_' in made.stdout
    assert not (tmp_path / "postgres").exists()
