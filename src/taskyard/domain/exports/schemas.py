"""What an export is asked for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from taskyard.domain.exports.rules import ExportFormat
from taskyard.domain.tasks import TaskFilter, TaskStatus
from taskyard.web.bodies import Body

IDS_MAX = 1000
Words = Annotated[str | None, Field(max_length=500)]


class ExportAsked(Body):
    """The filters of the list, ids and the format; an unknown name passed over would widen the export."""

    form: ExportFormat = Field(default=ExportFormat.JSONL, alias="format")
    project: list[UUID] = Field(default_factory=list)
    status: list[TaskStatus] = Field(default_factory=list)
    step: Words = None
    batch: Words = None
    q: Words = None
    mine: bool = False
    ids: list[UUID] = Field(default_factory=list, max_length=IDS_MAX)

    def narrowed(self) -> TaskFilter:
        """Return which tasks go out."""
        return TaskFilter(
            tuple(self.project), tuple(self.status), self.step, self.batch, self.q, self.mine, tuple(self.ids)
        )
