"""`doctor`: look at what Taskyard stands on, and say what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import orjson
import typer

from taskyard.cli.refusals import sentences
from taskyard.kit.problems import Problem
from taskyard.kit.settings import Settings

FREE_BYTES_MIN = 1_000_000_000
NO_CONTENT = hashlib.sha256(b"").hexdigest()
# A commit that is acknowledged before it is on the disk is lost with the power.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    is_well: bool
    says: str
    mend: str | None = None


def doctor(*, data: Path | None, as_json: bool) -> None:
    """Print the findings; exit code 1 when something is wrong."""
    findings = list(_look(data))
    if as_json:
        typer.echo(orjson.dumps([asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in findings:
            typer.echo(f"{'well ' if finding.is_well else 'WRONG'}  {finding.what}: {finding.says}")
            if finding.mend:
                typer.echo(f"       {finding.mend}")
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


def _look(data: Path | None) -> Iterator[Finding]:
    from taskyard.cli.databases import settings_of

    yield _python()
    try:
        settings = settings_of(data)
    except Problem as problem:
        yield _wrong("settings", problem, "Correct the setting that is named.")
    else:
        yield _folder(settings)
        yield _files(settings)
        yield from _database(settings)
    yield from _models()
    yield _pages()


def _wrong(what: str, problem: Problem, otherwise: str) -> Finding:
    """Return a refusal as a finding, with the mend it brings."""
    mends = [flaw.mend for flaw in problem.flaws if flaw.mend]
    return Finding(what, is_well=False, says=next(sentences(problem)), mend=" ".join(mends) or otherwise)


def _python() -> Finding:
    return Finding("python", is_well=True, says=sys.version.split()[0])


def _folder(settings: Settings) -> Finding:
    if not os.access(settings.data, os.W_OK):
        says = f"{settings.data} cannot be written."
        return Finding("data folder", is_well=False, says=says, mend="Give it to this user.")
    free = shutil.disk_usage(settings.data).free
    has_room = free >= FREE_BYTES_MIN
    says = f"{settings.data}, {free // 1_000_000:,} MB free."
    mend = None if has_room else "Make room: uploads and the database need it."
    return Finding("data folder", is_well=has_room, says=says, mend=mend)


def _files(settings: Settings) -> Finding:
    from taskyard.gateways.objects import ObjectStore

    try:
        # Any name will do: a store that can say "not there" can be reached, and lets us in.
        asyncio.run(ObjectStore.open(settings).exists(UUID(int=0), NO_CONTENT))
    except Problem as problem:
        return _wrong("files", problem, "Check TASKYARD_FILES_URL with its endpoint and keys, or the data folder.")
    return Finding("files", is_well=True, says="The store answers.")


def _database(settings: Settings) -> Iterator[Finding]:
    from taskyard.cli.databases import database_of
    from taskyard.kit.db import schema
    from taskyard.migrations import HEAD

    try:
        with database_of(settings) as database:
            found = schema.version_of(database.url)
            yield Finding("database", is_well=True, says="It answers.")
            mend = None if found == HEAD else "Run `taskyard migrate`, or start the server."
            yield Finding(
                "schema", is_well=found == HEAD, says=f"It is at {found}; this version needs {HEAD}.", mend=mend
            )
            if found == HEAD:
                yield from asyncio.run(_walls(database.url))
    except Problem as problem:
        yield _wrong("database", problem, "Check DATABASE_URL, or the data folder.")


async def _walls(url: str) -> list[Finding]:
    from sqlalchemy import text

    from taskyard.kit.db.engine import Database

    database = Database(url, connections=2, application="taskyard doctor")
    try:
        async with database.transaction() as session:
            role = (
                await session.execute(
                    text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
                )
            ).scalar_one()
            seen = (await session.execute(text("SELECT count(*) FROM tasks"))).scalar_one()
            settings = {
                name: (await session.execute(text("SELECT current_setting(:name)"), {"name": name})).scalar_one()
                for name in DURABLE
            }
    finally:
        await database.close()
    stands = not role and seen == 0
    durable = "off" not in settings.values()
    return [
        Finding(
            "tenant walls",
            is_well=stands,
            says="The run-time role is held by row-level security." if stands else "The run-time role passes by them.",
            mend=None if stands else "Take SUPERUSER and BYPASSRLS from taskyard_app.",
        ),
        Finding(
            "durability",
            is_well=durable,
            says=", ".join(f"{name} {value}" for name, value in settings.items()),
            mend=None if durable else "Switch them on: acknowledged work must survive a crash.",
        ),
    ]


def _models() -> Iterator[Finding]:
    from taskyard.models.catalogue import catalogue

    for listed in catalogue().listed():
        says = "It can be used." if listed.is_available else str(listed.reason)
        yield Finding(f"model {listed.name}", is_well=True, says=says)


def _pages() -> Finding:
    built = (Path(__file__).parents[1] / "static" / "index.html").is_file()
    mend = None if built else "Run `make setup`, or install the wheel, which carries them."
    return Finding("pages", is_well=built, says="They are built." if built else "They are not built.", mend=mend)
