"""Connections as the server sees them: what waits behind other requests, and who does not take what was asked for."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Iterator
from secrets import token_bytes

import pytest
from sqlalchemy import text

from taskyard.kit.settings import Settings
from tests.builders import Person, Yard
from tests.builders.served import Served

PATIENCE_SECONDS = 0.5


@pytest.fixture(scope="module")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    with Served(settings.model_copy(update={"request_seconds_max": PATIENCE_SECONDS}), database_url) as running:
        yield running


def head(method: str, path: str, who: Person, *more: str) -> bytes:
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: testserver", f"Authorization: Bearer {who.key}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_a_half_head_waits_with_the_request_before_it(yard: Yard, served: Served) -> None:
    """The answer that is still being made is not cut off because what came after it has a piece missing."""
    project = await yard.project()
    blocker = await yard.desk.database.begin(yard.workspace_id)
    await blocker.execute(text("SELECT 1 FROM projects WHERE id = :id FOR UPDATE"), {"id": project})
    body = b'{"name": "New"}'
    asked = head(
        "PATCH", f"/projects/{project}", yard.owner, "Content-Type: application/json", f"Content-Length: {len(body)}"
    )
    answering = asyncio.create_task(asyncio.to_thread(served.call, asked + body + b"GET /half"))
    # Held for longer than a head may take: only after that is the first request answered.
    await asyncio.sleep(2 * PATIENCE_SECONDS)
    await yard.desk.database.rollback(blocker)
    assert re.findall(rb"HTTP/1.1 (\d+)", await answering) == [b"200", b"408"]


async def test_who_does_not_take_what_was_asked_for_is_hung_up_on(yard: Yard, served: Served) -> None:
    file = await yard.file(token_bytes(20_000_000), "noise.bin")
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(head("GET", f"/files/{file}", yard.owner))
        assert line.recv(12) == b"HTTP/1.1 200"
        ended = asyncio.get_running_loop().time() + 20
        while served.connections:
            assert asyncio.get_running_loop().time() < ended, "the server still waits for a reader who does not read"
            await asyncio.sleep(0.05)
    # Whoever reads gets all of it, however long it takes in the end.
    whole = await asyncio.to_thread(served.call, head("GET", f"/files/{file}", yard.owner, "Connection: close"))
    assert len(whole) > 20_000_000


async def test_who_takes_it_slowly_is_waited_for(yard: Yard, served: Served) -> None:
    file = await yard.file(token_bytes(12_000_000), "noise.bin")

    def slowly() -> int:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            line.settimeout(10)
            line.connect(("127.0.0.1", served.port))
            line.sendall(head("GET", f"/files/{file}", yard.owner, "Connection: close"))
            length = 0
            while piece := line.recv(200_000):
                length += len(piece)
                time.sleep(len(piece) / 5_000_000)  # a line of five megabytes a second
            return length

    assert await asyncio.to_thread(slowly) > 12_000_000
