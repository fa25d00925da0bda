"""One table of states and moves per noun; the CHECK, the docs, the 409s and the UI's `can` all read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from taskyard.kit.problems import IllegalMove

S = TypeVar("S", bound=StrEnum)


class _Holder(Protocol):
    state: str


@dataclass(frozen=True)
class Lifecycle(Generic[S]):
    """The states of one noun and the only moves between them.

    `moves` maps a verb to the states it may start from and the state it ends in.
    A move that is not in the table does not exist.
    """

    thing: str
    states: type[S]
    start: S
    moves: Mapping[str, tuple[Collection[S], S]]

    def target(self, state: str, move: str) -> S:
        """Return where `move` leads from `state`, or refuse with the moves that are allowed."""
        sources, target = self.moves[move]
        if state not in sources:
            raise self.refusal(state, move)
        return target

    def move(self, row: _Holder, move: str) -> None:
        """Move the row, or refuse; the caller holds the row's lock."""
        row.state = self.target(row.state, move).value

    def allowed(self, state: str) -> list[str]:
        """Return the moves that may start from `state`, in the table's order."""
        return [move for move, (sources, _) in self.moves.items() if state in sources]

    def sources(self, move: str) -> list[str]:
        """Return the states a guarded statement may start from."""
        return [state.value for state in self.states if state in self.moves[move][0]]

    def is_final(self, state: str) -> bool:
        """Say whether no move leaves `state`."""
        return not self.allowed(state)

    def refusal(self, state: str, move: str) -> IllegalMove:
        """Return the 409 for a move the table does not have."""
        allowed = self.allowed(state)
        says = f"only {_spoken(', '.join(allowed))}" if allowed else "nothing leaves this state"
        return IllegalMove(
            thing=self.thing,
            state=_spoken(state),
            move=move,
            move_says=_spoken(move),
            allowed=allowed,
            allowed_says=says,
        )

    def why_not(self, state: str, move: str) -> str | None:
        """Return None when the move is allowed, else the sentence the UI shows."""
        return None if state in self.moves[move][0] else self.refusal(state, move).detail

    def check_sql(self, column: str = "state") -> str:
        """Return the CHECK that lets the database keep the promise."""
        listed = ", ".join(f"'{state.value}'" for state in self.states)
        return f"{column} IN ({listed})"


def _spoken(name: str) -> str:
    return str(name).replace("_", " ")
