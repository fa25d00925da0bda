"""Classify: a text or a picture in, one or more of the given labels out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field

from taskyard.kit.problems import Flaw
from taskyard.steps import values
from taskyard.steps.checking import at
from taskyard.steps.contract import StepKind, given_labels, never
from taskyard.steps.values import FileId, GivenLabels, Json, Label, LongText, Prompt, Score, Size


class ClassifyInput(values.Fields):
    """What there is to judge, and the labels to choose from."""

    text: Annotated[LongText, Field(description="The text.")] | None = None
    image: Annotated[FileId, Field(description="The picture.")] | None = None
    prompt: Annotated[Prompt, Field(description="The question, in words.")] | None = None
    labels: Annotated[GivenLabels, Field(min_length=1, description="The labels to choose from.")]
    multiple: Annotated[bool, Field(description="Whether several labels may hold at once.")] = False
    prefill: Annotated[Any, Field(description="An answer to start from.")] = None


class ClassifyOutput(values.Fields):
    """The labels that hold, and how sure that is."""

    labels: Annotated[list[Label], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    scores: Annotated[dict[str, Score], Field(description="How well each label fits, from 0 to 1.")] | None = None
    score: Score | None = None


class Classify(StepKind):
    """One or more of the given labels."""

    use = "classify"
    title = "Classify"
    description = "Choose the label, or the labels, that fit a text or a picture."
    Input = ClassifyInput
    Output = ClassifyOutput

    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return labels narrowed to the given ones: exactly one, or one and more where `multiple` is on."""
        del declared_output
        schema = values.schema_of(ClassifyOutput)
        if labels := given_labels(step_with):
            schema = values.narrowed(schema, labels, at=("properties", "labels", "items"))
        if step_with.get("multiple") is not True:
            schema["properties"]["labels"]["maxItems"] = 1
        return schema

    def check_with(self, step_with: Any, *, is_open: Callable[[Any], bool] = never, place: str = "with") -> list[Flaw]:
        """Also ask that there is something to judge and that no label stands twice."""
        flaws = super().check_with(step_with, is_open=is_open, place=place)
        if flaws:
            return flaws
        if step_with.get("text") is None and step_with.get("image") is None:
            flaws.append(Flaw(place, "There is nothing to classify.", "Give `text` or `image`."))
        labels = given_labels(step_with)
        if twice := next((label for number, label in enumerate(labels) if label in labels[:number]), None):
            flaws.append(Flaw(at(place, "labels"), f"The label `{twice}` stands there twice.", "Remove one."))
        return flaws

    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the labels in the order of the step, so that equal answers look equal."""
        kept = values.tidy(answer, ("scores", "score"))
        if isinstance(kept.get("labels"), str):
            kept["labels"] = [kept["labels"]]
        chosen = kept.get("labels")
        if isinstance(chosen, list) and all(isinstance(label, str) for label in chosen):
            order = {label: number for number, label in enumerate(given_labels(step_with))}
            kept["labels"] = sorted(chosen, key=lambda label: order.get(label, len(order)))
        return kept

    def _rule_flaws(self, answer: Json, step_with: Mapping[str, Any], sizes: Mapping[str, Size]) -> list[Flaw]:
        del sizes
        labels = given_labels(step_with)
        strange = [name for name in answer.get("scores", {}) if labels and name not in labels]
        mend = "Score only the labels of this step."
        return [Flaw(at("scores", name), f"`{name[:80]}` is not one of the labels.", mend) for name in strange[:10]]

    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Start from the labels of another classification, or a label given as text, that this step has too."""
        del declared_output
        told = data if isinstance(data, dict) else {}
        chosen = told.get("labels", data)
        chosen = [chosen] if isinstance(chosen, str) else chosen
        if not isinstance(chosen, list):
            return None
        spelling = {label.casefold(): label for label in reversed(given_labels(step_with))}
        known = [spelling[c.casefold()] for c in chosen if isinstance(c, str) and c.casefold() in spelling]
        if not known:
            return None
        several = step_with.get("multiple") is True
        started: Json = {"labels": list(dict.fromkeys(known)) if several else known[:1]}
        if isinstance(told.get("scores"), dict) and set(told["scores"]) <= set(spelling.values()):
            started |= {"scores": told["scores"], "score": told.get("score")}
        return self.normalise(started, step_with)
