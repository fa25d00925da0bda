"""A receiver of callbacks: it speaks HTTP on a port of this machine, keeps what it got, and answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nthanks"
SILENCE = b""


@dataclass(frozen=True)
class Got:
    """One request, as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Return the id of the event."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """Return what it says."""
        return json.loads(self.body)

    @property
    def type(self) -> str:
        """Return what happened."""
        return str(self.json["type"])

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature as a receiver does, by the Standard Webhooks scheme."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
        given = [part.partition(",") for part in self.headers["webhook-signature"].split(" ")]
        return any(version == "v1" and hmac.compare_digest(wanted, value) for version, _, value in given)


class Receiver:
    """What stands at the other end. `answers` are given one after the other, then 200."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: deque[bytes] = deque()
        self.port = 0

    @property
    def url(self) -> str:
        """Return the address to give to tasks."""
        return f"http://127.0.0.1:{self.port}/told?by=taskyard"

    @property
    def types(self) -> list[str]:
        """Return what was told, in the order in which it came."""
        return [got.type for got in self.got]

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Have the next request answered so."""
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{named}Connection: close\r\n\r\n"
        self.answers.append(head.encode() + body)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append(Got(line, headers, body))
            answer = self.answers.popleft() if self.answers else OK
            if answer == SILENCE:
                await reader.read()  # until the other side has had enough
            writer.write(answer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
