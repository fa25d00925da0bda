"""What is in an uploaded ZIP: the files, the manifest whose rows name them, and what is passed over."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from taskyard.domain.files import extension_of
from taskyard.domain.projects import InputChecker
from taskyard.domain.uploads.parsing import Format
from taskyard.domain.uploads.rows import CHARS_MAX, FileProblem, FormatNotSupported, Row
from taskyard.gateways.objects import Incoming
from taskyard.gateways.objects_problems import disk_trouble_told
from taskyard.kit.problems import Flaw
from taskyard.kit.settings import Settings
from taskyard.kit.unzip import MemberBroken, unpacked
from taskyard.kit.words import counted, did_you_mean, listed, shortened
from taskyard.kit.zip_lists import Entry, Limits, NotUnpackable, entries_of

MANIFESTS = {"manifest.csv": Format.CSV, "manifest.json": Format.JSON, "manifest.jsonl": Format.JSONL}
# What operating systems leave in folders.
_DEBRIS = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx"})
_ARCHIVES = (b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
# These are ZIPs too, but nobody means what is inside.
_DOCUMENTS = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"})
NAME_CHARS = 120
_TAR_AT, _TAR = 257, b"ustar"


class ZipUnusable(FileProblem):
    """{name} is a ZIP that cannot be taken: {why}."""


class ZipNeedsManifest(FileProblem):
    """{name} has files and no manifest, and this project does not say where a file alone goes: {why}."""


@dataclass(frozen=True)
class Contents:
    """A ZIP by its list. `members` are the files by their paths, in order; `root` is the manifest's folder."""

    path: Path
    name: str
    members: Mapping[str, Entry]
    manifest: Entry | None
    root: str
    folders: int
    debris: int

    @property
    def form(self) -> Format:
        """Return the format of its rows; a ZIP without a manifest is one itself."""
        return MANIFESTS[_base(self.manifest.name)] if self.manifest else Format.ZIP

    def find(self, said: str) -> str | None:
        """Return the path of the member that a row names, as seen from the manifest or from the top."""
        path = unicodedata.normalize("NFC", said).replace("\\", "/").strip()
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        return next((one for one in (self.root + path, path) if one in self.members), None)

    def missing(self, place: str, said: str) -> Flaw:
        """Return what is wrong with a name that is no member's."""
        near = [self._by_base[_base(said)].removeprefix(self.root)] if _base(said) in self._by_base else []
        otherwise = "Write its path inside the ZIP, or the id of a file that is here already."
        mend = did_you_mean(said, near, otherwise) if near else otherwise
        says = f"{shortened(said, NAME_CHARS)} is neither a file of the ZIP nor one of this workspace"
        return Flaw(place, says, mend, value=said[:200])

    @cached_property
    def _by_base(self) -> Mapping[str, str]:
        # Ten thousand rows may each name what is not there.
        return {_base(path): path for path in reversed(list(self.members))}

    def passed_over(self) -> list[str]:
        """Say what was left out on purpose."""
        says = []
        if self.folders:
            says.append(f"{counted(self.folders, 'folder')} of the ZIP {_were(self.folders)} passed over.")
        if self.debris:
            says.append(f"{counted(self.debris, 'file')} of an operating system {_were(self.debris)} passed over.")
        return says


class MemberRows:
    """A row per file of a ZIP without a manifest: the file for the only field, and its path as the external id."""

    def __init__(self, contents: Contents, field: str) -> None:
        self._contents = contents
        self.header: Sequence[str] = (field, "external_id")
        self.raw: Any = ()

    def __iter__(self) -> Iterator[Row]:
        field = self.header[0]
        for number, path in enumerate(self._contents.members, start=1):
            self.raw = (path, path)
            flaws: tuple[Flaw, ...] = ()
            if len(path) > CHARS_MAX["external_id"]:
                says = f"has a path of more than {CHARS_MAX['external_id']} characters, which becomes the external id"
                flaws = (Flaw(field, says, "Give shorter names, or add a manifest with ids.", value=path[:200]),)
            yield Row(number, number, {field: path}, path, flaws=flaws)


def limits_of(settings: Settings) -> Limits:
    """Return how much a ZIP may hold here."""
    return Limits(settings.zip_entries_max, settings.zip_bytes_max, settings.zip_ratio_max)


def contents_of(path: Path, name: str, limits: Limits) -> Contents:
    """Look at the list of a ZIP. Refuses the whole of it when one entry is unsafe; their content is not read yet."""
    try:
        entries = entries_of(path, limits)
    except NotUnpackable as refusal:
        why = "; ".join(f"{flaw.place} {flaw.says}" if flaw.place else flaw.says for flaw in refusal.flaws[:3])
        raise ZipUnusable(refusal.flaws, name=name, why=why[:1].lower() + why[1:]) from None
    files = {entry.name: entry for entry in entries if not entry.is_folder}
    if "[Content_Types].xml" in files:
        what = "an Excel workbook" if any(path.startswith("xl/") for path in files) else "an Office document"
        mend = "In the spreadsheet choose Save as, CSV UTF-8."
        raise FormatNotSupported([Flaw("", f"This is {what}.", mend)], name=name, what=what)
    members = {path: entry for path, entry in files.items() if not _is_debris(path)}
    if not members:
        raise ZipUnusable([Flaw("", "It has no files.", "Pack the files anew.")], name=name, why="it has no files")
    manifest = _manifest(members, name)
    root = manifest.name.removesuffix(_last(manifest.name)) if manifest else ""
    if manifest:
        del members[manifest.name]
    return Contents(
        path, name, members, manifest, root, len(entries) - len(files), len(files) - len(members) - bool(manifest)
    )


def field_for_files(checker: InputChecker, name: str) -> str:
    """Return the field that takes a file by itself, or refuse with the reason why there is none."""
    paths = checker.file_fields()
    fields = [".".join(path).replace(".*", "[]") for path in paths]
    mend = f"Add a {listed(list(MANIFESTS), 'or')} to the ZIP, whose rows say which file goes where."
    if len(paths) != 1 or len(paths[0]) != 1:
        why = "it has no field for a file"
        if fields:
            why = f"its field {fields[0]} is inside of another one"
        if len(fields) > 1:
            why = f"it has several fields for files: {', '.join(fields)}"
        raise ZipNeedsManifest([Flaw("", "Nothing says which file belongs to which task.", mend)], name=name, why=why)
    field = str(paths[0][0])
    others = [column.name for column in checker.columns() if column.is_required and column.name != field]
    if others:
        why = f"every task needs {listed(others)} too"
        flaws = [Flaw(other, "This field is required, and a file alone does not fill it.", mend) for other in others]
        raise ZipNeedsManifest(flaws, name=name, why=why)
    return field


def lay_out(contents: Contents, path: Path, most: int | None = None) -> None:
    """Unpack the manifest, or so many bytes of it, to a file of its own, so that it is read like any file of rows."""
    if contents.manifest is None:
        return
    try:
        with disk_trouble_told(), path.open("wb") as file:
            for piece in unpacked(contents.path, contents.manifest):
                file.write(piece)
                if most is not None and file.tell() >= most:
                    return
    except MemberBroken as broken:
        place = contents.manifest.name
        raise ZipUnusable(
            [Flaw(place, broken.says, broken.mend)], name=contents.name, why=f"{place} {broken.says}"
        ) from None


def flaw_of(path: str, says: str, mend: str | None = None) -> Flaw:
    """Return what is wrong with a member, by its name."""
    return Flaw(path, f"{shortened(path, NAME_CHARS)} {says}", mend, value=path[:200])


async def unpack_into(incoming: Incoming, contents: Contents, path: str) -> None:
    """Unpack a member to where a file arrives that somebody gives; MemberBroken says why it cannot be."""
    pieces = unpacked(contents.path, contents.members[path])
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        await incoming.add(piece)
    await incoming.finish()
    _refuse_nested(path, incoming.head)


def _refuse_nested(name: str, head: bytes) -> None:
    """Refuse an archive inside of the archive: nobody would see what is in it."""
    is_archive = head.startswith(_ARCHIVES) or head[_TAR_AT:].startswith(_TAR)
    if is_archive and not extension_of(head) and name.rpartition(".")[2].lower() not in _DOCUMENTS:
        raise MemberBroken("is an archive inside of the archive", "Unpack it, and pack its files beside the others.")


def _manifest(members: Mapping[str, Entry], name: str) -> Entry | None:
    top = {path.partition("/")[0] for path in members if "/" in path}
    places = [""] if len(top) != 1 or any("/" not in path for path in members) else ["", f"{next(iter(top))}/"]
    for place in places:
        found = [
            path
            for path in members
            if path.lower().startswith(place.lower()) and path[len(place) :].lower() in MANIFESTS
        ]
        if len(found) > 1:
            why = f"it has several manifests: {', '.join(found)}"
            raise ZipUnusable(
                [Flaw(path, "is one of several manifests", "Keep one.") for path in found], name=name, why=why
            )
        if found:
            return members[found[0]]
    return None


def _is_debris(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part.lower() in _DEBRIS for part in parts) or parts[-1].startswith("._")


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _base(path: str) -> str:
    return _last(path).lower()


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
