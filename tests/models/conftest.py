"""Pictures with known text, drawn here, and the local models with their real weights, loaded once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from taskyard.models.local.labels import Labels
from taskyard.models.local.text import Text

ITEMS = (("Coffee", "3.50"), ("Blueberry muffin", "4.25"), ("Orange juice", "2.90"), ("Sandwich", "6.75"))


def draw_receipt() -> Image.Image:
    paper = Image.new("RGB", (640, 760), "white")
    pen = ImageDraw.Draw(paper)

    def write(x: int, y: int, text: str, size: int = 28) -> None:
        pen.text((x, y), text, font=ImageFont.load_default(size), fill="black")

    write(200, 30, "CORNER CAFE", 36)
    write(60, 110, "Date: 2026-11-22")
    for number, (name, price) in enumerate(ITEMS):
        write(60, 200 + 60 * number, name)
        write(500, 200 + 60 * number, price)
    write(60, 460, "TOTAL", 34)
    write(480, 460, "$17.40", 34)
    write(60, 580, "hello@cornercafe.example", 24)
    write(60, 640, "Tel. +1 555 010 2030", 24)
    return paper


def _saved(picture: Image.Image, path: Path) -> Path:
    picture.save(path)
    return path


@pytest.fixture(scope="session")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _saved(draw_receipt(), tmp_path_factory.mktemp("receipt") / "receipt.png")


@pytest.fixture(scope="session")
def slanted_receipt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    slanted = draw_receipt().rotate(7, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    return _saved(slanted, tmp_path_factory.mktemp("slanted") / "receipt.png")


@pytest.fixture(scope="session")
def blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def text() -> Text:
    return Text()


@pytest.fixture(scope="session")
def labels() -> Labels:
    return Labels()
