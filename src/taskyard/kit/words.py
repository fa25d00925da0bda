"""Small turns of phrase that refusals share: lists, counts, shortened values and did-you-mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

SHOWN_CHARS = 200


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word somebody who typed `word` most likely meant."""
    spelled: dict[str, str] = {}
    for name in known:
        spelled.setdefault(_plain(name), name)
    found = get_close_matches(_plain(word[:SHOWN_CHARS]), spelled, n=1, cutoff=0.6)
    return spelled[found[0]] if found else None


def _plain(word: str) -> str:
    return word.lower().replace("_", " ").replace("-", " ").strip()


def did_you_mean(word: str, known: Sequence[str], otherwise: str | None = None) -> str | None:
    """Return the mend for a misspelt name, or a list of the names there are."""
    if meant := nearest(word, known):
        return f"Did you mean `{meant}`?"
    return otherwise or (f"Known here: {listed(known)}." if known else None)


def listed(names: Sequence[str], word: str = "and", most: int = 12) -> str:
    """Return names as a sentence holds them: `a`, `b` and `c`; the rest is counted."""
    shown = [f"`{shortened(name, 60)}`" for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}" if shown else "nothing"


def counted(number: int, noun: str) -> str:
    """Return `1 row`, `2 rows`, `1,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(text: str, most: int = SHOWN_CHARS) -> str:
    """Return the text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def shown(value: Any) -> str:
    """Return a value as a person may see it beside an error, at most 200 characters."""
    if isinstance(value, str):
        return shortened(value)
    try:
        return shortened(json.dumps(value, ensure_ascii=False, default=str))
    except (ValueError, RecursionError):
        return "(too large to show)"
