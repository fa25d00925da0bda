"""A few rows judged as the intake would: for whom their tasks are kept, and answers on pictures. Changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import files, runs
from taskyard.domain.projects import ANSWERS
from taskyard.domain.uploads.beside import NOT_ALLOWED, RESERVE_FOR, flaws_on_pictures
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.portions import Brought
from taskyard.domain.uploads.rows import Row
from taskyard.domain.workspaces import Member
from taskyard.kit.problems import Flaw


class Judged(NamedTuple):
    """What is wrong with rows, and for whom the tasks of the others are kept, by the number of the row."""

    flaws: dict[int, list[Flaw]]
    keepers: dict[int, Member]


async def judged(
    session: AsyncSession, workspace_id: UUID, checker: FlowChecker, rows: Sequence[Row], *, may_reserve: bool
) -> Judged:
    """Return what the database knows of what rows bring beside their input."""
    flaws: dict[int, list[Flaw]] = defaultdict(list)
    keepers: dict[int, Member] = {}
    names = {row.reserve_for for row in rows if row.reserve_for is not None}
    found = await runs.keepers(session, workspace_id, names, checker.flow, RESERVE_FOR) if names else {}
    for row in rows:
        if row.reserve_for is not None:
            keeper = found[row.reserve_for] if may_reserve else NOT_ALLOWED
            if isinstance(keeper, Flaw):
                flaws[row.number].append(keeper)
            else:
                keepers[row.number] = keeper
    for each, file in await _on_pictures(session, workspace_id, checker, rows):
        flaws[each.row] += flaws_on_pictures(checker, each, runs.sizes_of([file]))
    return Judged(flaws, keepers)


async def _on_pictures(
    session: AsyncSession, workspace_id: UUID, checker: FlowChecker, rows: Sequence[Row]
) -> list[tuple[Brought, files.File]]:
    brought = [
        Brought(row.number, step, f"{ANSWERS}.{step}", answer, row.input or {}, picture)
        for row in rows
        for step, answer in row.answers.items()
        if (picture := checker.prefills.picture_of(step, row.input or {})) is not None
    ]
    if not brought:
        return []
    known = {
        str(file.id): file
        for file in await files.find_all(session, workspace_id, [str(each.picture) for each in brought])
    }
    return [(each, known[str(each.picture)]) for each in brought if str(each.picture) in known]
