"""Every query about answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.answers.rules import AnswerKind
from taskyard.domain.answers.tables import Answer
from taskyard.kit.ids import id_list


async def outputs(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Return what each step of a run gave so far. Where people and a model answered, people's word counts."""
    rows = await session.execute(
        select(Answer.step, Answer.data)
        .where(Answer.workspace_id == workspace_id, Answer.run_id == run_id, Answer.kind == AnswerKind.ANSWER)
        .order_by(Answer.member_id.is_not(None), Answer.id)
    )
    return {step: data for step, data in rows.all()}  # noqa: C416 - dict() would lose the types


async def counting(session: AsyncSession, workspace_id: UUID, run_id: UUID) -> dict[str, Answer]:
    """Return the answer of each step that counts: people's where people and a model answered, and the last of these."""
    rows = await session.scalars(
        select(Answer)
        .where(Answer.workspace_id == workspace_id, Answer.run_id == run_id, Answer.kind == AnswerKind.ANSWER)
        .order_by(Answer.member_id.is_not(None), Answer.id)
        .execution_options(populate_existing=True)
    )
    return {answer.step: answer for answer in rows}


async def by_ids(session: AsyncSession, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Answer]:
    """Return answers by their id."""
    rows = await session.scalars(select(Answer).where(Answer.workspace_id == workspace_id, Answer.id.in_(ids)))
    return {answer.id: answer for answer in rows}


async def earlier_of(
    session: AsyncSession, workspace_id: UUID, *, task_id: UUID, run_id: UUID, step: str, member_id: UUID
) -> dict[str, Any] | None:
    """Return what a member answered last at a step of this task in an earlier run; None when they did not."""
    found = await session.execute(
        select(Answer.data)
        .where(
            Answer.workspace_id == workspace_id,
            Answer.task_id == task_id,
            Answer.run_id != run_id,
            Answer.step == step,
            Answer.member_id == member_id,
            Answer.kind == AnswerKind.ANSWER,
        )
        .order_by(Answer.id.desc())
        .limit(1)
    )
    data: dict[str, Any] | None = found.scalar()
    return data


async def author_of(session: AsyncSession, workspace_id: UUID, run_id: UUID, step: str) -> str | None:
    """Return who gave the answer of a step that counts."""
    found = await session.execute(
        select(Answer.by_name)
        .where(
            Answer.workspace_id == workspace_id,
            Answer.run_id == run_id,
            Answer.step == step,
            Answer.kind == AnswerKind.ANSWER,
        )
        .order_by(Answer.member_id.is_not(None).desc(), Answer.id.desc())
        .limit(1)
    )
    return found.scalar()


async def today_of(session: AsyncSession, workspace_id: UUID, member_id: UUID) -> tuple[int, float]:
    """Return how many answers a member gave since midnight UTC, and the seconds they took."""
    found = await session.execute(_TODAY, {"workspace_id": workspace_id, "member_id": member_id})
    row = found.one()
    return int(row.submitted), float(row.seconds)


async def delete_of_tasks(session: AsyncSession, workspace_id: UUID, task_ids: Sequence[UUID]) -> None:
    """Remove all answers of tasks that are deleted."""
    await session.execute(_DELETE, {"workspace_id": workspace_id, "task_ids": id_list(task_ids)})


_TODAY = text("""
    SELECT count(*) AS submitted, coalesce(sum(seconds), 0) AS seconds FROM answers
    WHERE workspace_id = :workspace_id AND member_id = :member_id AND kind IN ('answer', 'prior')
      AND created_at >= date_trunc('day', now()) AND kept_from IS NULL AND fixes IS NULL
""")
_DELETE = text("DELETE FROM answers WHERE workspace_id = :workspace_id AND task_id = ANY(CAST(:task_ids AS uuid[]))")
