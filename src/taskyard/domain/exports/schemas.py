"""What an export is asked for."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from taskyard.domain.exports.rules import ExportFormat
from taskyard.domain.tasks import FilterAsked, refuse_unknown_fields


class ExportAsked(FilterAsked):
    """The filters of the list, ids and the format; an unknown name passed over would widen the export."""

    form: ExportFormat = Field(default=ExportFormat.JSONL, alias="format")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, given: Any) -> Any:
        if isinstance(given, dict):
            refuse_unknown_fields(given, [field.alias or name for name, field in cls.model_fields.items()])
        return given
