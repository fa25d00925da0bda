"""Requests have an end: what is too large, too slow or says two lengths is refused, and nothing is unpacked."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from taskyard.kit.settings import Settings
from tests.builders import Person, Yard
from tests.builders.served import Served, read_all

NEW = {"name": "Receipts"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    """A server with little patience and small limits."""
    small = {"request_seconds_max": 0.5, "body_bytes_max": 10_000, "file_bytes_max": 20_000}
    with Served(settings.model_copy(update=small), database_url) as running:
        yield running


def head_and_body(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split(" ")[1]), headers, body


def request(method: str, path: str, who: Person, *, body: bytes = b"", **headers: str) -> bytes:
    named = {"Host": "testserver", "Authorization": f"Bearer {who.key}", "Connection": "close", **headers}
    lines = [
        f"{method} /api/v1{path} HTTP/1.1",
        *(f"{name.replace('_', '-')}: {value}" for name, value in named.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def refusal(answer: bytes) -> tuple[int, str]:
    status, headers, body = head_and_body(answer)
    assert headers["content-type"] == "application/problem+json"
    return status, str(json.loads(body)["code"])


async def test_a_body_that_announces_too_much_is_refused_before_it_is_read(yard: Yard) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    said = await yard.owner.post("/projects", content=body(), headers={**JSON, "Content-Length": "2000000"})
    assert (said.status, said.problem, said.refusal["limit_bytes"]) == (413, "body_too_large", 1_000_000)
    assert sent <= 2000


async def test_an_endless_body_is_refused_where_the_limit_is(yard: Yard) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 10_000
            yield b" " * 10_000

    said = await yard.owner.post("/projects", content=body(), headers=JSON)
    assert (said.status, said.problem) == (413, "body_too_large")
    assert sent <= 1_020_000


async def test_a_stranger_is_refused_before_the_body_is_read(yard: Yard) -> None:
    read: list[bool] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b""

    said = await yard.stranger.post("/projects", content=body(), headers=JSON)
    assert (said.problem, read) == ("sign_in_needed", [])


async def test_a_body_up_to_the_limit_is_read(yard: Yard) -> None:
    fitting = b'{"name": "Receipts", "instructions": "' + b"x" * 99_000 + b'"}'
    spaces = b" " * (1_000_000 - len(fitting))
    for body in (fitting + spaces, spaces + fitting):
        assert (await yard.owner.post("/projects", content=body, headers=JSON)).status == 201
    assert (await yard.owner.post("/projects", content=fitting + spaces + b" ", headers=JSON)).status == 413


async def test_endless_chunks_end_on_a_real_line(yard: Yard, served: Served) -> None:
    """The server answers and hangs up; how much more is sent is the client's affair, and it ends soon."""
    start = request("POST", "/projects", yard.owner, Content_Type="application/json", Transfer_Encoding="chunked")
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(start)
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(1000):
                line.sendall(b"3e8\r\n" + b" " * 1000 + b"\r\n")
        answer = read_all(line)
    assert not answer or refusal(answer) == (413, "body_too_large")
    assert httpx.get(f"{served.url}/health/live").status_code == 200


async def test_a_body_too_large_is_refused_on_a_real_line_without_reading_on(yard: Yard, served: Served) -> None:
    head = request("POST", "/projects", yard.owner, Content_Type="application/json", Content_Length="1000000000")
    assert refusal(served.call(head)) == (413, "body_too_large")
    head = request("POST", "/files?name=a", yard.owner, Content_Length="1000000000")
    assert refusal(served.call(head)) == (413, "file_too_large")


@pytest.mark.parametrize("sent", [b"", b'{"name"'])
async def test_a_body_that_does_not_come_is_not_waited_for_long(yard: Yard, served: Served, sent: bytes) -> None:
    head = request("POST", "/projects", yard.owner, Content_Type="application/json", Content_Length="100")
    began = time.monotonic()
    assert refusal(served.call(head + sent)) == (400, "body_too_slow")
    assert time.monotonic() - began < 5


async def test_a_body_that_drips_is_not_waited_for_long(yard: Yard, served: Served) -> None:
    head = request("POST", "/projects", yard.owner, Content_Type="application/json", Content_Length="100000")
    answered = asyncio.Event()

    def drip() -> bytes:
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
            line.sendall(head.replace(b"100000", b"9000"))
            with suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(200):
                    line.sendall(b" ")
                    if answered.is_set():
                        break
                    time.sleep(0.02)
            return read_all(line)

    assert refusal(await asyncio.to_thread(drip)) == (400, "body_too_slow")


async def test_a_length_that_says_less_ends_the_body_there(yard: Yard, served: Served) -> None:
    body = b'{"name": "Receipts"}'
    cut = request("POST", "/projects", yard.owner, Content_Type="application/json", Content_Length=str(len(body) - 1))
    status, code = refusal(served.call(cut + body))
    assert (status, code) == (400, "json_unreadable")
    assert (await yard.owner.get("/projects")).json["total"] == 1


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "9" * 30, "9" * 5000, "+5", "0x10", "5, 6"])
async def test_a_length_that_is_none_breaks_nothing(yard: Yard, served: Served, length: str) -> None:
    head = request("POST", "/projects", yard.owner, Content_Type="application/json", Content_Length=length)
    answer = served.call(head + b'{"name": "Receipts"}')
    assert not answer or head_and_body(answer)[0] in {400, 413}
    assert httpx.get(f"{served.url}/health/live").status_code == 200


async def test_two_lengths_or_two_ways_of_saying_it_are_not_mixed_up(yard: Yard, served: Served) -> None:
    smuggled = b"0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: testserver\r\n\r\n"
    head = request(
        "POST", "/projects", yard.owner, Content_Type="application/json", Content_Length=str(len(smuggled)),
        Transfer_Encoding="chunked",
    )  # fmt: skip
    answer = served.call(head + smuggled)
    assert answer.count(b"HTTP/1.1 ") <= 1


async def test_heads_have_an_end_too(yard: Yard, served: Served) -> None:
    fits = served.call(request("GET", "/me", yard.owner, X_Padding="x" * 15_000))
    padding: dict[str, Any] = {f"X_{n}": "x" * 1000 for n in range(20)}
    assert head_and_body(fits)[0] == 200
    for head in (
        request("GET", "/me", yard.owner, X_Padding="x" * 200_000),
        request("GET", "/me", yard.owner, **padding),
        request("GET", "/me?" + "x" * 20_000, yard.owner),
        request("GET", "/me", yard.owner, X_Padding="x" * 200_000).removesuffix(b"\r\n\r\n"),
    ):
        answer = served.call(head)
        assert not answer or head_and_body(answer)[0] in {400, 431}
    assert httpx.get(f"{served.url}/health/live").status_code == 200


@pytest.mark.parametrize("begun", [b"", b"GET /api", b"GET /api/v1/me HTTP/1.1\r\nHost: testserver\r\nX-Half: "])
async def test_a_head_that_does_not_come_is_not_waited_for_long(served: Served, begun: bytes) -> None:
    began = time.monotonic()
    answer = await asyncio.to_thread(served.call, begun)
    assert head_and_body(answer)[0] == 408
    assert time.monotonic() - began < 5


async def test_a_second_request_on_a_line_has_the_same_time_as_the_first(yard: Yard, served: Served) -> None:
    whole = request("GET", "/me", yard.owner, Connection="keep-alive")
    answer = await asyncio.to_thread(served.call, whole + whole + b"GET /half")
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"408"]


async def test_what_is_not_read_ends_the_line(yard: Yard, served: Served) -> None:
    """A refusal that comes before the body's end must not leave the line open for the rest of it."""
    for who, status in ((yard.owner, 413), (yard.stranger, 401)):
        head = request(
            "POST", "/projects", who, Content_Type="application/json", Content_Length="2000000", Connection="keep-alive"
        )
        code, headers, _ = head_and_body(await asyncio.to_thread(served.call, head + b" "))
        assert (code, headers["connection"]) == (status, "close")
    said = await yard.owner.post("/projects", NEW)
    assert "connection" not in said.headers


async def test_a_packed_body_is_not_unpacked(yard: Yard) -> None:
    packed = gzip.compress(b'{"name": "' + b"x" * 5_000_000 + b'"}', mtime=0)
    for encoding in ("gzip", "deflate", "br", "identity"):
        said = await yard.owner.post("/projects", content=packed, headers={**JSON, "Content-Encoding": encoding})
        assert (said.status, said.problem) == (400, "json_unreadable")


async def test_a_packed_file_is_kept_as_it_came(yard: Yard) -> None:
    packed = gzip.compress(b"text\nhello\n", mtime=0)
    made = (
        await yard.owner.post("/files", params={"name": "a.csv"}, content=packed, headers={"Content-Encoding": "gzip"})
    ).json
    assert (made["bytes"], made["media_type"]) == (len(packed), "application/gzip")
    assert (await yard.owner.get(f"/files/{made['id']}")).response.content == packed
