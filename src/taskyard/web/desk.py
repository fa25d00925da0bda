"""What one process has at hand to answer requests; made by the assembly, read by routes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from taskyard.access import Actor
from taskyard.kit.db.engine import Database
from taskyard.kit.places import Places
from taskyard.kit.settings import Settings
from taskyard.ledger import Hub

if TYPE_CHECKING:
    from taskyard.gateways.objects import ObjectStore
    from taskyard.gateways.pictures import Pictures

# A revoked key or session is dead everywhere after this time, at once in the process that revoked it.
CALLER_SECONDS = 2.0
CALLERS_MAX = 10_000


class Credential(NamedTuple):
    """What a caller showed: a session's cookie or a key, with the workspace it names."""

    is_key: bool
    workspace_id: UUID
    digest: bytes


class Caller(NamedTuple):
    """Who a credential turned out to be; `csrf` is set for sessions."""

    actor: Actor
    csrf: str | None


Identify = Callable[[AsyncSession, Credential], Awaitable[Caller | None]]


@dataclass
class Desk:
    """Everything a route may use that is not in the request."""

    settings: Settings
    database: Database
    hub: Hub
    identify: Identify
    objects: ObjectStore
    pictures: Pictures
    exporting: Places = field(init=False)
    _callers: dict[bytes, tuple[float, Caller]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Each holds a connection for as long as its reader takes; half of them stay for everybody else.
        in_all = max(1, self.settings.database_connections // 2)
        self.exporting = Places(self.settings.exports_at_once, in_all)

    async def who(self, credential: Credential) -> Caller | None:
        """Return the caller, remembered for two seconds so that most requests ask the database nothing."""
        found = self._callers.get(credential.digest)
        if found and found[0] > time.monotonic():
            return found[1]
        async with self.database.transaction(credential.workspace_id) as session:
            caller = await self.identify(session, credential)
        if caller is not None:
            if len(self._callers) >= CALLERS_MAX:
                self._callers.clear()
            self._callers[credential.digest] = (time.monotonic() + CALLER_SECONDS, caller)
        return caller

    def forget_callers(self) -> None:
        """Ask the database again for everyone: a credential or a role has changed."""
        self._callers.clear()


def desk_of(connection: HTTPConnection) -> Desk:
    """Return the process's desk."""
    desk: Desk = connection.app.state.desk
    return desk
