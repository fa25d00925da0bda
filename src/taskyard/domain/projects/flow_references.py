"""References inside a flow: that each leads somewhere, and that what it leads to fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taskyard.domain.projects import conditions
from taskyard.domain.projects.flow import INPUT, KindInfo, Step
from taskyard.domain.projects.flow_document import Place
from taskyard.domain.projects.flow_steps import Checking
from taskyard.domain.projects.schema_rules import Schema
from taskyard.domain.projects.schema_shapes import Shape, misfit, shape_at
from taskyard.domain.projects.templates import Path, Reference, path_text, references
from taskyard.kit.words import nearest, shortened

REFERENCES_MAX = 1_000


@dataclass(slots=True)
class References:
    """Follows the references of one flow; knows the schema of the input and of each step's answers."""

    checking: Checking
    input_schema: Schema
    gives: Mapping[str, Schema]
    followed: int = 0

    def needs_of_step(self, step: Step, where: Place, kind: KindInfo | None) -> tuple[str, ...]:
        """Return the ids of the steps this one reads or waits for; notes what leads nowhere or does not fit."""
        needs: dict[str, None] = {}
        for name, value in step.with_.items():
            wanted = kind.wanted(name) if kind and name in kind.input_properties else {}
            for reference in references(value):
                place = (*where, "with", name, *reference.where)
                shape = self._follow(reference.path, reference.text, place, needs)
                if shape and _is_whole(value, reference):
                    self._note_misfit(shape, wanted, reference, place)
        for path, inner in conditions.paths(step.when):
            self._follow(path, path_text(path), (*where, "when", *inner), needs)
        for number, name in enumerate(step.after):
            if name in self.gives:
                needs[name] = None
            else:
                self._note_no_step(name, (*where, "after", number))
        return tuple(needs)

    def note_output(self, output: Mapping[str, Any]) -> None:
        """Note references of the flow's output that lead nowhere."""
        for reference in references(output):
            self._follow(reference.path, reference.text, ("output", *reference.where), {})

    def _follow(self, path: Path | None, text: str, where: Place, needs: dict[str, None]) -> Shape | None:
        self.followed += 1
        if self.followed > REFERENCES_MAX:
            if self.followed == REFERENCES_MAX + 1:
                self.checking.note(where, f"The flow has more than {REFERENCES_MAX:,} references.", "Make it smaller.")
            return None
        if path is None:
            form = "Between {{ and }} stands a path such as input.photo or find.regions[0].label, and nothing else."
            self.checking.note(where, f"`{shortened(text, 60)}` is not a path.", form)
            return None
        root = str(path[0])
        if root != INPUT and root not in self.gives:
            self._note_no_step(root, where)
            return None
        if root != INPUT:
            needs[root] = None
        shape = shape_at(self.input_schema if root == INPUT else self.gives[root], path[1:])
        if shape.missing_at is None:
            return shape
        before, part = path_text(path[: shape.missing_at + 1]), path[shape.missing_at + 1]
        meant = nearest(str(part), shape.names)
        mend = f"Did you mean `{meant}`?" if meant else None
        self.checking.note(where, f"`{shortened(before, 80)}` {shape.says}.", mend)
        return None

    def _note_no_step(self, name: str, where: Place) -> None:
        meant = nearest(name, [INPUT, *self.gives])
        mend = f"Did you mean `{meant}`?" if meant else "Begin with `input` or with the id of a step."
        self.checking.note(where, f"There is no step `{shortened(name, 60)}`.", mend)

    def _note_misfit(self, shape: Shape, wanted: Schema, reference: Reference, where: Place) -> None:
        wanted = _part_of(wanted, reference.where)
        if reason := misfit(shape, wanted):
            self.checking.note(where, f"`{shortened(reference.text, 80)}` {reason}.", _misfit_mend(reference, wanted))


def _is_whole(value: Any, reference: Reference) -> bool:
    for part in reference.where:
        value = value[part]
    text = str(value).strip()
    return text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1


def _part_of(wanted: Schema, where: Place) -> Schema:
    found = shape_at(wanted, where).schemas if where else (wanted,)
    return found[0] if len(found) == 1 else {}


def _misfit_mend(reference: Reference, wanted: Schema) -> str | None:
    if reference.path and reference.path[0] == INPUT and "x-kind" in wanted:
        kind = wanted["x-kind"]
        return f"Declare it as {{type: string, x-kind: {kind}}}, or refer to a field that is one."
    return None
