"""A PostgreSQL of Taskyard's own in the data folder, for whoever has none: started, shared, kept up and stopped."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.pq import PGconn, Ping

from taskyard.gateways.postgres_server import (
    Cluster,
    DatabaseWouldNotStart,
    DataFolderUnusable,
    refuse_folder_of_another,
)
from taskyard.kit.problems import Kind, Problem

DATABASE = "taskyard"
OWNER = "taskyard_owner"  # signs in and owns the database; migrations run as it
APP = "taskyard_app"  # cannot sign in; run-time connections become it, so that row-level security holds them
WORKER = "taskyard_worker"  # the same for workers, who serve the line of every workspace
ADMIN = "postgres"

SOCKET_PATH_BYTES_MAX = 103  # macOS; Linux has 107
STARTS_MAX = 3
ORPHANS_SECONDS = 3.0  # how long the children of a killed server may take to notice
SILENCE_SECONDS = 60.0  # how long a living server may say nothing at all


class DataFolderBusy(Problem):
    """Another start or stop in {folder} has taken {seconds} seconds by now. Look for a Taskyard process that hangs."""

    kind = Kind.UNAVAILABLE


@dataclass(frozen=True)
class Address:
    """Where the server listens and as whom to come."""

    host: str
    database: str
    role: str

    @property
    def uri(self) -> str:
        """Return it as libpq takes it; SQLAlchemy takes the same with its driver in the scheme."""
        return f"postgresql://{self.role}@/{self.database}?host={quote(self.host, safe='')}"


class EmbeddedPostgres:
    """The server in `data`, shared by every process of one OS user that has it started; the last to leave stops it.

    Alive means that it answers. A process that is killed leaves by that, for its locks die with it.
    `bindir` names other programs than the bundled ones. All calls may block: keep them off an event loop.
    """

    def __init__(self, data: Path, bindir: Path | None = None, *, patience_seconds: float = 300) -> None:
        self.data = data.absolute()
        self._home = self.data / "postgres"
        self._bindir = bindir
        self._patience = patience_seconds
        self._presence: int | None = None
        self._turn = threading.RLock()
        self._made: Cluster | None = None

    def __enter__(self) -> Self:
        """Start it for the length of a block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it."""
        self.stop()

    def start(self) -> Address:
        """Bring the server up, or join the one that is there. Safe to repeat."""
        with self._turn:
            self._open_folder()
            with self._gate():
                if self._presence is None:
                    self._presence = self._lock_file("users.lock")
                    fcntl.flock(self._presence, fcntl.LOCK_SH)  # only a stop takes it whole, and that needs the gate
                try:
                    self._cluster.prepare()
                    self._bring_up()
                    self._make_roles()
                except psycopg.OperationalError as gone:
                    self._leave()
                    self._give_up(f"it answered, and stopped again: {str(gone).strip()}")
                except BaseException:
                    self._leave()
                    raise
            return Address(self._host(), DATABASE, OWNER)

    def stop(self) -> None:
        """Leave the server, and stop it when nobody else is using it. Safe to repeat."""
        with self._turn:
            if self._presence is None:
                return
            with self._gate():
                self._leave()
                users = self._lock_file("users.lock")
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._cluster.stop()
                    if (way := Path(self._host())).is_symlink():
                        way.unlink()
                except BlockingIOError:
                    pass
                finally:
                    os.close(users)

    def ensure(self) -> bool:
        """Bring the server back if it has stopped answering, and say whether that was needed."""
        if self._presence is not None and self.answers():
            return False
        self.start()
        return True

    def answers(self) -> bool:
        """Say whether the server takes connections now."""
        return self._ping() is Ping.OK

    def dsn(self, database: str = DATABASE, role: str = OWNER) -> str:
        """Return the URI for a database and a role; `postgres` as the role is the administrator."""
        return Address(self._host(), database, role).uri

    @property
    def _cluster(self) -> Cluster:
        if self._made is None:
            self._made = Cluster(self._home, self._bindir)
        return self._made

    def _open_folder(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_folder_of_another(self.data, self._cluster.user.caller)
            self._home.mkdir(mode=0o700, exist_ok=True)
            refuse_folder_of_another(self._home, self._cluster.user.caller)
        except OSError as broken:
            raise DataFolderUnusable(folder=str(self.data), why=broken.strerror or str(broken)) from broken

    def _bring_up(self) -> None:
        """Wait until the server answers, starting it when nothing of it lives and clearing away what hangs."""
        until = time.monotonic() + self._patience
        starts, heard = 0, time.monotonic()
        while (said := self._ping()) is not Ping.OK:
            now = time.monotonic()
            if now > until:
                self._give_up(f"it did not answer within {self._patience:.0f} seconds")
            if said is Ping.REJECT:  # starting, recovering or shutting down
                heard = now
            elif not self._cluster.lives():
                if starts == STARTS_MAX:
                    self._give_up("it ended at once, each time")
                self._cluster.launch()
                starts, heard = starts + 1, time.monotonic()
            else:
                self._clear_away(now - heard)
            time.sleep(0.01)

    def _clear_away(self, silent_seconds: float) -> None:
        """End what holds the cluster without answering. Killing is safe here: what was committed is recovered."""
        if silent_seconds < ORPHANS_SECONDS:
            return
        if self._cluster.postmaster() is None or silent_seconds > SILENCE_SECONDS:
            self._cluster.signal(self._cluster.processes(), signal.SIGKILL)

    def _give_up(self, why: str) -> NoReturn:
        raise DatabaseWouldNotStart(why=why, log=self._cluster.log_tail())

    def _make_roles(self) -> None:
        """Make the owner, the role of the application and the database, where they are missing."""
        with psycopg.connect(self.dsn("postgres", ADMIN), autocommit=True, connect_timeout=30) as admin:
            roles = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
            if OWNER not in roles:
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER)))
            for role in (APP, WORKER):
                if role not in roles:
                    admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
                # Each time, for a kill may have come between; granting twice changes nothing.
                admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(OWNER)))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                named = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*named))

    def _ping(self) -> Ping:
        # Asked in C with every thread of ours standing still, hence the shortest time-out libpq takes.
        return Ping(PGconn.ping(f"{self.dsn('postgres', ADMIN)}&connect_timeout=2".encode()))

    def _host(self) -> str:
        """Return the socket's folder; when its name is too long for a socket, a short private way to it."""
        folder = self._home / "run"
        if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES_MAX and "," not in str(folder):
            return str(folder)
        short = Path(tempfile.gettempdir(), f"taskyard-{os.geteuid()}")
        if len(os.fsencode(short)) > SOCKET_PATH_BYTES_MAX // 2:
            short = Path("/tmp", short.name)  # noqa: S108 - closed to others, and refused when it is not ours
        short.mkdir(mode=0o700, exist_ok=True)
        found = short.lstat()
        if found.st_uid != os.geteuid() or short.is_symlink() or found.st_mode & 0o077:
            raise DataFolderUnusable(folder=str(short), why="another OS user could change it")
        way = short / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        with suppress(OSError):
            if way.readlink() == folder:
                return str(way)
        new = way.with_name(f"{way.name}.{os.getpid()}.{threading.get_ident()}")
        new.symlink_to(folder)
        new.replace(way)
        return str(way)

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Let one process at a time start or stop. The kernel opens the gate when that process dies."""
        gate = self._lock_file("start.lock")
        until = time.monotonic() + self._patience
        try:
            while True:
                try:
                    fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise DataFolderBusy(folder=str(self._home), seconds=round(self._patience)) from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(gate)

    def _leave(self) -> None:
        if self._presence is not None:
            os.close(self._presence)
            self._presence = None

    def _lock_file(self, name: str) -> int:
        return os.open(self._home / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
