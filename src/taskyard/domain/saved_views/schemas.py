"""Bodies in and out about saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from taskyard.access import Actor
from taskyard.domain.saved_views.rules import NAME_CHARS_MAX, may_change
from taskyard.domain.saved_views.tables import SavedView
from taskyard.web.bodies import Body, Named, Said

Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"\S")]


class NewView(Body):
    """A view to keep: `query` as the page keeps it in its address."""

    name: Name
    query: dict[str, Any]
    shared: bool = False


class ChangeView(Body):
    """What is to be different about a view; what is left out stays."""

    name: Name | None = None
    query: dict[str, Any] | None = None
    shared: bool | None = None


class ViewSaid(Said):
    """A saved view."""

    id: UUID
    name: str
    query: dict[str, Any]
    shared: bool
    mine: bool
    may_change: bool
    by: Named
    created_at: datetime

    @classmethod
    def of(cls, view: SavedView, whose: str, actor: Actor) -> Self:
        """Return what is said of a row to somebody."""
        return cls(
            id=view.id,
            name=view.name,
            query=view.query,
            shared=view.is_shared,
            mine=view.member_id == actor.member_id,
            may_change=may_change(actor, view.member_id, is_shared=view.is_shared),
            by=Named(id=view.member_id, name=whose),
            created_at=view.created_at,
        )


class ViewsSaid(Said):
    """All views somebody finds, by name."""

    items: list[ViewSaid]
