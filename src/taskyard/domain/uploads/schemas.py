"""Bodies in and out about uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from taskyard.access import Actor, Permission
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.rules import UPLOAD, UploadMode, UploadState, progress_of, why_not_mend
from taskyard.domain.uploads.tables import Upload
from taskyard.web.bodies import Body, Named, Said


class UploadAsk(Body):
    """Where the rows of a file go, and what one bad row means for the others."""

    project: UUID
    mode: UploadMode = UploadMode.VALID_ROWS


class UploadSaid(Said):
    """One upload. `rows` is `created + unchanged + failed` once it is completed; until then nothing is visible.

    Of the unchanged, `differing` have another input than the task with their external id. `passes` counts the files:
    the source, and each file of mended rows.
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
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    can: dict[str, str | None]

    @classmethod
    def of(cls, upload: Upload, project: str, actor: Actor) -> Self:
        """Return what is said of a row to somebody."""
        names = cls.model_fields.keys() - {"project", "progress", "by", "can"}
        no_role = None if actor.may(Permission.UPLOADS_WRITE) else "Your role may not change uploads."
        can = {
            "cancel": no_role or UPLOAD.why_not(upload.state, "cancel"),
            "mend": no_role or why_not_mend(upload.state, upload.mode),
        }
        return cls(
            project=Named(id=upload.project_id, name=project),
            progress=progress_of(upload.state, upload.bytes_read, upload.bytes),
            by=Named(id=upload.created_by, name=upload.created_by_name) if upload.created_by else None,
            can=can,
            **{name: getattr(upload, name) for name in names},
        )


class RowErrorSaid(Said):
    """One thing wrong with one row, counted from 1; row 0 is the file itself."""

    row: int
    field: str | None
    says: str
    value: str | None
