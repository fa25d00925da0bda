"""Taskyard's own PostgreSQL on disk and in memory: its folder, and the life and death of its processes."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from taskyard.gateways.postgres_programs import ServerUser, usable_programs, version_of
from taskyard.kit.problems import Kind, Problem

NEW = "cluster.new."
LOG_BYTES_MAX = 10_000_000

# Durability is said aloud, so that no edited postgresql.conf can take it away.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": "../run",  # from the cluster, where the server stands: short however deep the folder is
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "wal_compression": "on",
    # What has been loaded is to be counted soon: until then plans are made for tables thought to be empty.
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # Failed statements are the application's to report: their text may hold people's data.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class DataFolderOfAnother(Problem):
    """{folder} belongs to {owner}, but Taskyard runs as {user}. Run it as {owner}, or name another folder."""

    kind = Kind.FORBIDDEN


class DataFolderUnusable(Problem):
    """The data folder {folder} cannot be used: {why}."""

    kind = Kind.BROKEN


class DatabaseOfAnotherVersion(Problem):
    """The data in {folder} was written by PostgreSQL {found}; the programs here are PostgreSQL {programs}."""

    kind = Kind.BROKEN


class DatabaseWouldNotStart(Problem):
    """PostgreSQL did not start: {why}. Its log ends with: {log}."""

    kind = Kind.UNAVAILABLE


class Cluster:
    """One cluster in `home`, run by the present OS user, or by an ordinary one when that is root.

    The server and each of its children inherit a lock on `server.lock`: the kernel lets it go when the last of
    them is dead. That, and never a pid, tells whether anything of an earlier server is left: a pid may be a
    zombie's, another program's, or of another container.
    """

    def __init__(self, home: Path, bindir: Path | None) -> None:
        self.home = home
        self.data = home / "cluster"
        self.sockets = home / "run"
        self.log = home / "server.log"
        self._lock = home / "server.lock"
        self._bindir = bindir
        self.user = ServerUser(self.data)

    def prepare(self) -> None:
        """Make the folders, each closed to everyone else, and the cluster if there is none yet."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_folder_of_another(self.home, self.user.caller)
            if self.user.differs:
                os.chown(self.home, -1, self.user.server.pw_gid)
            self.home.chmod(0o710 if self.user.differs else 0o700)
            self._folder_of_server(self.sockets)
            for left in self.home.glob(f"{NEW}*"):
                shutil.rmtree(left, ignore_errors=True)
            if not (self.data / "PG_VERSION").exists():
                self._create()
        except OSError as broken:
            raise DataFolderUnusable(folder=str(self.home), why=broken.strerror or str(broken)) from broken

    def launch(self) -> None:
        """Start a server unless something of the last one is left. Returns before it answers."""
        programs = usable_programs(self._bindir, self.user, self.home)
        found, version = (self.data / "PG_VERSION").read_text().strip(), version_of(programs, self.user)
        if version.split(".")[0] != found:
            raise DatabaseOfAnotherVersion(folder=str(self.data), found=found, programs=version)
        self._admit_only_the_caller()
        lock = self._open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Nothing lives, so these name a dead process, or a stranger that got its number.
            for stale in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
                stale.unlink(missing_ok=True)
            self._spawn(programs / "postgres", lock)
        except BlockingIOError:
            return
        finally:
            os.close(lock)

    def lives(self) -> bool:
        """Say whether any process of a server on this cluster is left, even one that answers nobody."""
        lock = self._open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(lock)

    def stop(self, patience_seconds: float = 60) -> None:
        """End the server: fast, then at once when it does not listen. Committed work survives either way."""
        for number, seconds in ((signal.SIGINT, patience_seconds), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            chief = self.postmaster()
            self.signal([chief] if chief and number is not signal.SIGKILL else self.processes(), number)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                if not self.lives():
                    return
                time.sleep(0.01)

    def processes(self) -> list[int]:
        """Return the server's processes by the mark in their titles; those of another container are not seen."""
        mark, found = self._mark(), []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name().startswith("postgres") and process.uids().real == self.user.server.pw_uid:
                    alive = process.status() != psutil.STATUS_ZOMBIE
                    if alive and mark in " ".join(process.cmdline()):
                        found.append(process.pid)
        return found

    def postmaster(self) -> int | None:
        """Return the one process that leads the others, or None when it is gone."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            return pid if pid in self.processes() else None
        return None

    @staticmethod
    def signal(pids: Sequence[int], number: signal.Signals) -> None:
        """Send a signal to those that are still there."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def log_tail(self) -> str:
        """Return the last words of the server's log."""
        with suppress(OSError):
            return " / ".join(self.log.read_text(errors="replace")[-4000:].splitlines()[-6:])
        return "(none)"

    def _spawn(self, postgres: Path, lock: int) -> None:
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "cluster_name": self._mark()}.items()]
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        with os.fdopen(_private(self.log, os.O_APPEND), "ab") as log:
            # A shell in between, so that the server is nobody's child: it leaves no zombie here and outlives us.
            shell = ["/bin/sh", "-c", '"$@" &', "sh", str(postgres), "-D", self._place(self.data)]
            self.user.run([*shell, *settings], self.data, log, start_new_session=True, pass_fds=[lock])

    def _folder_of_server(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != self.user.server.pw_uid:
            os.chown(folder, self.user.server.pw_uid, self.user.server.pw_gid)
        folder.chmod(0o700)

    def _create(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a kill leaves nothing half-made."""
        programs = usable_programs(self._bindir, self.user, self.home)
        # A name of its own each time: what a killed start was creating may still be written to.
        new = Path(tempfile.mkdtemp(dir=self.home, prefix=NEW))
        self._folder_of_server(new)
        options = ["-U", "postgres", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
        refuse = ["--auth-local=reject", "--auth-host=reject", "--no-instructions"]
        with tempfile.TemporaryFile() as said:
            command = [str(programs / "initdb"), "-D", self._place(new), *options, *refuse]
            if self.user.run(command, new, said) != 0:
                said.seek(0)
                tail = said.read().decode(errors="replace").splitlines()[-4:]
                raise DatabaseWouldNotStart(why="its data could not be created", log=" / ".join(tail))
        new.rename(self.data)
        _sync_folder(self.home)

    def _admit_only_the_caller(self) -> None:
        """Write who may connect: the OS user who runs Taskyard, known by the kernel's word, and nobody else.

        The folder may belong to another OS user than the writer, hence new files only, never an existing name.
        """
        name = self.user.caller.pw_name.replace('"', '""')
        rules = {
            "pg_hba.conf": "local all all peer map=taskyard\nhost all all all reject\n",
            "pg_ident.conf": "".join(f'taskyard "{name}" {role}\n' for role in ("postgres", "taskyard_owner")),
        }
        for file, text in rules.items():
            new = self.data / f"{file}.{os.getpid()}.new"
            new.unlink(missing_ok=True)
            with os.fdopen(_private(new, os.O_EXCL), "w", encoding="utf-8") as out:
                out.write(text)
                if self.user.differs:
                    os.fchown(out.fileno(), self.user.server.pw_uid, self.user.server.pw_gid)
            new.replace(self.data / file)

    def _place(self, folder: Path) -> str:
        """Return the name of the server's folder for itself.

        An ordinary user may not pass through the folders of root, but may stand in one: it is called by that.
        """
        return "/proc/self/cwd" if self.user.differs else str(folder)

    def _mark(self) -> str:
        return f"taskyard-{self.data.stat().st_ino:x}"

    def _open_lock(self) -> int:
        return os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def refuse_folder_of_another(folder: Path, caller: pwd.struct_passwd) -> None:
    """Refuse a folder of another OS user; root's is fine where it may be written, as mounts are."""
    uid = folder.stat().st_uid
    if uid != caller.pw_uid and not (uid == 0 and os.access(folder, os.W_OK | os.X_OK)):
        owner = str(uid)
        with suppress(KeyError):
            owner = pwd.getpwuid(uid).pw_name
        raise DataFolderOfAnother(folder=str(folder), owner=owner, user=caller.pw_name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: Path, how: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | how, 0o600)
