"""Projects that archive by themselves: once a day, what has rested for long enough goes, whoever looks first."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain.archives import actions, selecting
from taskyard.kit.db.direct import fetch
from taskyard.kit.db.engine import Database
from taskyard.kit.ids import new_id
from taskyard.kit.words import counted


async def look(database: Database, looked_on: date | None = None) -> date:
    """Look through every workspace, unless that was done today; return the day. Safe beside others, and to repeat."""
    async with database.transaction() as session:
        rows = await fetch(session, "SELECT current_date AS today")
        today: date = rows[0].today
        if today == looked_on:
            return today
        workspaces = [row.id for row in await fetch(session, "SELECT id FROM workspaces ORDER BY id")]
    for workspace_id in workspaces:
        async with database.transaction(workspace_id) as session:
            await actions.erase_again(session, Actor.system(workspace_id))
            projects = [row.id for row in await fetch(session, _WITH_A_TIME, {"workspace_id": workspace_id})]
        for project_id in projects:
            async with database.transaction(workspace_id) as session:
                await _archive(session, workspace_id, project_id)
    return today


async def _archive(session: AsyncSession, workspace_id: UUID, project_id: UUID) -> None:
    """Archive what has rested in a project, unless that was done today."""
    named = {"workspace_id": workspace_id, "project_id": project_id}
    rows = await fetch(session, _LOCK, named)
    # Asked behind the lock: a statement that waits for it still sees what was there before.
    if not rows or await fetch(session, _DONE, named):
        return
    archive_id, (found,) = new_id(), rows
    resting = await selecting.freeze_inactive(session, workspace_id, archive_id, project_id, found.days)
    if not resting:
        return
    selection = {"project": str(project_id), "inactive_days": found.days}
    name = f"{found.name}, at rest for {counted(found.days, 'day')}"
    due = {"due_project": project_id, "due_on": found.today}
    await actions.take_on(
        session, Actor.system(workspace_id), archive_id, resting, name=name, selection=selection, **due
    )


_WITH_A_TIME = "SELECT id FROM projects WHERE workspace_id = %(workspace_id)s AND archive_after_days IS NOT NULL"
# The project's row lets one worker look at a time; the next one finds what it did.
_LOCK = """
    SELECT name, archive_after_days AS days, current_date AS today FROM projects
    WHERE workspace_id = %(workspace_id)s AND id = %(project_id)s AND archive_after_days IS NOT NULL
    FOR NO KEY UPDATE
"""
_DONE = """
    SELECT 1 FROM archives
    WHERE workspace_id = %(workspace_id)s AND due_project = %(project_id)s AND due_on = current_date
"""
