"""`local/text` with its real weights: finds what a prompt asks for, reads it, and refuses what it cannot do."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest

from taskyard.models.contract import Availability, Context, Order, Outcome
from taskyard.models.local.text import Text
from taskyard.models.problems import ModelCannotDoThat, ModelStopped, ModelUnavailable, NoSuchFileInOrder
from taskyard.steps.annotate import Annotate
from taskyard.steps.transcribe import Transcribe
from taskyard.steps.values import Size


async def annotate(model: Text, picture: Path, prompt: str, **given: Any) -> Outcome:
    given = {"image": "photo", "prompt": prompt, **given}
    return await model.perform(Order("annotate", given, {"photo": picture}), Context())


def labelled(outcome: Outcome) -> list[tuple[str, str]]:
    return [(region["label"], region["text"]) for region in outcome.data["regions"]]


@pytest.mark.models
async def test_every_line_item_is_one_region_with_its_price(text: Text, receipt: Path) -> None:
    outcome = await annotate(text, receipt, "every line item")
    assert labelled(outcome) == [
        ("item", "Coffee 3.50"),
        ("item", "Blueberry muffin 4.25"),
        ("item", "Orange juice 2.90"),
        ("item", "Sandwich 6.75"),
    ]
    coffee = outcome.data["regions"][0]
    assert coffee["shape"] == "rectangle"
    assert coffee["box"] == pytest.approx([58, 200, 502, 34], abs=12)
    assert outcome.confidence == outcome.data["score"]
    assert outcome.data["score"] > 0.9
    assert outcome.seconds > 0


@pytest.mark.models
async def test_the_answer_of_the_model_passes_the_check_a_person_s_would(text: Text, receipt: Path) -> None:
    given = {"image": "photo", "prompt": "Draw a box round every item and the total", "labels": ["item", "total"]}
    outcome = await text.perform(Order("annotate", given, {"photo": receipt}), Context())
    answer = Annotate().normalise(outcome.data, given)
    assert Annotate().check(answer, given, sizes={"photo": Size(640, 760)}) == []
    assert labelled(outcome)[-1] == ("total", "TOTAL $17.40")
    assert [label for label, _text in labelled(outcome)] == ["item"] * 4 + ["total"]


@pytest.mark.models
@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("Find the date", ["Date: 2026-11-22"]),
        ("e-mail addresses and phone numbers", ["hello@cornercafe.example", "Tel. +1 555 010 2030"]),
        ("all prices", ["3.50", "4.25", "2.90", "6.75", "$17.40"]),
        ('the line that says "orange  JUICE"', ["Orange juice"]),
        ("“coffee 3.50”", ["Coffee 3.50"]),
        ('"dragon fruit"', []),
    ],
)
async def test_a_prompt_filters_what_is_found(text: Text, receipt: Path, prompt: str, found: list[str]) -> None:
    outcome = await annotate(text, receipt, prompt)
    assert [words for _label, words in labelled(outcome)] == found


@pytest.mark.models
async def test_slanted_text_gets_polygons_that_lean_with_it(text: Text, slanted_receipt: Path) -> None:
    outcome = await annotate(text, slanted_receipt, "the total")
    (total,) = outcome.data["regions"]
    assert (total["text"], total["shape"]) == ("TOTAL $17.40", "polygon")
    (left, top), (right, other) = total["points"][:2]
    assert math.degrees(math.atan2(other - top, right - left)) == pytest.approx(-7, abs=1.5)


@pytest.mark.models
async def test_a_picture_is_read_in_reading_order_with_paragraphs(text: Text, receipt: Path) -> None:
    given = {"image": "photo"}
    outcome = await text.perform(Order("transcribe", given, {"photo": receipt}), Context())
    goods = "Coffee 3.50\nBlueberry muffin 4.25\nOrange juice 2.90\nSandwich 6.75"
    receipt_part, contact_part = outcome.data["text"].split("\n\n")
    assert receipt_part == f"CORNER CAFE\nDate: 2026-11-22\n{goods}\nTOTAL $17.40"
    assert contact_part == "hello@cornercafe.example\nTel. +1 555 010 2030"
    assert len(outcome.data["lines"]) == 9
    answer = Transcribe().normalise(outcome.data, given)
    assert Transcribe().check(answer, given, sizes={"photo": Size(640, 760)}) == []


@pytest.mark.models
async def test_a_picture_without_text_has_an_empty_answer_and_no_score(text: Text, blank: bytes) -> None:
    async def load() -> bytes:
        return blank

    outcome = await text.perform(Order("annotate", {"image": "f"}, {"f": load}), Context())
    assert outcome.data == {"regions": [], "text": ""}
    assert outcome.confidence is None


@pytest.mark.models
async def test_a_high_least_score_keeps_fewer_lines(text: Text, receipt: Path) -> None:
    order = Order("annotate", {"image": "f"}, {"f": receipt}, {"score_min": 1})
    strict = await text.perform(order, Context())
    assert len(strict.data["regions"]) < 13


@pytest.mark.models
async def test_two_orders_at_once_are_both_answered(text: Text, receipt: Path, blank: bytes) -> None:
    async def load() -> bytes:
        return blank

    both = [Order("transcribe", {"image": "f"}, {"f": source}) for source in (receipt, load)]
    first, second = await asyncio.gather(*(text.perform(order, Context()) for order in both))
    assert first.data["text"].startswith("CORNER CAFE")
    assert second.data["text"] == ""


@pytest.mark.models
async def test_cancelled_work_stops_between_pieces(text: Text, receipt: Path) -> None:
    cancelled = asyncio.Event()
    heard: list[str] = []

    def hear(doing: str) -> None:
        heard.append(doing)
        cancelled.set()

    context = Context(hear, cancelled=cancelled, model="local/text")
    with pytest.raises(ModelStopped, match="local/text stopped"):
        await text.perform(Order("transcribe", {"image": "f"}, {"f": receipt}), context)
    assert heard[0] in {"Loading the reader", "Looking for text"}


async def test_a_prompt_about_things_is_refused_with_what_the_model_can_find(receipt: Path) -> None:
    with pytest.raises(ModelCannotDoThat) as refused:
        await annotate(Text(), receipt, "the red car")
    assert refused.value.detail.startswith("local/text cannot look for “red car”. It can find lines of text, dates")
    assert "let people do this step" in refused.value.detail


async def test_a_kind_the_model_does_not_do_is_refused() -> None:
    with pytest.raises(ModelCannotDoThat, match="cannot classify something"):
        await Text().perform(Order("classify", {}), Context())


async def test_a_file_that_did_not_come_with_the_order_is_refused() -> None:
    with pytest.raises(NoSuchFileInOrder, match="the file other"):
        await Text().perform(Order("transcribe", {"image": "other"}), Context())


async def test_a_model_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.models.local.extra.find_spec", lambda _package: None)
    assert Text().availability() == Availability(
        available=False, reason="rapidocr and onnxruntime is not installed: pip install 'taskyard[local]'."
    )
    with pytest.raises(ModelUnavailable, match="pip install"):
        await Text().perform(Order("transcribe", {"image": "f"}), Context())
