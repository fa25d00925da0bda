"""Published flows, read once in a process: they never change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain.projects import store
from taskyard.domain.projects.flow import Flow, KindInfo, from_document
from taskyard.domain.projects.input_schema import InputChecker
from taskyard.domain.projects.problems import NoSuchProject, NothingPublished, ProjectArchived
from taskyard.domain.projects.rules import ProjectState
from taskyard.models.catalogue import catalogue
from taskyard.steps.registry import step_kinds

REMEMBERED_MAX = 500


@dataclass(frozen=True, slots=True)
class Version:
    """One published flow with its compiled input checker."""

    number: int
    flow: Flow
    checker: InputChecker


@dataclass(frozen=True, slots=True)
class Published:
    """What a new task of a project needs to know of it."""

    project_id: UUID
    name: str
    is_app: bool
    number: int
    flow: Flow
    checker: InputChecker


_remembered: dict[tuple[UUID, UUID, int], Version] = {}


async def version(session: AsyncSession, workspace_id: UUID, project_id: UUID, number: int) -> Version:
    """Return a published flow. Kept in memory: what was published never changes."""
    key = (workspace_id, project_id, number)
    found = _remembered.get(key)
    if found is None:
        row = await store.version(session, workspace_id, project_id, number)
        if row is None:
            raise NoSuchProject(project_id=project_id)
        flow = from_document(row.document)
        found = Version(number, flow, InputChecker(dict(flow.input_schema)))
        if len(_remembered) >= REMEMBERED_MAX:
            _remembered.clear()
        _remembered[key] = found
    return found


async def fields_of(session: AsyncSession, actor: Actor, project_ids: Collection[UUID]) -> set[str]:
    """Return the fields of the input that these projects declare as published; without any, all the actor may see."""
    return {
        column.name
        for project_id, number in await store.published_numbers(session, actor, project_ids)
        for column in (await version(session, actor.workspace_id, project_id, number)).checker.columns()
    }


async def published(session: AsyncSession, actor: Actor, project_id: UUID) -> Published:
    """Return what new tasks of a project follow, which stays until the transaction ends.

    Refuses a project that is archived or was never published.
    """
    project = await store.hold(session, actor, project_id)
    if project.state == ProjectState.ARCHIVED:
        raise ProjectArchived(project=project.name)
    if project.published_version is None:
        raise NothingPublished(project=project.name)
    found = await version(session, actor.workspace_id, project_id, project.published_version)
    return Published(project_id, project.name, project.is_app, found.number, found.flow, found.checker)


@lru_cache(maxsize=1)
def kinds() -> dict[str, KindInfo]:
    """Return the installed step kinds as the flow checker sees them."""
    return {
        kind.use: KindInfo.of(kind.input_schema(), kind.output_schema({}), supports_output=kind.Output is None)
        for kind in step_kinds().available()
    }


@lru_cache(maxsize=1)
def models() -> dict[str, frozenset[str]]:
    """Return the installed models, available or not, with the kinds each performs."""
    return {listed.name: frozenset(listed.model.kinds) for listed in catalogue().listed() if listed.model is not None}
