"""`demo`: the server, and two sample projects in the first workspace somebody opens."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from taskyard.kit.logs import log

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from taskyard.access import Actor
    from taskyard.web.desk import Desk

logger = log("demo")

DEMO_DATA = Path(".demo")
PICTURES = ("*.jpg", "*.jpeg", "*.png")
TASKS_AT_ONCE = 100


def demo(*, data: Path | None, port: int | None, host: str | None) -> None:
    """Serve with samples. The folder is kept: a second demo goes on where the first one stopped."""
    from taskyard.cli.serve import serve

    serve(data=data or DEMO_DATA, port=port, host=host, with_worker=True, prepare=_fill_new_workspaces)


def examples_folder() -> Path:
    """Return where the examples lie: in the package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / "receipts").is_dir():
            return folder
    raise FileNotFoundError("The examples are not part of this installation.")


def _fill_new_workspaces(desk: Desk) -> None:
    from taskyard import ledger

    filling: set[asyncio.Task[None]] = set()

    async def look(session: AsyncSession) -> None:
        opened = [by.workspace_id for fact, by in ledger.pending(session) if fact.name == "workspace.opened"]
        session.info["demo.opened"] = opened

    def fill(session: AsyncSession) -> None:
        for workspace_id in session.info.pop("demo.opened", ()):
            task = asyncio.create_task(_fill(desk, workspace_id), name="demo.fill")
            filling.add(task)
            task.add_done_callback(filling.discard)

    desk.database.before_commit(look, first=True)
    desk.database.after_commit(fill)


async def _fill(desk: Desk, workspace_id: UUID) -> None:
    from taskyard.access import Actor

    actor = Actor.system(workspace_id, "Samples")
    folder = examples_folder()
    try:
        await _receipts(desk, actor, folder / "receipts")
        await _messages(desk, actor, folder / "messages")
    except Exception:
        logger.exception("demo.incomplete")


async def _open(desk: Desk, actor: Actor, folder: Path, name: str, description: str) -> UUID:
    from taskyard.domain import projects

    flow, instructions = await asyncio.to_thread(
        lambda: ((folder / "flow.yaml").read_text("utf-8"), (folder / "instructions.md").read_text("utf-8"))
    )
    async with desk.database.transaction(actor.workspace_id) as session:
        project = await projects.open_project(
            session, actor, name=name, description=description, instructions=instructions, flow=flow
        )
        await projects.publish(session, actor, project.id)
        return project.id


async def _receipts(desk: Desk, actor: Actor, folder: Path) -> None:
    from taskyard.domain import files, runs
    from taskyard.domain.runs import NewTask

    project_id = await _open(
        desk, actor, folder, "Receipts", "Photographed receipts: a model reads, a person corrects."
    )
    paths = await asyncio.to_thread(lambda: sorted(path for kind in PICTURES for path in folder.glob(kind)))
    for path in paths:
        content = await asyncio.to_thread(path.read_bytes)
        stored = await files.put_away_made(
            desk.database, desk.objects, desk.pictures, actor.workspace_id, content, path.name
        )
        async with desk.database.transaction(actor.workspace_id) as session:
            file = await files.keep(session, actor, stored)
            new = NewTask(project_id, {"photo": str(file.id)}, external_id=path.stem, batch="samples")
            await runs.admit(session, actor, [new])


async def _messages(desk: Desk, actor: Actor, folder: Path) -> None:
    from taskyard.domain import runs
    from taskyard.domain.runs import NewTask

    project_id = await _open(desk, actor, folder, "Messages", "Support messages: a model suggests, people decide.")
    text = await asyncio.to_thread((folder / "messages.csv").read_text, "utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    for start in range(0, len(rows), TASKS_AT_ONCE):
        wanted = [
            NewTask(
                project_id,
                {name: value for name, value in row.items() if name != "external_id" and value},
                external_id=row["external_id"],
                batch="samples",
            )
            for row in rows[start : start + TASKS_AT_ONCE]
        ]
        async with desk.database.transaction(actor.workspace_id) as session:
            await runs.admit(session, actor, wanted)
