"""HTTP about saved views."""

from __future__ import annotations

from uuid import UUID

from taskyard.access import Permission
from taskyard.domain.saved_views import actions, store
from taskyard.domain.saved_views.schemas import ChangeView, NewView, ViewSaid, ViewsSaid
from taskyard.web import Router, Session, Who

routes = Router(prefix="/views", noun="views")


@routes.verb("GET", "", may=Permission.TASKS_READ, answers=ViewsSaid)
async def views(session: Session, actor: Who) -> ViewsSaid:
    """List my saved views and those shared with everybody."""
    return ViewsSaid(items=[ViewSaid.of(*listed, actor) for listed in await store.listed(session, actor)])


@routes.verb("POST", "", may=Permission.TASKS_READ, answers=ViewSaid, status=201)
async def save(body: NewView, session: Session, actor: Who) -> ViewSaid:
    """Keep a view of the list of tasks under a name; leads may share it with everybody."""
    return ViewSaid.of(*await actions.save(session, actor, body.name, body.query, is_shared=body.shared), actor)


@routes.verb("PATCH", "/{view_id}", may=Permission.TASKS_READ, answers=ViewSaid)
async def change(view_id: UUID, body: ChangeView, session: Session, actor: Who) -> ViewSaid:
    """Rename a view, let it ask for something else, or share it."""
    changed = await actions.change(session, actor, view_id, name=body.name, query=body.query, is_shared=body.shared)
    return ViewSaid.of(*changed, actor)


@routes.verb("DELETE", "/{view_id}", may=Permission.TASKS_READ, status=204)
async def delete(view_id: UUID, session: Session, actor: Who) -> None:
    """Delete a view."""
    await actions.delete(session, actor, view_id)
