"""Verbs about projects: open, change, save and publish a flow, archive, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard import ledger
from taskyard.access import Actor
from taskyard.domain.projects import facts, store
from taskyard.domain.projects.flow import Flow, as_document
from taskyard.domain.projects.flow_check import understand
from taskyard.domain.projects.flow_read import source_of
from taskyard.domain.projects.problems import (
    DraftStale,
    NoStepToRedo,
    NothingToPublish,
    PlaygroundStays,
    ProjectInUse,
    ProjectStale,
)
from taskyard.domain.projects.published import kinds, models
from taskyard.domain.projects.rules import PROJECT, tag_of
from taskyard.domain.projects.tables import FlowVersion, Project
from taskyard.kit.db import clock
from taskyard.kit.ids import new_id
from taskyard.kit.problems import Flaw

STARTER_FLOW = """\
input:
  type: object
  required: [text]
  properties:
    text: {type: string, x-kind: text}
steps:
  - id: label
    use: classify
    by: people
    with:
      text: "{{ input.text }}"
      prompt: "What is it about?"
      labels: [question, problem, praise]
output: {label: "{{ label.labels[0] }}"}
"""

PLAYGROUND_FLOW = """\
input:
  type: object
  required: [photo, prompt]
  properties:
    photo: {type: string, x-kind: image, title: Picture}
    prompt: {type: string, x-kind: text, title: Prompt}
steps:
  - id: annotate
    use: annotate
    by: local/text
    with: {image: "{{ input.photo }}", prompt: "{{ input.prompt }}"}
output:
  regions: "{{ annotate.regions }}"
  text: "{{ annotate.text }}"
  image: "{{ annotate.image }}"
"""

WRITTEN = (
    "name",
    "description",
    "instructions",
    "shared_with_clients",
    "archive_after_days",
    "ageing_hours",
    "on_reject",
    "redo_step",
)
# What null takes away; of the others null says nothing.
CLEARED = {"archive_after_days", "ageing_hours", "redo_step"}


def tag(project: Project) -> str:
    """Return the ETag of a project: of what `change` changes, so that saving a flow makes nobody's texts stale."""
    return tag_of([*(getattr(project, name) for name in WRITTEN), project.state])


def check(source: str) -> Flow:
    """Return the flow a text describes, or refuse with everything that is to mend: InvalidFlow."""
    return understand(source, kinds(), models())


async def open_project(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    description: str = "",
    instructions: str = "",
    flow: str | Mapping[str, Any] | None = None,
    is_playground: bool = False,
) -> Project:
    """Make a project with a draft. A flow that is given is checked, not yet published."""
    source = STARTER_FLOW if flow is None else flow if isinstance(flow, str) else source_of(flow)
    check(source)
    project = Project(
        workspace_id=actor.workspace_id,
        id=new_id(),
        name=name,
        description=description,
        instructions=instructions,
        state=PROJECT.start,
        draft=source,
        draft_revision=1,
        is_playground=is_playground,
        is_app=False,
        shared_with_clients=False,
    )
    session.add(project)
    await session.flush()
    await session.refresh(project)
    ledger.record(session, facts.project_fact("opened", project, f"The project {project.name} was opened."), by=actor)
    return project


async def open_playground(session: AsyncSession, actor: Actor) -> Project:
    """Give a new workspace its playground, published, ready for the first picture."""
    project = await open_project(
        session,
        actor,
        name="Playground",
        description="Pictures and prompts, tried out.",
        flow=PLAYGROUND_FLOW,
        is_playground=True,
    )
    await publish(session, actor, project.id)
    return project


async def change(
    session: AsyncSession, actor: Actor, project_id: UUID, changes: Mapping[str, Any], read_tag: str | None = None
) -> Project:
    """Change name, texts, sharing, or archive and restore. With the tag that was read, not over somebody else's."""
    project = await store.lock(session, actor.workspace_id, project_id)
    if read_tag is not None and read_tag != tag(project):
        raise ProjectStale(project=project.name)
    await _must_have_step(session, project, changes.get("redo_step"))
    for name in WRITTEN:
        if changes.get(name) is not None or (name in changes and name in CLEARED):
            setattr(project, name, changes[name])
    state = changes.get("state")
    if state is not None and state != project.state:
        if project.is_playground:
            raise PlaygroundStays
        PROJECT.move(project, "archive" if state == PROJECT.states.ARCHIVED else "restore")
    project.updated_at = await clock.now(session)
    await session.flush()
    ledger.record(session, facts.project_fact("changed", project, f"The project {project.name} was changed."), by=actor)
    return project


async def save_draft(
    session: AsyncSession, actor: Actor, project_id: UUID, source: str, read_revision: int | None
) -> Project:
    """Save a flow that could be published. Refuses one that is broken, and a save over somebody else's."""
    check(source)
    project = await store.lock(session, actor.workspace_id, project_id)
    _must_be_read(project, read_revision)
    if source != project.draft:
        project.draft = source
        project.draft_revision += 1
        project.updated_at = await clock.now(session)
        ledger.record(
            session, facts.project_fact("draft_saved", project, f"The draft of {project.name} was saved."), by=actor
        )
    return project


async def publish(
    session: AsyncSession, actor: Actor, project_id: UUID, read_revision: int | None = None
) -> FlowVersion:
    """Make the draft the next immutable version. Runs that are under way keep the version they began with.

    With the revision that was read, it refuses a draft that somebody saved since: nobody has looked at it.
    """
    project = await store.lock(session, actor.workspace_id, project_id)
    _must_be_read(project, read_revision)
    PROJECT.target(project.state, "publish")
    flow = check(project.draft)
    if project.published_version is not None:
        before = await store.version(session, actor.workspace_id, project_id, project.published_version)
        if before is not None and before.source == project.draft:
            raise NothingToPublish(project=project.name, version=before.number)
    version = FlowVersion(
        workspace_id=actor.workspace_id,
        project_id=project_id,
        number=(project.published_version or 0) + 1,
        source=project.draft,
        document=as_document(flow),
        published_by=actor.member_id,
        published_by_name=actor.name,
    )
    session.add(version)
    project.published_version, project.is_app = version.number, flow.is_app
    project.updated_at = await clock.now(session)
    await session.flush()
    await session.refresh(version)
    says = f"Version {version.number} of {project.name} was published."
    ledger.record(session, facts.project_fact("published", project, says, version=version.number), by=actor)
    return version


async def delete(session: AsyncSession, actor: Actor, project_id: UUID) -> None:
    """Delete a project that has no tasks."""
    project = await store.lock(session, actor.workspace_id, project_id)
    if project.is_playground:
        raise PlaygroundStays
    if await store.in_use(session, actor.workspace_id, [project_id]):
        raise ProjectInUse(project=project.name)
    ledger.record(session, facts.project_fact("deleted", project, f"The project {project.name} was deleted."), by=actor)
    await store.remove(session, project)


async def _must_have_step(session: AsyncSession, project: Project, step: str | None) -> None:
    if step is not None:
        steps = await store.steps_of(session, project.workspace_id, [project.id])
        if step not in steps:
            says = f"choose one of {', '.join(steps)}" if steps else "publish a flow first"
            raise NoStepToRedo([Flaw("redo_step", "is no step of this project", says)], step=step, mend=says)


def _must_be_read(project: Project, read_revision: int | None) -> None:
    if read_revision is not None and read_revision != project.draft_revision:
        raise DraftStale(revision=project.draft_revision, theirs=project.draft)
