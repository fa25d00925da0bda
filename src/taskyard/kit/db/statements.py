"""What statements that are put together have in common: the values they name, and the time they may take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.db.direct import fetch


def named_in(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a statement names as `:name`."""
    names = _names(statement)
    return {name: value for name, value in values.items() if name in names}


async def take_time(session: AsyncSession, seconds_max: float) -> None:
    """Let this transaction's statements take as long as background work may: a selection may hold a million rows."""
    await fetch(session, _TAKE_TIME, {"timeout": f"{int(seconds_max * 1000)}ms"})


@lru_cache(maxsize=1000)
def _names(statement: str) -> frozenset[str]:
    # Two colons are a cast.
    return frozenset(re.findall(r"(?<!:):(\w+)", statement))


_TAKE_TIME = "SELECT set_config('statement_timeout', %(timeout)s, true)"
