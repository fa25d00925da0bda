"""Files of tasks: formats by what is in them, encodings, pieces and memory."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from taskyard.domain.uploads.parsing import Format, format_of, rows_of
from tests.builders.rows import CHECKER, refusal


def test_text_that_is_not_utf_8_is_refused_with_its_byte_and_a_way_out(read: Any) -> None:
    problem = refusal(read, b"text,n\n" + (b"a" * 97 + b",1\n") * 8_000 + "café,1\n".encode("latin-1"))
    assert problem.code == "text_not_readable"
    assert "byte 0xE9 at offset 800,010 (line 8,002)" in problem.detail
    assert "iconv" in (problem.flaws[0].mend or "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text\na".encode("utf-32"), "UTF-32"),
        ("text\na".encode("utf-16-le"), "UTF-16 without its mark"),
        ("text\nå".encode("utf-16")[:-1], "no character"),
        (b"text\n\xc3", "no character"),
        (b"text\n\xed\xa0\x80", "no character"),
    ],
)
def test_other_encodings_are_refused(read: Any, content: bytes, words: str) -> None:
    assert words in refusal(read, content).detail


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(b"text\na", mtime=0), "a gzip archive"),
        (b"PK\x03\x04\x14\x00" + b"\x00" * 20 + b"photo.png", "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 20, "an old Excel workbook"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"%PDF-1.7", "a PDF document"),
    ],
)
@pytest.mark.parametrize("name", ["tasks.csv", "tasks.json", "tasks"])
def test_a_file_of_another_format_is_refused_by_what_it_is(read: Any, content: bytes, what: Any, name: str) -> None:
    problem = refusal(read, content, name)
    assert (problem.code, problem.data["what"]) == ("format_not_supported", what)
    assert problem.flaws[0].mend


@pytest.mark.parametrize("name", ["tasks.csv", "tasks.json", "tasks.jsonl", "tasks"])
@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff", "[]", '{"tasks": []}', "text,n\n", "text", "text\n\n\n"])
def test_a_file_without_rows_says_so(read: Any, name: str, content: str) -> None:
    is_table = content.startswith("text")
    expected = "file_has_no_rows"
    if is_table and name == "tasks.json":
        expected = "file_broken"
    if name == "tasks.jsonl" and content.strip("\ufeff\n "):
        return
    assert refusal(read, content, name).code == expected


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("text\na", "a.csv", Format.CSV),
        ("text\na", "a", Format.CSV),
        ("text\na", "a.json", Format.JSON),
        ('[{"text": "a"}]', "a.csv", Format.JSON),
        ("[\n", "a", Format.JSON),
        ('{"tasks": [{"text": "a"}]}', "a.csv", Format.JSON),
        ('{"text": "a"}\n{"text": "b"}\n', "a.csv", Format.JSONL),
        ('{"text": "a"}\n{"text": "b"}\n', "a.json", Format.JSONL),
        ('{"text": "a"}', "a.jsonl", Format.JSONL),
        ('{"text": "a"}', "a", Format.JSONL),
        ('{"text": "a"}', "a.json", Format.JSON),
        ('{\n"text": "a"}', "a.json", Format.JSON),
        ('{"text": "' + "a" * 70_000, "a.json", Format.JSONL),
    ],
)
def test_the_content_decides_the_format_before_the_name(
    tmp_path: Path, content: str, name: str, expected: Format
) -> None:
    path = tmp_path / "upload"
    path.write_text(content)
    assert format_of(path, name) is expected


def test_rows_are_the_same_wherever_a_piece_of_the_file_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    objects = [{"text": f'é😀 \\ " {n}', "n": n, "size": n / 7, "extra": {"a": [n, {"b": None}]}} for n in range(9)]
    lines = [json.dumps(one, ensure_ascii=n % 2 == 0) for n, one in enumerate(objects)]
    table = "text,n\n" + "".join(f'"a\r\n""{n},",{n}\r\n' for n in range(9))
    files = {"a.json": '{"tasks": [' + ",\n".join(lines) + "]}", "a.jsonl": "\n".join(lines), "a.csv": table}
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr("taskyard.domain.uploads.text_source.CHUNK_BYTES", size)
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content.encode())
            found = [row.input for row in rows_of(path, name, CHECKER)]
            wanted = objects if name != "a.csv" else [{"text": f'a\r\n"{n},', "n": n} for n in range(9)]
            assert found == wanted


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    def write(rows: int) -> Path:
        path = tmp_path / f"{rows}{name}"
        line = {"a.csv": '"{}",7\n', "a.jsonl": '{{"text": "{}"}}\n', "a.json": '{{"text": "{}"}},\n'}[name]
        body = line.format("x" * 1000) * rows
        head, end = {"a.csv": ("text,n\n", ""), "a.jsonl": ("", ""), "a.json": ("[", '{"text": "z"}]')}[name]
        path.write_text(head + body + end)
        return path

    def peak(path: Path) -> int:
        tracemalloc.start()
        assert sum(1 for _ in rows_of(path, name, CHECKER)) > 1000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(write(4_000)) < peak(write(1_500)) + 500_000
