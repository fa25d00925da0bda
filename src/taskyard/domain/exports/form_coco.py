"""Regions as COCO detection JSON: images, annotations in pixels, categories."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import orjson

from taskyard import __version__
from taskyard.domain.exports import regions
from taskyard.domain.exports.reading import Reading
from taskyard.domain.exports.regions import Found, Pictured, Region
from taskyard.domain.exports.rules import Answers, member_name

IN_MEMORY_BYTES = 4_000_000


async def pieces(reading: Reading, folder: Path) -> AsyncGenerator[bytes]:
    """Yield the images as they come; their annotations wait in a file, for a list is written after the other."""
    flows = await reading.flows()
    writer = _Coco(reading, regions.labels_of(flows))
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(folder)) as waiting:
        yield b'{"info":%s,"licenses":[],"images":[' % orjson.dumps(_about(reading))
        async with aclosing(reading.lines()) as found:
            async for batch in found:
                read = [writer.read(regions.read(line, reading.wanted, flows)) for line in batch]
                waiting.write(b"".join(annotations for _, annotations in read))
                yield b"".join(images for images, _ in read)
        await reading.gone()
        yield b'\n],"annotations":['
        waiting.seek(0)
        while piece := waiting.read(64_000):
            yield piece
    yield b'\n],"categories":%s}\n' % orjson.dumps(writer.categories())


def _about(reading: Reading) -> dict[str, Any]:
    at = reading.moment.at
    return {
        "description": "Taskyard export",
        "version": __version__,
        "year": at.year,
        "date_created": at.isoformat(timespec="seconds"),
    }


class _Coco:
    """Numbers images, annotations and categories, each from 1."""

    def __init__(self, reading: Reading, labels: list[str]) -> None:
        self._wanted = reading.wanted
        self._left_out = reading.tally.left_out
        self._numbers = {label: number for number, label in enumerate(labels, start=1)}
        self._images = self._annotations = 0

    def read(self, found: Found) -> tuple[bytes, bytes]:
        """Return a task's images and annotations as they stand in their lists."""
        if found.why_none:
            self._left_out[found.why_none] += 1
        if found.points:
            self._left_out[regions.POINT] += found.points
        images, annotations = bytearray(), bytearray()
        for pictured in found.pictures:
            images += self._image(found, pictured)
            for region in pictured.regions:
                annotations += self._annotation(region)
        return bytes(images), bytes(annotations)

    def categories(self) -> list[dict[str, Any]]:
        """Return the labels of the flows, and those that came beside them."""
        return [{"id": number, "name": label, "supercategory": ""} for label, number in self._numbers.items()]

    def _image(self, found: Found, pictured: Pictured) -> bytes:
        self._images += 1
        file = pictured.file
        image = {
            "id": self._images,
            "file_name": member_name(file["id"], file["name"]) if self._wanted.with_files else file["name"],
            "width": file["width"],
            "height": file["height"],
            "file_id": file["id"],
            "task_id": found.task["id"],
            "external_id": found.task["external_id"],
        }
        return (b",\n" if self._images > 1 else b"\n") + orjson.dumps(image)

    def _annotation(self, region: Region) -> bytes:
        self._annotations += 1
        told: dict[str, Any] = {
            "id": self._annotations,
            "image_id": self._images,
            "category_id": self._numbers.setdefault(region.label, len(self._numbers) + 1),
            "bbox": region.box,
            "area": regions.size_of(region),
            "segmentation": [[number for point in region.outline for number in point]],
            "iscrowd": 0,
        }
        if region.score is not None:
            told["score"] = region.score
        if self._wanted.answers is Answers.ALL:
            answer = region.answer
            told |= {name: answer[name] for name in ("step", "run", "kind")}
            told |= {"answer_id": answer["id"], "by": answer["by"]["name"]}
        return (b",\n" if self._annotations > 1 else b"\n") + orjson.dumps(told)
