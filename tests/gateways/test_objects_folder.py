"""Files in the data folder: closed to others, whole or absent, and honest about a full disk."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from taskyard.gateways.objects import FilesUnreachable, FileTooLarge, NoSpaceLeft, ObjectStore, name_of
from taskyard.gateways.objects_incoming import PIECE_BYTES, Incoming, refuse_announced
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings

needs_mount = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux" or shutil.which("mount") is None, reason="mounts a small disk"
)

WRITER = """
import asyncio, hashlib, sys
from pathlib import Path
from uuid import UUID
from taskyard.gateways.objects import ObjectStore
from taskyard.kit.settings import Settings

async def main():
    objects = ObjectStore.open(Settings(data=Path(sys.argv[1])))
    number = 0
    while True:
        content = hashlib.sha256(str(number).encode()).digest() * 20_000
        async with objects.incoming(10_000_000) as incoming:
            await incoming.add(content)
            await incoming.finish()
            await objects.put_path(UUID(int=1), incoming.path, incoming.sha256)
        print(incoming.sha256, flush=True)
        number += 1

asyncio.run(main())
"""


@asynccontextmanager
async def received(
    objects: ObjectStore, body: AsyncIterator[bytes], limit_bytes: int, announced: str | None = None
) -> AsyncIterator[Incoming]:
    """Take a whole body in, as the routes do."""
    refuse_announced(announced, limit_bytes)
    async with objects.incoming(limit_bytes) as incoming:
        async for chunk in body:
            await incoming.add(chunk)
        await incoming.finish()
        yield incoming


async def content_of(objects: ObjectStore, workspace_id: UUID, sha256: str) -> bytes:
    return b"".join([piece async for piece in await objects.stream(workspace_id, sha256)])


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore.open(Settings(data=tmp_path))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


async def test_nobody_else_may_look_into_the_folders(objects: ObjectStore, tmp_path: Path) -> None:
    async with received(objects, chunks(b"content"), 100) as incoming:
        assert incoming.path.parent == tmp_path / "incoming"
        assert incoming.path.stat().st_mode & 0o777 == 0o600
        await objects.put_path(new_id(), incoming.path, incoming.sha256)
    assert [mode for mode, path in modes_in(tmp_path) if path.is_file()] == [0o600]
    assert {mode for mode, path in modes_in(tmp_path) if path.is_dir()} == {0o700}


def modes_in(folder: Path) -> list[tuple[int, Path]]:
    return [(path.stat().st_mode & 0o777, path) for path in folder.rglob("*")]


async def test_a_key_is_the_workspace_then_the_hash(objects: ObjectStore, tmp_path: Path) -> None:
    workspace_id = new_id()
    sha256 = await objects.put_bytes(workspace_id, b"content")
    assert sha256 == hashlib.sha256(b"content").hexdigest()
    assert (tmp_path / "files" / workspace_id.hex / sha256[:2] / sha256).read_bytes() == b"content"


async def test_a_body_is_counted_and_hashed_while_it_arrives(objects: ObjectStore) -> None:
    pieces = [b"x" * 700_000, b"y" * 700_000, b"z"]
    async with received(objects, chunks(*pieces), 2_000_000) as incoming:
        assert incoming.bytes == 1_400_001
        assert incoming.sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()
        assert incoming.path.read_bytes() == b"".join(pieces)
        assert incoming.head.startswith(b"xxx")
    assert list(objects.arriving.iterdir()) == []


async def test_a_body_is_refused_as_soon_as_it_is_too_long(objects: ObjectStore) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    with pytest.raises(FileTooLarge, match=r"more than 5 kB"):
        async with received(objects, endless(), 5000):
            pytest.fail("it was taken")
    assert sent == 6000
    assert list(objects.arriving.iterdir()) == []


async def test_a_body_that_is_announced_too_long_is_not_read_at_all(objects: ObjectStore) -> None:
    body = chunks(b"x")
    with pytest.raises(FileTooLarge):
        async with received(objects, body, 5000, announced="5001"):
            pytest.fail("it was taken")
    assert await anext(body) == b"x"


async def test_a_body_of_just_the_limit_is_taken(objects: ObjectStore) -> None:
    async with received(objects, chunks(b"x" * 4000, b"x" * 1000), 5000, announced="5000") as incoming:
        assert incoming.bytes == 5000


async def test_a_cancelled_body_leaves_nothing_behind(objects: ObjectStore) -> None:
    started = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"x" * (PIECE_BYTES + 1)
        started.set()
        await asyncio.sleep(60)

    async def receive_it() -> None:
        async with received(objects, stalling(), 10 * PIECE_BYTES):
            pytest.fail("it was taken")

    task = asyncio.create_task(receive_it())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(objects.arriving.iterdir()) == []


def test_what_a_thread_writes_too_late_is_dropped(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "late.part", 100)
    incoming.discard()
    with (tmp_path / "another").open("wb") as another:  # has the same descriptor now
        incoming._write_piece(b"late")
        another.flush()
    assert (tmp_path / "another").read_bytes() == b""


async def test_what_is_kept_stays_when_the_arrival_is_put_twice(objects: ObjectStore, tmp_path: Path) -> None:
    workspace_id = new_id()
    async with received(objects, chunks(b"content"), 100) as incoming:
        await objects.put_path(workspace_id, incoming.path, incoming.sha256)
        await objects.put_path(workspace_id, incoming.path, incoming.sha256)
    assert await content_of(objects, workspace_id, incoming.sha256) == b"content"
    assert list((tmp_path / "files" / ".parts").iterdir()) == []


async def test_only_old_leftovers_are_removed_at_the_start(tmp_path: Path) -> None:
    ObjectStore.open(Settings(data=tmp_path))
    yesterday = time.time() - 25 * 3600
    for folder in (tmp_path / "incoming", tmp_path / "files" / ".parts"):
        for name, when in (("old.part", yesterday), ("young.part", time.time()), ("note.txt", yesterday)):
            (folder / name).write_bytes(b"half")
            os.utime(folder / name, (when, when))
    ObjectStore.open(Settings(data=tmp_path))
    for folder in (tmp_path / "incoming", tmp_path / "files" / ".parts"):
        assert {left.name for left in folder.iterdir()} == {"young.part", "note.txt"}


@needs_mount
async def test_a_full_disk_is_said_and_reading_goes_on(small_disk: Path) -> None:
    objects = ObjectStore.open(Settings(data=small_disk))
    workspace_id = new_id()
    kept = await objects.put_bytes(workspace_id, b"k" * 1_000_000)
    with pytest.raises(NoSpaceLeft):
        await objects.put_bytes(workspace_id, b"x" * 4_000_000)
    with pytest.raises(NoSpaceLeft):
        async with received(objects, chunks(b"x" * 2_000_000, b"y" * 2_000_000), 10_000_000):
            pytest.fail("it was taken")
    assert list(objects.arriving.iterdir()) == []
    assert list((small_disk / "files" / ".parts").iterdir()) == []
    assert await content_of(objects, workspace_id, kept) == b"k" * 1_000_000
    after = await objects.put_bytes(workspace_id, b"a" * 1_000_000)
    assert await content_of(objects, workspace_id, after) == b"a" * 1_000_000


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


@needs_mount
async def test_a_disk_that_became_read_only_is_trouble_with_the_store(small_disk: Path) -> None:
    objects = ObjectStore.open(Settings(data=small_disk))
    workspace_id = new_id()
    kept = await objects.put_bytes(workspace_id, b"content")
    make_read_only(small_disk)
    with pytest.raises(FilesUnreachable):
        await objects.put_bytes(workspace_id, b"more")
    with pytest.raises(FilesUnreachable):
        async with received(objects, chunks(b"more"), 100):
            pytest.fail("it was taken")
    assert await content_of(objects, workspace_id, kept) == b"content"


@needs_mount
async def test_a_store_on_another_disk_gets_a_copy(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (small_disk / "files").mkdir()
    (tmp_path / "data" / "files").symlink_to(small_disk / "files")
    objects = ObjectStore.open(Settings(data=tmp_path / "data"))
    workspace_id = new_id()
    async with received(objects, chunks(b"content"), 100) as incoming:
        await objects.put_path(workspace_id, incoming.path, incoming.sha256)
    kept = small_disk / "files" / name_of(workspace_id, incoming.sha256)
    assert kept.read_bytes() == b"content"
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.chaos
def test_what_was_acknowledged_is_whole_after_a_kill(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        with writer.stdout:
            acknowledged += [writer.stdout.readline().strip() for _ in range(10)]
            writer.send_signal(signal.SIGKILL)
        writer.wait()
    (workspace_folder,) = (folder for folder in (tmp_path / "files").iterdir() if folder.name != ".parts")
    for kept in workspace_folder.rglob("*"):
        assert kept.is_dir() or hashlib.sha256(kept.read_bytes()).hexdigest() == kept.name
    for sha256 in set(acknowledged):
        assert (workspace_folder / sha256[:2] / sha256).exists()
