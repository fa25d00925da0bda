"""The one way out: requests to addresses that users gave, held to the open network, to a time and to a size."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from taskyard import __version__
from taskyard.kit.addresses import Address, is_public, literal
from taskyard.kit.problems import Kind, Problem

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
# Of an answer no more is read than what people are shown of it.
HEAD_BYTES = 1000
HEAD_SECONDS = 2.0
ADDRESSES_MAX = 3


class NotReached(Problem):
    """{why}."""

    kind = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, the first bytes, and the seconds it asks to be left alone for."""

    status: int
    head: bytes
    retry_after: float | None


class Outgoing:
    """Sends to addresses that users gave. Each request goes to the very address that was looked at, and nowhere else.

    Redirects are not followed, no connection is used twice, no proxy or password of the environment is taken.
    """

    def __init__(self, *, seconds_max: float, may_be_private: bool, at_once: int) -> None:
        self._seconds_max = seconds_max
        self._may_be_private = may_be_private
        # Threads of their own: a name server that does not answer holds up nobody else.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="resolve")
        self._made: httpx.AsyncClient | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body; refuse with NotReached, in words, when no answer comes of it in time."""
        import httpx

        try:
            async with asyncio.timeout(self._seconds_max):
                return await self._post(httpx.URL(url), body, headers)
        except TimeoutError:
            raise NotReached(why=f"It did not answer within {self._seconds_max:g} seconds") from None
        except httpx.TimeoutException:
            raise NotReached(why=f"No connection to it within {CONNECT_SECONDS:g} seconds") from None
        except httpx.ConnectError as error:
            raise NotReached(why=_no_connection(error)) from None
        except httpx.RemoteProtocolError as error:
            raise NotReached(why=f"It did not answer as HTTP has it: {error}") from None
        except httpx.TransportError as error:
            raise NotReached(why=f"The connection broke: {error or type(error).__name__}") from None
        except (httpx.InvalidURL, UnicodeError) as error:
            raise NotReached(why=f"The address cannot be read: {error}") from None

    async def close(self) -> None:
        """Give connections and threads back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._made is not None:
            await self._made.aclose()

    async def _post(self, url: httpx.URL, body: bytes, headers: Mapping[str, str]) -> Reply:
        import httpx

        host = url.raw_host.decode("ascii")
        addresses = await self._addresses(host, url.port or (443 if url.scheme == "https" else 80))
        for number, address in enumerate(addresses, start=1):
            try:
                return await self._post_to(address, host, url, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise NotReached(why=f"{host} stands for no address")

    async def _post_to(
        self, address: Address, host: str, url: httpx.URL, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        client = self._client()
        # To the address that was looked at; the name goes into the header, and is what a certificate is held against.
        request = client.build_request(
            "POST",
            url.copy_with(host=str(address), fragment=None),
            content=body,
            headers={**headers, "host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": host},
        )
        response = await client.send(request, stream=True)
        try:
            head = await _head_of(response)
        finally:
            await response.aclose()
        return Reply(response.status_code, head, _retry_after(response.headers.get("retry-after")))

    def _client(self) -> httpx.AsyncClient:
        import httpx

        if self._made is None:
            self._made = httpx.AsyncClient(
                verify=httpx.create_ssl_context(),
                trust_env=False,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
                headers={"user-agent": f"Taskyard/{__version__}", "accept-encoding": "identity", "accept": "*/*"},
            )
        return self._made

    async def _addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses a host stands for that a request may go to."""
        written = literal(host)
        found = [written] if written is not None else await self._resolved(host, port)
        allowed = [address for address in found if self._may_be_private or is_public(address)]
        if found and not allowed:
            raise NotReached(why=f"{host} stands for an address of a private network: nothing is sent there")
        return allowed[:ADDRESSES_MAX]

    async def _resolved(self, host: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        try:
            rows = await loop.run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except OSError as error:
            raise NotReached(why=f"{host} stands for no address: {error.strerror or error}") from None
        found = [literal(str(row[4][0])) for row in rows]
        return list(dict.fromkeys(address for address in found if address is not None))


async def _head_of(response: httpx.Response) -> bytes:
    """Read how an answer begins. The status is known: whatever is wrong with the rest changes nothing."""
    import httpx

    head = bytearray()
    with suppress(TimeoutError, httpx.TransportError, httpx.StreamError):
        async with asyncio.timeout(HEAD_SECONDS):
            async for piece in response.aiter_raw():
                head += piece
                if len(head) >= HEAD_BYTES:
                    break
    return bytes(head[:HEAD_BYTES])


def _no_connection(error: Exception) -> str:
    said = str(error)
    if "CERTIFICATE" in said or "SSL" in said:
        return f"Its certificate was refused: {said.partition('] ')[2] or said}"
    return f"No connection to it: {said or type(error).__name__}"


def _retry_after(said: str | None) -> float | None:
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said.strip()[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
