"""The example data is what its scripts make, holds what it says, and its flows can be read."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from taskyard.domain.projects.flow_check import understand
from taskyard.domain.projects.flow_read import read
from taskyard.domain.projects.published import kinds, models

EXAMPLES = Path(__file__).parents[2] / "examples"
RECEIPTS, MESSAGES = EXAMPLES / "receipts", EXAMPLES / "messages"
TRUTHS: list[dict[str, Any]] = json.loads((RECEIPTS / "truth.json").read_text("utf-8"))["pictures"]
TELLS_WHERE = {"box", "points", "date_at", "total_at"}


def run(script: Path, *arguments: str) -> None:
    """Run one of the scripts as a reader of the README would."""
    subprocess.run([sys.executable, "-B", "-W", "error", str(script), *arguments], check=True, capture_output=True)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_places(value: Any) -> Any:
    """Leave out what depends on the machine's fonts."""
    if isinstance(value, dict):
        return {name: without_places(inner) for name, inner in value.items() if name not in TELLS_WHERE}
    return [without_places(inner) for inner in value] if isinstance(value, list) else value


def test_the_messages_are_made_byte_for_byte_the_same(tmp_path: Path) -> None:
    run(MESSAGES / "make_messages.py", "--to", str(tmp_path))
    for name in ("messages.csv", "messages-with-errors.csv", "truth.csv"):
        assert (tmp_path / name).read_bytes() == (MESSAGES / name).read_bytes(), name


def test_there_are_500_different_messages_in_three_languages() -> None:
    messages = rows(MESSAGES / "messages.csv")
    texts = [message["text"] for message in messages]
    assert len(messages) == len(set(texts)) == len({message["external_id"] for message in messages}) == 500
    assert {message["language"] for message in messages} == {"en", "es", "de"}
    assert sum("\n" in text for text in texts) > 50
    assert sum('"' in text for text in texts) > 10
    assert not any("{" in text or "}" in text for text in texts)


def test_messages_do_not_read_as_clones() -> None:
    beginnings = [message["text"][:30] for message in rows(MESSAGES / "messages.csv")]
    assert len(set(beginnings)) > 400


def test_every_message_has_the_label_it_was_made_for() -> None:
    flow = read((MESSAGES / "flow.yaml").read_text("utf-8")).value
    truths = rows(MESSAGES / "truth.csv")
    assert [row["external_id"] for row in truths] == [row["external_id"] for row in rows(MESSAGES / "messages.csv")]
    assert {row["label"] for row in truths} == set(flow["steps"][0]["with"]["labels"])


def test_exactly_the_six_described_rows_are_bad() -> None:
    schema = read((MESSAGES / "flow.yaml").read_text("utf-8")).value["input"]["properties"]
    bad: list[tuple[int, str]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows(MESSAGES / "messages-with-errors.csv"), 1):
        if not schema["text"]["minLength"] <= len(row["text"]) <= schema["text"]["maxLength"]:
            bad.append((number, "text"))
        if row["priority"] and not (row["priority"].lstrip("-").isdigit() and abs(int(row["priority"])) < 2**31):
            bad.append((number, "priority"))
        if row["channel"] not in schema["channel"]["enum"]:
            bad.append((number, "channel"))
        if row["external_id"] in seen:
            bad.append((number, "external_id"))
        seen.add(row["external_id"])
    assert number == 40
    assert bad == [(5, "text"), (10, "priority"), (16, "channel"), (22, "text"), (29, "priority"), (37, "external_id")]


def test_every_message_fits_the_input_of_its_flow() -> None:
    schema = read((MESSAGES / "flow.yaml").read_text("utf-8")).value["input"]["properties"]
    for row in rows(MESSAGES / "messages.csv"):
        assert len(row["text"]) <= schema["text"]["maxLength"]
        assert row["channel"] in schema["channel"]["enum"]
        assert row["language"] in schema["language"]["enum"]


def test_a_receipt_drawn_anew_tells_the_same(tmp_path: Path) -> None:
    names = ["scan-15-buchhandlung.png", "photo-02-diner.jpg"]
    run(RECEIPTS / "draw.py", "--to", str(tmp_path), "--only", names[0], "--only", names[1])
    drawn = json.loads((tmp_path / "truth-of-some.json").read_text("utf-8"))["pictures"]
    kept = [truth for truth in TRUTHS if truth["file"] in names]
    assert without_places(drawn) == without_places(kept)
    for name in names:
        with Image.open(tmp_path / name) as new, Image.open(RECEIPTS / name) as old:
            assert new.size == old.size
            assert new.getexif().get(0x0112, 1) == old.getexif().get(0x0112, 1)


def test_the_receipts_are_small_enough_to_keep() -> None:
    pictures = [path for path in RECEIPTS.iterdir() if path.suffix in {".jpg", ".png"}]
    assert sorted(path.name for path in pictures) == sorted(truth["file"] for truth in TRUTHS)
    assert len(pictures) == 16
    assert sum(path.stat().st_size for path in pictures) < 6_000_000


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["file"])
def test_what_is_true_of_a_receipt_adds_up_and_lies_in_the_picture(truth: dict[str, Any]) -> None:
    with Image.open(RECEIPTS / truth["file"]) as stored:
        assert stored.getexif().get(0x0112, 1) == truth["orientation"]
        upright = ImageOps.exif_transpose(stored)
        assert upright is not None
        assert upright.size == (truth["width"], truth["height"])
    paid = sum(item["amount"] for item in truth["items"]) - truth["discount"] + truth["added_tax"] + truth["tip"]
    assert round(paid, 2) == truth["total"]
    for at in (truth["date_at"], truth["total_at"], *truth["items"]):
        left, top, width, height = at["box"]
        assert min(left, top, width - 1, height - 1) >= 0
        assert left + width <= truth["width"]
        assert top + height <= truth["height"]
        assert len(at["points"]) == 4


def test_receipts_differ_in_language_currency_and_orientation() -> None:
    assert {truth["language"] for truth in TRUTHS} == {"en", "es", "de"}
    assert len({truth["currency"] for truth in TRUTHS}) >= 4
    assert len({truth["orientation"] for truth in TRUTHS}) == 4


@pytest.mark.parametrize("folder", [RECEIPTS, MESSAGES], ids=lambda folder: folder.name)
def test_a_flow_can_be_published_here(folder: Path) -> None:
    flow = understand((folder / "flow.yaml").read_text("utf-8"), kinds(), models())
    assert [step.by for step in flow.order[:2]] == [flow.steps[0].models, ("people",)]
    assert not flow.is_app


def test_each_step_of_people_starts_from_the_model_before_it() -> None:
    for folder in (RECEIPTS, MESSAGES):
        model, people, *_ = read((folder / "flow.yaml").read_text("utf-8")).value["steps"]
        assert people["use"] == model["use"]
        assert people["with"]["prefill"] == f"{{{{ {model['id']} }}}}"
