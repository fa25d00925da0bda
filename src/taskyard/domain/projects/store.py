"""Every query about projects and their flows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Role
from taskyard.domain.projects.problems import NoSuchProject
from taskyard.domain.projects.tables import FlowVersion, Project


async def get(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """Return a project this actor may see, or NoSuchProject. Clients see the projects shared with them."""
    asked = select(Project).where(Project.workspace_id == actor.workspace_id, Project.id == project_id)
    found: Project | None = await session.scalar(_seen_by(actor, asked))
    if found is None:
        raise NoSuchProject(project_id=project_id)
    return found


async def hold(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """Return a project this actor may see, and keep it from being deleted until the transaction ends.

    Tasks carry no foreign key to their project: without this lock one could be made while its project goes.
    """
    asked = select(Project).where(Project.workspace_id == actor.workspace_id, Project.id == project_id)
    found: Project | None = await session.scalar(
        _seen_by(actor, asked).with_for_update(read=True, key_share=True).execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchProject(project_id=project_id)
    return found


async def lock(session: AsyncSession, workspace_id: UUID, project_id: UUID) -> Project:
    """Return a project to be changed, or NoSuchProject."""
    found: Project | None = await session.scalar(
        select(Project)
        .where(Project.workspace_id == workspace_id, Project.id == project_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchProject(project_id=project_id)
    return found


async def listed(
    session: AsyncSession, actor: Actor, limit: int, after: UUID | None, *, only_apps: bool
) -> list[Project]:
    """Return the projects an actor may see, newest first."""
    asked = select(Project).where(Project.workspace_id == actor.workspace_id).order_by(Project.id.desc()).limit(limit)
    if only_apps:
        asked = asked.where(Project.is_app)
    if after is not None:
        asked = asked.where(Project.id < after)
    return list(await session.scalars(_seen_by(actor, asked)))


async def count(session: AsyncSession, actor: Actor, *, only_apps: bool) -> int:
    """Count the projects an actor may see."""
    asked = select(func.count()).select_from(Project).where(Project.workspace_id == actor.workspace_id)
    if only_apps:
        asked = asked.where(Project.is_app)
    return int(await session.scalar(_seen_by(actor, asked)) or 0)


async def version(session: AsyncSession, workspace_id: UUID, project_id: UUID, number: int) -> FlowVersion | None:
    """Return a published flow."""
    found: FlowVersion | None = await session.scalar(
        select(FlowVersion).where(
            FlowVersion.workspace_id == workspace_id,
            FlowVersion.project_id == project_id,
            FlowVersion.number == number,
        )
    )
    return found


async def versions(
    session: AsyncSession, workspace_id: UUID, project_id: UUID, limit: int, before: int | None
) -> list[FlowVersion]:
    """Return published flows, newest first."""
    asked = (
        select(FlowVersion)
        .where(FlowVersion.workspace_id == workspace_id, FlowVersion.project_id == project_id)
        .order_by(FlowVersion.number.desc())
        .limit(limit)
    )
    return list(await session.scalars(asked if before is None else asked.where(FlowVersion.number < before)))


async def published_numbers(
    session: AsyncSession, actor: Actor, project_ids: Collection[UUID]
) -> list[tuple[UUID, int]]:
    """Return which version of these projects is published; without any, of all that the actor may see."""
    asked = select(Project.id, Project.published_version).where(
        Project.workspace_id == actor.workspace_id, Project.published_version.is_not(None)
    )
    if project_ids:
        asked = asked.where(Project.id.in_(project_ids))
    return [(row[0], row[1]) for row in await session.execute(_seen_by(actor, asked))]


async def steps_of(session: AsyncSession, workspace_id: UUID, project_ids: Collection[UUID]) -> list[str]:
    """Return the steps that any published flow of these projects has."""
    found = await session.scalars(
        text("""
            SELECT DISTINCT step ->> 'id' AS id
            FROM flow_versions, json_array_elements(flow_versions.document -> 'steps') AS step
            WHERE flow_versions.workspace_id = :workspace_id AND flow_versions.project_id = ANY(:ids) ORDER BY id
        """),
        {"workspace_id": workspace_id, "ids": list(project_ids)},
    )
    return list(found)


async def in_use(session: AsyncSession, workspace_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these projects have tasks."""
    found = await session.scalars(
        text("""
            SELECT projects.id FROM projects
            WHERE projects.workspace_id = :workspace_id AND projects.id = ANY(:ids) AND EXISTS (
                SELECT 1 FROM tasks WHERE tasks.workspace_id = :workspace_id AND tasks.project_id = projects.id)
        """),
        {"workspace_id": workspace_id, "ids": list(ids)},
    )
    return set(found)


async def remove(session: AsyncSession, project: Project) -> None:
    """Delete a project that has no tasks, with its versions and uploads' records."""
    for table in ("flow_versions", "uploads", "upload_mappings"):
        await session.execute(
            text(f"DELETE FROM {table} WHERE workspace_id = :workspace_id AND project_id = :project_id"),  # noqa: S608
            {"workspace_id": project.workspace_id, "project_id": project.id},
        )
    await session.delete(project)
    await session.flush()


def _seen_by(actor: Actor, asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return asked.where(Project.shared_with_clients) if actor.role is Role.CLIENT else asked
