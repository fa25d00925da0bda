"""Regions as YOLO text: a file of labels for each picture, and the names of the classes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from taskyard.domain.exports import regions
from taskyard.domain.exports.reading import Reading
from taskyard.domain.exports.regions import Found, Region


class Labels(NamedTuple):
    """What stands in one file, and the picture it is about; None for files about all of them."""

    name: str
    content: bytes
    stem: str | None = None
    file: dict[str, Any] | None = None


async def members(reading: Reading) -> AsyncGenerator[Labels]:
    """Yield the files of labels as they come, and the names of the classes behind them."""
    flows = await reading.flows()
    numbers = {label: number for number, label in enumerate(regions.labels_of(flows))}
    async with aclosing(reading.lines()) as found:
        async for batch in found:
            for line in batch:
                for labels in _labels(regions.read(line, reading.wanted, flows), numbers, reading.tally.left_out):
                    yield labels
    await reading.gone()
    yield Labels("classes.txt", "".join(f"{_one_line(label)}\n" for label in numbers).encode())
    yield Labels("data.yaml", _data(list(numbers)).encode())


def _labels(found: Found, numbers: dict[str, int], left_out: Counter[str]) -> Iterator[Labels]:
    if found.why_none:
        left_out[found.why_none] += 1
    if found.points:
        left_out[regions.POINT] += found.points
    for pictured in found.pictures:
        rows = [_row(region, pictured.file, numbers) for region in pictured.regions]
        stem = _stem(found.task["id"], pictured.file)
        yield Labels(f"labels/{stem}.txt", "".join(rows).encode(), stem, pictured.file)


def _row(region: Region, file: dict[str, Any], numbers: dict[str, int]) -> str:
    """Return a box as its centre and size, a polygon as its corners, in parts of the picture's width and height."""
    wide, high = file["width"], file["height"]
    number = numbers.setdefault(region.label, len(numbers))
    left, top, width, height = region.box
    told = [(left + width / 2) / wide, (top + height / 2) / high, width / wide, height / high]
    if region.is_polygon:
        told = [part for x, y in region.outline for part in (x / wide, y / high)]
    return f"{number} {' '.join(f'{part:.6f}' for part in told)}\n"


def _stem(task_id: str, file: dict[str, Any]) -> str:
    # One picture may be in several tasks, each with regions of its own.
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in PurePosixPath(file["name"]).stem)
    return f"{kept[:80]}-{task_id[-12:]}-{file['id'][-12:]}"


def _data(labels: list[str]) -> str:
    # JSON is YAML, and keeps every letter of a name.
    names = "".join(f"  {number}: {json.dumps(label, ensure_ascii=False)}\n" for number, label in enumerate(labels))
    return f"path: .\ntrain: images\nval: images\nnames:\n{names}" if labels else "path: .\nnames: {}\n"


def _one_line(label: str) -> str:
    return " ".join(label.split())
