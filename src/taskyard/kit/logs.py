"""Structured logs: one event a line, with the request's id, and never a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Whatever is logged under these names is a credential or may hold one.
SECRET_NAMES = frozenset(
    {"password", "token", "key", "secret", "authorization", "cookie", "csrf", "database_url", "dsn", "body", "answer"}
)


def _without_secrets(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in event.keys() & SECRET_NAMES:
        event[name] = "•••"
    return event


def set_up(level: str = "info", form: str = "text") -> None:
    """Send every log line to standard error; safe to call again."""
    # Plain tracebacks: the pretty ones print local variables, and those may hold secrets.
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    last: Any = structlog.processors.JSONRenderer() if form == "json" else console
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)


def log(name: str) -> Any:
    """Return the logger of one room."""
    return structlog.get_logger(room=name)
