"""The settings and the database a command works with: the operator's own, or the embedded one of the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError

from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.gateways.postgres_server import DataFolderUnusable
from taskyard.kit.db.engine import driver_url
from taskyard.kit.db.schema import DatabaseUnreachable
from taskyard.kit.problems import Flaw, Kind, Problem
from taskyard.kit.settings import Settings

DRIVER = "postgresql+psycopg"


class DatabaseUrlUnusable(Problem):
    """DATABASE_URL is not the address of a PostgreSQL: write it as postgresql://user:password@host/database."""


class DatabaseAway(Problem):
    """The database does not answer: {says}. Start it, or correct DATABASE_URL."""

    kind = Kind.UNAVAILABLE


class DatabaseRefuses(Problem):
    """The database refuses: {says}. The role in DATABASE_URL has to own the database, see docs/operator.md."""

    kind = Kind.UNAVAILABLE


class Own:
    """An operator's database: there is nothing to start and nothing to stop."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ensure(self) -> None:
        """Do nothing: whoever runs it keeps it up."""


class Embedded:
    """The database in the data folder."""

    def __init__(self, postgres: EmbeddedPostgres, url: str) -> None:
        self._postgres = postgres
        self.url = url

    def ensure(self) -> None:
        """Start it again if it has stopped answering."""
        self._postgres.ensure()


def settings_of(data: Path | None, *, host: str | None = None, port: int | None = None) -> Settings:
    """Return the settings of a data folder, which is there afterwards."""
    settings = None
    try:
        settings = Settings.load(data=data, host=host, port=port)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        folder = settings.data if settings else Path(error.filename or ".").parent
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        why = "it is a file" if is_file else error.strerror or str(error)
        flaw = Flaw("data", why, "Give it to this user, or name another one with --data.")
        raise DataFolderUnusable([flaw], folder=folder, why=why) from error
    return settings


@contextmanager
def database_of(settings: Settings) -> Iterator[Own | Embedded]:
    """Return the database, started if it is ours; ours is stopped when the last process leaves."""
    if settings.database_url is not None:
        try:
            yield Own(_checked(settings.database_url.get_secret_value()))
        except DatabaseUnreachable as error:
            raise DatabaseAway(says=_first_line(error.data["says"])) from error
        except DBAPIError as error:
            raise DatabaseRefuses(says=_first_line(error.orig)) from error
        return
    postgres = EmbeddedPostgres(settings.data, settings.postgres_bindir)
    address = postgres.start()
    try:
        yield Embedded(postgres, address.uri)
    finally:
        postgres.stop()


def _first_line(said: object) -> str:
    # What follows is for whoever sits at the server: hints, and the statement.
    return str(said).strip().partition("\n")[0]


def _checked(url: str) -> str:
    try:
        is_ours = driver_url(url).drivername == DRIVER
    except ArgumentError as error:
        raise DatabaseUrlUnusable from error
    if not is_ours:
        raise DatabaseUrlUnusable
    return url


def environment_for(settings: Settings) -> dict[str, str]:
    """Return the environment of a child process that works with the same settings."""
    return {**os.environ, "TASKYARD_DATA": str(settings.data)}
