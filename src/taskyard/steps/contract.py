"""What every kind of work is: a typed input, an answer of one shape, and the questions asked about both.

A kind is the work, not the worker: people, models and agents give the same answer and pass the same check.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, ClassVar

from taskyard.kit.problems import Flaw
from taskyard.steps.checking import at, schema_flaws, storable_flaws
from taskyard.steps.values import Fields, Json, Size, schema_of

NO_SIZES: Mapping[str, Size] = {}


def never(_value: object) -> bool:
    """Say that no value is still a template."""
    return False


class StepKind(ABC):
    """One kind of work. A third party adds one by an entry point in the group `taskyard.step_kinds`."""

    use: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    Input: ClassVar[type[Fields]]
    # None where the flow declares the shape of the answer itself (`output:` of the step).
    Output: ClassVar[type[Fields] | None]

    def input_schema(self) -> Json:
        """Return the JSON Schema of what a step of this kind is given in `with`."""
        return schema_of(self.Input)

    @abstractmethod
    def output_schema(self, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json:
        """Return the JSON Schema of the answer, narrowed by what this step was given (its labels, its choices)."""

    def check_with(self, step_with: Any, *, is_open: Callable[[Any], bool] = never, place: str = "with") -> list[Flaw]:
        """Return what is wrong with a step's `with`.

        A value for which `is_open` says yes, a template whose value is not known yet, counts as present and is
        not looked into; so the same question serves the Studio (templates) and the worker (resolved values).
        """
        if not isinstance(step_with, dict):
            return [Flaw(place, "This is not an object.", "Write name: value pairs.")]
        closed = {name: value for name, value in step_with.items() if not is_open(value)}
        if flaws := storable_flaws(closed, place):
            return flaws
        schema = self.input_schema()
        unknown = [name for name in step_with if name not in schema["properties"]]
        schema["required"] = [name for name in schema.get("required", ()) if name not in step_with or name in closed]
        known = {name: value for name, value in closed.items() if name not in unknown}
        return [self._unknown_field(name, schema, place) for name in unknown] + schema_flaws(known, schema, place)

    @abstractmethod
    def normalise(self, answer: Any, step_with: Mapping[str, Any]) -> Json:
        """Return the answer in its one canonical form: ids given, nulls dropped. Never raises; `check` finds flaws."""

    def check(
        self,
        answer: Any,
        step_with: Mapping[str, Any],
        declared_output: Json | None = None,
        *,
        sizes: Mapping[str, Size] = NO_SIZES,
    ) -> list[Flaw]:
        """Return what is wrong with a person's or a model's normalised answer; an empty list accepts it.

        `sizes` gives the size of each picture by its file id; without it, places are not checked against the edge.
        """
        if flaws := storable_flaws(answer):
            return flaws
        if flaws := schema_flaws(answer, self.output_schema(step_with, declared_output)):
            return flaws
        return self._rule_flaws(answer, step_with, sizes)

    def _rule_flaws(self, answer: Json, step_with: Mapping[str, Any], sizes: Mapping[str, Size]) -> list[Flaw]:
        """Return what a schema cannot say; the answer already fits the schema here."""
        del answer, step_with, sizes
        return []

    @abstractmethod
    def from_prefill(self, data: Any, step_with: Mapping[str, Any], declared_output: Json | None = None) -> Json | None:
        """Return another step's answer as a starting answer of this kind, or None when the two have nothing in common.

        The result is normalised but may still have flaws, a label that has to be chosen: it is a start, not an answer.
        """

    def _unknown_field(self, name: str, schema: Json, place: str) -> Flaw:
        near = get_close_matches(name, schema["properties"], n=1)
        mend = f"Did you mean `{near[0]}`?" if near else f"It takes {', '.join(schema['properties'])}."
        return Flaw(at(place, name), f"{self.use} takes no `{name}`.", mend)


def given_labels(step_with: Mapping[str, Any]) -> list[str]:
    """Return the labels a step was given, or none."""
    labels = step_with.get("labels")
    return [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []
