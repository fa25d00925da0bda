"""Forms that many routes share: strict bodies, names and pages."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from taskyard.kit.pages import PageAsk

T = TypeVar("T")


class Body(BaseModel):
    """What a client sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Said(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(from_attributes=True)


class Named(Said):
    """Something with a name, where a list needs no more of it."""

    id: UUID
    name: str


class Page(Said, Generic[T]):
    """One page of a list. `next` continues it; `total` is exact up to 100,000 and then a floor."""

    items: list[T]
    next: str | None = None
    total: int
    total_is_exact: bool = True


async def page_ask(
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=1000, description="The `next` of the page before.")] = None,
) -> PageAsk:
    """Read what a caller asks of a list."""
    return PageAsk(limit, cursor)
