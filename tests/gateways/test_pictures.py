"""The picture intake with its real child process: what is taken, what is refused, and what hostile files may do."""

from __future__ import annotations

import asyncio
import io
import struct
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from PIL import Image, ImageCms, ImageDraw

from taskyard.gateways.pictures import DEFAULT_LIMITS, Pictures, Rendering
from taskyard.gateways.pictures_draw import BLACK, HUES, WHITE, contrast, ink_on
from taskyard.gateways.pictures_header import Limits
from taskyard.gateways.pictures_problems import (
    NotAPicture,
    PictureBroken,
    PictureMissing,
    PictureReaderFailed,
    PictureTooHeavy,
    PictureTooLarge,
    PictureTooLong,
    PictureTooManyFrames,
    PictureTooManyPixels,
    PictureTooSlow,
    SvgRefused,
)
from taskyard.kit.problems import Problem

RED, BLUE = (220, 30, 30), (30, 30, 220)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pictures() -> AsyncIterator[Pictures]:
    async with Pictures() as reader:
        yield reader


pytestmark = pytest.mark.asyncio(loop_scope="module")


def halves(mode: str = "RGB") -> Image.Image:
    """Draw a picture that is red on the left and blue on the right, wider than high."""
    picture = Image.new("RGB", (60, 40), RED)
    ImageDraw.Draw(picture).rectangle((30, 0, 60, 40), fill=BLUE)
    return picture.convert(mode)


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def opened(rendering: Rendering) -> Image.Image:
    picture = Image.open(io.BytesIO(rendering.content))
    assert picture.size == (rendering.width, rendering.height)
    assert Image.MIME[picture.format or ""] == rendering.media_type
    return picture


def near(one: Any, two: Any, by: int = 40) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, two, strict=True))


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width: int, height: int) -> bytes:
    """Write a tiny PNG whose header claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 99)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def gif_of(frames: int, width: int = 1, height: int = 1) -> bytes:
    """Write a GIF with any number of tiny frames."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return screen + (b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0" * frames) + b";"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_four_formats_are_taken_by_their_content(pictures: Pictures, form: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(saved(halves(), form))
    found = await pictures.inspect(path)
    assert (found.format, found.media_type) == (form, Image.MIME[form])
    assert (found.width, found.height, found.frames, found.notes) == (60, 40, 1, ())
    assert await pictures.inspect(path.read_bytes()) == found


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_is_turned_upright_once(pictures: Pictures, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(halves(), "JPEG", exif=exif, quality=95)
    expected = halves()
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)
    if turn is not None:
        expected = expected.transpose(turn)
    found, upright = await pictures.inspect(content), opened(await pictures.view(content))
    assert (found.width, found.height) == upright.size == expected.size
    for corner in ((3, 3), (expected.width - 4, expected.height - 4)):
        assert near(upright.getpixel(corner), expected.getpixel(corner))
    assert upright.getexif().get(0x0112) is None


async def test_what_is_shown_carries_no_metadata(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(halves(), "JPEG", exif=exif, icc_profile=profile, comment=b"secret comment")
    for rendering in (await pictures.view(content), await pictures.thumbnail(content)):
        assert b"secret" not in rendering.content
        assert {"exif", "icc_profile", "comment", "xmp"} & set(opened(rendering).info) == set()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (saved(halves("CMYK"), "JPEG"), "CMYK"),
        (saved(halves("P"), "PNG"), None),
        (saved(halves("L"), "JPEG"), None),
        (saved(halves("1"), "PNG"), None),
        (saved(halves("LA"), "PNG"), None),
    ],
    ids=["cmyk", "palette", "grey", "black and white", "grey with alpha"],
)
async def test_every_colour_mode_becomes_plain_colours(pictures: Pictures, content: bytes, note: str | None) -> None:
    found = await pictures.inspect(content)
    assert (note or "") in " ".join(found.notes)
    assert bool(found.notes) is bool(note)
    shown = opened(await pictures.view(content))
    assert shown.mode in {"RGB", "RGBA"}
    stored = Image.open(io.BytesIO(content)).convert("RGB")
    for place in ((3, 3), (56, 36)):
        assert near(shown.convert("RGB").getpixel(place), stored.getpixel(place))


async def test_print_colours_come_out_as_themselves(pictures: Pictures) -> None:
    shown = opened(await pictures.view(saved(halves("CMYK"), "JPEG", quality=95)))
    assert near(shown.getpixel((3, 3)), RED)
    assert near(shown.getpixel((56, 3)), BLUE)


async def test_sixteen_bit_greys_keep_their_steps(pictures: Pictures) -> None:
    deep = Image.new("I;16", (40, 20))
    for column in range(40):
        for row in range(20):
            deep.putpixel((column, row), column * 1600)
    content = saved(deep, "PNG")
    assert "16-bit" in (await pictures.inspect(content)).notes[0]
    shown = opened(await pictures.view(content))
    assert [shown.getpixel((column, 5)) for column in (0, 20, 39)] == [(0,) * 3, (125,) * 3, (243,) * 3]


async def test_a_see_through_picture_stays_see_through(pictures: Pictures) -> None:
    content = saved(Image.new("RGBA", (50, 50), (*RED, 100)), "WEBP", lossless=True)
    for rendering in (await pictures.view(content), await pictures.thumbnail(content)):
        shown = opened(rendering)
        assert shown.mode == "RGBA"
        assert near(shown.getpixel((25, 25)), (*RED, 100), 6)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
async def test_an_animation_shows_its_first_frame_and_says_so(pictures: Pictures, form: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in (RED, BLUE, WHITE)]
    content = saved(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
    found = await pictures.inspect(content)
    assert found.frames == 3
    assert found.notes == ("This is an animation; only the first of its 3 frames is used.",)
    assert near(opened(await pictures.view(content)).convert("RGB").getpixel((5, 5)), RED, 8)


async def test_a_thumbnail_is_small_and_keeps_its_shape(pictures: Pictures) -> None:
    wide = saved(Image.linear_gradient("L").resize((3000, 1000)), "JPEG")
    assert opened(await pictures.thumbnail(wide)).size == (320, 107)
    assert opened(await pictures.thumbnail(wide, side=64)).size == (64, 22)
    assert opened(await pictures.thumbnail(saved(halves(), "PNG"))).size == (60, 40)


async def test_regions_are_drawn_with_numbers_in_readable_chips(pictures: Pictures) -> None:
    paper = saved(Image.new("RGB", (640, 480), WHITE), "PNG")
    regions: list[dict[str, Any]] = [
        {"id": "a", "label": "item", "shape": "rectangle", "box": [100, 100, 200, 80]},
        {"id": "b", "label": "total", "shape": "polygon", "points": [[400, 200], [600, 220], [580, 400]], "score": 1},
        {"id": "c", "label": "价格", "shape": "point", "points": [[50, 400]]},
        {"id": "d", "label": "x" * 90, "shape": "rectangle", "box": [-1, -1, 642, 482]},
    ]
    drawn = opened(await pictures.draw(paper, regions, labels=["total", "item"])).convert("RGB")
    colours = dict.fromkeys(colour for _count, colour in drawn.getcolors(10**6) or ())
    assert {HUES[0], HUES[1], HUES[2], HUES[3], BLACK} <= set(colours)
    assert drawn.getpixel((100, 140)) == HUES[1]  # the second label given has the second hue
    assert drawn.getpixel((50, 400)) == HUES[2]
    assert drawn.getpixel((250, 140)) == WHITE


async def test_writing_on_every_hue_reads_well() -> None:
    assert len(set(HUES)) == 12
    assert all(contrast(ink_on(hue), hue) >= 4.5 for hue in HUES)


@pytest.mark.parametrize(
    ("content", "refusal", "says"),
    [
        (b"", NotAPicture, "This file is empty, not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", SvgRefused, "Export it as PNG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<svg:svg onload='x()'>", SvgRefused, "can carry scripts"),
        ("<svg>".encode("utf-16"), SvgRefused, "SVG"),
        (b"<!DOCTYPE html><script>alert(1)</script>", NotAPicture, "This file is a web page, not a picture"),
        (b"%PDF-1.7", NotAPicture, "a PDF document"),
        (b"II*\0\x08\0\0\0", NotAPicture, "a TIFF picture"),
        (b"\0\0\0\x18ftypheic", NotAPicture, "a HEIC picture"),
        (b"\x1f\x8b\x08", NotAPicture, "a compressed file"),
        (b"hello", NotAPicture, "of an unknown kind"),
        (b"\x89PNG\r\n\x1a\n", PictureBroken, "This PNG picture cannot be read: it ends within its header"),
        (b"\xff\xd8\xff", PictureBroken, "it ends within its header"),
        (b"\xff\xd8\xff\xe0\0\x04\0\0zzzz", PictureBroken, "its header is damaged"),
        (b"RIFF\0\0\0\0WEBP", PictureBroken, "0 by 0 pixels"),
        (png_claiming(0, 5), PictureBroken, "0 by 5 pixels"),
        (png_claiming(9, 9), PictureBroken, "This PNG picture cannot be read"),
        (png_claiming(60_000, 60_000), PictureTooLong, "60,000 by 60,000 pixels; a side takes up to 16,384"),
        (png_claiming(10_000, 9_000), PictureTooManyPixels, "90.0 million pixels (10,000 by 9,000)"),
        (gif_of(60, 2_000, 1_000), PictureTooManyFrames, "51 or more frames, over 100 million pixels"),
        (bytes(25_000_001), PictureTooLarge, "has 25.0 MB; up to 25 MB"),
    ],
)
async def test_what_is_not_taken_is_refused_with_the_numbers(
    pictures: Pictures, content: bytes, refusal: type[Problem], says: str
) -> None:
    with pytest.raises(refusal) as refused:
        await pictures.inspect(content)
    assert says in refused.value.detail


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_a_picture_that_is_cut_off_is_refused_at_any_cut(pictures: Pictures, form: str) -> None:
    noise = Image.effect_noise((200, 150), 80).convert("RGB")
    whole = saved(noise, form)
    for part in (0.02, 0.3, 0.6, 0.9):
        with pytest.raises(PictureBroken, match=f"This {form} picture"):
            await pictures.inspect(whole[: int(len(whole) * part)])


async def test_a_picture_damaged_in_the_middle_is_survived(pictures: Pictures) -> None:
    said: list[str] = []
    for form in ("PNG", "JPEG", "WEBP", "GIF"):
        whole = bytearray(saved(Image.effect_noise((200, 150), 80).convert("RGB"), form))
        for place in range(8, len(whole), max(1, len(whole) // 12)):
            damaged = whole.copy()
            damaged[place : place + 4] = b"\xff\x00\xff\xff"
            try:
                found = await pictures.inspect(bytes(damaged))
            except Problem as refused:
                said.append(refused.detail)
            else:
                assert found.width * found.height <= DEFAULT_LIMITS.pixels
    assert len(said) > 10
    assert sum("cannot be read" in detail for detail in said) > len(said) / 2


async def test_bombs_are_refused_from_the_header_in_no_time_and_memory(pictures: Pictures) -> None:
    await pictures.inspect(saved(halves(), "PNG"))
    assert pictures._child is not None
    child = psutil.Process(pictures._child.pid)
    before, began = child.memory_info().rss, time.perf_counter()
    webp = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff" * 2
    bombs = [png_claiming(60_000, 60_000), gif_of(2, 60_000, 60_000), b"RIFF" + bytes(4) + b"WEBP" + webp]
    bombs.append(b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9))
    for bomb in bombs:
        with pytest.raises((PictureTooLong, PictureTooManyPixels)):
            await pictures.inspect(bomb)
    assert time.perf_counter() - began < 3
    assert child.memory_info().rss - before < 128_000_000


async def test_an_animation_of_a_million_frames_is_counted_and_not_decoded(pictures: Pictures) -> None:
    found = await pictures.inspect(gif_of(1_000_000))
    assert found.frames == 1_000_000


async def test_a_file_that_is_gone_is_told(pictures: Pictures, tmp_path: Path) -> None:
    with pytest.raises(PictureMissing):
        await pictures.inspect(tmp_path / "gone.png")


async def test_the_memory_of_the_child_is_bounded_even_where_the_limits_are_not() -> None:
    vast = Limits(bytes=25_000_000, pixels=10**10, side=10**6, frame_pixels=10**10)
    async with Pictures(vast, seconds_max=60) as pictures:
        content = saved(Image.new("1", (24_000, 24_000)), "PNG")
        with pytest.raises(PictureTooHeavy, match="1500 MB"):
            await pictures.view(content)
        assert (await pictures.inspect(saved(halves(), "PNG"))).width == 60


async def test_a_child_that_takes_too_long_is_ended_and_replaced() -> None:
    async with Pictures(seconds_max=0.4) as pictures:
        await _warm(pictures)
        slow = pictures._child
        assert slow is not None
        psutil.Process(slow.pid).suspend()
        with pytest.raises(PictureTooSlow, match=r"0\.4 seconds"):
            await pictures.inspect(saved(halves(), "PNG"))
        assert slow.returncode is not None
        await _warm(pictures)


async def _warm(pictures: Pictures) -> None:
    """Start a child, whose start may itself be too slow for a short limit on a busy machine."""
    for _attempt in range(20):
        try:
            await pictures.inspect(saved(halves(), "PNG"))
        except PictureTooSlow:
            pictures._seconds_max *= 1.5
        else:
            pictures._seconds_max = 0.4
            return


async def test_a_child_that_was_killed_between_questions_is_replaced_unnoticed() -> None:
    async with Pictures() as pictures:
        await pictures.inspect(saved(halves(), "PNG"))
        assert pictures._child is not None
        psutil.Process(pictures._child.pid).kill()
        assert (await pictures.inspect(saved(halves(), "PNG"))).width == 60


async def test_a_picture_that_kills_every_child_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.gateways.pictures.START", "raise SystemExit(3)")
    async with Pictures() as pictures:
        with pytest.raises(PictureReaderFailed):
            await pictures.inspect(saved(halves(), "PNG"))


async def test_a_question_given_up_does_not_spoil_the_next_one() -> None:
    async with Pictures() as pictures:
        large = saved(Image.effect_noise((3000, 3000), 50), "PNG")
        await pictures.inspect(saved(halves(), "PNG"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await pictures.view(large)
        assert (await pictures.inspect(saved(halves(), "PNG"))).width == 60


async def test_questions_at_once_get_their_own_answers(pictures: Pictures) -> None:
    sizes = [(20 + number, 10) for number in range(12)]
    found = await asyncio.gather(*(pictures.inspect(saved(Image.new("RGB", size), "PNG")) for size in sizes))
    assert [(one.width, one.height) for one in found] == sizes


async def test_the_child_ends_when_it_is_idle_and_when_the_reader_is_closed() -> None:
    async with Pictures(idle_seconds=0.05) as pictures:
        await pictures.inspect(saved(halves(), "PNG"))
        child = pictures._child
        assert child is not None
        async with asyncio.timeout(20):
            await child.wait()
        await pictures.inspect(saved(halves(), "PNG"))
        second = pictures._child
    assert second is None or second.returncode is not None
    assert pictures._child is None


async def test_the_child_is_told_nothing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    async with Pictures() as pictures:
        await pictures.inspect(saved(halves(), "PNG"))
        assert pictures._child is not None
        assert "DATABASE_URL" not in psutil.Process(pictures._child.pid).environ()
