"""Which tasks an actor sees: leads all, clients what is shared, reviewers their queues, annotators their own work."""

from __future__ import annotations

from typing import Any

from taskyard.access import Actor, Permission, Role
from taskyard.domain.tasks import SHARED

_OWN = """ (tasks.created_by = :me OR EXISTS (
    SELECT 1 FROM reservations AS mine WHERE mine.workspace_id = :workspace_id
    AND mine.member_id = :me AND mine.task_id = tasks.id))"""
_QUEUES = """ (tasks.created_by = :me OR EXISTS (
    SELECT 1 FROM step_runs AS turn WHERE turn.workspace_id = :workspace_id AND turn.task_id = tasks.id
    AND turn.performer = 'people' AND (turn.roles IS NULL OR 'reviewer' = ANY(turn.roles))))"""


def visible(actor: Actor) -> str | None:
    """Return the condition on `tasks`, or None for leads, who see the whole workspace."""
    return {Role.ANNOTATOR: _OWN, Role.REVIEWER: _QUEUES, Role.CLIENT: SHARED}.get(actor.role or Role.CLIENT)


def bindings(actor: Actor) -> dict[str, Any]:
    """Return the values the condition names."""
    return {
        "workspace_id": actor.workspace_id,
        "me": actor.member_id,
        # Who works on what, how long and for how much, is for leads to see.
        "is_lead": actor.may(Permission.TASKS_WRITE),
    }
