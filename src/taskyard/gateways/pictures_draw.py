"""Drawing regions on a picture: outlines in hues that stay apart for colour-blind eyes, each with a numbered chip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

Rgb = tuple[int, int, int]

# The twelve-colour palette for colour blindness by Martin Krzywinski, in an order where neighbours differ most.
HUES: tuple[Rgb, ...] = (
    (0, 141, 249),
    (255, 195, 59),
    (226, 1, 52),
    (0, 159, 129),
    (132, 0, 205),
    (255, 110, 58),
    (0, 194, 249),
    (255, 90, 175),
    (159, 1, 98),
    (0, 252, 207),
    (164, 1, 34),
    (255, 178, 253),
)
BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
CHIP_CHARS_MAX = 28
POINT_RADIUS = 3
# The font that comes with Pillow draws letters up to here; a label beyond is left to the list beside the picture.
LAST_LETTER = "\u024f"
LINEAR_BELOW = 0.04045


def draw_regions(picture: Image.Image, regions: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> Image.Image:
    """Return the picture with its regions, numbered from 1 in the order given.

    `labels` fixes which hue a label has; labels not in it follow in the order they appear.
    """
    from PIL import ImageDraw, ImageFont

    thickness = max(2, round(max(picture.size) / 400))
    font = ImageFont.load_default(size=min(max(12, round(max(picture.size) / 60)), 200))
    pen = ImageDraw.Draw(picture)
    hues = _hues(regions, labels)
    drawn = [(number, region, hues[region.get("label", "")]) for number, region in enumerate(regions, start=1)]
    for _number, region, hue in drawn:
        _outline(pen, region, hue, thickness)
    for number, region, hue in drawn:  # after all outlines, so that no line crosses a chip
        _chip(pen, picture.size, region, _chip_text(number, region), hue, font, thickness)
    return picture


def _hues(regions: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> dict[str, Rgb]:
    names = dict.fromkeys([*labels, *(region.get("label", "") for region in regions)])
    return {name: HUES[number % len(HUES)] for number, name in enumerate(names)}


def _outline(pen: ImageDraw.ImageDraw, region: Mapping[str, Any], hue: Rgb, thickness: int) -> None:
    """Draw the outline over a wider one of black or white, so that it shows on any ground."""
    corners = _corners(region)
    if len(corners) == 1:
        (x, y), radius = corners[0], thickness * POINT_RADIUS
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=hue, outline=ink_on(hue), width=thickness)
        return
    around = [*corners, corners[0], corners[1]]
    pen.line(around, fill=ink_on(hue), width=thickness + max(2, thickness // 2 * 2), joint="curve")
    pen.line(around, fill=hue, width=thickness, joint="curve")


def _corners(region: Mapping[str, Any]) -> list[tuple[float, float]]:
    if region.get("box") is not None:
        left, top, width, height = region["box"]
        return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return [(x, y) for x, y in region["points"]]


def _chip_text(number: int, region: Mapping[str, Any]) -> str:
    label = str(region.get("label") or "")
    if not label or any(letter > LAST_LETTER for letter in label):
        return str(number)
    return f"{number} {label[: CHIP_CHARS_MAX - 1] + '…' if len(label) > CHIP_CHARS_MAX else label}"


def _chip(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    region: Mapping[str, Any],
    text: str,
    hue: Rgb,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    thickness: int,
) -> None:
    """Write the number and label left of the region, so that it hides nothing of the lines around; else above it, or
    inside where the picture ends.
    """  # noqa: D205 - the places are one sentence
    corners = _corners(region)
    left, top = min(x for x, _y in corners), min(y for _x, y in corners)
    x0, y0, x1, y1 = pen.textbbox((0, 0), text, font=font)
    pad = thickness + 1
    width, height = x1 - x0 + 2 * pad, y1 - y0 + 2 * pad
    if len(corners) == 1:  # beside the dot, not on it
        left, top = left + POINT_RADIUS * thickness + pad, top - height / 2
    elif left >= width + thickness:
        edge = sorted(corners)[:2]
        left, top = left - width - thickness, sum(y for _x, y in edge) / 2 - height / 2
    else:
        left, top = left - thickness / 2, top - height if top >= height else top
    left, top = min(max(left, 0), max(size[0] - width, 0)), min(max(top, 0), max(size[1] - height, 0))
    pen.rectangle((left, top, left + width, top + height), fill=hue)
    pen.text((left + pad - x0, top + pad - y0), text, fill=ink_on(hue), font=font)


def ink_on(ground: Rgb) -> Rgb:
    """Return black or white, whichever reads better on this ground; one of them always has a contrast above 4.5."""
    return BLACK if contrast(BLACK, ground) >= contrast(WHITE, ground) else WHITE


def contrast(one: Rgb, two: Rgb) -> float:
    """Return the contrast of two colours as WCAG counts it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Rgb) -> Iterator[float]:
    for channel in colour:
        part = channel / 255
        yield part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4
