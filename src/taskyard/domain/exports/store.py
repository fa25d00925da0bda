"""Every query about the records of exports and about consumers; their tasks go by `reading`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Role
from taskyard.domain.exports.problems import NoSuchConsumer, NoSuchExport
from taskyard.domain.exports.rules import EXPORT, ExportState
from taskyard.domain.exports.tables import Consumer, Export
from taskyard.domain.tasks import TaskFilter, seen_by
from taskyard.kit.ids import new_id


class Listed(NamedTuple):
    """An export with the name of its consumer."""

    export: Export
    consumer: str | None


async def get(session: AsyncSession, actor: Actor, export_id: UUID) -> Listed:
    """Return an export this actor may see, or NoSuchExport. Clients see their own."""
    found = (await session.execute(_seen_by(actor).where(Export.id == export_id))).first()
    if found is None:
        raise NoSuchExport(export_id=export_id)
    return Listed(*found)


async def listed(session: AsyncSession, actor: Actor, limit: int, before: UUID | None) -> list[Listed]:
    """Return the exports this actor may see, newest first."""
    asked = _seen_by(actor).order_by(Export.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(Export.id < before)
    return [Listed(*row) for row in await session.execute(asked)]


async def count(session: AsyncSession, actor: Actor) -> int:
    """Count the exports this actor may see."""
    return int(await session.scalar(select(func.count()).select_from(_seen_by(actor).subquery())) or 0)


async def lock(session: AsyncSession, workspace_id: UUID, export_id: UUID) -> Export | None:
    """Return an export to be changed, or None when it was deleted."""
    found: Export | None = await session.scalar(
        select(Export)
        .where(Export.workspace_id == workspace_id, Export.id == export_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def tell_progress(session: AsyncSession, begun: Export, done: int, total: int) -> bool:
    """Note how far an attempt is. False: it was cancelled, or another worker has begun, and this one has to stop."""
    told = await session.execute(
        update(Export)
        .where(
            Export.workspace_id == begun.workspace_id,
            Export.id == begun.id,
            Export.attempt == begun.attempt,
            Export.state == ExportState.RUNNING,
        )
        .values(done=done, total=total)
        .returning(Export.id)
    )
    return told.first() is not None


async def expired(session: AsyncSession) -> list[RowMapping]:
    """Return exports whose days are over and whose bytes are still there. For workers, who see all workspaces."""
    return list((await session.execute(_EXPIRED)).mappings())


# --- what there is to be exported


async def steps_in(session: AsyncSession, actor: Actor, asked: TaskFilter) -> dict[str, set[str]]:
    """Return the steps that any published flow of the projects asked for has, each with what it is used for."""
    narrowed = ["projects.id = ANY(:projects)"] if asked.projects else []
    narrowed += [f"projects.id = ANY(ARRAY({_OF_IDS}))"] if asked.ids else []
    values = {"workspace_id": actor.workspace_id, "projects": list(asked.projects), "ids": list(asked.ids)}
    found: dict[str, set[str]] = {}
    for row in await session.execute(
        text(_STEPS.format(narrowed=" AND ".join([_seen_projects(actor), *narrowed]))), values
    ):
        found.setdefault(row.id, set()).add(row.use)
    return found


def _seen_projects(actor: Actor) -> str:
    shared = " AND projects.shared_with_clients" if actor.role is Role.CLIENT else ""
    return f"projects.workspace_id = :workspace_id{shared}"


async def name_of_one_project(session: AsyncSession, actor: Actor, asked: TaskFilter) -> str | None:
    """Return the name of the one project that is asked for, or that the named tasks are of; None for several."""
    if not asked.projects and not asked.ids:
        return None
    ids = ":projects" if asked.projects else f"ARRAY({_OF_IDS})"
    found = text(f"SELECT name FROM projects WHERE {_seen_projects(actor)} AND id = ANY({ids}) LIMIT 2")  # noqa: S608 - constants
    values = {"workspace_id": actor.workspace_id, "projects": list(asked.projects), "ids": list(asked.ids)}
    names = list(await session.scalars(found, values))
    return names[0] if len(names) == 1 else None


async def names_of_projects(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> dict[str, str]:
    """Return how those of these projects are called that the actor may see, by their ids."""
    asked = text(f"SELECT id, name FROM projects WHERE {_seen_projects(actor)} AND id = ANY(:ids)")  # noqa: S608 - constants
    found = await session.execute(asked, {"workspace_id": actor.workspace_id, "ids": list(ids)})
    return {str(row.id): row.name for row in found}


async def are_any_there(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> bool:
    """Say whether this actor may export any of these tasks."""
    where = " AND ".join(["tasks.workspace_id = :workspace_id", "tasks.id = ANY(:ids)", *seen_by(actor)])
    asked = text(f"SELECT 1 FROM tasks WHERE {where} LIMIT 1")  # noqa: S608 - conditions; values are bound
    return (await session.execute(asked, {"workspace_id": actor.workspace_id, "ids": list(ids)})).first() is not None


async def archives_of(session: AsyncSession, workspace_id: UUID, ids: Sequence[UUID]) -> list[str]:
    """Return the names of the archives that these tasks are in."""
    return list(await session.scalars(_ARCHIVES, {"workspace_id": workspace_id, "ids": list(ids)}))


# --- consumers


async def hold_consumer(
    session: AsyncSession, workspace_id: UUID, name: str, selection: dict[str, Any], *, of_clients: bool
) -> Consumer:
    """Return the consumer of this name, made when it is new, so that nobody else changes it until the end."""
    made = insert(Consumer).values(
        workspace_id=workspace_id, id=new_id(), name=name, of_clients=of_clients, selection=selection
    )
    await session.execute(made.on_conflict_do_nothing(index_elements=["workspace_id", "of_clients", "name"]))
    found: Consumer = (
        await session.execute(
            select(Consumer)
            .where(Consumer.workspace_id == workspace_id, Consumer.of_clients.is_(of_clients), Consumer.name == name)
            .with_for_update()
        )
    ).scalar_one()
    return found


async def consumer(session: AsyncSession, workspace_id: UUID, consumer_id: UUID) -> Consumer:
    """Return a consumer to be changed, or NoSuchConsumer."""
    found: Consumer | None = await session.scalar(
        select(Consumer)
        .where(Consumer.workspace_id == workspace_id, Consumer.id == consumer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchConsumer(consumer_id=consumer_id)
    return found


async def consumers(session: AsyncSession, actor: Actor) -> list[tuple[Consumer, Export | None]]:
    """Return the consumers this actor may go on with and what each got last, by name; leads see those of clients too.

    What it got last may have been deleted.
    """
    got = (Export.workspace_id == actor.workspace_id) & (Export.id == Consumer.last_export_id)
    asked = select(Consumer, Export).outerjoin(Export, got).where(Consumer.workspace_id == actor.workspace_id)
    if actor.role is Role.CLIENT:
        asked = asked.where(Consumer.of_clients)
    return [(row[0], row[1]) for row in await session.execute(asked.order_by(Consumer.name, Consumer.of_clients))]


async def is_being_served(session: AsyncSession, workspace_id: UUID, consumer_id: UUID) -> bool:
    """Say whether an export for this consumer has not ended."""
    found = select(Export.id).where(
        Export.workspace_id == workspace_id,
        Export.consumer_id == consumer_id,
        Export.state.in_(EXPORT.sources("cancel")),
    )
    return (await session.execute(found.limit(1))).first() is not None


async def is_of_this_database(session: AsyncSession, position: str) -> bool:
    """Say whether a position can be one of this server's: another one's may lie ahead of all that happens here."""
    return bool((await session.execute(_IS_PAST, {"position": position})).scalar_one())


async def move_consumer(session: AsyncSession, export: Export, position: str, at: datetime) -> None:
    """Have the consumer go on from what this export has read."""
    await session.execute(
        update(Consumer)
        .where(Consumer.workspace_id == export.workspace_id, Consumer.id == export.consumer_id)
        .values(position=position, position_at=at, last_export_id=export.id)
    )


def _seen_by(actor: Actor) -> Select[Export, str | None]:
    asked = (
        select(Export, Consumer.name)
        .outerjoin(Consumer, (Consumer.workspace_id == actor.workspace_id) & (Consumer.id == Export.consumer_id))
        .where(Export.workspace_id == actor.workspace_id)
    )
    # Not those of other clients either: a project may have been shared then and not now.
    return asked.where(Export.created_by == actor.member_id) if actor.role is Role.CLIENT else asked


_OF_IDS = "SELECT tasks.project_id FROM tasks WHERE tasks.workspace_id = :workspace_id AND tasks.id = ANY(:ids)"
_STEPS = """
    SELECT DISTINCT step ->> 'id' AS id, step ->> 'use' AS use
    FROM projects
    JOIN flow_versions ON flow_versions.workspace_id = :workspace_id AND flow_versions.project_id = projects.id
    CROSS JOIN json_array_elements(flow_versions.document -> 'steps') AS step
    WHERE {narrowed} ORDER BY id
"""
_ARCHIVES = text("""
    SELECT DISTINCT archives.name FROM archive_items
    JOIN archives ON archives.workspace_id = :workspace_id AND archives.id = archive_items.archive_id
    WHERE archive_items.workspace_id = :workspace_id AND archive_items.task_id = ANY(:ids)
      AND archive_items.outcome = 'archived' ORDER BY archives.name
""")
_EXPIRED = text("""
    SELECT workspace_id, id FROM exports WHERE expires_at < now() AND passage_id IS NOT NULL
    ORDER BY expires_at LIMIT 500
""")
_IS_PAST = text("""
    SELECT pg_snapshot_xmax(CAST(:position AS pg_snapshot)) <= pg_snapshot_xmax(pg_current_snapshot())
""")
