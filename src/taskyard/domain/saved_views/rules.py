"""Who may change a saved view, and how large one may be."""

from __future__ import annotations

from uuid import UUID

from taskyard.access import Actor, Permission

NAME_CHARS_MAX = 100
# What a page keeps in its address; nothing else belongs here.
QUERY_BYTES_MAX = 20_000
VIEWS_MAX = 200


def may_share(actor: Actor) -> bool:
    """Leads choose what everybody finds."""
    return actor.may(Permission.TASKS_WRITE)


def may_change(actor: Actor, member_id: UUID, *, is_shared: bool) -> bool:
    """Members change their own views; leads also those that are shared."""
    return actor.member_id == member_id or (is_shared and may_share(actor))
