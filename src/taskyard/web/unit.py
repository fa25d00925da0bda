"""One request is one transaction, with the idempotency record inside it."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from taskyard.access import Actor
from taskyard.kit.db.engine import Database
from taskyard.web.problems import KeyUnusable, KeyUsedForAnother, TwinInFlight

KEY_LENGTH_MAX = 255
REPLAYED_HEADERS = ("content-type", "location", "etag")
LOCK_NOT_AVAILABLE = "55P03"


class Replay(Exception):  # noqa: N818 - it is an answer, not an error
    """The request was answered before; this is the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


class Unit:
    """The transaction of one request: opened when first needed, committed before the answer leaves."""

    def __init__(self, database: Database, actor: Actor | None, key: str | None, fingerprint: bytes) -> None:
        if key is not None and not (0 < len(key) <= KEY_LENGTH_MAX and key.isprintable()):
            raise KeyUnusable
        self._database = database
        self._actor = actor
        self._key = key if actor and actor.member_id else None
        self._fingerprint = fingerprint
        self._session: AsyncSession | None = None

    async def session(self) -> AsyncSession:
        """Return the transaction. Opens it, and may raise Replay when the key was answered before.

        Routes that read a long body call this after the last byte, so that no transaction waits for the network.
        """
        if self._session is None:
            self._session = await self._database.begin(self._actor.workspace_id if self._actor else None)
            if self._key is not None:
                await self._claim_key(self._session, self._key)
        return self._session

    def covers(self, *parts: str) -> None:
        """Make a streamed body part of what its idempotency key stands for. Call it before the transaction opens."""
        self._fingerprint = hashlib.sha256(b"\0".join([self._fingerprint, *map(str.encode, parts)])).digest()

    async def commit(self, response: Response) -> None:
        """Keep everything, the answer included."""
        if self._session is None:
            return
        session, self._session = self._session, None
        if self._key is not None:
            await session.execute(_ANSWERED, {**self._name(self._key), **_kept(response)})
        await self._database.commit(session)

    async def rollback(self) -> None:
        """Forget everything."""
        if self._session is not None:
            session, self._session = self._session, None
            await self._database.rollback(session)

    async def _claim_key(self, session: AsyncSession, key: str) -> None:
        name = self._name(key)
        try:
            # A twin in flight holds the row: this waits for its end, at most as long as for any lock.
            claimed = (await session.execute(_CLAIM, {**name, "fingerprint": self._fingerprint})).first()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise TwinInFlight from error
            raise
        if claimed:
            return
        row = (await session.execute(_FIND, name)).one()
        if bytes(row.fingerprint) != self._fingerprint:
            raise KeyUsedForAnother
        raise Replay(Response(bytes(row.body), row.status, {**row.headers, "Idempotency-Replayed": "true"}))

    def _name(self, key: str) -> dict[str, UUID | str | None]:
        actor = self._actor
        return {
            "workspace_id": actor.workspace_id if actor else None,
            "member_id": actor.member_id if actor else None,
            "key": key,
        }


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> bytes:
    """Return what makes two requests the same request."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), query, body])).digest()


def _kept(response: Response) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers}
    return {
        "status": response.status_code,
        "headers": orjson.dumps(headers).decode(),
        "body": bytes(getattr(response, "body", b"")),
    }


_CLAIM = text("""
    INSERT INTO idempotency_keys (workspace_id, member_id, key, fingerprint)
    VALUES (:workspace_id, :member_id, :key, :fingerprint)
    ON CONFLICT (workspace_id, member_id, key) DO NOTHING RETURNING key
""")
_FIND = text("""
    SELECT fingerprint, status, headers, body FROM idempotency_keys
    WHERE workspace_id = :workspace_id AND member_id = :member_id AND key = :key
""")
_ANSWERED = text("""
    UPDATE idempotency_keys SET status = :status, headers = CAST(:headers AS jsonb), body = :body
    WHERE workspace_id = :workspace_id AND member_id = :member_id AND key = :key
""")
