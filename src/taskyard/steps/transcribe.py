"""Transcribe: a picture in, its text with the boxes of the lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from taskyard.kit.problems import Flaw
from taskyard.steps import values
from taskyard.steps.annotate import box_flaws, outside_flaws
from taskyard.steps.checking import FLAWS_MAX, at
from taskyard.steps.contract import StepKind
from taskyard.steps.values import FileId, Json, Line, LongText, Prompt, Score, Size


class TranscribeInput(values.Fields):
    """What there is to read."""

    image: Annotated[FileId, Field(description="The picture.")]
    prompt: Annotated[Prompt, Field(description="What to read, and how, in words.")] | None = None
    prefill: Annotated[Any, Field(description="An answer to start from.")] = None


class TranscribeOutput(values.Fields):
    """The text as one piece, and line by line."""

    text: LongText
    lines: Annotated[list[Line], Field(max_length=values.REGIONS_MAX)]
    score: Score | None = None


class Transcribe(StepKind):
    """The text of a picture."""

    use = "transcribe"
    title = "Transcribe a picture"
    description = "Read the text of a picture, with the box of each line."
    Input = TranscribeInput
    Output = TranscribeOutput

    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return text and lines; nothing a step is given changes this."""
        del step_with, declared_output
        return values.schema_of(TranscribeOutput)

    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the answer with lines, which a person who only typed did not draw."""
        del step_with
        kept = values.tidy(answer, ("score", "lines"))
        lines = kept.setdefault("lines", [])
        if isinstance(lines, list):
            kept["lines"] = [values.tidy(line, ("score",)) if isinstance(line, dict) else line for line in lines]
        return kept

    def _rule_flaws(self, answer: Json, step_with: Mapping[str, Any], sizes: Mapping[str, Size]) -> list[Flaw]:
        return list(islice(_line_flaws(answer["lines"], sizes.get(str(step_with.get("image")))), FLAWS_MAX))

    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Start from a transcription, from regions that carry text, or from plain text."""
        del declared_output
        if isinstance(data, str):
            return {"text": data, "lines": []}
        regions = data.get("regions") if isinstance(data, dict) else data
        if isinstance(regions, list):
            return self._from_regions(regions, data)
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            return None
        given = data["lines"] if isinstance(data.get("lines"), list) else []
        lines = [line for line in given if isinstance(line, dict) and values.is_box(line.get("box"))]
        lines = [{name: line[name] for name in Line.model_fields if name in line} for line in lines]
        return self.normalise({"text": data["text"], "lines": lines, "score": data.get("score")}, step_with)

    def _from_regions(self, regions: list[Any], data: Any) -> Json | None:
        lines = []
        for region in regions:
            box = values.box_of(region) if isinstance(region, dict) else None
            if box is not None and isinstance(region.get("text"), str):
                lines.append({"text": region["text"], "box": box, "score": region.get("score")})
        if not lines:
            return None
        told = data if isinstance(data, dict) else {}
        text = told["text"] if isinstance(told.get("text"), str) else "\n".join(line["text"] for line in lines)
        return self.normalise({"text": text, "lines": lines, "score": told.get("score")}, {})


def _line_flaws(lines: list[Json], size: Size | None) -> Iterator[Flaw]:
    for number, line in enumerate(lines):
        place = at("lines", number)
        yield from box_flaws(line["box"], at(place, "box"))
        yield from outside_flaws(line["box"], size, place, f"Line {number + 1}")
