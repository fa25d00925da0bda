"""Keyset pages: a cursor is bound to its workspace, order and filter, and says no to any other."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from taskyard.kit.problems import Flaw, Kind, Problem

# Beyond this many rows a total is said to be at least that: an exact count would cost more than it tells.
EXACT_TOTAL_MAX = 100_000


class CursorUnreadable(Problem):
    """This cursor belongs to another list, filter or order: start again without it."""

    kind = Kind.MALFORMED
    usual_flaws = (Flaw("cursor", "is not of this list", "Leave it out: the first page comes, with a new one."),)


@dataclass(frozen=True, slots=True)
class PageAsk:
    """What a caller asks of a list: how many rows, and after which."""

    limit: int = 50
    cursor: str | None = None


def write_cursor(bound_to: object, after: list[Any]) -> str:
    """Return an opaque cursor that continues after the given key values."""
    packed = orjson.dumps([_seal(bound_to, after), after], default=str)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def read_cursor(bound_to: object, cursor: str | None) -> list[Any] | None:
    """Return the key values to continue after; refuse a cursor of another list."""
    if cursor is None:
        return None
    try:
        seal, after = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise CursorUnreadable from error
    if not isinstance(after, list) or seal != _seal(bound_to, after):
        raise CursorUnreadable
    return after


def _seal(bound_to: object, after: list[Any]) -> str:
    # The key values are sealed too: nobody's query should meet a value that no list has given.
    return hashlib.sha256(orjson.dumps([bound_to, after], default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
