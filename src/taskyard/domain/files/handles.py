"""Handles of files inside inputs and answers: each must be a file of the workspace, and of the sort that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.domain.files import store
from taskyard.domain.files.problems import NoSuchFiles
from taskyard.domain.files.rules import is_picture
from taskyard.domain.files.tables import File
from taskyard.kit.problems import Flaw

Named = tuple[str, str, str]
_MEND = "Add the file to this workspace first, and use the id it is given."


async def require_all(session: AsyncSession, workspace_id: UUID, named: Sequence[Named]) -> list[File]:
    """Return the files of (place, id, kind) handles in their order; refuse all that are wrong at once, by place."""
    ids = {handle: _read(handle) for _, handle, _ in named}
    found = await store.files(session, workspace_id, {file_id for file_id in ids.values() if file_id is not None})
    flaws: list[Flaw] = []
    files: list[File] = []
    for place, handle, kind in named:
        file_id = ids[handle]
        file = found.get(file_id) if file_id is not None else None
        if file is None:
            flaws.append(Flaw(place, "is no file of this workspace", _MEND, value=handle[:200]))
        elif kind == "image" and not is_picture(file.media_type):
            flaws.append(Flaw(place, f"is {file.media_type}, not a picture", "Give a PNG, JPEG, WebP or GIF."))
        else:
            files.append(file)
    if flaws:
        raise NoSuchFiles(flaws, count=len(flaws))
    return files


def _read(handle: str) -> UUID | None:
    try:
        read = UUID(handle)
    except ValueError:
        return None
    # UUID() takes other spellings too; whoever then looks the handle up by its text would not find the file.
    return read if str(read) == handle else None


async def find_all(session: AsyncSession, workspace_id: UUID, handles: Sequence[str]) -> list[File]:
    """Return the files behind those handles that are there; for pages, which show what is left."""
    ids = {file_id for handle in handles if (file_id := _read(handle)) is not None}
    return list((await store.files(session, workspace_id, ids)).values())
