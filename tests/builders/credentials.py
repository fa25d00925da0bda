"""What is shown to be let in, and the wait for it to stop working."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from taskyard.web.desk import CALLER_SECONDS
from tests.builders.browser import PASSWORD


def entry(email: str, password: str = PASSWORD) -> dict[str, Any]:
    """Return what is sent to sign in."""
    return {"email": email, "password": password}


async def dead(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Wait until a credential no longer works; none that is shown after the time it is remembered for may."""
    clock = asyncio.get_running_loop().time
    revoked_at = clock()
    while True:
        sent_at = clock()
        if (await client.get("/api/v1/me", headers=headers)).status_code == 401:
            return
        assert sent_at <= revoked_at + CALLER_SECONDS, "it still works"
        await asyncio.sleep(0.1)
