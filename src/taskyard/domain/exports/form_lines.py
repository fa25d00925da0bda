"""Tasks as JSON: one list, or one object a line."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson

from taskyard.domain.exports.reading import Reading
from taskyard.domain.exports.rules import ExportFormat


async def pieces(reading: Reading) -> AsyncGenerator[bytes]:
    """Yield the tasks some at a time; the first and the last piece of a list hold its brackets."""
    is_list = reading.wanted.form is ExportFormat.JSON
    before, between, end = (b"[", b",\n", b"]\n") if is_list else (b"", b"", b"")
    async with aclosing(reading.lines()) as found:
        async for batch in found:
            yield before + (b",\n".join(map(bytes.rstrip, batch)) if is_list else b"".join(batch))
            before = between
    for row in await reading.gone():
        yield before + orjson.dumps(_gone(row)) + (b"" if is_list else b"\n")
        before = between
    yield before.removesuffix(b",\n") + end


def _gone(row: Any) -> dict[str, Any]:
    return {"id": row.id, "project": {"id": row.project_id}, "status": row.status, "gone_at": row.at}
