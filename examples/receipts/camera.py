"""What a telephone or a scanner makes of a flat receipt, and where each marked line ends up in the picture."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from paper import Sheet
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Point = tuple[float, float]


@dataclass(frozen=True)
class Shot:
    """How one picture is taken. Sizes are of the upright picture."""

    size: tuple[int, int]
    table: str = "wood"
    turn: float = 0.0
    lean: float = 0.0
    fill: float = 0.9
    light: tuple[int, ...] = (255, 245, 225, 235, 225, 205, 215, 200, 180)
    hand: bool = False
    blur: float = 0.6
    grain: int = 10
    warmth: tuple[int, int, int] = (255, 255, 255)


@dataclass(frozen=True)
class Taken:
    """A picture and the four corners of each marked line in its pixels, clockwise from the upper left."""

    picture: Image.Image
    places: dict[str, list[Point]]


def photograph(sheet: Sheet, shot: Shot, rng: random.Random) -> Taken:
    """Lay the receipt on a table and take it by hand: perspective, shadow, uneven light, blur and grain."""
    corners = _corners(sheet.picture.size, shot, rng)
    forward = _homography(_rectangle(sheet.picture.size), corners)
    backward = _homography(corners, _rectangle(sheet.picture.size))
    table = TABLES[shot.table](shot.size, rng)
    paper = sheet.picture.transform(shot.size, Image.Transform.PERSPECTIVE, backward, Image.Resampling.BICUBIC)
    outline = sheet.outline.transform(shot.size, Image.Transform.PERSPECTIVE, backward, Image.Resampling.BILINEAR)
    for reach, strength in ((34, 0.55), (8, 0.5)):
        shadow = ImageChops.offset(outline, reach // 3, reach // 2).filter(ImageFilter.GaussianBlur(reach / 2))
        table.paste((14, 10, 8), mask=shadow.point(lambda value, strength=strength: round(value * strength)))
    table.paste(paper, mask=outline)
    lit = _multiply(table, _light(shot))
    if shot.hand:
        lit = _multiply(lit, _hand(shot.size, rng))
    lit = ImageChops.multiply(lit, Image.new("RGB", shot.size, shot.warmth))
    lit = lit.filter(ImageFilter.GaussianBlur(shot.blur))
    return Taken(_grain(lit, shot.grain, rng), _moved(sheet, forward))


def scan(sheet: Sheet, shot: Shot, rng: random.Random) -> Taken:
    """Lay the receipt on the glass: even light, a slight skew, a thin grey edge where the paper lifts."""
    corners = _corners(sheet.picture.size, shot, rng)
    forward = _homography(_rectangle(sheet.picture.size), corners)
    backward = _homography(corners, _rectangle(sheet.picture.size))
    glass = Image.new("L", shot.size, 247)
    page = sheet.picture.convert("L")
    paper = page.transform(shot.size, Image.Transform.PERSPECTIVE, backward, Image.Resampling.BICUBIC)
    outline = sheet.outline.transform(shot.size, Image.Transform.PERSPECTIVE, backward, Image.Resampling.BILINEAR)
    edge = ImageChops.offset(outline, 3, 4).filter(ImageFilter.GaussianBlur(2.5))
    glass.paste(178, mask=edge)
    glass.paste(paper, mask=outline)
    return Taken(ImageEnhance.Contrast(glass).enhance(1.12), _moved(sheet, forward))


def _rectangle(size: tuple[int, int]) -> list[Point]:
    width, height = size
    return [(0, 0), (width, 0), (width, height), (0, height)]


def _corners(paper: tuple[int, int], shot: Shot, rng: random.Random) -> list[Point]:
    """Return where the paper's corners fall: turned, leaning away at the top, and never outside the frame."""
    width, height = shot.size
    angle = math.radians(shot.turn)
    half = (paper[0] / 2, paper[1] / 2)
    corners: list[Point] = []
    for x, y in ((-half[0], -half[1]), (half[0], -half[1]), (half[0], half[1]), (-half[0], half[1])):
        far = 1 - shot.lean * (0.5 - y / (2 * half[1]))
        sideways = 1 + rng.uniform(-0.02, 0.02) * (shot.lean > 0)
        across, down = x * far * sideways, y * (1 - shot.lean / 3)
        turned_x = across * math.cos(angle) - down * math.sin(angle)
        corners.append((turned_x, across * math.sin(angle) + down * math.cos(angle)))
    spread = max(*(2 * abs(x) / width for x, _ in corners), *(2 * abs(y) / height for _, y in corners))
    scale = shot.fill / spread
    shift = ((1 - shot.fill) * width * rng.uniform(-0.3, 0.3), (1 - shot.fill) * height * rng.uniform(-0.3, 0.3))
    return [(x * scale + width / 2 + shift[0], y * scale + height / 2 + shift[1]) for x, y in corners]


def _homography(source: Sequence[Point], target: Sequence[Point]) -> tuple[float, ...]:
    """Return the eight numbers that carry `source` to `target`; the ninth is 1."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [value / lead for value in rows[column]]
        for row in range(8):
            if row != column:
                share = rows[row][column]
                rows[row] = [value - share * upper for value, upper in zip(rows[row], rows[column], strict=True)]
    return tuple(row[8] for row in rows)


def _moved(sheet: Sheet, forward: Sequence[float]) -> dict[str, list[Point]]:
    a, b, c, d, e, f, g, h = forward
    places: dict[str, list[Point]] = {}
    for mark, (left, top, right, bottom) in sheet.places.items():
        corners = places.setdefault(mark, [])
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
            depth = g * x + h * y + 1
            corners.append(((a * x + b * y + c) / depth, (d * x + e * y + f) / depth))
    return places


def _noise(size: tuple[int, int], rng: random.Random) -> Image.Image:
    return Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))


def _wood(size: tuple[int, int], rng: random.Random) -> Image.Image:
    wide, high = size
    long_grain = _noise((5, high // 7), rng).resize(size, Image.Resampling.BICUBIC)
    fine = _noise((wide // 40, high // 2), rng).resize(size, Image.Resampling.BILINEAR)
    board = ImageOps.colorize(Image.blend(long_grain, fine, 0.3), (84, 52, 30), (176, 124, 78))
    pen = ImageDraw.Draw(board)
    y = rng.randint(120, 320)
    while y < high:
        pen.line((0, y, wide, y + 4), fill=(52, 32, 20), width=5)
        pen.line((0, y + 5, wide, y + 9), fill=(150, 108, 70), width=2)
        y += rng.randint(300, 430)
    return board.filter(ImageFilter.GaussianBlur(0.8))


def _stone(size: tuple[int, int], rng: random.Random) -> Image.Image:
    cloud = _noise((size[0] // 60, size[1] // 60), rng).resize(size, Image.Resampling.BICUBIC)
    speck = _noise((size[0] // 4, size[1] // 4), rng).resize(size, Image.Resampling.BILINEAR)
    return ImageOps.colorize(Image.blend(cloud, speck, 0.62), (70, 72, 76), (158, 157, 152))


def _cloth(size: tuple[int, int], rng: random.Random) -> Image.Image:
    cloth = Image.new("RGB", size, (206, 200, 186))
    pen = ImageDraw.Draw(cloth, "RGBA")
    red = rng.choice(((150, 40, 44, 120), (46, 74, 120, 120)))
    for start in range(0, max(size), 180):
        pen.rectangle((start, 0, start + 84, size[1]), fill=red)
        pen.rectangle((0, start, size[0], start + 84), fill=red)
    weave = _noise((size[0] // 2, size[1] // 2), rng).resize(size, Image.Resampling.BILINEAR)
    return _multiply(cloth, weave.point(lambda value: 222 + value // 8)).filter(ImageFilter.GaussianBlur(1.0))


def _desk(size: tuple[int, int], rng: random.Random) -> Image.Image:
    cloud = _noise((4, 5), rng).resize(size, Image.Resampling.BICUBIC)
    return ImageOps.colorize(cloud, (44, 48, 58), (70, 76, 90))


TABLES = {"wood": _wood, "stone": _stone, "cloth": _cloth, "desk": _desk}


def _light(shot: Shot) -> Image.Image:
    field = Image.new("L", (3, 3))
    field.putdata(list(shot.light))
    return field.resize(shot.size, Image.Resampling.BICUBIC)


def _hand(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Return the shadow of the telephone and the hand that hold it, falling in from the lower right."""
    wide, high = size
    shade = Image.new("L", size, 255)
    slope = rng.uniform(0.5, 0.7)
    ImageDraw.Draw(shade).polygon([(wide, high * slope), (wide * 0.45, high), (wide, high)], fill=150)
    return shade.filter(ImageFilter.GaussianBlur(wide / 18))


def _multiply(picture: Image.Image, shade: Image.Image) -> Image.Image:
    return ImageChops.multiply(picture, Image.merge("RGB", (shade, shade, shade)))


def _grain(picture: Image.Image, amount: int, rng: random.Random) -> Image.Image:
    """Add sensor noise: two uniform sources, so that small deviations are the common ones."""
    half = (picture.width * 2 // 3, picture.height * 2 // 3)
    noise = Image.blend(_noise(half, rng), _noise(half, rng), 0.5).resize(picture.size, Image.Resampling.BILINEAR)
    flat = noise.point(lambda value: 128 + round((value - 127.5) * amount / 64))
    return ImageChops.add(picture, Image.merge("RGB", (flat, flat, flat)), 1, -128)
