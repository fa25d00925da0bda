"""Files through the API: what is taken, what is refused and leaves nothing, and how it is shown and to whom."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from taskyard.access import Actor
from taskyard.domain import files
from taskyard.domain.files import store
from taskyard.gateways.objects import name_of
from taskyard.gateways.pictures import Rendering
from taskyard.web.desk import Desk
from tests.builders import Person, Said, Yard
from tests.builders.people import PREFIX

RECEIPT = b"item,amount\ncoffee,3.20\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size).save(made, form, **how)
    return made.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    made = io.BytesIO()
    Image.effect_noise(size, 90).save(made, "PNG")
    return made.getvalue()


def phone_photo() -> bytes:
    """A photo taken upright: stored on its side, with the place it was taken at."""
    metadata = Image.Exif()
    metadata[0x0112] = 6
    metadata[0x010F] = "SecretPhoneMaker"
    metadata.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", (60, 40), exif=metadata)


def animation() -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    made = io.BytesIO()
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge and whose pixels were never there."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def small_limits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update={"file_bytes_max": 100_000}))


async def give(who: Person, content: bytes, name: str = "given", **more: Any) -> dict[str, Any]:
    said = await who.post("/files", files={"file": (name, content, "application/x-lie")}, **more)
    given: dict[str, Any] = said.json
    assert said.status == 201
    return given


async def get(who: Person, url: str, headers: dict[str, str] | None = None) -> Said:
    return await who.get(url.removeprefix(PREFIX), headers=headers or {})


def stored_in(yard: Yard) -> list[Path]:
    """What is stored of this workspace, or half received of anybody."""
    data = yard.desk.settings.data
    kept = (data / "files" / yard.workspace_id.hex).rglob("*")
    return [path for path in (*kept, *(data / "incoming").iterdir()) if path.is_file()]


def object_of(yard: Yard, sha256: str, suffix: str = "") -> Path:
    return yard.desk.settings.data / "files" / name_of(yard.workspace_id, sha256, suffix)


def refused(said: Said) -> tuple[int, str]:
    return said.status, said.problem


# --- taking


async def test_a_file_comes_back_as_it_was_given(yard: Yard) -> None:
    given = await give(yard.owner, RECEIPT, "receipt.csv")
    assert given["name"] == "receipt.csv"
    assert given["bytes"] == len(RECEIPT)
    assert given["sha256"] == hashlib.sha256(RECEIPT).hexdigest()
    assert given["media_type"] == "text/plain; charset=utf-8"
    assert given["view_url"] is given["thumbnail_url"] is given["width"] is None
    said = await get(yard.owner, given["url"])
    assert (said.status, said.response.content) == (200, RECEIPT)
    assert (await get(yard.owner, given["url"] + "/meta")).json == given


async def test_a_raw_body_is_a_file_whatever_its_type_says(yard: Yard) -> None:
    forged = b'{"file": {"path": "/etc/passwd", "name": "passwd"}}'
    for content_type in ("application/json", "application/x-www-form-urlencoded", "text/csv"):
        said = await yard.owner.post(
            "/files?name=../a%20note.json", content=forged, headers={"Content-Type": content_type}
        )
        assert said.status == 201
        assert said.headers["location"] == said.json["url"]
        assert said.json["name"] == "a note.json"
        assert (await get(yard.owner, said.json["url"])).response.content == forged


async def test_a_picture_is_known_by_its_content_and_not_by_its_name(yard: Yard) -> None:
    given = await give(yard.owner, picture("WEBP", (64, 48)), "report.pdf")
    assert (given["media_type"], given["width"], given["height"]) == ("image/webp", 64, 48)
    assert given["view_url"] == given["url"] + "/view"
    assert given["thumbnail_url"] == given["url"] + "/thumbnail"


async def test_the_same_content_may_be_given_twice_and_is_stored_once(yard: Yard) -> None:
    first, second = await give(yard.owner, RECEIPT, "one.csv"), await give(yard.owner, RECEIPT, "two.csv")
    assert first["id"] != second["id"]
    assert first["sha256"] == second["sha256"]
    assert len(stored_in(yard)) == 1


@pytest.mark.parametrize(
    ("said_name", "kept_name"),
    [("../../../etc/cron.d/x", "x"), ("photo\u202egpj.exe", "photogpj.exe"), ("領収書 №1.png", "領収書 №1.png")],
)
async def test_a_name_is_only_shown_and_never_a_path(yard: Yard, said_name: str, kept_name: str) -> None:
    given = await give(yard.owner, RECEIPT, said_name)
    assert given["name"] == kept_name
    assert [path.name for path in stored_in(yard)] == [given["sha256"]]
    header = (await get(yard.owner, given["url"])).headers["content-disposition"]
    assert header.isascii()
    assert header.startswith("attachment; filename=")


async def test_a_key_used_again_gives_the_same_file_and_for_other_bytes_a_refusal(yard: Yard) -> None:
    once = {"Idempotency-Key": "receipt-1"}
    given = await give(yard.owner, RECEIPT, headers=once)
    assert await give(yard.owner, RECEIPT, headers=once) == given
    other = await yard.owner.post("/files", files={"file": ("given", RECEIPT + b"more")}, headers=once)
    assert refused(other) == (422, "key_used_for_another")


# --- refusing


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("headers", [{"Content-Length": "10000000"}, {}], ids=["announced", "streamed"])
async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(yard: Yard, headers: dict[str, str]) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b"x" * 10_000

    said = await yard.owner.post("/files", content=body(), headers=headers)
    assert refused(said) == (413, "file_too_large")
    assert said.refusal["detail"] == "The file has more than 100 kB, the most that is taken here."
    assert sent <= 200_000
    assert stored_in(yard) == []


@pytest.mark.usefixtures("small_limits")
async def test_a_file_over_the_limit_in_a_form_is_refused_and_leaves_nothing(yard: Yard) -> None:
    said = await yard.owner.post("/files", files={"file": ("a", b"x" * 100_001)})
    assert refused(said) == (413, "file_too_large")
    assert stored_in(yard) == []


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (noise((300, 300))[:-20_000], (422, "picture_broken")),
        (picture("JPEG", (800, 600))[:100], (422, "picture_broken")),
        (b"\x89PNG\r\n\x1a\n", (422, "picture_broken")),
        (bomb(16_000, 16_000), (413, "picture_too_many_pixels")),
        (bomb(60_000, 100), (413, "picture_too_long")),
        (bomb(5_000, 5_000), (422, "picture_broken")),
        (b"", (422, "file_empty")),
    ],
    ids=["cut off", "header only", "signature only", "too many pixels", "too long", "pixels missing", "empty"],
)
async def test_a_picture_that_cannot_be_shown_is_refused_and_leaves_nothing(
    yard: Yard, content: bytes, refusal: tuple[int, str]
) -> None:
    said = await yard.owner.post("/files", files={"file": ("photo.png", content)})
    assert refused(said) == refusal
    assert stored_in(yard) == []


async def test_a_form_without_a_file_says_how_to_send_one(yard: Yard) -> None:
    said = await yard.owner.post("/files", files={"picture": ("a.png", picture())})
    assert refused(said) == (422, "body_invalid")
    assert said.refusal["errors"] == [
        {"place": "picture", "says": "holds a file", "mend": "Send one file, in a part named `file`."}
    ]
    assert stored_in(yard) == []


async def test_a_stranger_can_neither_give_nor_see(yard: Yard) -> None:
    given = await give(yard.owner, picture())
    assert refused(await yard.stranger.post("/files", files={"file": ("a", RECEIPT)})) == (401, "sign_in_needed")
    for address in (given["url"], given["view_url"], given["thumbnail_url"], given["url"] + "/meta"):
        assert refused(await get(yard.stranger, address)) == (401, "sign_in_needed")
    assert len(stored_in(yard)) == 1


async def test_a_file_of_another_workspace_is_not_there(yard: Yard, other_yard: Yard) -> None:
    given = await give(yard.owner, picture())
    missing = given["url"][:-4] + "0000"
    for address in (given["url"], given["view_url"], given["thumbnail_url"], given["url"] + "/meta", missing):
        assert refused(await get(other_yard.owner, address)) == (404, "no_such_file")
    # The same content of their own is theirs alone.
    own = await give(other_yard.owner, picture())
    assert own["id"] != given["id"]
    assert refused(await get(yard.owner, own["url"])) == (404, "no_such_file")


async def test_each_of_the_two_walls_between_workspaces_holds_alone(yard: Yard, other_yard: Yard) -> None:
    ours, here, there = UUID(await yard.file(picture())), yard.workspace_id, other_yard.workspace_id
    async with yard.desk.database.transaction(here) as session:
        assert (await store.file(session, here, ours)).id == ours
        # The query asks for another workspace, where the database would show ours.
        assert await store.files(session, there, [ours]) == {}
        with pytest.raises(files.NoSuchFile):
            await store.file(session, there, ours)
    async with yard.desk.database.transaction(there) as session:
        # The query asks for ours, where the database shows only theirs.
        assert await store.files(session, here, [ours]) == {}


# --- giving back


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (SVG, "application/octet-stream"),
        (HTML, "application/octet-stream"),
        (picture(), "image/png"),
        (RECEIPT, "text/plain; charset=utf-8"),
    ],
    ids=["svg", "html", "picture", "text"],
)
async def test_what_users_gave_never_runs_on_our_pages(yard: Yard, content: bytes, media_type: str) -> None:
    given = await give(yard.owner, content, "page.html")
    said = await get(yard.owner, given["url"])
    assert said.response.content == content
    assert said.headers["content-type"] == media_type
    assert said.headers["content-disposition"].startswith("attachment;")
    assert said.headers["x-content-type-options"] == "nosniff"
    assert said.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "set-cookie" not in said.headers


@pytest.mark.parametrize("content", [SVG, HTML, RECEIPT], ids=["svg", "html", "text"])
async def test_there_is_no_view_of_what_is_no_picture(yard: Yard, content: bytes) -> None:
    given = await give(yard.owner, content, "drawing.svg")
    assert given["view_url"] is None
    assert refused(await get(yard.owner, given["url"] + "/view")) == (404, "no_picture")
    assert refused(await get(yard.owner, given["url"] + "/thumbnail")) == (404, "no_picture")


async def test_a_view_is_upright_and_tells_nothing_of_the_one_who_took_it(yard: Yard) -> None:
    photo = phone_photo()
    assert b"SecretPhoneMaker" in photo
    given = await give(yard.owner, photo, "photo.jpg")
    assert (given["width"], given["height"]) == (40, 60)
    view = await get(yard.owner, given["view_url"])
    assert view.headers["x-content-type-options"] == "nosniff"
    assert view.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert view.headers["content-disposition"] == "inline"
    assert "set-cookie" not in view.headers
    shown = Image.open(io.BytesIO(view.response.content))
    assert shown.size == (40, 60)
    assert view.headers["content-type"] == f"image/{(shown.format or '').lower()}"
    assert dict(shown.getexif()) == {}
    assert b"SecretPhoneMaker" not in view.response.content
    assert (await get(yard.owner, given["url"])).response.content == photo


@pytest.mark.parametrize(
    ("make", "frames", "noted"),
    [
        (animation, 3, "animation"),
        (lambda: picture("JPEG", mode="CMYK"), 1, "CMYK"),
        (lambda: picture("PNG", mode="I;16"), 1, "16-bit"),
        (lambda: picture("PNG", mode="LA"), 1, None),
    ],
    ids=["animated", "print colours", "16 bits", "transparent"],
)
async def test_unusual_pictures_are_shown_and_say_what_is_special(
    yard: Yard, make: Callable[[], bytes], frames: int, noted: str | None
) -> None:
    given = await give(yard.owner, make())
    assert given["frames"] == frames
    assert (given["note"] is None) if noted is None else (noted in given["note"])
    view = await get(yard.owner, given["view_url"])
    shown = Image.open(io.BytesIO(view.response.content))
    assert shown.mode in {"RGB", "RGBA"}
    assert getattr(shown, "n_frames", 1) == 1


async def test_a_thumbnail_is_small_and_made_once_for_all_who_ask(
    yard: Yard, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = desk.pictures.thumbnail, []

    async def make_and_count(source: Path | bytes) -> Rendering:
        made.append(source)
        return await make(source)

    monkeypatch.setattr(desk.pictures, "thumbnail", make_and_count)
    given = await give(yard.owner, picture("JPEG", (1600, 800)))
    many = await asyncio.gather(*(get(yard.owner, given["thumbnail_url"]) for _ in range(8)))
    assert {said.status for said in many} == {200}
    assert Image.open(io.BytesIO(many[0].response.content)).size == (320, 160)
    assert len({said.response.content for said in many}) == 1
    await get(yard.owner, given["thumbnail_url"])
    assert object_of(yard, given["sha256"], ".thumb").exists()
    assert len(made) == 1


@pytest.mark.parametrize(
    ("asked", "status", "content", "content_range"),
    [
        ("bytes=0-3", 206, b"item", "bytes 0-3/24"),
        ("bytes=20-", 206, b".20\n", "bytes 20-23/24"),
        ("bytes=-4", 206, b".20\n", "bytes 20-23/24"),
        ("bytes=-999", 206, RECEIPT, "bytes 0-23/24"),
        ("bytes=20-999", 206, b".20\n", "bytes 20-23/24"),
        ("bytes=24-", 416, b"", "bytes */24"),
        ("bytes=-0", 416, b"", "bytes */24"),
        ("bytes=0-3,5-6", 200, RECEIPT, None),
        ("bytes=5-3", 200, RECEIPT, None),
        ("bytes=" + "0-1," * 10_000, 200, RECEIPT, None),
        ("pages=1-2", 200, RECEIPT, None),
        ("bytes=-", 200, RECEIPT, None),
        ("bytes=" + "9" * 19 + "-", 416, b"", "bytes */24"),
    ],
)
async def test_one_part_of_a_file_can_be_asked_for(
    yard: Yard, asked: str, status: int, content: bytes, content_range: str | None
) -> None:
    given = await give(yard.owner, RECEIPT)
    said = await get(yard.owner, given["url"], headers={"Range": asked})
    assert (said.status, said.response.content) == (status, content)
    assert said.headers.get("content-range") == content_range
    assert said.headers["content-length"] == str(len(content))


async def test_a_part_is_given_only_of_the_version_that_was_meant(yard: Yard) -> None:
    given = await give(yard.owner, RECEIPT)
    whole = await get(yard.owner, given["url"], headers={"Range": "bytes=0-3", "If-Range": '"another"'})
    assert (whole.status, whole.response.content) == (200, RECEIPT)
    part = await get(yard.owner, given["url"], headers={"Range": "bytes=0-3", "If-Range": whole.headers["etag"]})
    assert (part.status, part.response.content) == (206, b"item")


async def test_what_the_caller_has_already_is_not_sent_again(yard: Yard) -> None:
    given = await give(yard.owner, picture())
    for address in (given["url"], given["view_url"], given["thumbnail_url"]):
        first = await get(yard.owner, address)
        again = await get(yard.owner, address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status, again.response.content) == (304, b"")
        assert "Cookie" in again.headers["vary"]


# --- handles, and what steps make


async def test_handles_are_refused_all_at_once_each_with_its_place(yard: Yard, other_yard: Yard) -> None:
    picture_id, text_id = await yard.file(picture()), await yard.file(RECEIPT)
    theirs = await other_yard.file(picture())
    named = [
        ("input.photo", picture_id, "image"),
        ("input.page", text_id, "image"),
        ("input.note", text_id, "file"),
        ("input.theirs", theirs, "image"),
        ("input.odd", picture_id.upper(), "image"),
        ("input.path", "../../etc/passwd", "file"),
    ]
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        with pytest.raises(files.NoSuchFiles) as refusal:
            await files.require_all(session, yard.workspace_id, named)
        found = await files.require_all(session, yard.workspace_id, named[:1])
    wrong = ["input.page", "input.theirs", "input.odd", "input.path"]
    assert [flaw.place for flaw in refusal.value.flaws] == wrong
    assert [str(file.id) for file in found] == [picture_id]


async def test_a_picture_that_a_step_drew_is_a_file_like_any_other(yard: Yard, desk: Desk) -> None:
    drawn = picture("JPEG", (64, 48))
    stored = await files.put_away_made(
        desk.database, desk.objects, desk.pictures, yard.workspace_id, drawn, "label-0042"
    )
    async with desk.database.transaction(yard.workspace_id) as session:
        file = await files.keep(session, Actor.system(yard.workspace_id), stored)
    said = await yard.owner.get(f"/files/{file.id}/meta")
    assert (said.json["name"], said.json["width"], said.json["media_type"]) == ("label-0042.jpg", 64, "image/jpeg")
    assert (await yard.owner.get(f"/files/{file.id}")).response.content == drawn


async def test_bytes_that_no_row_names_are_no_file(yard: Yard, desk: Desk) -> None:
    await files.put_away_made(desk.database, desk.objects, desk.pictures, yard.workspace_id, RECEIPT, "lost.csv")
    assert await yard.sql("SELECT id FROM files WHERE workspace_id = :here", here=yard.workspace_id) == []


# --- trouble in the store


async def test_a_flipped_byte_is_reported(yard: Yard) -> None:
    given = await give(yard.owner, picture())
    kept = object_of(yard, given["sha256"])
    kept.write_bytes(kept.read_bytes()[:-1] + b"\0")
    assert refused(await get(yard.owner, given["url"])) == (500, "file_damaged")
    assert refused(await get(yard.owner, given["view_url"])) == (500, "file_damaged")


async def test_a_lost_object_is_reported(yard: Yard) -> None:
    given = await give(yard.owner, picture())
    object_of(yard, given["sha256"]).unlink()
    assert refused(await get(yard.owner, given["url"])) == (500, "file_gone")
    assert refused(await get(yard.owner, given["url"], headers={"Range": "bytes=0-3"})) == (500, "file_gone")
    assert refused(await get(yard.owner, given["thumbnail_url"])) == (500, "file_gone")


async def test_a_damaged_copy_is_made_anew(yard: Yard) -> None:
    given = await give(yard.owner, picture())
    first = await get(yard.owner, given["view_url"])
    kept = object_of(yard, given["sha256"], ".view")
    kept.write_bytes(b"\0" + kept.read_bytes()[1:])
    again = await get(yard.owner, given["view_url"])
    assert again.response.content == first.response.content
    assert kept.read_bytes().startswith(first.response.content)
