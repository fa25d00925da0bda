"""What is said about files."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from taskyard.domain.files.rules import is_picture
from taskyard.domain.files.tables import File
from taskyard.web.bodies import Said

PREFIX = "/api/v1/files"


class FileSaid(Said):
    """A file. `url` gives the bytes as they came; pictures have a view and a thumbnail, made by us, to show."""

    id: UUID
    sha256: str
    bytes: int
    media_type: str
    name: str
    width: int | None
    height: int | None
    frames: int | None
    note: str | None
    url: str
    view_url: str | None
    thumbnail_url: str | None
    created_at: datetime

    @classmethod
    def of(cls, file: File) -> Self:
        """Return what is said of a row."""
        url = f"{PREFIX}/{file.id}"
        shown = is_picture(file.media_type)
        return cls(
            id=file.id,
            sha256=file.sha256,
            bytes=file.bytes,
            media_type=file.media_type,
            name=file.name,
            width=file.width,
            height=file.height,
            frames=file.frames,
            note=file.note,
            url=url,
            view_url=f"{url}/view" if shown else None,
            thumbnail_url=f"{url}/thumbnail" if shown else None,
            created_at=file.created_at,
        )
