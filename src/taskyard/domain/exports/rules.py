"""What an export may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ExportFormat(StrEnum):
    """How the tasks are written: one JSON list, or one object a line."""

    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportFilter:
    """Which tasks go out. Every field is optional; what is given must all hold."""

    projects: tuple[UUID, ...] = ()
    statuses: tuple[str, ...] = ()
    step: str | None = None
    batch: str | None = None
    ids: tuple[UUID, ...] = ()


MEDIA_TYPES = {ExportFormat.JSON: "application/json", ExportFormat.JSONL: "application/x-ndjson"}
