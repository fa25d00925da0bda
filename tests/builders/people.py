"""Somebody who speaks to the API, and what they are told."""

from __future__ import annotations

from typing import Any

import httpx

PREFIX = "/api/v1"


class Said:
    """An answer of the API."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers

    @property
    def json(self) -> Any:
        """Return the body, or fail the test with it when the API refused."""
        assert self.status < 400, f"{self.status}: {self.response.text[:2000]}"
        return self.response.json()

    @property
    def problem(self) -> str:
        """Return the code of the refusal, or fail the test when there was none."""
        assert self.status >= 400, f"{self.status}: {self.response.text[:500]}"
        assert self.response.headers["content-type"] == "application/problem+json"
        body = self.response.json()
        assert body["status"] == self.status
        return str(body["code"])

    @property
    def refusal(self) -> dict[str, Any]:
        """Return the whole refusal."""
        assert self.problem
        found: dict[str, Any] = self.response.json()
        return found


class Person:
    """One caller: a member behind a key, or somebody without one."""

    def __init__(self, client: httpx.AsyncClient, key: str | None, member_id: str = "", role: str = "") -> None:
        self._client = client
        self.key = key
        self.member_id = member_id
        self.role = role

    async def ask(self, method: str, path: str, **named: Any) -> Said:
        """Send one request under `/api/v1`."""
        headers = {**({"Authorization": f"Bearer {self.key}"} if self.key else {}), **named.pop("headers", {})}
        return Said(await self._client.request(method, PREFIX + path, headers=headers, **named))

    async def get(self, path: str, **named: Any) -> Said:
        """Send a GET."""
        return await self.ask("GET", path, **named)

    async def post(self, path: str, json: Any = None, **named: Any) -> Said:
        """Send a POST."""
        return await self.ask("POST", path, **({"json": json} if json is not None else {}), **named)

    async def put(self, path: str, json: Any = None, **named: Any) -> Said:
        """Send a PUT."""
        return await self.ask("PUT", path, json=json, **named)

    async def patch(self, path: str, json: Any = None, **named: Any) -> Said:
        """Send a PATCH."""
        return await self.ask("PATCH", path, json=json, **named)

    async def delete(self, path: str, **named: Any) -> Said:
        """Send a DELETE."""
        return await self.ask("DELETE", path, **named)
