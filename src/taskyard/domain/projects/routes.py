"""HTTP about projects: the list, one project, its draft, its versions and its schema."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Response
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Permission
from taskyard.domain.projects import actions, store
from taskyard.domain.projects.flow_check import flaws_of
from taskyard.domain.projects.prefills import Prefills
from taskyard.domain.projects.problems import NothingPublished, ProjectInUse
from taskyard.domain.projects.published import kinds, models, version
from taskyard.domain.projects.rules import PROJECT, OnReject, ProjectState
from taskyard.domain.projects.schemas import (
    ChangeProject,
    Checked,
    Draft,
    DraftBody,
    FlowProblem,
    NewProject,
    PrefillSaid,
    ProjectSaid,
    PublishedBy,
    SchemaSaid,
    StepSaid,
    VersionSaid,
)
from taskyard.domain.projects.tables import FlowVersion, Project
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.kit.problems import Kind, Problem
from taskyard.web import Router, Session, Who
from taskyard.web.bodies import Page, page_ask

routes = Router(noun="projects")
Ask = Annotated[PageAsk, Depends(page_ask)]
REVISION_DIGITS_MAX = 10
IfMatch = Annotated[str | None, Header(alias="If-Match")]


class IfMatchUnreadable(Problem):
    """If-Match takes the ETag you were given, such as "3"."""

    kind = Kind.MALFORMED


@routes.verb("GET", "/projects", may=Permission.PROJECTS_READ, answers=Page[ProjectSaid])
async def projects(session: Session, actor: Who, ask: Ask) -> Page[ProjectSaid]:
    """List projects, newest first."""
    return await _page(session, actor, ask, only_apps=False)


@routes.verb("GET", "/apps", may=Permission.PROJECTS_READ, answers=Page[ProjectSaid])
async def apps(session: Session, actor: Who, ask: Ask) -> Page[ProjectSaid]:
    """List projects whose flow can finish without people."""
    return await _page(session, actor, ask, only_apps=True)


@routes.verb("POST", "/projects", may=Permission.PROJECTS_WRITE, answers=ProjectSaid, status=201)
async def open_project(body: NewProject, session: Session, actor: Who, response: Response) -> ProjectSaid:
    """Open a project with a draft."""
    return await _one(session, actor, await actions.open_project(session, actor, **body.model_dump()), response)


@routes.verb("GET", "/projects/{project_id}", may=Permission.PROJECTS_READ, answers=ProjectSaid)
async def project(project_id: UUID, session: Session, actor: Who, response: Response) -> ProjectSaid:
    """Show one project."""
    return await _one(session, actor, await store.get(session, actor, project_id), response)


@routes.verb("PATCH", "/projects/{project_id}", may=Permission.PROJECTS_WRITE, answers=ProjectSaid)
async def change(
    project_id: UUID, body: ChangeProject, session: Session, actor: Who, response: Response, if_match: IfMatch = None
) -> ProjectSaid:
    """Change, archive or restore a project. With `If-Match`, not over somebody else's change."""
    read_tag = None if if_match in {None, "*"} else if_match.removeprefix("W/")
    changes = body.model_dump(exclude_unset=True)
    return await _one(session, actor, await actions.change(session, actor, project_id, changes, read_tag), response)


@routes.verb("DELETE", "/projects/{project_id}", may=Permission.PROJECTS_WRITE, status=204)
async def delete(project_id: UUID, session: Session, actor: Who) -> None:
    """Delete a project that has no tasks."""
    await actions.delete(session, actor, project_id)


@routes.verb("GET", "/projects/{project_id}/draft", may=Permission.PROJECTS_READ, answers=Draft)
async def draft(project_id: UUID, session: Session, actor: Who, response: Response) -> Draft:
    """Show the flow as it is being edited."""
    return _draft(await store.get(session, actor, project_id), response)


@routes.verb("PUT", "/projects/{project_id}/draft", may=Permission.PROJECTS_WRITE, answers=Draft)
async def save_draft(
    project_id: UUID, body: DraftBody, session: Session, actor: Who, response: Response, if_match: IfMatch = None
) -> Draft:
    """Save a flow that could be published. With `If-Match`, not over somebody else's."""
    saved = await actions.save_draft(session, actor, project_id, body.source, _revision(if_match))
    return _draft(saved, response)


@routes.verb("POST", "/projects/{project_id}/draft/check", may=Permission.PROJECTS_WRITE, answers=Checked)
async def check(project_id: UUID, body: DraftBody, session: Session, actor: Who) -> Checked:
    """Say what is to mend in a flow, and save nothing."""
    await store.get(session, actor, project_id)
    return Checked(problems=_problems(body.source))


@routes.verb("POST", "/projects/{project_id}/publish", may=Permission.PROJECTS_WRITE, answers=VersionSaid)
async def publish(project_id: UUID, session: Session, actor: Who, if_match: IfMatch = None) -> VersionSaid:
    """Make the draft the next version. With `If-Match`, only the draft whose ETag you read."""
    return _version(await actions.publish(session, actor, project_id, _revision(if_match)))


@routes.verb("GET", "/projects/{project_id}/versions", may=Permission.PROJECTS_READ, answers=Page[VersionSaid])
async def versions(project_id: UUID, session: Session, actor: Who, ask: Ask) -> Page[VersionSaid]:
    """List published versions, newest first."""
    found = await store.get(session, actor, project_id)
    bound = ["versions", str(project_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.versions(session, actor.workspace_id, project_id, ask.limit + 1, before[0] if before else None)
    items = [_version(row) for row in rows[: ask.limit]]
    more = write_cursor(bound, [items[-1].number]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=found.published_version or 0)


@routes.verb("GET", "/projects/{project_id}/schema", may=Permission.PROJECTS_READ, answers=SchemaSaid)
async def schema(project_id: UUID, session: Session, actor: Who) -> SchemaSaid:
    """Say what a task of the project takes, with an example, and what its steps give."""
    found = await store.get(session, actor, project_id)
    if found.published_version is None:
        raise NothingPublished(project=found.name)
    used = await version(session, actor.workspace_id, project_id, found.published_version)
    answers = {step.id: dict(step.gives) for step in used.flow.steps}
    example, prefills = used.checker.example(), Prefills(used.flow)
    its = [
        PrefillSaid(step=step, columns=list(prefills.columns_of(step)), example=prefills.example(step, example))
        for step in prefills.steps
    ]
    return SchemaSaid(input=dict(used.flow.input_schema), answers=answers, example=example, prefills=its)


async def _page(session: AsyncSession, actor: Actor, ask: PageAsk, *, only_apps: bool) -> Page[ProjectSaid]:
    bound = ["projects", str(actor.workspace_id), only_apps]
    after = read_cursor(bound, ask.cursor)
    rows = await store.listed(session, actor, ask.limit + 1, UUID(after[0]) if after else None, only_apps=only_apps)
    used = await store.in_use(session, actor.workspace_id, [row.id for row in rows])
    items = [await _said(session, actor, row, has_tasks=row.id in used) for row in rows[: ask.limit]]
    more = write_cursor(bound, [str(items[-1].id)]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count(session, actor, only_apps=only_apps))


async def _one(session: AsyncSession, actor: Actor, row: Project, response: Response) -> ProjectSaid:
    response.headers["ETag"] = actions.tag(row)
    used = await store.in_use(session, actor.workspace_id, [row.id])
    return await _said(session, actor, row, has_tasks=row.id in used)


async def _said(session: AsyncSession, actor: Actor, row: Project, *, has_tasks: bool) -> ProjectSaid:
    flow, live_source = None, None
    if row.published_version is not None:
        flow = (await version(session, actor.workspace_id, row.id, row.published_version)).flow
        live = await store.version(session, actor.workspace_id, row.id, row.published_version)
        live_source = live.source if live else None
    return ProjectSaid(
        id=row.id,
        name=row.name,
        description=row.description,
        instructions=row.instructions,
        state=ProjectState(row.state),
        published_version=row.published_version,
        is_app=row.is_app,
        is_playground=row.is_playground,
        has_changes=row.draft != live_source,
        shared_with_clients=row.shared_with_clients,
        archive_after_days=row.archive_after_days,
        ageing_hours=row.ageing_hours,
        on_reject=OnReject(row.on_reject),
        redo_step=row.redo_step,
        input_schema=dict(flow.input_schema) if flow else None,
        steps=[StepSaid(id=step.id, use=step.use, by=list(step.by)) for step in flow.steps] if flow else [],
        created_at=row.created_at,
        updated_at=row.updated_at,
        can=_can(actor, row, live_source, has_tasks=has_tasks),
    )


def _can(actor: Actor, row: Project, live_source: str | None, *, has_tasks: bool) -> dict[str, str | None]:
    not_lead = None if actor.may(Permission.PROJECTS_WRITE) else "Only owners and managers may change projects."
    same = f"The draft is what version {row.published_version} already is." if row.draft == live_source else None
    in_use = ProjectInUse(project=row.name).detail if has_tasks else None
    stays = "The playground belongs to the workspace." if row.is_playground else None
    return {
        "edit": not_lead,
        "publish": not_lead or PROJECT.why_not(row.state, "publish") or same,
        "archive": not_lead or stays or PROJECT.why_not(row.state, "archive"),
        "restore": not_lead or PROJECT.why_not(row.state, "restore"),
        "delete": not_lead or stays or in_use,
    }


def _revision(if_match: str | None) -> int | None:
    """Return the draft's revision that a caller has read; None when they do not say, or take any."""
    if if_match is None or if_match == "*":
        return None
    digits = if_match.removeprefix("W/").strip('"')
    if not digits.isdecimal() or len(digits) > REVISION_DIGITS_MAX:
        raise IfMatchUnreadable
    return int(digits)


def _draft(row: Project, response: Response) -> Draft:
    response.headers["ETag"] = f'"{row.draft_revision}"'
    return Draft(source=row.draft, revision=row.draft_revision, problems=_problems(row.draft))


def _problems(source: str) -> list[FlowProblem]:
    return [FlowProblem.model_validate(flaw.as_dict()) for flaw in flaws_of(source, kinds(), models())]


def _version(row: FlowVersion) -> VersionSaid:
    return VersionSaid(
        number=row.number,
        source=row.source,
        published_at=row.published_at,
        published_by=PublishedBy(id=row.published_by, name=row.published_by_name),
    )
