"""Durations as people write them: `90m`, `30s`, `2h`, `1d`, `1h30m`."""

from __future__ import annotations

import re

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_form = re.compile(r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?", re.ASCII)


def read_duration(text: object) -> int | None:
    """Return the seconds, or None when this is not a duration; a bare number is none, it has no unit."""
    found = _form.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    if not found or not any(found.groups()):
        return None
    return sum(int(number or 0) * seconds for number, seconds in zip(found.groups(), _SECONDS.values(), strict=True))


def duration_text(seconds: int) -> str:
    """Return the shortest way to write a duration: 5400 is `1h30m`."""
    parts = []
    for unit, size in _SECONDS.items():
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
