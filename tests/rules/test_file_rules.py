"""Names of files are safe to show, and types are told from content alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.domain.files.rules import NAME_LENGTH_MAX, NEUTRAL, TEXT, media_type_of, safe_name


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("receipt.png", "receipt.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\fakepath\\photo.jpg", "photo.jpg"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        (".env", ".env"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("line\r\nbreak\t.txt", "line break .txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066hidden\u2069.pdf", "hidden.pdf"),
        ("\ufeffmark.csv", "mark.csv"),
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        ("half\ud800.png", "half.png"),
        ("領収書.png", "領収書.png"),
        ("👩\u200d🔬.png", "👩\u200d🔬.png"),
        ("trailing. . .", "trailing"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
        ("x" * 300, "x" * 200),
        ("x." + "y" * 300, "x." + "y" * 198),
    ],
)
def test_a_name_is_made_safe_to_show(said: str, safe: str) -> None:
    assert safe_name(said) == safe


@given(st.text(max_size=500) | st.text(alphabet="./\\ \u202e\u0301\x00aé", max_size=500))
def test_a_safe_name_is_safe_whatever_was_said(said: str) -> None:
    safe = safe_name(said)
    assert 1 <= len(safe) <= NAME_LENGTH_MAX
    assert not set(safe) & set("/\\\u202e\x00\n\r")
    assert safe not in {".", ".."}
    assert safe.encode().decode() == safe
    assert unicodedata.is_normalized("NFC", safe)
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI ", NEUTRAL),
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"amount,date\n12.5,2026-11-22\n", TEXT),
        ('{"text": "Grüße"}'.encode(), TEXT),
        ("Grü".encode()[:-1], TEXT),
        (b"MZ\x90\0", NEUTRAL),
        (b"\xff\xfe<\0s\0v\0g\0", NEUTRAL),
        ("latin Grüße".encode("latin-1"), NEUTRAL),
        (b"", NEUTRAL),
    ],
)
def test_the_type_is_told_from_the_first_bytes(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize(
    "markup",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"\xef\xbb\xbf  \n<!DOCTYPE html><script>alert(1)</script>",
        b"hello <SCRIPT>alert(1)</SCRIPT>",
        b"<!-- a comment --><html>",
        b"<x:svg xmlns:x='http://www.w3.org/2000/svg'/>",
    ],
)
def test_markup_of_every_sort_is_neutral(markup: bytes) -> None:
    assert media_type_of(markup) == NEUTRAL
