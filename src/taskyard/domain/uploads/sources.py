"""Where rows come from: a file of rows, the manifest of a ZIP, or the files of a ZIP themselves."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from taskyard.domain.projects import InputChecker
from taskyard.domain.uploads.parsing import Format, rows_of
from taskyard.domain.uploads.rows import FileProblem, Naming, Rows
from taskyard.domain.uploads.zip_contents import Contents, MemberRows, contents_of, field_for_files, lay_out
from taskyard.gateways.objects import ObjectStore
from taskyard.kit.zip_lists import Limits


class Source(NamedTuple):
    """Rows that can be gone through more than once. `contents` is the ZIP whose files they name."""

    path: Path
    name: str
    checker: InputChecker
    format: Format
    mapping: Naming | None = None
    contents: Contents | None = None
    private_callbacks: bool = False

    def rows(self, *, keeps_text: bool = False) -> Rows:
        """Return the rows from the first one on."""
        if self.format is Format.ZIP and self.contents is not None:
            return MemberRows(self.contents, field_for_files(self.checker, self.name))
        return rows_of(
            self.path,
            self.name,
            self.checker,
            self.format,
            self.mapping,
            keeps_text=keeps_text,
            private_callbacks=self.private_callbacks,
        )

    def names(self) -> set[str]:
        """Return the members of the ZIP that good rows name."""
        named: set[str] = set()
        if self.contents is None:
            return named
        # A file that ends early is refused when its rows are taken, with what was wrong with those before.
        with suppress(FileProblem):
            for row in self.rows():
                if not row.flaws:
                    found = (self.contents.find(said) for _, said, _ in self.checker.file_values(row.input or {}))
                    named.update(path for path in found if path is not None)
        return named


async def within(source: Source, zip_path: Path, objects: ObjectStore, limits: Limits, stack: AsyncExitStack) -> Source:
    """Return a source with the contents of a ZIP. When its rows are in it, they are laid out as a file of their own."""
    contents = await asyncio.to_thread(contents_of, zip_path, source.name, limits)
    path = source.path
    if path == zip_path and contents.manifest is not None:
        laid = await stack.enter_async_context(objects.incoming(contents.manifest.size))
        path = laid.path
        await asyncio.to_thread(lay_out, contents, path)
    return source._replace(path=path, contents=contents)
