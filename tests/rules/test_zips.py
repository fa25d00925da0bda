"""A ZIP that is written as it is sent, read by the library and by nobody of ours."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from taskyard.kit import zips
from taskyard.kit.zips import ZipStream

AT = datetime(2026, 11, 25, 14, 3, 9, tzinfo=UTC)


def _written(entries: list[tuple[str, list[bytes], bool]]) -> Iterator[bytes]:
    zipped = ZipStream(AT)
    for name, pieces, pack in entries:
        yield zipped.opened(name, pack=pack)
        for piece in pieces:
            yield zipped.piece(piece)
        yield zipped.closed()
    yield from zipped.ending()


def test_what_goes_in_comes_out_packed_or_not() -> None:
    content = b"the same again and again " * 5000
    entries = [("a/ü 漢.txt", [content[:100], content[100:]], True), ("b.png", [content], False), ("empty", [], True)]
    found = zipfile.ZipFile(io.BytesIO(b"".join(_written(entries))))
    assert found.testzip() is None
    assert found.namelist() == ["a/ü 漢.txt", "b.png", "empty"]
    assert [found.read(name) for name in found.namelist()] == [content, content, b""]
    packed, stored, _ = found.infolist()
    assert packed.compress_size < len(content) / 10
    assert (stored.compress_size, stored.date_time) == (len(content), (2026, 11, 25, 14, 3, 8))


def test_the_list_of_very_many_entries_waits_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "LISTED_IN_MEMORY", 1000)
    found = zipfile.ZipFile(io.BytesIO(b"".join(_written([(f"{n}.txt", [b"x"], True) for n in range(70_000)]))))
    assert len(found.namelist()) == 70_000
    assert found.read("69999.txt") == b"x"


def test_a_zip_of_nothing_is_one() -> None:
    assert zipfile.ZipFile(io.BytesIO(b"".join(_written([])))).namelist() == []
