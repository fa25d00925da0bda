"""The database's clock, by which everything is ordered, held and expires."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.db.direct import fetch


async def now(session: AsyncSession) -> datetime:
    """Return when this transaction began; the same however often it is asked."""
    (row,) = await fetch(session, "SELECT now() AS now")
    found: datetime = row.now
    return found
