"""A form with a file is read as it arrives, in whatever pieces, and refused when it is not one."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taskyard.gateways.objects import FileTooLarge, incoming
from taskyard.web.multipart import FIELD_BYTES_MAX, Form, FormUnreadable, read_form
from taskyard.web.problems import BodyInvalid

TYPE = "multipart/form-data; boundary=edge"
CONTENT = b"\r\n--edg not the edge\r\n\r\n--" + bytes(range(256))


def part(disposition: str, content: bytes = b"", *more: str) -> bytes:
    headers = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *more])
    return b"--edge\r\n" + headers.encode() + b"\r\n\r\n" + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


FILE = part('name="file"; filename="a.bin"', CONTENT)


async def pieces_of(said: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(said), size):
        yield said[at : at + size]


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def read(
    folder: Path, said: bytes, *, size: int = 50_000, content_type: str = TYPE, limit: int = 1_000_000
) -> tuple[Form, str]:
    async with incoming(limit, folder) as arriving:
        form = await read_form(pieces_of(said, size), content_type, arriving, fields=("project", "mode"))
        return form, arriving.sha256


@given(size=st.integers(1, 400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
async def test_a_form_means_the_same_in_whatever_pieces_it_arrives(tmp_path: Path, size: int) -> None:
    said = body(part('name="project"', b"p1"), FILE, part('name="mode"', "gültig".encode()))
    form, sha256 = await read(tmp_path, said, size=size)
    assert form == Form({"project": "p1", "mode": "gültig"}, "a.bin")
    assert sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="file"; filename="Grüße 領収書.png"', "Grüße 領収書.png"),
        ("name=file; filename=plain.png", "plain.png"),
        ("name=\"file\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.png", "Grüße.png"),
        ('name="file"; filename="say \\"hi\\".png"', 'say "hi".png'),
        ('name="file"; filename="say %22hi%22.png"', 'say "hi".png'),
        ('name="file"; filename=""', ""),
    ],
)
async def test_the_name_of_the_file_is_read_as_clients_write_it(tmp_path: Path, disposition: str, name: str) -> None:
    form, _ = await read(tmp_path, body(part(disposition, b"x")))
    assert form.file_name == name


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (body(part('name="project"', b"p1")), "file"),
        (body(FILE, FILE), "file"),
        (body(part('name="file"', b"no file name")), "file"),
        (body(FILE, part('name="picture"; filename="b.png"', b"x")), "picture"),
        (body(FILE, part('name="projekt"', b"p1")), "projekt"),
        (body(FILE, part('name="mode"', b"a"), part('name="mode"', b"b")), "mode"),
        (body(FILE, part('name="mode"', b"x" * (FIELD_BYTES_MAX + 1))), "mode"),
        (body(FILE, part('name="mode"', b"\xff\xfe")), "mode"),
        (body(FILE, b"--edge\r\nX-Other: 1\r\n\r\nx\r\n"), "(unnamed)"),
        (body(part('name="file"; filename="a"', b"eA==", "Content-Transfer-Encoding: base64")), "file"),
    ],
)
async def test_a_form_that_does_not_fit_says_where(tmp_path: Path, said: bytes, place: str) -> None:
    with pytest.raises(BodyInvalid) as refused:
        await read(tmp_path, said)
    assert refused.value.flaws[0].place == place
    assert refused.value.flaws[0].mend
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("said", "content_type"),
    [
        (body(FILE), "multipart/form-data"),
        (body(FILE), "multipart/form-data; boundary=" + "x" * 300),
        (body(FILE), "multipart/form-data; boundary=other"),
        (body(FILE).removesuffix(b"--edge--\r\n"), TYPE),
        (FILE[:40], TYPE),
        (b"", TYPE),
        (b"what is this", TYPE),
        (b"\r\n" * 10_000, TYPE),
        (b"--edge\r\nbad header\r\n\r\nx\r\n--edge--", TYPE),
        (b"--edge\r\nX-Long: " + b"x" * 10_000, TYPE),
        (b"--edge\r\n" + b"A: b\r\n" * 50 + b"\r\nx\r\n--edge--", TYPE),
    ],
)
async def test_what_is_no_form_cannot_be_read(tmp_path: Path, said: bytes, content_type: str) -> None:
    with pytest.raises(FormUnreadable):
        await read(tmp_path, said, content_type=content_type)


@pytest.mark.parametrize("limit", [100, 1000])
async def test_a_file_in_a_form_is_counted_and_not_its_wrapping(tmp_path: Path, limit: int) -> None:
    await read(tmp_path, body(part('name="file"; filename="a"', b"x" * limit)), limit=limit)
    with pytest.raises(FileTooLarge):
        await read(tmp_path, body(part('name="file"; filename="a"', b"x" * (limit + 1))), limit=limit)


async def test_what_follows_the_end_of_a_form_has_an_end_too(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge):
        await read(tmp_path, body(FILE) + b"x" * 5_000_000, limit=1000)
