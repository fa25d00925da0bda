"""One request is one transaction, with the idempotency record inside it."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from taskyard.access import Actor
from taskyard.kit.db.direct import fetch, with_commit
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
            if self._key is None or self._actor is None:
                self._session = await self._database.begin(self._actor.workspace_id if self._actor else None)
            else:
                await self._begin_with_key(self._actor, self._key)
        assert self._session is not None  # noqa: S101 - each way above has opened it
        return self._session

    def covers(self, *parts: str) -> None:
        """Make a streamed body part of what its idempotency key stands for. Call it before the transaction opens."""
        self._fingerprint = hashlib.sha256(b"\0".join([self._fingerprint, *map(str.encode, parts)])).digest()

    async def commit(self, response: Response, without: str | None = None) -> None:
        """Keep everything, the answer included; of a field that is shown only once, that it was there."""
        if self._session is None:
            return
        session, self._session = self._session, None
        if self._key is not None and self._actor is not None:
            with_commit(session, _ANSWERED, {**_name(self._actor, self._key), **_kept(response, without)})
        await self._database.commit(session)

    async def rollback(self) -> None:
        """Forget everything."""
        if self._session is not None:
            session, self._session = self._session, None
            await self._database.rollback(session)

    async def _begin_with_key(self, actor: Actor, key: str) -> None:
        name = _name(actor, key)
        try:
            # A twin in flight holds the row: this waits for its end, at most as long as for any lock.
            self._session, claimed = await self._database.begin_with(
                actor.workspace_id, _CLAIM, {**name, "fingerprint": self._fingerprint}
            )
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise TwinInFlight from error
            raise
        if claimed:
            return
        (row,) = await fetch(self._session, _FIND, name)
        if row.fingerprint != self._fingerprint:
            raise KeyUsedForAnother
        raise Replay(Response(row.body, row.status, {**row.headers, "Idempotency-Replayed": "true"}))


def _name(actor: Actor, key: str) -> dict[str, Any]:
    return {"workspace_id": actor.workspace_id, "member_id": actor.member_id, "key": key}


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> bytes:
    """Return what makes two requests the same request."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), query, body])).digest()


def _kept(response: Response, without: str | None) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in REPLAYED_HEADERS if name in response.headers}
    body = bytes(getattr(response, "body", b""))
    if without is not None:
        body = orjson.dumps({**orjson.loads(body), without: None})
    return {
        "status": response.status_code,
        "headers": orjson.dumps(headers).decode(),
        "body": body,
    }


_CLAIM = """
    INSERT INTO idempotency_keys (workspace_id, member_id, key, fingerprint)
    VALUES (%(workspace_id)s, %(member_id)s, %(key)s, %(fingerprint)s)
    ON CONFLICT (workspace_id, member_id, key) DO NOTHING RETURNING key
"""
_FIND = """
    SELECT fingerprint, status, headers, body FROM idempotency_keys
    WHERE workspace_id = %(workspace_id)s AND member_id = %(member_id)s AND key = %(key)s
"""
_ANSWERED = """
    UPDATE idempotency_keys SET status = %(status)s, headers = CAST(%(headers)s AS jsonb), body = %(body)s
    WHERE workspace_id = %(workspace_id)s AND member_id = %(member_id)s AND key = %(key)s
"""
