"""Somebody else's package: a model that does what its text tells it, and a kind of work of its own.

The text is words such as `fails=2 sleeps=0.5 says=praise`; a number after `fails`, `breaks` or `dies` counts the
attempts that end so. Every attempt is noted in the file TASKYARD_TEST_RECORD, one JSON object a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from taskyard.models.contract import Availability, Context, Json, Model, Order, Outcome
from taskyard.models.problems import ModelCannotDoThat, ModelStopped, ModelUnavailable
from taskyard.steps import values
from taskyard.steps.contract import StepKind

RECORD = "TASKYARD_TEST_RECORD"
PIECE_SECONDS = 0.02


class Slow(Model):
    """A model that obeys: it sleeps, fails, breaks, dies, hears nothing, or answers nonsense."""

    name = "test/slow"
    title = "Slow"
    description = "Does what its text tells it."
    kinds = ("classify", "rate")
    takes = ("text",)
    finds = "what its text tells it"
    parameters: ClassVar[Json] = {"type": "object", "additionalProperties": False, "properties": {}}

    def availability(self) -> Availability:
        """Say that it is always there."""
        return Availability(available=True)

    async def perform(self, order: Order, context: Context) -> Outcome:
        """Do as the text says, and note each attempt."""
        told = dict(word.partition("=")[::2] for word in str(order.given.get("text", "")).split())
        attempt = _attempts(order.idempotency_key) + 1
        _note("began", order, self.name)
        try:
            await _obey(told, attempt, context, self.name)
        except ModelStopped:
            _note("stopped", order, self.name)
            raise
        _note("ended", order, self.name)
        if order.use == "rate":
            return Outcome({"stars": int(told.get("stars", 3))}, 0.5)
        label = "nonsense" if "nonsense" in told else told.get("says", order.given["labels"][0])
        return Outcome({"labels": [label], "score": 0.9}, 0.9)


class Twin(Slow):
    """The same under another name."""

    name = "test/twin"


async def _obey(told: Mapping[str, str], attempt: int, context: Context, name: str) -> None:
    if attempt <= int(told.get("dies", 0)):
        os.kill(os.getpid(), signal.SIGKILL)
    if "deaf" in told:
        await asyncio.sleep(float(told["deaf"]))
    until = time.monotonic() + float(told.get("sleeps", 0))
    while time.monotonic() < until:
        context.stop_if_cancelled()
        await asyncio.sleep(PIECE_SECONDS)
    if "cannot" in told:
        raise ModelCannotDoThat(model=name, asked="read minds", finds=Slow.finds, mend="Ask for something else.")
    if attempt <= int(told.get("fails", 0)):
        raise ModelUnavailable(model=name, reason="It has a headache.")
    if attempt <= int(told.get("breaks", 0)):
        raise RuntimeError("a secret nobody should read")


def _note(event: str, order: Order, name: str) -> None:
    if not (path := os.environ.get(RECORD)):
        return
    noted = {"event": event, "key": order.idempotency_key, "text": order.given.get("text"), "model": name}
    noted |= {"prompt": order.given.get("prompt"), "pid": os.getpid(), "at": time.time()}
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(noted) + "\n")


def _attempts(key: str) -> int:
    path = Path(os.environ.get(RECORD) or os.devnull)
    if not path.is_file():
        return 0
    noted = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return sum(1 for one in noted if one["event"] == "began" and one["key"] == key)


class RateInput(values.Fields):
    """What is judged."""

    text: values.LongText
    prompt: values.Prompt | None = None
    prefill: Any = None


class RateOutput(values.Fields):
    """How good it is."""

    stars: Annotated[int, Field(ge=1, le=5)]


class Rate(StepKind):
    """One to five stars."""

    use = "rate"
    title = "Rate"
    description = "Give a text one to five stars."
    Input = RateInput
    Output = RateOutput

    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return the one schema there is."""
        del step_with, declared_output
        return values.schema_of(RateOutput)

    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the answer as it is."""
        del step_with
        return values.tidy(answer, ())

    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Start from another rating."""
        del step_with, declared_output
        return data if isinstance(data, dict) and "stars" in data else None
