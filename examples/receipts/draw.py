"""Draw the sample receipts and write what is true about them.

    python examples/receipts/draw.py                 # into examples/receipts
    python examples/receipts/draw.py --to /tmp/out --only photo-02-diner.jpg

The same seed gives the same words, amounts, places and noise. The glyphs are those of the fonts of the machine
(DejaVu and Liberation, else Pillow's own), so boxes may differ by a few pixels elsewhere.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from bills import Bill, read_bills
from camera import Point, Shot, Taken, photograph, scan
from paper import Look, print_receipt
from PIL import Image

HERE = Path(__file__).parent
SEED = 20261122
ORIENTATION = 0x0112
# What a viewer has to do is the inverse of what is done before storing.
STORED_AS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Picture:
    """One file: whose receipt, how it was printed, how it was taken, how it is stored."""

    file: str
    bill: str
    look: Look
    shot: Shot
    quality: int = 72
    orientation: int = 1


def read_pictures(path: Path) -> list[Picture]:
    """Return the pictures of a YAML file, in its order."""
    pictures = []
    for row in yaml.safe_load(path.read_text("utf-8")):
        look, shot = (
            {name: tuple(value) if isinstance(value, list) else value for name, value in row.pop(part).items()}
            for part in ("look", "shot")
        )
        pictures.append(Picture(look=Look(**look), shot=Shot(**shot), **row))
    return pictures


def take(picture: Picture, bill: Bill) -> Taken:
    """Print the receipt and take its picture; each file has its own seed, so one can be drawn alone."""
    rng = random.Random(f"{SEED} {picture.file}")
    sheet = print_receipt(bill, picture.look, rng)
    way = scan if picture.file.startswith("scan") else photograph
    return way(sheet, picture.shot, rng)


def store(taken: Taken, picture: Picture, folder: Path) -> None:
    """Write the file as a camera does: turned as the sensor lay, with the orientation beside it."""
    path = folder / picture.file
    if path.suffix == ".png":
        taken.picture.quantize(32, dither=Image.Dither.NONE).save(path, optimize=True)
        return
    turn = STORED_AS[picture.orientation]
    stored = taken.picture if turn is None else taken.picture.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = picture.orientation
    stored.save(path, quality=picture.quality, subsampling="4:2:0", optimize=True, exif=exif)


def truth(taken: Taken, picture: Picture, bill: Bill) -> dict[str, Any]:
    """Return what a perfect reader would find; places are in pixels of the upright picture."""
    return {
        "file": picture.file,
        "taken_by": "scanner" if picture.file.startswith("scan") else "telephone",
        "width": picture.shot.size[0],
        "height": picture.shot.size[1],
        "orientation": picture.orientation,
        "language": bill.language,
        "shop": bill.shop,
        "currency": bill.currency,
        "date": bill.date,
        "date_at": _place(taken.places["date"]),
        "items": [
            {
                "text": item.text,
                "quantity": item.quantity,
                "amount": item.cents / 100,
                **_place(taken.places[f"item {place}"]),
            }
            for place, item in enumerate(bill.items)
        ],
        "discount": bill.discount / 100,
        "added_tax": bill.added_tax / 100,
        "tip": bill.tip / 100,
        "total": bill.total / 100,
        "total_at": _place(taken.places["total"]),
    }


def _place(corners: list[Point]) -> dict[str, Any]:
    """Return the four corners and the upright box round them: x, y, width, height."""
    points = [(round(x), round(y)) for x, y in corners]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    right, bottom = max(x for x, _ in points), max(y for _, y in points)
    return {"box": [left, top, right - left, bottom - top], "points": points}


def main() -> None:
    """Draw all pictures, or the ones named; `truth.json` is written only when all are drawn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=HERE, help="the folder to write into")
    parser.add_argument("--only", action="append", help="the name of one picture; may be repeated")
    wanted = parser.parse_args()
    wanted.to.mkdir(parents=True, exist_ok=True)
    bills = read_bills(HERE / "bills.yaml")
    truths = []
    for picture in read_pictures(HERE / "pictures.yaml"):
        if wanted.only and picture.file not in wanted.only:
            continue
        bill = bills[picture.bill]
        taken = take(picture, bill)
        store(taken, picture, wanted.to)
        truths.append(truth(taken, picture, bill))
        print(f"{picture.file}  {(wanted.to / picture.file).stat().st_size // 1000} kB")
    name = "truth.json" if not wanted.only else "truth-of-some.json"
    (wanted.to / name).write_text(json.dumps({"pictures": truths}, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
