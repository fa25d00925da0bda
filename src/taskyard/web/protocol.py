"""How requests are read off the line and answers put on it, so that nobody keeps a place by dripping or by not reading.

The server's own reader waits for a head as long as the client likes, takes one of any size, and waits without an end
for whoever does not take what was asked for.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 16_384
_REFUSAL = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadTooLarge(ValueError):  # noqa: N818 - refusals are sentences
    """The head of a request has more bytes than are read; the parser that is told so answers 400."""


class PatientProtocol(HttpToolsProtocol):
    """One connection. Patience has an end: for head and answer here, for the body in the threshold."""

    seconds_max: ClassVar[float] = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a reader who is behind; one who takes nothing in all that time is hung up on."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Go on: the reader has caught up."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a further request's head."""
        super().on_message_begin()
        if self._timer is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Let a request in whose head is whole, and no larger than that."""
        self._stop_waiting()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES_MAX:
            raise HeadTooLarge
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Read on, unless all that came is still no whole head."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._timer is not None and self._head_bytes > HEAD_BYTES_MAX:
            self._refuse(b"431 Request Header Fields Too Large")

    def _wait_for_head(self) -> None:
        self._head_bytes = 0
        self._timer = self.loop.call_later(self.seconds_max, self._run_out)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_for_reader(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._reader = self.loop.call_later(self.seconds_max, self._look_at_reader, waiting)

    def _look_at_reader(self, before: int) -> None:
        # A slow line may need longer for what was written at once: whoever has taken some of it is waited for.
        if self.transport.get_write_buffer_size() < before:
            self._wait_for_reader()
        else:
            self.transport.abort()

    def _stop_waiting_for_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def _run_out(self) -> None:
        # A head behind requests that are still being answered waits with them: their answers come first.
        if self.pipeline or (self.cycle is not None and not self.cycle.response_complete):
            self._timer = self.loop.call_later(self.seconds_max, self._run_out)
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL % status)
            self.transport.close()


def patient(seconds_max: float) -> type[asyncio.Protocol]:
    """Return the protocol with a time of one's own, for the server's configuration."""
    return type("Patient", (PatientProtocol,), {"seconds_max": seconds_max})
