"""Every query about the tasks of an archive: what is to be done with each, and what became of it."""

# ruff: noqa: S608 - built from constants of this house; values are bound

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.archives.content import LISTED, Content
from taskyard.domain.archives.rules import ItemOutcome, Reason, Refused
from taskyard.domain.archives.tables import Archive
from taskyard.kit.db.direct import fetch

PORTION = 1_000


class Item(NamedTuple):
    """A task whose line is in the file."""

    number: int
    task_id: UUID
    project_id: UUID
    sha256: str


async def next_ids(session: AsyncSession, archive: Archive, after: int, limit: int) -> list[tuple[int, UUID]]:
    """Return the next tasks to be written, each with its number."""
    rows = await fetch(session, _NEXT, {**_named_by(archive), "after": after, "limit": limit})
    return [(row.number, row.task_id) for row in rows]


async def note_written(
    session: AsyncSession, archive: Archive, numbered: Sequence[tuple[int, UUID]], found: Iterable[Content]
) -> None:
    """Note which of these, in the order of their numbers, have their line in the file, and why the others have none."""
    contents = {content.task_id: content for content in found}
    rows = [
        (number, None, content.sha256)
        if (content := contents.get(task_id)) is not None and content.refused is None
        else (number, content.refused if content else Reason.GONE, None)
        for number, task_id in numbered
    ]
    numbers, reasons, hashes = (list(column) for column in zip(*rows, strict=True))
    values = {"numbers": numbers, "reasons": reasons, "hashes": hashes, "first": numbers[0], "last": numbers[-1]}
    await fetch(session, _WRITTEN, {**_named_by(archive), **values})


async def written(session: AsyncSession, archive: Archive, after: int) -> list[Item]:
    """Return the next tasks that are in the file and still in the list."""
    rows = await fetch(session, _NEXT_WRITTEN, {**_named_by(archive), "after": after, "limit": PORTION})
    return [Item(*row) for row in rows]


async def wanted(session: AsyncSession, archive: Archive, ids: Sequence[UUID]) -> list[Item]:
    """Return those of the tasks that are to be restored."""
    rows = await fetch(session, _WANTED, {**_named_by(archive), "ids": list(ids)})
    return [Item(*row) for row in rows]


async def want(session: AsyncSession, archive: Archive, ids: Sequence[UUID] | None) -> int:
    """Note which tasks somebody wants back, all or some; return how many that are."""
    rows = await fetch(session, _WANT, {**_named_by(archive), "ids": None if ids is None else list(ids)})
    return int(rows[0].number)


async def unknown(session: AsyncSession, archive: Archive, ids: Sequence[UUID]) -> int:
    """Return how many of these tasks never went into the archive."""
    rows = await fetch(session, _KNOWN, {**_named_by(archive), "ids": list(ids)})
    return len(set(ids)) - int(rows[0].known)


async def note(
    session: AsyncSession, archive: Archive, ids: Sequence[UUID], outcome: ItemOutcome, reason: str | None = None
) -> None:
    """Note what became of tasks."""
    if ids:
        values = {"ids": list(ids), "outcome": outcome, "reason": reason}
        await fetch(session, _NOTE, {**_named_by(archive), **values})


async def give_up(session: AsyncSession, archive: Archive) -> None:
    """Note that what is still to be removed stays, and what is still to be restored does not come back for now."""
    await fetch(session, _GIVE_UP, _named_by(archive))


async def refused(session: AsyncSession, archive: Archive, outcome: ItemOutcome) -> list[Refused]:
    """Return why tasks were left out, or are still here, the most frequent reason first."""
    rows = await fetch(session, _REASONS, {**_named_by(archive), "outcome": outcome})
    return [Refused(row.reason, row.number) for row in rows]


async def outcomes(session: AsyncSession, archive: Archive) -> dict[str, int]:
    """Count the tasks by what became of them."""
    rows = await fetch(session, _OUTCOMES, _named_by(archive))
    return {row.outcome: row.number for row in rows}


async def held_projects(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these projects are there, and keep them from being deleted until the transaction ends."""
    rows = await fetch(session, _HOLD_PROJECTS, {"workspace_id": workspace_id, "ids": sorted(set(ids))})
    return {row.id for row in rows}


async def conflicts(session: AsyncSession, archive: Archive, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return which of these tasks cannot come back because their place is taken, and why."""
    rows = await fetch(session, _CONFLICTS, {**_named_by(archive), "ids": list(ids)})
    return {row.task_id: row.reason for row in rows}


async def forget_some(session: AsyncSession, archive: Archive) -> list[tuple[UUID, str]]:
    """Remove the next items of an archive; return them with what had become of them."""
    rows = await fetch(session, _FORGET, {**_named_by(archive), "limit": PORTION})
    return [(row.task_id, row.outcome) for row in rows]


def _named_by(archive: Archive) -> dict[str, Any]:
    return {"workspace_id": archive.workspace_id, "archive_id": archive.id}


_HERE = "workspace_id = %(workspace_id)s AND archive_id = %(archive_id)s"
_NEXT = f"""
    SELECT number, task_id FROM archive_items WHERE {_HERE} AND number > %(after)s ORDER BY number LIMIT %(limit)s
"""
# Between the first and the last: for each of a few, all items of the archive would be gone through.
_WRITTEN = f"""
    UPDATE archive_items SET outcome = CASE WHEN told.reason IS NULL THEN 'written' ELSE 'left_out' END,
        reason = told.reason, sha256 = told.sha256
    FROM unnest(CAST(%(numbers)s AS bigint[]), CAST(%(reasons)s AS text[]), CAST(%(hashes)s AS text[]))
        AS told(number, reason, sha256)
    WHERE {_HERE} AND archive_items.number BETWEEN %(first)s AND %(last)s AND archive_items.number = told.number
"""
_ITEM = "number, task_id, project_id, sha256"
_NEXT_WRITTEN = f"""
    SELECT {_ITEM} FROM archive_items WHERE {_HERE} AND number > %(after)s AND outcome = 'written'
    ORDER BY number LIMIT %(limit)s
"""
_WANTED = f"""
    SELECT {_ITEM} FROM archive_items
    WHERE {_HERE} AND task_id = {LISTED} AND outcome = 'archived' AND is_wanted
"""
_WANT = f"""
    WITH marked AS (
        UPDATE archive_items SET is_wanted = true, reason = NULL
        WHERE {_HERE} AND outcome = 'archived'
          AND (CAST(%(ids)s AS uuid[]) IS NULL OR task_id = ANY(CAST(%(ids)s AS uuid[])))
        RETURNING 1)
    SELECT count(*) AS number FROM marked
"""
_KNOWN = f"""
    SELECT count(*) AS known FROM archive_items
    WHERE {_HERE} AND task_id = {LISTED} AND outcome IN ('archived', 'restored')
"""
_NOTE = f"""
    UPDATE archive_items SET outcome = %(outcome)s, reason = %(reason)s, is_wanted = false
    WHERE {_HERE} AND task_id = {LISTED}
"""
_GIVE_UP = f"""
    UPDATE archive_items SET outcome = CASE WHEN outcome = 'archived' THEN outcome ELSE 'left_out' END,
        reason = 'given_up', is_wanted = false
    WHERE {_HERE} AND (outcome IN ('asked', 'written') OR (outcome = 'archived' AND is_wanted))
"""
_REASONS = f"""
    SELECT reason, count(*) AS number FROM archive_items
    WHERE {_HERE} AND outcome = %(outcome)s AND reason IS NOT NULL GROUP BY reason ORDER BY number DESC, reason
"""
_OUTCOMES = f"SELECT outcome, count(*) AS number FROM archive_items WHERE {_HERE} GROUP BY outcome"
# A share of the key is enough against deletion, and lets others go on editing the project.
_HOLD_PROJECTS = """
    SELECT id FROM projects WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE
"""
# Each looked up by its key, whatever PostgreSQL believes of tables that have just been emptied or filled.
_CONFLICTS = f"""
    SELECT task_id, reason FROM (
        SELECT task_id, CASE
            WHEN EXISTS (SELECT 1 FROM tasks AS same WHERE same.workspace_id = %(workspace_id)s
                         AND same.id = archive_items.task_id OFFSET 0) THEN 'id_taken'
            WHEN EXISTS (SELECT 1 FROM tasks AS other WHERE other.workspace_id = %(workspace_id)s
                         AND other.project_id = archive_items.project_id
                         AND other.external_id = archive_items.external_id OFFSET 0) THEN 'external_id_taken'
            END AS reason
        FROM archive_items WHERE {_HERE} AND task_id = {LISTED}) AS placed
    WHERE reason IS NOT NULL
"""
_FORGET = f"""
    DELETE FROM archive_items WHERE {_HERE} AND number IN (
        SELECT number FROM archive_items WHERE {_HERE} ORDER BY number LIMIT %(limit)s)
    RETURNING task_id, outcome
"""
