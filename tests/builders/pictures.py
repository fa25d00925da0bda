"""Pictures drawn for tests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont


def a_picture(words: str = "TOTAL 12.50", *, size: tuple[int, int] = (480, 160), form: str = "PNG") -> bytes:
    """Return a small picture with words on it."""
    paper = Image.new("RGB", size, "white")
    ImageDraw.Draw(paper).text((30, 50), words, font=ImageFont.load_default(40), fill="black")
    out = io.BytesIO()
    paper.save(out, form)
    return out.getvalue()
