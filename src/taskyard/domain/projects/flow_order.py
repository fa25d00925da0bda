"""The order of steps: no step may wait for itself."""

from __future__ import annotations

from collections.abc import Mapping

from taskyard.domain.projects.flow_document import Place
from taskyard.domain.projects.flow_steps import Checking

Waits = Mapping[str, tuple[tuple[str, ...], Place]]


def note_cycles(checking: Checking, waits: Waits) -> None:
    """Note each circle of steps that wait for one another, by name, at the step that stands first."""
    settled: set[str] = set()
    for name in waits:
        circle = _circle_from(name, waits, settled)
        if circle:
            first = min(circle, key=lambda step: list(waits).index(step))
            turn = circle.index(first)
            names = [*circle[turn:], *circle[:turn], first]
            says = f"These steps wait for one another: {' → '.join(names)}."
            if len(circle) == 1:
                says = f"The step `{first}` waits for itself."
            checking.note(waits[first][1], says, "Remove one of the references or `after`.")


def _circle_from(start: str, waits: Waits, settled: set[str]) -> list[str] | None:
    """Walk what `start` waits for, depth first; return the first circle and settle all that was seen."""
    trail: list[str] = []
    visits = [(start, False)]
    circle: list[str] | None = None
    while visits:
        name, is_leaving = visits.pop()
        if is_leaving:
            settled.add(trail.pop())
        elif name in trail:
            circle = circle or trail[trail.index(name) :]
        elif name not in settled and name in waits:
            trail.append(name)
            visits.append((name, True))
            visits.extend((need, False) for need in waits[name][0])
    return circle
