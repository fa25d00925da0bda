"""Archives as people make them, done by a worker's doorway, and what a task is in every table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from taskyard.domain import archives
from taskyard.domain.archives import content
from tests.builders.people import Person, Said
from tests.builders.yard import Yard

OPEN = {"queued", "writing", "removing", "restoring", "deleting"}


async def ask(who: Person, ids: Sequence[str] = (), **named: Any) -> Said:
    """Ask for an archive of these tasks, or of what a filter finds."""
    selection = {"filter": named.pop("filter")} if "filter" in named else {"ids": list(ids)}
    return await who.post("/archives", {"selection": selection, **named})


async def enter(yard: Yard, archive: dict[str, Any] | str, by: str | None = "Owner") -> None:
    """Do what a worker does with the chore of an archive."""
    archive_id = archive if isinstance(archive, str) else archive["id"]
    (chore,) = archives.chores(yard.desk.database, yard.desk.objects, yard.desk.pictures)
    await chore.enter(workspace_id=str(yard.workspace_id), archive_id=archive_id, by_id=None, by_name=by)


async def archived(yard: Yard, ids: Sequence[str], **named: Any) -> dict[str, Any]:
    """Archive these tasks; return the archive when that is done."""
    made = (await ask(yard.owner, ids, **named)).json
    await enter(yard, made)
    return await shown(yard, made)


async def restored(yard: Yard, archive: dict[str, Any], ids: Sequence[str] | None = None) -> dict[str, Any]:
    """Restore an archive, or some of it; return it when that is done."""
    body = None if ids is None else {"ids": list(ids)}
    assert (await yard.owner.post(f"/archives/{archive['id']}/restore", body)).status == 202
    await enter(yard, archive)
    return await shown(yard, archive)


async def shown(yard: Yard, archive: dict[str, Any]) -> dict[str, Any]:
    """Return an archive as it is now."""
    found: dict[str, Any] = (await yard.owner.get(f"/archives/{archive['id']}")).json
    return found


async def outcomes(yard: Yard, archive: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Return what became of each task, and why."""
    page = (await yard.owner.get(f"/archives/{archive['id']}/items", params={"limit": 200})).json
    return {item["task_id"]: (item["outcome"], item["reason"]) for item in page["items"]}


async def lines(who: Person, archive: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the file of an archive says, line by line."""
    said = await who.get(f"/archives/{archive['id']}/download")
    assert said.status == 200, said.response.text
    return [json.loads(line) for line in gzip.decompress(said.response.content).splitlines()]


async def hashes(yard: Yard, ids: Sequence[str]) -> dict[str, str]:
    """Return the hash of everything that belongs to each task that is in the list."""
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        shape = await content.shape(session)
        found = await content.hashes(session, yard.workspace_id, [UUID(each) for each in ids], shape)
    return {str(task_id): sha256 for task_id, sha256 in found.items()}


async def rows_left(yard: Yard, ids: Sequence[str]) -> dict[str, int]:
    """Count the rows that tables still have of these tasks."""
    wanted = [UUID(each) for each in ids]
    found = {}
    for table in content.TABLES:
        if table == "step_skips":
            continue
        column = "id" if table == "tasks" else "task_id"
        (row,) = await yard.sql(f"SELECT count(*) FROM {table} WHERE {column} = ANY(:ids)", ids=wanted)
        found[table] = int(row[0])
    return found
