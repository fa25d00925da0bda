"""The copies of a picture that are shown: upright, without metadata, made at the first ask and then kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID
from weakref import WeakValueDictionary

from taskyard.domain.files.problems import NoPicture
from taskyard.domain.files.rules import is_picture
from taskyard.domain.files.tables import File
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures, Rendering

VIEW, THUMBNAIL = ".view", ".thumb"
Make = Callable[[Path], Awaitable[Rendering]]

# Many who ask for the same copy at once wait for one to be made.
_making: WeakValueDictionary[tuple[UUID, str, str], asyncio.Lock] = WeakValueDictionary()


async def view_of(objects: ObjectStore, pictures: Pictures, file: File) -> bytes:
    """Return the upright picture as people and models see it: regions are in its pixels. No transaction is open."""
    return await _copy(objects, file, VIEW, pictures.view)


async def thumbnail_of(objects: ObjectStore, pictures: Pictures, file: File) -> bytes:
    """Return the picture small, for lists."""
    return await _copy(objects, file, THUMBNAIL, pictures.thumbnail)


async def _copy(objects: ObjectStore, file: File, suffix: str, make: Make) -> bytes:
    if not is_picture(file.media_type):
        raise NoPicture(name=file.name)
    lock = _making.setdefault((file.workspace_id, file.sha256, suffix), asyncio.Lock())
    async with lock:
        made = await objects.copy_of(file.workspace_id, file.sha256, suffix)
        if made is None:
            async with objects.borrowed(file.workspace_id, file.sha256) as path:
                made = (await make(path)).content
            await objects.put_copy(file.workspace_id, file.sha256, suffix, made)
    return made
