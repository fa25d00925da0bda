"""Listeners to live streams, and facts to be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from taskyard import ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.ledger import Fact
from taskyard.web.streams import Told
from tests.builders.people import Person
from tests.builders.yard import Yard

# Long enough for a model that is loaded for the first time on a busy machine.
SOON = 30.0


class Listener:
    """Somebody who follows a stream and expects what comes next."""

    def __init__(self, events: AsyncIterator[Told]) -> None:
        self._events = events
        self.heard: list[Told] = []

    async def next(self) -> Told:
        """Return the next event; fails when none comes."""
        told = await asyncio.wait_for(anext(self._events), SOON)
        self.heard.append(told)
        return told

    async def until(self, event: str) -> Told:
        """Return the next event of a name."""
        while (told := await self.next()).event != event:
            pass
        return told

    async def facts(self, name: str) -> list[dict[str, Any]]:
        """Listen until a fact of this name is told; return all that were told until then."""
        found: list[dict[str, Any]] = []
        while name not in {fact["name"] for fact in found}:
            found += (await self.until("facts")).data["facts"]
        return found

    async def is_over(self) -> bool:
        """Say whether the stream has ended."""
        try:
            await self.next()
        except StopAsyncIteration:
            return True
        return False


def acting(yard: Yard, who: Person) -> Actor:
    """Return somebody as the streams know them."""
    return Actor(yard.workspace_id, ActorKind.KEY, "listener", UUID(who.member_id), None, Role(who.role))


async def say(yard: Yard, name: str, **about: Any) -> None:
    """Record a fact in a transaction of its own."""
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        ledger.record(session, Fact(f"test.{name}", name, **about), by=yard.actor)
