"""Which addresses the events of a task may be sent to, by what they are written as."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from taskyard.kit.addresses import is_outside
from taskyard.kit.problems import Flaw
from taskyard.kit.words import shown

CALLBACK_URL_CHARS_MAX = 2000

_WHOLE = "Write a whole address such as https://example.org/callback."
_NOT_PRIVATE = "Name a host of the open network, or have the operator allow private ones."
# Everybody who reads an address is to read the same: nothing that one would drop and another would keep.
_plain = re.compile(r"[^\x00-\x20\x7f-\U0010ffff\"<>\\^`{|}]+")


def callback_flaw(url: Any, place: str = "callback_url", *, may_be_private: bool = False) -> Flaw | None:
    """Return why events cannot be sent to this address. What its name stands for is looked at when they are sent."""
    says, mend = _unreadable(url)
    if says is None:
        says, mend = _refused(urlsplit(url), may_be_private=may_be_private)
    return Flaw(place, says, mend, value=shown(url)) if says else None


def _unreadable(url: Any) -> tuple[str | None, str | None]:
    if not isinstance(url, str):
        return "must be text", "Put it in quotes."
    if not 0 < len(url) <= CALLBACK_URL_CHARS_MAX:
        return f"must have 1 to {CALLBACK_URL_CHARS_MAX:,} characters", None
    try:
        # The port is looked at when it is asked for.
        is_address = bool(_plain.fullmatch(url) and (urlsplit(url).port or True))
    except ValueError:
        is_address = False
    return (None, None) if is_address else ("is no address", _WHOLE)


def _refused(parts: SplitResult, *, may_be_private: bool) -> tuple[str | None, str | None]:
    if parts.scheme not in {"http", "https"}:
        return "must begin with https:// or http://", _WHOLE
    if "@" in parts.netloc:
        return "must not hold a name or a password", "Leave them out: what is sent is signed."
    if not parts.hostname:
        return "names no host", _WHOLE
    if not may_be_private and not is_outside(parts.hostname):
        return "is an address of a private network", _NOT_PRIVATE
    return None, None
