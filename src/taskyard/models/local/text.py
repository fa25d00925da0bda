"""`local/text`: finds and reads text in pictures, inside the worker, with weights from an installed package."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

from taskyard.models.contract import Availability, Context, Json, Model, Order, Outcome
from taskyard.models.local import layout
from taskyard.models.local.bench import Bench
from taskyard.models.local.extra import needs
from taskyard.models.local.finding import Found, find
from taskyard.models.local.layout import Piece, Row
from taskyard.models.local.ocr import Reader, Reading
from taskyard.models.local.prompts import NotUnderstood, Search, search_for
from taskyard.models.problems import ModelCannotDoThat, ModelUnavailable

LONGEST_SIDE = 2_000
SCORE_MIN = 0.5
OTHERWISE = "Ask for one of these, or let people do this step."


class Text(Model):
    """Text with its boxes. Honest about prompts: they are words for kinds of text, or the work is refused."""

    name = "local/text"
    at_once = 1
    title = "Text in pictures"
    description = (
        "Finds the lines of text in a picture and reads them. Runs in the worker: no key, no network, no cost."
        " It understands prompts about text only."
    )
    kinds = ("annotate", "transcribe")
    takes = ("image",)
    finds = (
        "lines of text, dates, amounts of money, numbers, e-mail addresses, telephone numbers,"
        " the line items and the total of a receipt, and text you put in quotes"
    )
    parameters: ClassVar[Json] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "longest_side": {
                "type": "integer",
                "minimum": 320,
                "maximum": 4_000,
                "default": LONGEST_SIDE,
                "title": "Resolution",
                "description": "Pictures are read at this many pixels along the longer side; more finds smaller print.",
            },
            "score_min": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "default": SCORE_MIN,
                "title": "Least score",
                "description": "Lines read less surely than this are left out.",
            },
        },
    }

    def __init__(self) -> None:
        self._bench = Bench(self.name)
        self._reader = Reader(self.name)

    def availability(self) -> Availability:
        """Say whether the reader is installed."""
        return needs("rapidocr", "onnxruntime")

    async def perform(self, order: Order, context: Context) -> Outcome:
        """Find what the prompt asks for (annotate), or read it (transcribe)."""
        began = time.perf_counter()
        self.refuse_unknown_kind(order)
        search = self._search(order)  # before any weight is loaded: a refusal costs nothing
        if not (ready := self.availability()).available:
            raise ModelUnavailable(model=self.name, reason=ready.reason)
        picture = await order.read(str(order.given.get("image")))
        reading = await self._bench.work(self._work(picture, order, context), context)
        context.stop_if_cancelled()
        data = _regions(reading, search) if order.use == "annotate" else _transcription(reading, search)
        return Outcome(data, data.get("score"), self.credits, time.perf_counter() - began)

    def _search(self, order: Order) -> Search:
        labels = order.given.get("labels") or ()
        try:
            return search_for(str(order.given.get("prompt") or ""), labels if order.use == "annotate" else ())
        except NotUnderstood as unclear:
            raise ModelCannotDoThat(model=self.name, asked=unclear.asked, finds=self.finds, mend=OTHERWISE) from unclear

    def _work(self, picture: bytes, order: Order, context: Context) -> Callable[[], Reading]:
        def next_piece(doing: str) -> None:
            context.stop_if_cancelled()
            context.progress(doing)

        def read() -> Reading:
            return self._reader.read(
                picture,
                longest_side=int(order.settings.get("longest_side", LONGEST_SIDE)),
                score_min=float(order.settings.get("score_min", SCORE_MIN)),
                next_piece=next_piece,
            )

        return read


def _found(reading: Reading, search: Search) -> list[Found]:
    return find(layout.rows_of(reading.pieces), search)


def _regions(reading: Reading, search: Search) -> Json:
    found = _found(reading, search)
    regions = [_region(number, one, reading) for number, one in enumerate(found, start=1)]
    used = [piece for one in found for piece in one.pieces]
    return _with_score({"regions": regions, "text": "\n".join(one.text for one in found)}, used)


def _region(number: int, found: Found, reading: Reading) -> dict[str, Any]:
    place = layout.shape_round(found.pieces, reading.width, reading.height)
    score = layout.mean_score(found.pieces)
    return {"id": f"r{number}", "label": found.label, **place, "text": found.text, "score": score}


def _transcription(reading: Reading, search: Search) -> Json:
    pieces = [piece for one in _found(reading, search) for piece in one.pieces]
    lines = [_line(row, reading) for row in layout.rows_of(pieces)]
    return _with_score({"text": layout.text_of(pieces), "lines": lines}, pieces)


def _line(row: Row, reading: Reading) -> dict[str, Any]:
    box = layout.box_round(row.pieces, reading.width, reading.height)
    return {"text": row.text, "box": box, "score": layout.mean_score(row.pieces)}


def _with_score(data: Json, pieces: list[Piece]) -> Json:
    score = layout.mean_score(pieces)
    return data if score is None else {**data, "score": score}
