"""Bodies in and out about uploads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, Json

from taskyard.access import Actor, Permission
from taskyard.domain.uploads.judging import Judged
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.preview import Look
from taskyard.domain.uploads.preview_zip import Inside
from taskyard.domain.uploads.row_errors import error_of
from taskyard.domain.uploads.rows import Row
from taskyard.domain.uploads.rules import UPLOAD, UploadMode, UploadState, progress_of, why_not_mend
from taskyard.domain.uploads.tables import Upload
from taskyard.domain.workspaces import Member
from taskyard.kit.problems import Flaw
from taskyard.web.bodies import Body, Named, Said

# In a form or an address it stands as JSON.
MappingGiven = Json[dict[str, str | None]]


class UploadAsk(Body):
    """Where the rows of a file go, which column is which field, and what one bad row means for the others."""

    project: UUID
    mode: UploadMode = UploadMode.VALID_ROWS
    mapping: MappingGiven | None = None
    reserve_for: Annotated[str, Field(min_length=1, max_length=254)] | None = None


class PreviewAsk(Body):
    """For which project a file is looked at; `part` says that these are only its first bytes."""

    project: UUID
    mapping: MappingGiven | None = None
    part: bool = False


class ColumnSaid(Said):
    """A column or key of a file, with the field it goes to; null leaves it out.

    `by` says why: `said` in the mapping, `remembered` from an earlier file, the same `name`, a `similar` one, or the
    `mark` of a file of failed rows.
    """

    name: str
    to: str | None
    by: str | None


class FlawSaid(Said):
    """One thing that is wrong with a row or with the file."""

    field: str | None
    says: str
    value: str | None

    @classmethod
    def of(cls, flaw: Flaw) -> Self:
        """Return a flaw as a sentence."""
        _, field, says, value = error_of(0, flaw)
        return cls(field=field, says=says, value=value)


class PreviewedRow(Said):
    """A row as it will be; one with flaws will make no task. `picture` is its first picture of the ZIP, to show."""

    row: int
    input: dict[str, Any] | None
    external_id: str | None
    priority: int
    batch: str | None
    metadata: dict[str, Any]
    callback_url: str | None
    reserve_for: Named | None
    answers: dict[str, dict[str, Any]]
    flaws: list[FlawSaid]
    picture: str | None = None

    @classmethod
    def of(cls, row: Row, wrong: Iterable[Flaw], picture: str | None, keeper: Member | None) -> Self:
        """Return a row with everything that is wrong with it."""
        flaws = [FlawSaid.of(flaw) for flaw in (*row.flaws, *wrong)]
        beside = {name: getattr(row, name) for name in ("external_id", "priority", "batch", "callback_url")}
        return cls(
            row=row.number,
            input=row.input,
            metadata=dict(row.metadata),
            reserve_for=Named(id=keeper.id, name=keeper.name) if keeper else None,
            answers=dict(row.answers),
            flaws=flaws,
            picture=picture,
            **beside,
        )


class PreviewSaid(Said):
    """What a file would make. `problem` is what is wrong with the file as a whole, with its `flaws`.

    `notes` say what of a ZIP is passed over.
    """

    format: Format
    columns: list[ColumnSaid]
    rows: list[PreviewedRow]
    problem: str | None
    flaws: list[FlawSaid]
    notes: list[str]

    @classmethod
    def of(
        cls, seen: Look, wrong: Sequence[Mapping[int, Sequence[Flaw]]], inside: Inside, its: Judged, notes: list[str]
    ) -> Self:
        """Return what was seen, with what is wrong with the rows by their numbers."""
        return cls(
            format=seen.format,
            columns=[ColumnSaid(**column._asdict()) for column in seen.columns],
            rows=[
                PreviewedRow.of(
                    row,
                    chain.from_iterable(flaws.get(row.number, ()) for flaws in wrong),
                    inside.pictures.get(row.number),
                    its.keepers.get(row.number),
                )
                for row in seen.rows
            ],
            notes=notes,
            problem=seen.problem.detail if seen.problem else None,
            flaws=[FlawSaid.of(flaw) for flaw in seen.problem.flaws] if seen.problem else [],
        )


class UploadSaid(Said):
    """One upload. `rows` is `created + unchanged + failed` once it is completed; until then nothing is visible.

    Of the unchanged, `differing` have another input than the task with their external id. `passes` counts the files:
    the source, and each file of mended rows. `reserved_for` has the tasks kept whose rows name nobody.
    """

    id: UUID
    project: Named
    file_name: str
    format: Format
    bytes: int
    sha256: str
    mode: UploadMode
    state: UploadState
    rows: int
    created: int
    unchanged: int
    differing: int
    failed: int
    passes: int
    progress: float
    reason: str | None
    by: Named | None
    reserved_for: Named | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    can: dict[str, str | None]

    @classmethod
    def of(cls, upload: Upload, project: str, actor: Actor) -> Self:
        """Return what is said of a row to somebody."""
        names = cls.model_fields.keys() - {"project", "progress", "by", "reserved_for", "can"}
        no_role = None if actor.may(Permission.UPLOADS_WRITE) else "Your role may not change uploads."
        can = {
            "cancel": no_role or UPLOAD.why_not(upload.state, "cancel"),
            "mend": no_role or why_not_mend(upload.state, upload.mode),
        }
        return cls(
            project=Named(id=upload.project_id, name=project),
            progress=progress_of(upload.state, upload.bytes_read, upload.bytes),
            by=Named(id=upload.created_by, name=upload.created_by_name) if upload.created_by else None,
            reserved_for=Named(id=upload.reserved_for, name=upload.reserved_for_name) if upload.reserved_for else None,
            can=can,
            **{name: getattr(upload, name) for name in names},
        )


class RowErrorSaid(Said):
    """One thing wrong with one row, counted from 1; row 0 is the file itself."""

    row: int
    field: str | None
    says: str
    value: str | None
