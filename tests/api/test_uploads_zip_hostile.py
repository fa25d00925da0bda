"""ZIPs nobody should send: each is refused before anything is kept, with the member and the mend."""

from __future__ import annotations

import asyncio
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from taskyard.kit.settings import Settings
from tests.api.test_uploads_zip import PHOTO_FLOW, left_behind
from tests.builders import Yard, a_picture
from tests.builders.uploads import Uploading, counts
from tests.builders.zips import a_zip, listed_as, renamed

CAT = a_picture("cat")
FINE = a_zip({"cat.png": CAT, "dog.png": CAT})


def named(name: str) -> bytes:
    """A ZIP with a member of this name."""
    return a_zip({"cat.png": CAT, name: CAT})


def named_as(raw: bytes) -> bytes:
    """A ZIP with a member whose name is these bytes."""
    return renamed(named("x" * len(raw)), "x" * len(raw), raw)


def twice() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return a_zip([("cat.png", CAT), ("cat.png", CAT)])


def packed_by(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr("cat.png", CAT)
    return out.getvalue()


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("cat.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    return out.getvalue()


def laid_over_another() -> bytes:
    at = FINE.index(b"PK\3\4")
    return listed_as(FINE, "dog.png", 42, "<L", at)


def said_to_be_utf8() -> bytes:
    content = named_as(b"\xff\xfe.png")
    start = content.index(b"\xff\xfe.png", content.rindex(b"PK\1\2")) - 46
    changed = bytearray(content)
    struct.pack_into("<H", changed, start + 8, 0x800)
    return bytes(changed)


def another_count() -> bytes:
    changed = bytearray(FINE)
    struct.pack_into("<H", changed, FINE.rindex(b"PK\5\6") + 10, 1)
    return bytes(changed)


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "out of the archive": (lambda: named("../../etc/passwd"), "../../etc/passwd", "leads out of the archive"),
    "out by backslashes": (lambda: named("..\\..\\evil.png"), "..\\..\\evil.png", "leads out of the archive"),
    "in between": (lambda: named("a/../../b.png"), "a/../../b.png", "leads out of the archive"),
    "absolute": (lambda: named("/etc/passwd"), "/etc/passwd", "has an absolute name"),
    "a drive": (lambda: named("C:/x.png"), "C:/x.png", "has an absolute name"),
    "a share": (lambda: named("\\\\host\\x.png"), "\\\\host\\x.png", "has an absolute name"),
    "a NUL": (lambda: named_as(b"a\0b.png"), "a\N{REPLACEMENT CHARACTER}b.png", "character that cannot be shown"),
    "a line break": (lambda: named("a\nb.png"), "a\N{REPLACEMENT CHARACTER}b.png", "character that cannot be shown"),
    "no name": (lambda: named_as(b"./."), "./.", "has no name"),
    "no UTF-8": (said_to_be_utf8, "\N{REPLACEMENT CHARACTER}" * 2 + ".png", "is no UTF-8, though it says so"),
    "a long name": (lambda: named("x" * 2001), "x" * 119 + "…", "has a name of 2,001 bytes"),
    "a link": (linked, "cat.png", "is a link to another file"),
    "a device": (lambda: listed_as(listed_as(FINE, "cat.png", 5, "<B", 3), "cat.png", 38, "<L", 0o020666 << 16), "cat.png", "is no file but a device"),
    "encrypted": (lambda: listed_as(FINE, "cat.png", 8, "<H", 1), "cat.png", "is encrypted"),
    "bzip2": (lambda: packed_by(zipfile.ZIP_BZIP2), "cat.png", "is packed by bzip2"),
    "LZMA": (lambda: packed_by(zipfile.ZIP_LZMA), "cat.png", "is packed by LZMA"),
    "twice": (twice, "cat.png", "is there twice"),
    "the same name, composed and not": (lambda: a_zip({"\u00e9.png": CAT, "e\u0301.png": CAT}), "é.png", "is there twice"),
    "stored, with two sizes": (lambda: listed_as(a_zip({"cat.png": CAT}, pack=False), "cat.png", 24, "<L", 7), "cat.png", "is said to have 7 bytes"),
    "one over the other": (laid_over_another, "dog.png", "lies over another member"),
    "longer than the archive": (lambda: listed_as(FINE, "dog.png", 20, "<L", 900_000), "", "longer than the archive"),
    "a bomb": (lambda: a_zip({"bomb.png": b"\0" * 3_000_000}), "bomb.png", "unpacks to more than 100 times its packed size"),
    "a size that would be a bomb": (lambda: listed_as(FINE, "cat.png", 24, "<L", 900_000_000), "cat.png", "unpacks to more than 100 times"),
    "more than a gigabyte": (lambda: b"", "", "It unpacks to"),
    "cut off": (lambda: FINE[:-30], "", "it was cut off"),
    "half": (lambda: FINE[: len(FINE) // 2], "", "it was cut off"),
    "something behind": (lambda: FINE + b"more", "", "something was added"),
    "something before": (lambda: FINE[:4] + b"x" * 9 + FINE, "", "is not where it should be"),
    "another count": (another_count, "", "Its list has 2 members, not 1"),
    "a broken list": (lambda: FINE.replace(b"PK\1\2", b"PK\1\3"), "", "is damaged"),
    "one part of several": (lambda: FINE[:-18] + b"\1\0" + FINE[-16:], "", "one part of an archive in several"),
    "folders alone": (lambda: a_zip({"a/": b"", "__MACOSX/x": b"x"}), "", "has no files"),
}  # fmt: skip


def many_sizes() -> bytes:
    """Eleven members that are said to have 99 MB each, packed so that the ratio alone would let them pass."""
    content = a_zip(
        {f"{number:02}.png": zlib.compress(bytes(range(256)) * 100, 0) * 40 for number in range(11)}, pack=False
    )
    for number in range(11):
        name = f"{number:02}.png"
        content = listed_as(listed_as(content, name, 10, "<H", 8), name, 24, "<L", 99_000_000)
    return content


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_zip_is_refused_before_anything_is_kept(yard: Yard, settings: Settings, what: str) -> None:
    make, member, why = HOSTILE[what]
    content = make() or many_sizes()
    uploading = Uploading(yard, settings)
    project = await yard.project(PHOTO_FLOW)
    before = {path for path in yard.desk.settings.data.rglob("*") if path.is_file()}
    said = await uploading.give(project, content, "pets.zip")
    assert (said.status, said.problem) == (422, "zip_unusable")
    (found,) = [error for error in said.refusal["errors"] if why in error["says"]]
    assert found["place"] == member
    assert found["mend"]
    assert (await yard.owner.get("/uploads")).json["total"] == 0
    assert {path for path in yard.desk.settings.data.rglob("*") if path.is_file()} == before


async def test_the_limits_are_those_of_the_settings(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploading = Uploading(yard, settings)
    project = await yard.project(PHOTO_FLOW)
    for change, content, why in (
        ({"zip_entries_max": 1}, FINE, "It has 2 members; 1 are taken"),
        ({"zip_bytes_max": 1000}, FINE, "1,000 are taken"),
        ({"zip_ratio_max": 1}, a_zip({"a.png": b"ab" * 1_000_000}), "more than 1 times"),
    ):
        monkeypatch.setattr(yard.desk, "settings", settings.model_copy(update=change))
        said = await uploading.give(project, content, "pets.zip")
        assert said.problem == "zip_unusable"
        assert why in str(said.refusal["errors"])


async def test_a_list_of_more_members_than_are_taken_is_not_read_to_its_end(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(a_zip({f"{number}.png": b"" for number in range(50)}))
    struct.pack_into("<2H", content, content.rindex(b"PK\5\6") + 8, 1, 1)
    monkeypatch.setattr(yard.desk, "settings", settings.model_copy(update={"zip_entries_max": 10}))
    said = await Uploading(yard, settings).give(await yard.project(PHOTO_FLOW), bytes(content), "pets.zip")
    assert "It has 11 members; 10 are taken" in str(said.refusal["errors"])


async def test_names_of_every_writer_are_read(yard: Yard, settings: Settings) -> None:
    uploading = Uploading(yard, settings)
    project = await yard.project(PHOTO_FLOW)
    # UTF-8 that does not say so, as the Finder writes it; the old code page; backslashes, as old .NET has them.
    mac = named_as("grün.png".encode())
    dos = named_as("grün2.png".encode("cp437"))
    windows = renamed(named("a/b.png"), "a/b.png", b"a\\c.png")
    ours = (await yard.owner.get("/projects")).status
    for content in (mac, dos, windows):
        done = await uploading.taken(project, content, "pets.zip")
        assert done["failed"] == 0
    items = (await yard.owner.get("/tasks", params={"project": project})).json["items"]
    assert {task["external_id"] for task in items} == {"cat.png", "grün.png", "grün2.png", "a/c.png"}
    assert ours == 200


async def test_a_member_larger_than_a_file_may_be_is_a_failed_row(yard: Yard, settings: Settings) -> None:
    small = settings.model_copy(update={"file_bytes_max": 1000})
    uploading = Uploading(yard, small)
    done = await uploading.taken(await yard.project(PHOTO_FLOW), FINE, "pets.zip")
    assert counts(done) == (2, 0, 0, 2)
    page: dict[str, Any] = (await yard.owner.get(f"/uploads/{done['id']}/errors")).json
    assert "cannot be taken" in page["items"][0]["says"]
    assert await left_behind(yard) == (0, 0)


async def test_bytes_of_what_made_no_task_are_removed(yard: Yard, settings: Settings, worker: Any) -> None:
    assert worker.name
    project = await yard.project(PHOTO_FLOW)
    content = a_zip({"a.png": a_picture("only here"), "b.txt": b"nothing"})
    said = await Uploading(yard, settings).give(project, content, "pets.zip", mode="all_or_nothing")
    done = await yard.until(yard.owner, f"/uploads/{said.json['id']}", lambda shown: shown["ended_at"])
    assert done["state"] == "failed"
    folder = yard.desk.settings.data / "files"

    def lying() -> int:
        return sum(1 for path in folder.rglob("*") if path.is_file() and yard.workspace_id.hex in str(path))

    async with asyncio.timeout(20):
        # What stays is the source itself.
        while lying() > 1:
            await asyncio.sleep(0.05)
