"""How an export may be written."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """How the tasks are written: one JSON list, or one object a line."""

    JSON = "json"
    JSONL = "jsonl"


MEDIA_TYPES = {ExportFormat.JSON: "application/json", ExportFormat.JSONL: "application/x-ndjson"}
