"""What rows say beside their input that only the database can judge: for whom tasks are kept, and answers on pictures.

Most rows say nothing of the kind, and cost nothing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain import runs
from taskyard.domain.files import File
from taskyard.domain.runs import PEOPLE, STEP_RUN
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.domain.uploads.opening import Opening
from taskyard.domain.uploads.portions import Brought, Portion, Wish
from taskyard.domain.uploads.row_errors import RowError, error_of
from taskyard.domain.uploads.rows import FileProblem
from taskyard.domain.uploads.tables import Upload
from taskyard.domain.workspaces import Member
from taskyard.kit import strict_json
from taskyard.kit.problems import Flaw
from taskyard.steps.values import Size

RESERVE_FOR = "reserve_for"
NOT_ALLOWED = Flaw(
    RESERVE_FOR, "has work kept for somebody, and only owners and managers may do that", "Leave it empty."
)


class NobodyToKeepFor(FileProblem):
    """The tasks of {name} were to be kept for {member}, who may not take them any more. Upload it anew."""


class Beside:
    """What the staged rows of one upload bring beside their input."""

    def __init__(self, session: AsyncSession, upload: Upload, checker: FlowChecker, *, may_reserve: bool) -> None:
        self._session = session
        self._upload = upload
        self._checker = checker
        self._may_reserve = may_reserve
        self._keepers: dict[str, Member | Flaw] = {}
        self._is_kept = False
        self._has_brought = False

    async def sift(self, portion: Portion, files: Sequence[File]) -> list[RowError]:
        """Note what the rows of a staged portion bring; return what is wrong with it."""
        errors = await self._note_wishes(portion.wishes) if portion.wishes else []
        if portion.brought:
            errors += await self._note_brought(portion.brought, files)
        return errors

    async def place(self, openings: Sequence[Opening]) -> None:
        """Find the turn at which each staged task is kept: the first that people may take who have the role."""
        if self._upload.reserved_for is not None:
            await self._keep_the_others()
        if not self._is_kept:
            return
        roles = {keeper.role for keeper in self._keepers.values() if isinstance(keeper, Member)}
        first = [
            {"opening": number, "role": role, "place": place}
            for number, opening in enumerate(openings)
            for role in roles
            if (place := _first_turn(opening, role)) is not None
        ]
        await self._session.execute(_PLACE, {"first": orjson.dumps(first).decode()})

    async def move(self) -> None:
        """Keep what was brought beside the tasks that were made."""
        if self._has_brought:
            await self._session.execute(_BRING, {"workspace_id": self._upload.workspace_id})
            await self._session.execute(_EMPTY)
            self._has_brought = False

    async def _note_wishes(self, wishes: Sequence[Wish]) -> list[RowError]:
        if not self._may_reserve:
            return [error_of(wish.row, NOT_ALLOWED) for wish in wishes]
        await self._learn({wish.named for wish in wishes})
        found = [(wish.row, self._keepers[wish.named]) for wish in wishes]
        kept = [(row, keeper) for row, keeper in found if isinstance(keeper, Member)]
        if kept:
            self._is_kept = True
            values = {
                "numbers": [row for row, _ in kept],
                "members": [keeper.id for _, keeper in kept],
                "roles": [keeper.role for _, keeper in kept],
            }
            await self._session.execute(_KEEP, values)
        return [error_of(row, keeper) for row, keeper in found if isinstance(keeper, Flaw)]

    async def _learn(self, names: set[str]) -> None:
        if new := names - self._keepers.keys():
            flow, workspace_id = self._checker.flow, self._upload.workspace_id
            self._keepers |= await runs.keepers(self._session, workspace_id, new, flow, RESERVE_FOR)

    async def _keep_the_others(self) -> None:
        named = str(self._upload.reserved_for)
        await self._learn({named})
        keeper = self._keepers[named]
        if isinstance(keeper, Flaw):
            raise NobodyToKeepFor(name=self._upload.file_name, member=self._upload.reserved_for_name)
        self._is_kept = True
        await self._session.execute(_KEEP_OTHERS, {"member": keeper.id, "role": keeper.role})

    async def _note_brought(self, brought: Sequence[Brought], files: Sequence[File]) -> list[RowError]:
        sizes = runs.sizes_of(files)
        # In a thread: ten thousand answers with their regions would hold up all else this worker does.
        errors = await asyncio.to_thread(self._errors_on_pictures, brought, sizes)
        wrong = {error.row for error in errors}
        good = [each for each in brought if each.row not in wrong]
        if good:
            self._has_brought = True
            values: dict[str, list[Any]] = {
                "numbers": [each.row for each in good],
                "steps": [each.step for each in good],
                "answers": [strict_json.dumps(each.answer).decode() for each in good],
            }
            await self._session.execute(_NOTE, values)
        return errors

    def _errors_on_pictures(self, brought: Sequence[Brought], sizes: Mapping[str, Size]) -> list[RowError]:
        return [error_of(each.row, flaw) for each in brought for flaw in flaws_on_pictures(self._checker, each, sizes)]


def flaws_on_pictures(checker: FlowChecker, each: Brought, sizes: Mapping[str, Size]) -> list[Flaw]:
    """Return what is wrong with an answer now that the sizes of the pictures are known, by the ids of their files."""
    if each.picture is None or each.picture not in sizes:
        return []
    own = {each.picture: sizes[each.picture]}
    return checker.prefills.check(each.step, each.answer, each.given, each.place, own)[1]


def _first_turn(opening: Opening, role: str) -> int | None:
    return next(
        (
            place
            for place, turn in enumerate(opening.turns, start=1)
            if turn.performer == PEOPLE and turn.state == STEP_RUN.start and (not turn.roles or role in turn.roles)
        ),
        None,
    )


# Who is to have the task, with their role, and at which of its turns; null: at one that is opened later.
COLUMNS = "reserved_for uuid, keeper_role text, kept_at integer"
TABLE = "CREATE TEMP TABLE brought (number bigint, step text, answer jsonb) ON COMMIT DROP"
_KEEP = text("""
    UPDATE staged SET reserved_for = wish.member_id, keeper_role = wish.role
    FROM unnest(CAST(:numbers AS bigint[]), CAST(:members AS uuid[]), CAST(:roles AS text[]))
        AS wish(number, member_id, role)
    WHERE wish.number = staged.number
""")
_KEEP_OTHERS = text("UPDATE staged SET reserved_for = :member, keeper_role = :role WHERE reserved_for IS NULL")
_PLACE = text("""
    UPDATE staged SET kept_at = first.place
    FROM jsonb_to_recordset(CAST(:first AS jsonb)) AS first(opening integer, role text, place integer)
    WHERE first.opening = staged.opening AND first.role = staged.keeper_role
""")
_NOTE = text("""
    INSERT INTO brought SELECT number, step, CAST(answer AS jsonb)
    FROM unnest(CAST(:numbers AS bigint[]), CAST(:steps AS text[]), CAST(:answers AS text[]))
        AS given(number, step, answer)
""")
_BRING = text("""
    INSERT INTO task_prefills (workspace_id, task_id, step, answer)
    SELECT :workspace_id, staged.task_id, brought.step, brought.answer
    FROM brought JOIN staged ON staged.number = brought.number
""")
_EMPTY = text("TRUNCATE brought")
