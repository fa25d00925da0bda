"""The database a command works with: the operator's own, or the embedded one of the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.settings import Settings


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


@contextmanager
def database_of(settings: Settings) -> Iterator[Own | Embedded]:
    """Return the database, started if it is ours; ours is stopped when the last process leaves."""
    if settings.database_url is not None:
        yield Own(settings.database_url.get_secret_value())
        return
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    postgres = EmbeddedPostgres(settings.data, settings.postgres_bindir)
    address = postgres.start()
    try:
        yield Embedded(postgres, address.uri)
    finally:
        postgres.stop()


def environment_for(settings: Settings) -> dict[str, str]:
    """Return the environment of a child process that works with the same settings."""
    return {**os.environ, "TASKYARD_DATA": str(settings.data)}
