"""Fill: anything in, an object of the schema the step declares out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field

from taskyard.kit.problems import Flaw
from taskyard.steps import values
from taskyard.steps.checking import schema_flaws, storable_flaws
from taskyard.steps.contract import NO_SIZES, StepKind
from taskyard.steps.values import Json, LongText, Prompt, Size

ANSWER_BYTES_MAX = 1_000_000
ANY_OBJECT: Json = {"type": "object"}


class FillInput(values.Fields):
    """What to look at while filling in the form."""

    show: Annotated[list[Any], Field(max_length=50, description="Pictures, texts and values to look at.")] | None = None
    prompt: Annotated[Prompt, Field(description="What to fill in, in words.")] | None = None
    text: Annotated[LongText, Field(description="A text to look at.")] | None = None
    prefill: Annotated[Any, Field(description="An answer to start from.")] = None


class Fill(StepKind):
    """A form for people, structured output for models."""

    use = "fill"
    title = "Fill in a form"
    description = "Give an object whose fields the step declares: a form for people, structured output for models."
    Input = FillInput
    Output = None

    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return the declared schema as it stands."""
        del step_with
        return declared_output or ANY_OBJECT

    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the object as it was given: only its author knows what null means in it."""
        del step_with
        return answer if isinstance(answer, dict) else {}

    def check(
        self,
        answer: Any,
        step_with: Mapping[str, Any],
        declared_output: Json | None = None,
        *,
        sizes: Mapping[str, Size] = NO_SIZES,
    ) -> list[Flaw]:
        """Also refuse an object of more than 1 MB: a large value belongs in a file."""
        flaws = super().check(answer, step_with, declared_output, sizes=sizes)
        if not flaws and (size := _bytes_of(answer)) > ANSWER_BYTES_MAX:
            says = f"This answer is {size / 1e6:.1f} MB; an answer takes up to {ANSWER_BYTES_MAX / 1e6:.0f} MB."
            flaws.append(Flaw("", says, "Put long values in a file."))
        return flaws

    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Start from the fields of another object that this step declares too and that fit."""
        del step_with
        declared = declared_output or ANY_OBJECT
        if not isinstance(data, dict) or storable_flaws(data):
            return None
        definitions: Json = {name: declared[name] for name in ("$defs", "definitions") if name in declared}
        fields: Json = declared.get("properties", {})
        kept = {name: data[name] for name in fields if name in data and _fits(data[name], fields[name], definitions)}
        return kept or None


def _fits(value: Any, schema: Any, definitions: Json) -> bool:
    return schema is True or (isinstance(schema, dict) and not schema_flaws(value, {**schema, **definitions}))


def _bytes_of(answer: Json) -> int:
    try:
        return len(orjson.dumps(answer))
    except TypeError:  # a whole number of more than 64 bits, which JSON keeps and orjson does not
        return len(str(answer))
