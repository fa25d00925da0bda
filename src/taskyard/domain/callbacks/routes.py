"""HTTP about callbacks: what was told of a task, sending it again, and the secret."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from taskyard.access import Permission
from taskyard.domain import tasks
from taskyard.domain.callbacks import actions, store
from taskyard.domain.callbacks.schemas import CallbackSecretSaid, DeliverySaid
from taskyard.kit.pages import PageAsk, read_cursor, write_cursor
from taskyard.web import Router, Session, Who
from taskyard.web.bodies import Page, page_ask

routes = Router(noun="callbacks")
Ask = Annotated[PageAsk, Depends(page_ask)]


@routes.verb("GET", "/tasks/{task_id}/deliveries", may=Permission.CALLBACKS_READ, answers=Page[DeliverySaid])
async def deliveries(task_id: UUID, session: Session, actor: Who, ask: Ask) -> Page[DeliverySaid]:
    """List what is told to the callback URL of a task, newest first, with every attempt."""
    here = actor.workspace_id
    await tasks.get(session, here, task_id)
    bound = ["deliveries", str(task_id)]
    before = read_cursor(bound, ask.cursor)
    rows = await store.of_task(session, here, task_id, ask.limit + 1, before[0] if before else None)
    shown = rows[: ask.limit]
    attempts = await store.attempts_at(session, here, [row.id for row in shown])
    items = [DeliverySaid.of(row, attempts.get(row.id, ())) for row in shown]
    more = write_cursor(bound, [shown[-1].number]) if len(rows) > ask.limit else None
    return Page(items=items, next=more, total=await store.count_of_task(session, here, task_id))


@routes.verb("POST", "/deliveries/{delivery_id}/send-again", may=Permission.CALLBACKS_WRITE, answers=DeliverySaid)
async def send_again(delivery_id: UUID, session: Session, actor: Who) -> DeliverySaid:
    """Send an event once more, now, under the same `webhook-id`; then it is tried as long as a new one."""
    delivery = await actions.send_again(session, actor, delivery_id)
    attempts = await store.attempts_at(session, actor.workspace_id, [delivery_id])
    return DeliverySaid.of(delivery, attempts.get(delivery_id, ()))


@routes.verb("GET", "/callbacks/secret", may=Permission.CALLBACKS_SECRET, answers=CallbackSecretSaid)
async def secret(session: Session, actor: Who) -> CallbackSecretSaid:
    """Show the secret that the callbacks of this workspace are signed with."""
    return CallbackSecretSaid.of(await store.secret(session, actor.workspace_id, actions.new_secret()))


@routes.verb(
    "POST",
    "/callbacks/secret/rotate",
    may=Permission.CALLBACKS_SECRET,
    answers=CallbackSecretSaid,
    shows_once="secret",
)
async def rotate(session: Session, actor: Who) -> CallbackSecretSaid:
    """Make another secret. For a day callbacks are signed with both, then with the new one alone."""
    return CallbackSecretSaid.of(await actions.rotate_secret(session, actor))
