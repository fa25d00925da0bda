"""The flat receipt: lines of a till set in thermal print, and where each of them stands on the paper."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bills import Bill, Language
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Box = tuple[float, float, float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

FOLDERS = ("/usr/share/fonts/truetype", "/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
FACES = {
    "dejavu": ("dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSansMono-Bold.ttf"),
    "liberation": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf"),
    "narrow": ("liberation/LiberationSansNarrow-Regular.ttf", "liberation/LiberationSansNarrow-Bold.ttf"),
    "condensed": ("dejavu/DejaVuSansCondensed.ttf", "dejavu/DejaVuSansCondensed-Bold.ttf"),
}
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "date": "Date",
        "number": "Receipt",
        "subtotal": "Subtotal",
        "discount": "Discount",
        "tax": "Sales tax",
        "included": "incl. VAT",
        "tip": "Tip",
        "total": "TOTAL",
        "card": "Card ************4417",
        "cash": "Cash",
    },
    "es": {
        "date": "Fecha",
        "number": "Ticket",
        "subtotal": "Subtotal",
        "discount": "Descuento",
        "tax": "Impuesto",
        "included": "IVA incluido",
        "tip": "Propina",
        "total": "TOTAL",
        "card": "Tarjeta ***********4417",
        "cash": "Efectivo",
    },
    "de": {
        "date": "Datum",
        "number": "Beleg-Nr.",
        "subtotal": "Zwischensumme",
        "discount": "Rabatt",
        "tax": "Steuer",
        "included": "enth. MwSt",
        "tip": "Trinkgeld",
        "total": "SUMME",
        "card": "Karte ************4417",
        "cash": "Bar",
    },
}
SIGNS = {"GBP": "£", "USD": "$", "MXN": "$"}
LINE = 42


@dataclass(frozen=True)
class Line:
    """One printed line. `mark` names what the truth wants to find again: `item 0`, `total`, `date`."""

    left: str = ""
    right: str = ""
    style: str = "plain"
    mark: str = ""


@dataclass(frozen=True)
class Look:
    """How one till prints and what its paper has been through."""

    face: str = "dejavu"
    width: int = 720
    ink: tuple[int, int, int] = (38, 38, 46)
    sheet: tuple[int, int, int] = (250, 248, 243)
    fade: float = 0.15
    folds: tuple[float, ...] = ()
    torn: bool = True


@dataclass
class Sheet:
    """The drawn paper, its outline, and the place of every marked line on it."""

    picture: Image.Image
    outline: Image.Image
    places: dict[str, Box] = field(default_factory=dict)


def money(cents: int, currency: str, language: Language) -> str:
    """Return an amount as a till of that country prints it."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    if language == "en" or currency in {"MXN", "CHF"}:
        mark = SIGNS.get(currency, "")
        return f"{sign}{mark}{whole:,}.{part:02d}".replace(",", "'" if currency == "CHF" else ",")
    return f"{sign}{whole:,}".replace(",", ".") + f",{part:02d}"


def date_as_printed(bill: Bill) -> str:
    """Return the date in the order of the shop's country; `truth.json` has it as ISO 8601."""
    year, month, day = bill.date.split("-")
    if bill.currency == "USD":
        return f"{month}/{day}/{year}"
    return f"{day}.{month}.{year}" if bill.language == "de" else f"{day}/{month}/{year}"


def lines_of(bill: Bill) -> list[Line]:
    """Return the receipt from the shop's name to the bar code."""
    words = WORDS[bill.language]

    def amount(cents: int) -> str:
        return money(cents, bill.currency, bill.language)

    lines = [Line(bill.shop, style="title"), *(Line(part, style="centre") for part in bill.address), Line(style="rule")]
    lines.append(Line(f"{words['date']} {date_as_printed(bill)}", bill.time, mark="date"))
    lines.append(Line(f"{words['number']} {bill.number}"))
    lines += [Line(bill.served_by)] if bill.served_by else []
    lines.append(Line(style="rule"))
    for place, item in enumerate(bill.items):
        each = f"{item.quantity} x " if item.quantity > 1 else ""
        lines.append(Line(f"{each}{item.text}", amount(item.cents), mark=f"item {place}"))
    lines.append(Line(style="rule"))
    if bill.discount or bill.added_tax or bill.tip:
        lines.append(Line(words["subtotal"], amount(bill.subtotal)))
    lines += [Line(words["discount"], amount(-bill.discount))] if bill.discount else []
    lines += [Line(f"{words['tax']} {bill.added_tax_percent:g}%", amount(bill.added_tax))] if bill.added_tax else []
    lines += [Line(words["tip"], amount(bill.tip))] if bill.tip else []
    lines.append(Line(f"{words['total']} {bill.currency}", amount(bill.total), style="total", mark="total"))
    lines.append(Line(words["card" if bill.card else "cash"], amount(bill.total)))
    if bill.included_tax_percent:
        lines.append(Line(f"{words['included']} {bill.included_tax_percent:g}%", amount(bill.included_tax)))
    lines.append(Line())
    lines += [Line(text, style="centre") for text in (*bill.extras, bill.thanks) if text]
    return [*lines, Line(bill.number, style="bars")]


@cache
def font(face: str, size: int, *, bold: bool = False) -> Font:
    """Return a face this machine has, else Pillow's own; only the look depends on it, never the words."""
    for folder in FOLDERS:
        path = Path(folder) / FACES[face][bold]
        if path.exists():
            return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)


def print_receipt(bill: Bill, look: Look, rng: random.Random) -> Sheet:
    """Draw the receipt flat and upright, as it left the printer, with its folds."""
    lines = lines_of(bill)
    height = 2 * LINE + sum(_height(line) for line in lines)
    ink = Image.new("L", (look.width, height), 0)
    pen = ImageDraw.Draw(ink)
    places: dict[str, Box] = {}
    y = LINE
    for line in lines:
        box = _set(pen, line, look, y, rng)
        if line.mark and box:
            places[line.mark] = box
        y += _height(line)
    picture = Image.new("RGB", ink.size, look.sheet)
    picture.paste(Image.new("RGB", ink.size, look.ink), mask=_thermal(ink, look, rng))
    for fold in look.folds:
        _crease(picture, round(fold * height))
    return Sheet(picture, _outline(ink.size, torn=look.torn, rng=rng), places)


def _height(line: Line) -> int:
    return {"title": 66, "rule": 26, "total": 60, "bars": 120}.get(line.style, LINE)


def _set(pen: ImageDraw.ImageDraw, line: Line, look: Look, y: int, rng: random.Random) -> Box | None:
    margin, right = 44, look.width - 44
    if line.style == "rule":
        for x in range(margin, right, 16):
            pen.line((x, y + 10, x + 9, y + 10), fill=230, width=2)
        return None
    if line.style == "bars":
        x = margin + 60
        while x < right - 60:
            wide = rng.choice((2, 2, 4, 6))
            pen.rectangle((x, y + 14, x + wide - 1, y + 92), fill=255)
            x += wide + rng.choice((2, 4, 6))
        return None
    size = {"title": 44, "total": 40}.get(line.style, 29)
    bold = line.style in {"title", "total"}
    room = right - margin
    left_font = _fitting(pen, line.left + ("  " + line.right if line.right else ""), look.face, size, room, bold=bold)
    if line.style in {"title", "centre"}:
        start = (look.width - pen.textlength(line.left, font=left_font)) / 2
    else:
        start = margin
    pen.text((start, y), line.left, font=left_font, fill=255)
    box = pen.textbbox((start, y), line.left or " ", font=left_font)
    if line.right:
        at = right - pen.textlength(line.right, font=left_font)
        pen.text((at, y), line.right, font=left_font, fill=255)
        other = pen.textbbox((at, y), line.right, font=left_font)
        if line.mark == "date":  # the hour on the right is no part of it
            other = box
        box = (box[0], min(box[1], other[1]), other[2], max(box[3], other[3]))
    return (box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3)


def _fitting(pen: ImageDraw.ImageDraw, text: str, face: str, size: int, room: int, *, bold: bool) -> Font:
    while size > 16 and pen.textlength(text, font=font(face, size, bold=bold)) > room:
        size -= 1
    return font(face, size, bold=bold)


def _thermal(ink: Image.Image, look: Look, rng: random.Random) -> Image.Image:
    """Return the ink as a worn print head leaves it: fine rows, pale patches, one or two dead dots."""
    width, height = ink.size
    rows = Image.new("L", (1, height), 255)
    rows.putdata([255 if y % 3 else 205 for y in range(height)])
    patches = Image.frombytes("L", (6, 14), rng.randbytes(84)).resize(ink.size, Image.Resampling.BICUBIC)
    worn = patches.point(lambda value: round(255 * (1 - look.fade * (1 - value / 255))))
    strength = ImageChops.multiply(rows.resize(ink.size), worn)
    dead = ImageDraw.Draw(strength)
    for _ in range(rng.randint(0, 2)):
        x = rng.randrange(60, width - 60)
        dead.line((x, 0, x, height), fill=110, width=1)
    return ImageChops.multiply(ink, strength).filter(ImageFilter.GaussianBlur(0.5))


def _crease(picture: Image.Image, y: int) -> None:
    """Darken below a fold and lighten above it, as light from the top does."""
    width = picture.width
    for offset in range(-34, 35):
        if not 0 <= y + offset < picture.height:
            continue
        strength = (1 - abs(offset) / 35) ** 2
        shade = 255 if offset < 0 else 60
        veil = Image.new("L", (width, 1), round((22 if offset < 0 else 46) * strength))
        picture.paste(Image.new("RGB", (width, 1), (shade, shade, shade)), (0, y + offset), veil)


def _outline(size: tuple[int, int], *, torn: bool, rng: random.Random) -> Image.Image:
    width, height = size
    outline = Image.new("L", size, 0)
    bottom, top = [], []
    for x in range(0, width + 12, 12):
        deep = rng.randint(3, 9) if torn else 0
        top.append((x, deep if (x // 12) % 2 else 0))
        bottom.append((x, height - 1 - (deep if (x // 12) % 2 else 0)))
    ImageDraw.Draw(outline).polygon([*top, *reversed(bottom)], fill=255)
    return outline
