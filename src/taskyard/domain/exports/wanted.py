"""What is to be exported, as one value that streams and chores share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taskyard.domain.exports.rules import OF_PICTURES, TABLES, Answers, ExportFormat, data_name, extension_of, is_zip
from taskyard.domain.tasks import TaskFilter


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks, written how, with which answers and what beside them.

    `since` is the snapshot a consumer was given the last time; with it only what changed goes out, and what was deleted
    is told. `is_followed` says that a consumer is given it, the first time too.
    """

    form: ExportFormat
    tasks: TaskFilter
    answers: Answers = Answers.FINAL
    answers_of: str | None = None
    with_events: bool = False
    with_files: bool = False
    since: str | None = None
    is_followed: bool = False

    @property
    def is_zip(self) -> bool:
        """Say whether it is several files in one."""
        return is_zip(self.form, with_files=self.with_files)

    @property
    def is_table(self) -> bool:
        """Say whether it has one row a task and columns that stand beforehand."""
        return self.form in TABLES

    @property
    def is_of_pictures(self) -> bool:
        """Say whether it is about regions on pictures."""
        return self.form in OF_PICTURES

    @property
    def data_name(self) -> str:
        """Return the name of the file that holds the tasks."""
        return data_name(self.form)

    @property
    def extension(self) -> str:
        """Return the ending of what is downloaded."""
        return extension_of(self.form, with_files=self.with_files)

    def after(self, since: str | None) -> Wanted:
        """Return the same for a consumer, of what changed since a snapshot."""
        return replace(self, since=since, is_followed=True)
