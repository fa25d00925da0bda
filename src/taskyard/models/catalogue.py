"""Which models there are: found through the entry points `taskyard.models`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from taskyard.models.contract import Model
from taskyard.models.problems import ModelUnavailable, NoSuchModel, TwoModelsOfOneName

GROUP = "taskyard.models"


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One installed model; `reason` says why it cannot be used, where it cannot. `model` is None if it did not load."""

    name: str
    model: Model | None
    reason: str | None = None

    @property
    def is_available(self) -> bool:
        """Say whether the model can be used now."""
        return self.reason is None


class Catalogue:
    """The installed models by name. One that does not import is listed with the reason, and harms no other."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        found: dict[str, EntryPoint] = {}
        for point in points:
            other = found.setdefault(point.name, point)
            if other.value != point.value:
                raise TwoModelsOfOneName(name=point.name, one=other.value, two=point.value)
        self._loaded = {name: _load(found[name]) for name in sorted(found)}

    def listed(self) -> list[ListedModel]:
        """Return every model, the unavailable ones with their reason, by name."""
        return [_asked_now(listed) for listed in self._loaded.values()]

    def available(self) -> list[Model]:
        """Return the models that can be used now, by name."""
        return [listed.model for listed in self.listed() if listed.model is not None and listed.is_available]

    def find(self, name: str) -> Model:
        """Return the model of this name, available or not; refuses a name nobody brings and one that did not load."""
        listed = self._loaded.get(name)
        if listed is None:
            raise NoSuchModel(name=name, known=", ".join(self._loaded) or "none")
        if listed.model is None:
            raise ModelUnavailable(model=name, reason=listed.reason)
        return listed.model


@cache
def catalogue() -> Catalogue:
    """Return the installed models, looked up once in a process. Loads no weights."""
    return Catalogue(entry_points(group=GROUP))


def _asked_now(listed: ListedModel) -> ListedModel:
    if listed.model is None:
        return listed
    return ListedModel(listed.name, listed.model, listed.model.availability().reason)


def _load(point: EntryPoint) -> ListedModel:
    try:
        made = point.load()()
    except Exception as error:  # noqa: BLE001 - somebody else's module may fail in any way, and only its model is lost
        return ListedModel(point.name, None, f"{point.value} failed to load: {type(error).__name__}: {error}.")
    if not isinstance(made, Model):
        return ListedModel(point.name, None, f"{point.value} is not a Model.")
    if made.name != point.name:
        return ListedModel(point.name, None, f"{point.value} calls itself {made.name}, its entry point {point.name}.")
    return ListedModel(point.name, made)
