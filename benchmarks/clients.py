"""Clients lean enough not to eat the figures: bare sockets, prepared headers, one thread a person.

As a program it is the crowd of the hand-out workload, a process of its own: `clients.py PORT SECONDS < keys`.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

API = "/api/v1"
ANSWERS = ({"labels": ["question"]}, {"labels": ["problem"]}, {"labels": ["praise"]})
RECEIVE_BYTES = 262_144


class Refused(Exception):  # noqa: N818 - named as it is everywhere here
    """The server said no, or something that is not HTTP."""


class Line:
    """One kept-alive connection of one caller. Reads answers with a length or in chunks, and nothing else of HTTP."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tail = f"\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n".encode()
        self._ahead = b""

    def ask(self, method: str, path: str, body: bytes = b"", media_type: str = "application/json") -> tuple[int, bytes]:
        """Send one request and return its status and body."""
        self._send(method, path, body, media_type)
        status, length = self._head()
        if length is None:
            return status, b"".join(self._chunks())
        return status, self._exactly(length)

    def stream(self, path: str) -> Iterator[bytes]:
        """Send a GET and yield its body as it comes."""
        self._send("GET", path, b"", "")
        status, length = self._head()
        if status != 200:
            raise Refused(f"GET {path} was answered {status}")
        yield from self._chunks() if length is None else iter([self._exactly(length)])

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request and return what it was answered, or raise."""
        status, said = self.ask(method, path, b"" if body is None else json.dumps(body).encode())
        if status >= 400:
            raise Refused(f"{method} {path} was answered {status}: {said[:2000].decode()}")
        return json.loads(said) if said else None

    def send_file(self, path: str, file: Path, media_type: str) -> Any:
        """Send a file, which is never held as a whole, and return what it was answered, or raise."""
        with file.open("rb") as content:
            head = f"POST {API}{path} HTTP/1.1".encode() + self._tail
            head += f"Content-Type: {media_type}\r\nContent-Length: {file.stat().st_size}\r\n\r\n".encode()
            self._socket.sendall(head)
            self._socket.sendfile(content)
        status, length = self._head()
        said = b"".join(self._chunks()) if length is None else self._exactly(length)
        if status >= 400:
            raise Refused(f"POST {path} was answered {status}: {said[:2000].decode()}")
        return json.loads(said)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _send(self, method: str, path: str, body: bytes, media_type: str) -> None:
        head = f"{method} {API}{path} HTTP/1.1".encode() + self._tail
        if method == "POST":
            head += b"Idempotency-Key: " + uuid4().hex.encode() + b"\r\n"
        if body:
            head += f"Content-Type: {media_type}\r\n".encode()
        head += b"Content-Length: %d\r\n\r\n" % len(body)
        self._socket.sendall(head + body if len(body) < RECEIVE_BYTES else head)
        if len(body) >= RECEIVE_BYTES:
            self._socket.sendall(body)

    def _head(self) -> tuple[int, int | None]:
        while (end := self._ahead.find(b"\r\n\r\n")) < 0:
            self._receive()
        head, self._ahead = self._ahead[:end].lower(), self._ahead[end + 4 :]
        status = int(head[9:12])
        if b"\r\ntransfer-encoding: chunked" in head:
            return status, None
        at = head.find(b"\r\ncontent-length:")
        return status, int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0

    def _chunks(self) -> Iterator[bytes]:
        while True:
            while (end := self._ahead.find(b"\r\n")) < 0:
                self._receive()
            size, self._ahead = int(self._ahead[:end], 16), self._ahead[end + 2 :]
            chunk = self._exactly(size + 2)[:-2]
            if not size:
                return
            yield chunk

    def _exactly(self, size: int) -> bytes:
        parts, missing = [self._ahead], size - len(self._ahead)
        while missing > 0:
            parts.append(self._socket.recv(RECEIVE_BYTES))
            if not parts[-1]:
                raise Refused("the server hung up")
            missing -= len(parts[-1])
        whole = b"".join(parts)
        self._ahead = whole[size:]
        return whole[:size]

    def _receive(self) -> None:
        part = self._socket.recv(RECEIVE_BYTES)
        if not part:
            raise Refused("the server hung up")
        self._ahead += part


@dataclass
class Tally:
    """What one person did: milliseconds of each request, and the step runs they were handed."""

    next_ms: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)
    step_runs: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    ran_dry: bool = False


def work(port: int, key: str, until: float, gate: threading.Barrier, tally: Tally) -> None:
    """Take and answer until the time is up or nothing is left."""
    line = Line(port, key)
    # The first request of a connection is not what a person at work waits for.
    line.json("GET", "/me")
    gate.wait()
    until += time.perf_counter()
    while (began := time.perf_counter()) < until:
        status, said = line.ask("POST", "/next", b"{}")
        taken = time.perf_counter()
        if status != 200:
            tally.ran_dry = status == 204
            tally.refusals += [] if tally.ran_dry else [said.decode()]
            break
        hold = json.loads(said)
        reservation, step_run = hold["reservation"]["id"], hold["step_run"]["id"]
        answer = ANSWERS[len(tally.step_runs) % len(ANSWERS)]
        body = json.dumps({"token": hold["reservation"]["token"], "answer": answer}).encode()
        thought = time.perf_counter()
        status, said = line.ask("POST", f"/reservations/{reservation}/submit", body)
        if status != 200:
            tally.refusals.append(said.decode())
            break
        tally.next_ms.append((taken - began) * 1000)
        tally.submit_ms.append((time.perf_counter() - thought) * 1000)
        tally.step_runs.append(step_run)
    line.close()


def crowd(port: int, seconds: float, keys: list[str]) -> dict[str, Any]:
    """Have one person a key work at once, and return what all of them did."""
    tallies = [Tally() for _ in keys]
    gate = threading.Barrier(len(keys) + 1)
    people = [
        threading.Thread(target=work, args=(port, key, seconds, gate, tally))
        for key, tally in zip(keys, tallies, strict=True)
    ]
    for person in people:
        person.start()
    gate.wait()
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    for person in people:
        person.join()
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime,
        "next_ms": [ms for tally in tallies for ms in tally.next_ms],
        "submit_ms": [ms for tally in tallies for ms in tally.submit_ms],
        "step_runs": [step_run for tally in tallies for step_run in tally.step_runs],
        "refusals": [said for tally in tallies for said in tally.refusals],
        "ran_dry": any(tally.ran_dry for tally in tallies),
    }


if __name__ == "__main__":
    json.dump(crowd(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.read().split()), sys.stdout)
