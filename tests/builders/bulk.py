"""Bulk work of a yard: asked for, done as a worker does it, and looked at."""

from __future__ import annotations

from typing import Any

from taskyard.domain import bulk
from taskyard.kit.settings import Settings
from tests.builders import Person, Yard

ENDED = {"completed", "completed_with_refusals", "failed", "cancelled", "undone"}


async def ask(who: Person, action: str, selection: Any, **arguments: Any) -> Any:
    """Ask for an action, on ids or on a filter."""
    dry = arguments.pop("dry_run", False)
    chosen = {"ids": selection} if isinstance(selection, list) else {"filter": selection}
    body = {"action": action, "selection": chosen, "arguments": arguments, "dry_run": dry}
    return await who.post("/bulk", body)


async def enter(yard: Yard, settings: Settings, done: dict[str, Any]) -> dict[str, Any]:
    """Do what a worker does with the chore of a bulk operation; return how it ended."""
    (chore,) = bulk.chores(yard.desk.database, settings)
    await chore.enter(workspace_id=str(yard.workspace_id), bulk_id=done["id"])
    found: dict[str, Any] = (await yard.owner.get(f"/bulk/{done['id']}")).json
    return found


async def did(yard: Yard, settings: Settings, action: str, selection: Any, **arguments: Any) -> dict[str, Any]:
    """Ask as the owner, and have it done; return how it ended."""
    return await enter(yard, settings, (await ask(yard.owner, action, selection, **arguments)).json)


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return done, unchanged, refused, failed."""
    return done["done"], done["unchanged"], done["refused"], done["failed"]


def codes(done: dict[str, Any]) -> dict[str, int]:
    """Return how many were refused for which reason."""
    return {reason["code"]: reason["count"] for reason in done["reasons"]}


async def shown(yard: Yard, task: str) -> dict[str, Any]:
    """Return the page of a task."""
    found: dict[str, Any] = (await yard.owner.get(f"/tasks/{task}")).json
    return found


async def told(yard: Yard, task: str) -> list[str]:
    """Return the timeline of a task, newest first."""
    return [fact["says"] for fact in (await yard.owner.get(f"/tasks/{task}/timeline")).json["items"]]
