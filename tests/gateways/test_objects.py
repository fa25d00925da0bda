"""The file store keeps what it was given, in a folder and in a real S3 server alike, and says so when it cannot."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from pydantic import SecretStr

from taskyard.gateways.objects import (
    HELD_BYTES_MAX,
    FileDamaged,
    FileGone,
    FilesUnreachable,
    FilesUrlUnusable,
    ObjectStore,
    name_of,
)
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings

KEY, SECRET = "tester", "testers-secret"
SMALL = b"a receipt"
LONG = hashlib.sha256(b"seed").digest() * (HELD_BYTES_MAX // 32 + 40_000)


class Server(NamedTuple):
    """A running S3 server."""

    endpoint: str


Spoil = Callable[[str, bytes | None], None]


class Place(NamedTuple):
    """A store, and a way to change an object behind its back; None removes it."""

    objects: ObjectStore
    spoil: Spoil


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("s3")
    credentials = [{"accessKey": KEY, "secretKey": SECRET}]
    who = {"name": "tester", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
    names = ("s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc")
    ports = dict(zip((*names, "filer.port", "filer.port.grpc"), free_ports(len(names) + 2), strict=True))
    command = [
        str(Path(sys.executable).parent / "weed"),
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        f"-s3.config={folder / 's3.json'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=20",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        until = time.monotonic() + 60
        while not is_up(ports["s3.port"]):
            assert server.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, "the S3 server did not come up"
            time.sleep(0.1)
        yield Server(f"http://127.0.0.1:{ports['s3.port']}")
    finally:
        server.kill()  # its graceful stop takes over ten seconds
        server.wait()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def is_up(port: int) -> bool:
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as line,
    ):
        line.request("GET", "/healthz")
        return line.getresponse().status == http.client.OK
    return False


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        objects = ObjectStore.open(Settings(data=tmp_path))

        def spoil_folder(name: str, content: bytes | None) -> None:
            path = tmp_path / "files" / name
            path.unlink() if content is None else path.write_bytes(content)

        return Place(objects, spoil_folder)
    settings = bucket_settings(tmp_path, request.getfixturevalue("s3_server"))
    return Place(ObjectStore.open(settings), spoil_bucket(settings))


def bucket_settings(data: Path, server: Server, *, secret: str = SECRET) -> Settings:
    return Settings(
        data=data,
        files_url=f"s3://taskyard-tests/{data.name}/files",
        files_endpoint=server.endpoint,
        files_access_key=SecretStr(KEY),
        files_secret_key=SecretStr(secret),
    )


def spoil_bucket(settings: Settings) -> Spoil:
    import obstore
    from obstore.store import S3Store

    assert settings.files_url is not None
    bucket, _, prefix = settings.files_url.removeprefix("s3://").partition("/")
    raw = S3Store(
        bucket,
        prefix=prefix,
        config={
            "endpoint": settings.files_endpoint or "",
            "region": "us-east-1",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
        },
        client_options={"allow_http": True},
    )

    def spoil(name: str, content: bytes | None) -> None:
        if content is None:
            obstore.delete(raw, name)
        else:
            obstore.put(raw, name, content)

    return spoil


async def whole(objects: ObjectStore, workspace_id: UUID, sha256: str, span: tuple[int, int] | None = None) -> bytes:
    return await whole_of(await objects.stream(workspace_id, sha256, span))


async def whole_of(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("content", [SMALL, LONG], ids=["small", "long"])
async def test_what_is_put_is_what_is_read(place: Place, tmp_path: Path, content: bytes) -> None:
    workspace_id = new_id()
    given, sha256 = tmp_path / "given", hashlib.sha256(content).hexdigest()
    given.write_bytes(content)
    await place.objects.put_path(workspace_id, given, sha256)
    given.unlink()
    assert await place.objects.exists(workspace_id, sha256)
    assert await whole(place.objects, workspace_id, sha256) == content
    await place.objects.fetch_to(workspace_id, sha256, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == content
    assert (tmp_path / "fetched").stat().st_mode & 0o077 == 0


async def test_putting_the_same_content_again_is_harmless(place: Place) -> None:
    workspace_id = new_id()
    first = await place.objects.put_bytes(workspace_id, SMALL)
    assert await place.objects.put_bytes(workspace_id, SMALL) == first
    assert await whole(place.objects, workspace_id, first) == SMALL


async def test_one_workspace_does_not_reach_the_content_of_another(place: Place) -> None:
    sha256 = await place.objects.put_bytes(new_id(), SMALL)
    assert not await place.objects.exists(new_id(), sha256)
    with pytest.raises(FileGone):
        await place.objects.stream(new_id(), sha256)


@pytest.mark.parametrize(("span", "expected"), [((0, 1), b"a"), ((2, 9), b"receipt"), ((5, 6), b"e"), ((0, 9), SMALL)])
async def test_a_part_can_be_read(place: Place, span: tuple[int, int], expected: bytes) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    assert await whole(place.objects, workspace_id, sha256, span) == expected


async def test_a_part_of_a_long_object_comes_in_pieces(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, LONG)
    span = (999_999, 3_500_001)
    assert await whole(place.objects, workspace_id, sha256, span) == LONG[slice(*span)]


@pytest.mark.parametrize("content", [SMALL, LONG], ids=["small", "long"])
@pytest.mark.parametrize("at", [0, -1], ids=["first", "last"])
async def test_a_flipped_bit_is_reported_before_the_first_byte_is_given(
    place: Place, tmp_path: Path, content: bytes, at: int
) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, content)
    flipped = bytearray(content)
    flipped[at] ^= 1
    place.spoil(name_of(workspace_id, sha256), bytes(flipped))
    with pytest.raises(FileDamaged):
        await place.objects.stream(workspace_id, sha256)
    with pytest.raises(FileDamaged):
        await place.objects.fetch_to(workspace_id, sha256, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize("content", [SMALL[:-1], SMALL + b" ", b""], ids=["shorter", "longer", "emptied"])
async def test_an_object_of_another_length_is_reported(place: Place, content: bytes) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    place.spoil(name_of(workspace_id, sha256), content)
    with pytest.raises(FileDamaged):
        await place.objects.stream(workspace_id, sha256)


async def test_damage_that_comes_between_check_and_giving_holds_back_the_end(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, LONG)
    pieces = await place.objects.stream(workspace_id, sha256)
    place.spoil(name_of(workspace_id, sha256), LONG[:-1] + b"\0")
    given: list[int] = []
    with pytest.raises(FileDamaged):
        await whole_of(tallied(pieces, given))
    assert 0 < sum(given) < len(LONG)


async def tallied(pieces: AsyncIterator[bytes], lengths: list[int]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        lengths.append(len(piece))
        yield piece


async def test_giving_the_content_again_mends_a_damaged_object(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    place.spoil(name_of(workspace_id, sha256), b"A receipt")
    await place.objects.put_bytes(workspace_id, SMALL)
    assert await whole(place.objects, workspace_id, sha256) == SMALL


async def test_an_object_that_was_removed_is_reported(place: Place, tmp_path: Path) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    place.spoil(name_of(workspace_id, sha256), None)
    with pytest.raises(FileGone):
        await place.objects.stream(workspace_id, sha256)
    with pytest.raises(FileGone):
        await place.objects.stream(workspace_id, sha256, (0, 1))
    with pytest.raises(FileGone):
        await place.objects.fetch_to(workspace_id, sha256, tmp_path / "fetched")


async def test_deleting_takes_our_copies_along_and_can_be_repeated(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    await place.objects.put_copy(workspace_id, sha256, ".thumb", b"small")
    await place.objects.delete(workspace_id, sha256)
    await place.objects.delete(workspace_id, sha256)
    assert not await place.objects.exists(workspace_id, sha256)
    assert await place.objects.copy_of(workspace_id, sha256, ".thumb") is None


async def test_a_damaged_copy_counts_as_one_that_was_never_made(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    assert await place.objects.copy_of(workspace_id, sha256, ".view") is None
    await place.objects.put_copy(workspace_id, sha256, ".view", b"to look at")
    assert await place.objects.copy_of(workspace_id, sha256, ".view") == b"to look at"
    sealed = b"to look at" + hashlib.sha256(b"to look at").digest()
    for damaged in (b"To" + sealed[2:], sealed[:-1], b""):
        place.spoil(name_of(workspace_id, sha256, ".view"), damaged)
        assert await place.objects.copy_of(workspace_id, sha256, ".view") is None


async def test_a_borrowed_file_is_taken_back(place: Place) -> None:
    workspace_id = new_id()
    sha256 = await place.objects.put_bytes(workspace_id, SMALL)
    async with place.objects.borrowed(workspace_id, sha256) as path:
        assert path.read_bytes() == SMALL
    assert list(place.objects.arriving.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "a" * 63, "", "a" * 64 + "\n", "a" * 64 + "/.."])
async def test_nothing_but_a_hash_is_a_key(place: Place, name: str) -> None:
    with pytest.raises(ValueError, match="names no object"):
        await place.objects.stream(new_id(), name)
    with pytest.raises(ValueError, match="names no object"):
        await place.objects.copy_of(new_id(), "a" * 64, f".{name}")


async def test_a_wrong_key_of_the_bucket_is_trouble_with_the_store(s3_server: Server, tmp_path: Path) -> None:
    objects = ObjectStore.open(bucket_settings(tmp_path, s3_server, secret="wrong"))
    with pytest.raises(FilesUnreachable):
        await objects.put_bytes(new_id(), SMALL)
    with pytest.raises(FilesUnreachable):
        await objects.stream(new_id(), "a" * 64)


async def test_a_store_that_is_away_is_said_to_be_away(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    objects = ObjectStore.open(bucket_settings(tmp_path, Server(f"http://127.0.0.1:{port}")))
    with pytest.raises(FilesUnreachable):
        await objects.exists(new_id(), "a" * 64)


@pytest.mark.parametrize(
    "files_url", ["bucket", "/srv/files", "s3://", "https://bucket", "s3://bucket?versions", "gs://b"]
)
def test_an_address_that_is_no_bucket_is_refused_at_the_start(tmp_path: Path, files_url: str) -> None:
    with pytest.raises(FilesUrlUnusable, match="s3://"):
        ObjectStore.open(Settings(data=tmp_path, files_url=files_url))
