"""A look into a ZIP before it is uploaded: its first rows, with their pictures small, and what is wrong with those."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple

from taskyard.domain import files
from taskyard.domain.projects import InputChecker
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.preview import ROWS_SHOWN, Look, look
from taskyard.domain.uploads.rows import Naming, Row
from taskyard.domain.uploads.zip_contents import (
    Contents,
    MemberRows,
    ZipNeedsManifest,
    field_for_files,
    flaw_of,
    lay_out,
    unpack_into,
)
from taskyard.gateways.objects import ObjectStore
from taskyard.kit.problems import Flaw, Problem
from taskyard.kit.unzip import MemberBroken
from taskyard.web.desk import Desk

# Pictures that take longer than this in all are left to the upload itself.
SECONDS_MAX = 5.0
# Of a manifest, which may be a gigabyte, no more than its first rows are looked at.
MANIFEST_BYTES_SEEN = 1_000_000
SIDE = 96


class Inside(NamedTuple):
    """What was seen of the files that rows name, by the number of the row; pictures as addresses a page can show."""

    pictures: Mapping[int, str]
    flaws: Mapping[int, Sequence[Flaw]]


async def look_inside(
    contents: Contents,
    checker: InputChecker,
    said: Naming | None,
    remembered: Naming,
    objects: ObjectStore,
    *,
    private_callbacks: bool = False,
) -> Look:
    """Look at the rows of a ZIP: those of its manifest, or one per file."""
    if contents.manifest is None:
        try:
            field = field_for_files(checker, contents.name)
        except ZipNeedsManifest as problem:
            return Look(Format.ZIP, (), (), problem)
        return Look(Format.ZIP, (), list(islice(MemberRows(contents, field), ROWS_SHOWN)), None)
    is_part = contents.manifest.size > MANIFEST_BYTES_SEEN
    async with objects.incoming(contents.manifest.size) as laid:
        await asyncio.to_thread(lay_out, contents, laid.path, MANIFEST_BYTES_SEEN)
        name = contents.manifest.name
        looking = partial(look, is_part=is_part, private_callbacks=private_callbacks)
        seen = await asyncio.to_thread(looking, laid.path, name, checker, said, remembered)
    return seen._replace(format=Format.ZIP)


async def shown_members(contents: Contents, checker: InputChecker, rows: Sequence[Row], desk: Desk) -> Inside:
    """Unpack what the first rows name, as the upload will."""
    pictures: dict[int, str] = {}
    flaws: dict[int, list[Flaw]] = defaultdict(list)
    began = time.monotonic()
    for row in rows:
        for place, said, kind in checker.file_values(row.input or {}):
            path = contents.find(said)
            if path is None or row.flaws or time.monotonic() - began > SECONDS_MAX:
                continue
            try:
                shown = await _small(contents, path, kind, desk)
            except MemberBroken as broken:
                flaws[row.number].append(replace(flaw_of(path, broken.says, broken.mend), place=place))
            except Problem as problem:
                flaws[row.number].append(replace(flaw_of(path, f"cannot be taken: {problem.detail}"), place=place))
            else:
                if shown:
                    pictures.setdefault(row.number, shown)
    return Inside(pictures, flaws)


async def _small(contents: Contents, path: str, kind: str, desk: Desk) -> str | None:
    async with desk.objects.incoming(desk.settings.file_bytes_max) as incoming:
        await unpack_into(incoming, contents, path)
        if not files.extension_of(incoming.head):
            if kind == "image":
                raise MemberBroken("is no picture", "Give a PNG, JPEG, WebP or GIF, or leave it out.")
            return None
        made = await desk.pictures.thumbnail(incoming.path, SIDE)
    return f"data:{made.media_type};base64,{base64.b64encode(made.content).decode()}"
