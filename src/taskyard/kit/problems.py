"""Refusals: every way Taskyard says no is a type with a name, its data and a sentence."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """What sort of refusal it is; the web layer turns it into a status."""

    MALFORMED = 400
    UNKNOWN_CALLER = 401
    EXHAUSTED = 402
    FORBIDDEN = 403
    MISSING = 404
    METHOD = 405
    CONFLICT = 409
    STALE = 412
    TOO_LARGE = 413
    UNSUPPORTED = 415
    INVALID = 422
    TOO_MANY = 429
    BROKEN = 500
    UNAVAILABLE = 503
    OUT_OF_SPACE = 507


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, where it is, and how to mend it.

    `place` is a path a person can follow: `rows[3].amount`, `steps.label.by`.
    """

    place: str
    says: str
    mend: str | None = None
    step: str | None = None
    line: int | None = None
    column: int | None = None
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return only what is known, for a JSON answer."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


class Problem(Exception):  # noqa: N818 - refusals are sentences, `NoSuchTask`, never `TaskError`
    """The work could not be done."""

    kind: ClassVar[Kind] = Kind.INVALID
    retry_after_seconds: float | None = None
    # A refusal that still keeps something, such as late work saved as a draft: the transaction is committed.
    keeps_changes: ClassVar[bool] = False
    # What is wrong wherever it is raised, for those that are always about the same place.
    usual_flaws: ClassVar[tuple[Flaw, ...]] = ()

    def __init__(self, flaws: Sequence[Flaw] = (), **data: Any) -> None:
        self.flaws = tuple(flaws) or self.usual_flaws
        self.data = data
        super().__init__(self.detail)

    @property
    def code(self) -> str:
        """Return the stable name clients branch on: `NoSuchTask` is `no_such_task`."""
        return code_of(type(self))

    @property
    def detail(self) -> str:
        """Return the docstring of the refusal with its numbers filled in."""
        sentence = inspect.cleandoc(type(self).__doc__ or "").split("\n\n")[0].replace("\n", " ")
        # A sentence that ends in another sentence needs one full stop.
        return re.sub(r"\.\.+$", ".", sentence.format_map(self.data))


def code_of(problem: type[Problem]) -> str:
    """Return the stable code of a refusal's type."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", problem.__name__).lower()


class IllegalMove(Problem):
    """This {thing} is {state}: {move_says} is not possible, {allowed_says}."""

    kind = Kind.CONFLICT
