"""Around every request: an id, safe headers, a time to send the body, one log line, and no leaks in errors."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taskyard.kit.db.engine import is_away, is_collision
from taskyard.kit.ids import new_id
from taskyard.kit.logs import log
from taskyard.web.metrics import Metrics
from taskyard.web.problems import BodyTooSlow, Broken, Contended, Unreachable, as_response

logger = log("web")

REQUEST_ID_LENGTH_MAX = 64
# After the first half minute a body must keep arriving at this rate, so that a dripping client frees its place.
BYTES_PER_SECOND_MIN = 1000
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    b"content-security-policy": CONTENT_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
}


class Threshold:
    """The outermost layer of the server."""

    def __init__(self, app: ASGIApp, request_seconds_max: float, metrics: Metrics | None = None) -> None:
        self._app = app
        self._seconds = request_seconds_max
        self._metrics = metrics or Metrics()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["taskyard.request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        seen: dict[str, Any] = {"status": 0}
        body: dict[str, Any] = {"bytes": 0, "complete": not _has_body(scope)}

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = _with_safe_headers(message.get("headers", []), request_id)
                if not body["complete"]:
                    # What is still to come of the body will not be read: the line ends with this answer.
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        try:
            await self._app(scope, self._in_time(receive, body), send_safely)
        except ClientDisconnect:
            # Whoever asked has left; there is nobody to answer, and nothing was kept.
            logger.info("request.abandoned", path=scope["path"])
        except (DBAPIError, PoolTimeout, OSError) as error:
            passing = Unreachable() if is_away(error) else Contended() if is_collision(error) else None
            if passing is None:
                await self._break(scope, receive, send_safely, seen, error)
            elif not seen["status"]:
                logger.warning("database.refused", problem=passing.code, error=type(error).__name__)
                await as_response(passing, request_id)(scope, receive, send_safely)
        except Exception as error:  # noqa: BLE001 - the last line of defence: nothing of an error may leak
            await self._break(scope, receive, send_safely, seen, error)
        spent = time.perf_counter() - began
        self._metrics.answered(scope, seen["status"], spent)
        logger.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=seen["status"],
            ms=round(spent * 1000, 1),
        )

    async def _break(
        self, scope: Scope, receive: Receive, send: Send, seen: dict[str, Any], error: BaseException
    ) -> None:
        logger.error("request.broken", path=scope["path"], exc_info=error)
        if not seen["status"]:
            await as_response(Broken(), scope["taskyard.request_id"])(scope, receive, send)

    def _in_time(self, receive: Receive, state: dict[str, Any]) -> Receive:
        began = time.monotonic()

        async def receive_in_time() -> Message:
            if state["complete"]:
                return await receive()
            try:
                async with asyncio.timeout(self._seconds):
                    message = await receive()
            except TimeoutError as error:
                raise BodyTooSlow from error
            if message["type"] == "http.request":
                state["bytes"] += len(message.get("body", b""))
                state["complete"] = not message.get("more_body", False)
                elapsed = time.monotonic() - began
                if (
                    not state["complete"]
                    and elapsed > self._seconds
                    and state["bytes"] / elapsed < BYTES_PER_SECOND_MIN
                ):
                    raise BodyTooSlow
            return message

        return receive_in_time


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if 0 < len(given) <= REQUEST_ID_LENGTH_MAX and given.isascii() and given.replace("-", "").isalnum():
                return str(given)
    return new_id().hex


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _with_safe_headers(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    added = [(name, value) for name, value in SAFE_HEADERS.items() if name not in present]
    return [*headers, *added, (b"x-request-id", request_id.encode())]
