"""Bodies in and out about exports."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from taskyard.domain.exports.problems import NotTogether
from taskyard.domain.exports.rules import Answers, ExportFormat, Include, why_not
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.tasks import FilterAsked, TaskFilter, refuse_unknown_fields

AnswersOf = Annotated[str | None, Field(max_length=500, description="Only the answers of this step.")]


class ExportAsked(FilterAsked):
    """The filters of the list, and how it is written; an unknown name passed over would widen the export."""

    form: ExportFormat = Field(default=ExportFormat.JSONL, alias="format")
    answers: Answers = Answers.FINAL
    answers_of: AnswersOf = None
    include: list[Include] = Field(default_factory=list, max_length=len(Include))

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, given: Any) -> Any:
        if isinstance(given, dict):
            refuse_unknown_fields(given, [field.alias or name for name, field in cls.model_fields.items()])
        return given

    def as_asked(self) -> dict[str, Any]:
        """Return the filter as it was asked for."""
        asked = self.model_dump(mode="json", exclude_defaults=True, include=set(FilterAsked.model_fields))
        return {"filter": asked, "except": []}

    def wanted(self) -> Wanted:
        """Return what is to be exported, or NotTogether."""
        return wanted_of(self.form, self.narrowed(), self.answers, self.answers_of, self.include)


def wanted_of(
    form: ExportFormat, narrowed: TaskFilter, answers: Answers, answers_of: str | None, include: list[Include]
) -> Wanted:
    """Return what is to be exported, or NotTogether."""
    with_events, with_files = Include.EVENTS in include, Include.FILES in include
    if why := why_not(form, answers, answers_of=answers_of, with_events=with_events):
        raise NotTogether(why=why.rstrip("."))
    return Wanted(form, narrowed, answers, answers_of or None, with_events, with_files)
