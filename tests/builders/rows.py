"""A file of rows as the parser reads it, and what it says against one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taskyard.domain.projects.input_schema import InputChecker
from taskyard.domain.uploads.parsing import rows_of
from taskyard.domain.uploads.rows import FileProblem, Row

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "n": {"type": "integer"},
        "size": {"type": "number"},
        "extra": {"type": "object"},
    },
}
CHECKER = InputChecker(SCHEMA)


def reader(folder: Path) -> Any:
    """Return what reads a content as a file of this name, row by row."""

    def rows(content: bytes | str, name: str = "tasks.csv", schema: dict[str, Any] = SCHEMA) -> list[Row]:
        path = folder / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(rows_of(path, name, InputChecker(schema)))

    return rows


def refusal(read: Any, content: bytes | str, name: str = "tasks.csv") -> FileProblem:
    """Return why a whole file is refused; fails when it is not."""
    with pytest.raises(FileProblem) as caught:
        read(content, name)
    return caught.value


def told(row: Row) -> list[Any]:
    """Return what is wrong with a row, each with its place."""
    return [(flaw.place, flaw.says) for flaw in row.flaws]
