"""Which kinds of work there are: found through the entry points `taskyard.step_kinds`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from taskyard.steps.contract import StepKind
from taskyard.steps.problems import NoSuchStepKind, StepKindUnavailable, TwoStepKindsOfOneName

GROUP = "taskyard.step_kinds"


@dataclass(frozen=True, slots=True)
class ListedKind:
    """One installed kind; `reason` says why it cannot be used, where it cannot."""

    use: str
    kind: StepKind | None
    reason: str | None = None


class StepKinds:
    """The installed kinds by name. One that does not import is listed with the reason, and harms no other."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        found: dict[str, EntryPoint] = {}
        for point in points:
            other = found.setdefault(point.name, point)
            if other.value != point.value:
                raise TwoStepKindsOfOneName(use=point.name, one=other.value, two=point.value)
        self._listed = {name: _load(found[name]) for name in sorted(found)}

    def listed(self) -> list[ListedKind]:
        """Return every kind, the unavailable ones with their reason, by name."""
        return list(self._listed.values())

    def available(self) -> list[StepKind]:
        """Return the kinds that can be used, by name."""
        return [listed.kind for listed in self._listed.values() if listed.kind is not None]

    def find(self, use: str) -> StepKind:
        """Return the kind of this name; refuses with the names there are, or with the reason it cannot be used."""
        listed = self._listed.get(use)
        if listed is None:
            raise NoSuchStepKind(use=use, known=", ".join(self._listed) or "none")
        if listed.kind is None:
            raise StepKindUnavailable(use=use, reason=listed.reason)
        return listed.kind


@cache
def step_kinds() -> StepKinds:
    """Return the installed kinds, looked up once in a process."""
    return StepKinds(entry_points(group=GROUP))


def _load(point: EntryPoint) -> ListedKind:
    try:
        made = point.load()()
    except Exception as error:  # noqa: BLE001 - somebody else's module may fail in any way, and only its kind is lost
        return ListedKind(point.name, None, f"{point.value} failed to load: {type(error).__name__}: {error}")
    if not isinstance(made, StepKind):
        return ListedKind(point.name, None, f"{point.value} is not a StepKind.")
    if made.use != point.name:
        return ListedKind(point.name, None, f"{point.value} calls itself {made.use}, its entry point {point.name}.")
    return ListedKind(point.name, made)
