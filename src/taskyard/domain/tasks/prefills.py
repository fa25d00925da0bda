"""Answers that tasks brought along, for people to start from; they stay as they came, run after run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.tasks.tables import TaskPrefill


async def add_prefills(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the answers of new tasks."""
    if rows:
        await session.execute(insert(TaskPrefill), list(rows))


async def prefills_of(session: AsyncSession, workspace_id: UUID, task_id: UUID) -> dict[str, dict[str, Any]]:
    """Return the answers a task brought along, by step."""
    rows = await session.execute(
        select(TaskPrefill.step, TaskPrefill.answer).where(
            TaskPrefill.workspace_id == workspace_id, TaskPrefill.task_id == task_id
        )
    )
    return {step: answer for step, answer in rows}  # noqa: C416 - dict() would lose the types
