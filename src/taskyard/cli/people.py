"""`user` and `key`: people and keys, straight in the database, beside a running server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Role
from taskyard.kit.problems import Problem

T = TypeVar("T")
users = typer.Typer(help="People: add one, give a new password.", no_args_is_help=True)
keys = typer.Typer(help="Keys for programs.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder.", envvar="TASKYARD_DATA")]
InWorkspace = Annotated[str | None, typer.Option("--workspace", help="Name or id; not needed when there is one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Password = Annotated[str | None, typer.Option(help="Asked for when it is not given.", envvar="TASKYARD_PASSWORD")]
DEFAULT_WORKSPACE = "Workspace"


class PasswordNotGiven(Problem):
    """No password was given: set TASKYARD_PASSWORD, or run this in a terminal, where it is asked for."""


def in_database(data: Path | None, do: Callable[..., Awaitable[T]]) -> T:
    """Run one verb in one transaction, with the database started if it is ours."""
    from taskyard import wiring
    from taskyard.cli.databases import database_of, settings_of
    from taskyard.kit.db import schema
    from taskyard.kit.db.engine import WORKER_ROLE, Database

    settings = settings_of(data)

    async def run(url: str) -> T:
        database = Database(url, connections=2, application="taskyard command", role=WORKER_ROLE)
        wiring.connect(database)
        try:
            async with database.transaction() as session:
                return await do(session)
        finally:
            await database.close()

    with database_of(settings) as found:
        schema.migrate(found.url)
        return asyncio.run(run(found.url))


@users.command("add")
def add_user(
    email: str,
    role: Annotated[Role, typer.Option(help="What they are in the workspace.")] = Role.ANNOTATOR,
    name: Annotated[str, typer.Option(help="How they are called.")] = "",
    password: Password = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make somebody a member, or give a member another role. An account that exists keeps its password."""
    from taskyard.domain import workspaces

    chosen = _chosen(password, "Password")

    async def do(session: AsyncSession) -> str:
        entered = await workspaces.enter_named(session, workspace)
        await workspaces.add_person(
            session,
            entered.id,
            email=email,
            name=name or email.partition("@")[0],
            password=chosen,
            role=role,
        )
        return entered.name

    where = in_database(data, do)
    if as_json:
        typer.echo(orjson.dumps({"email": email, "role": role, "workspace": where}).decode())
    else:
        typer.echo(f"{email} is {role} in {where}.")


@users.command("password")
def set_password(
    email: str,
    password: Password = None,
    data: Data = None,
) -> None:
    """Give an account a new password. Whoever is signed in with the old one is signed out everywhere."""
    from taskyard.domain import workspaces

    chosen = _chosen(password, "New password")

    async def do(session: AsyncSession) -> None:
        await workspaces.set_password(session, email=email, password=chosen)

    in_database(data, do)
    typer.echo(f"{email} has a new password.")


def _chosen(password: str | None, asked: str) -> str:
    if password:
        return password
    # Asking where nobody sits would wait, or take the next line of somebody's script for a password.
    if not sys.stdin.isatty():
        raise PasswordNotGiven
    return str(typer.prompt(asked, hide_input=True, confirmation_prompt=True))


@keys.command("create")
def create_key(
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    expires: Annotated[datetime | None, typer.Option(help="When it ends, in UTC.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a key and print it once. Where there is no workspace yet, one is made for it."""
    from datetime import UTC

    from taskyard.domain import workspaces

    async def do(session: AsyncSession) -> tuple[str, str]:
        if not await workspaces.workspaces_here(session):
            entered = await workspaces.open_empty_workspace(session, workspace or DEFAULT_WORKSPACE)
        else:
            entered = await workspaces.enter_named(session, workspace)
        shown = await workspaces.make_key(
            session,
            Actor.system(entered.id, "Operator"),
            name=name,
            role=role,
            scopes=None,
            expires_at=expires.replace(tzinfo=UTC) if expires else None,
        )
        return shown.secret, entered.name

    key, where = in_database(data, do)
    if as_json:
        typer.echo(orjson.dumps({"key": key, "role": role, "workspace": where}).decode())
    else:
        typer.echo(key)
        typer.echo(f"It acts as {role} in {where}, and is not shown again.", err=True)
