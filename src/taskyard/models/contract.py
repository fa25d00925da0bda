"""What every model is, local or remote: what it can do, whether it can do it now, and one verb, perform."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from taskyard.models.problems import ModelCannotDoThat, ModelStopped, NoSuchFileInOrder

Json = dict[str, Any]
FileSource = Path | Callable[[], Awaitable[bytes]]


class Availability(NamedTuple):
    """Whether a model can be used now, and the reason when it cannot, as a sentence."""

    available: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work for a model.

    `use` is the step kind, `given` the step's `with` with every template resolved, `files` where the bytes of each
    file named in it are. Pictures have passed the intake: upright, without metadata, within the limits.
    `idempotency_key` is the same each time the same attempt is ordered; a remote model sends it along.
    """

    use: str
    given: Mapping[str, Any]
    files: Mapping[str, FileSource] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""

    async def read(self, file_id: str) -> bytes:
        """Return the bytes of a file of this order; refuses a file that did not come with it."""
        source = self.files.get(file_id)
        if source is None:
            raise NoSuchFileInOrder(file=file_id[:80])
        if isinstance(source, Path):
            return await asyncio.to_thread(source.read_bytes)
        return await source()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model gave: `data` fits the output schema once normalised; `drawn` is a picture the model itself made."""

    data: Json
    confidence: float | None = None
    credits: float = 0
    seconds: float = 0
    drawn: bytes | None = None


def nobody(_text: str) -> None:
    """Hear progress and do nothing with it."""


class Context:
    """How a model speaks to the worker while it works. Made on the worker's loop, usable from any thread."""

    def __init__(
        self, on_progress: Callable[[str], None] = nobody, *, cancelled: asyncio.Event | None = None, model: str = ""
    ) -> None:
        self.cancelled = cancelled or asyncio.Event()
        self._model = model
        self._on_progress = on_progress
        self._loop = asyncio.get_running_loop()

    def progress(self, text: str) -> None:
        """Say in a few words what is being done; `on_progress` hears it on the worker's loop."""
        self._loop.call_soon_threadsafe(self._on_progress, text)

    def stop_if_cancelled(self) -> None:
        """Raise ModelStopped once the work was cancelled; called between pieces."""
        if self.cancelled.is_set():
            raise ModelStopped(model=self._model or "The model")


class Model(ABC):
    """One model. A third party adds one by an entry point in the group `taskyard.models`.

    Making one is cheap: weights and libraries are loaded by the first `perform`, never by importing its module.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    takes: ClassVar[tuple[str, ...]]
    finds: ClassVar[str]
    parameters: ClassVar[Json]
    credits: ClassVar[float] = 0
    # How many orders one worker gives it at a time; None: as many as the worker has hands.
    at_once: ClassVar[int | None] = None

    @abstractmethod
    def availability(self) -> Availability:
        """Say whether the model can be used, without loading it."""

    @abstractmethod
    async def perform(self, order: Order, context: Context) -> Outcome:
        """Do the work. Refuses with ModelCannotDoThat, ModelUnavailable or, once cancelled, ModelStopped."""

    def refuse_unknown_kind(self, order: Order) -> None:
        """Refuse an order of a kind this model does not do."""
        if order.use not in self.kinds:
            asked = f"{order.use} something"
            raise ModelCannotDoThat(model=self.name, asked=asked, finds=self.finds, mend="Choose another model.")
