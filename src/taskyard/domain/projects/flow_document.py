"""A flow as it was written: its value, and the line and column of each part, so that a flaw can name its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskyard.domain.projects.schema_words import place_of
from taskyard.kit.problems import Flaw, Problem
from taskyard.kit.words import counted, shortened

Place = tuple[str | int, ...]
Mark = tuple[int, int]


class InvalidFlow(Problem):
    """The flow has {count} to mend."""

    @classmethod
    def of(cls, flaws: Iterable[Flaw]) -> InvalidFlow:
        """Return the refusal with its flaws in the order of the page, each once."""
        ordered = sorted(dict.fromkeys(flaws), key=lambda flaw: (flaw.line or 0, flaw.column or 0))
        return cls(ordered, count=counted(len(ordered), "thing"))


@dataclass(frozen=True, slots=True)
class Document:
    """What was read. `flaws` are slips of writing that leave something to check: a name twice, a stray tag."""

    value: Any
    digest: str
    marks: Mapping[Place, Mark] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()

    def flaw(self, where: Place, says: str, mend: str | None = None) -> Flaw:
        """Return a flaw with its line and column; a part that was never written gets those of what holds it."""
        mark: Mark | None = None
        for length in range(len(where), -1, -1):
            if mark := self.marks.get(where[:length]):
                break
        line, column = mark or (None, None)
        return Flaw(self.place(where), says, mend, step=self.step_at(where), line=line, column=column)

    def step_at(self, where: Place) -> str | None:
        """Return the id of the step a place lies in."""
        match where:
            case ("steps", int(number), *_):
                steps = self.value.get("steps") if isinstance(self.value, Mapping) else None
                step = steps[number] if isinstance(steps, list) and number < len(steps) else None
                name = step.get("id") if isinstance(step, Mapping) else None
                return shortened(name, 64) if isinstance(name, str) and name else None
        return None

    def place(self, where: Place) -> str:
        """Return a place with the step's id for its number: `steps.find.with.image`."""
        if step := self.step_at(where):
            return place_of(["steps", step, *where[2:]])
        return place_of(list(where))
