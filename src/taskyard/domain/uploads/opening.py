"""What a new run begins with, worked out without a database for a million rows at a time.

It says what `runs.advance` would do with each of them; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from taskyard.domain.projects import Flow, Result, Step, UnresolvedReference, holds
from taskyard.domain.runs import PEOPLE, STEP_RUN, StepRunState, is_model

NOT_MET = "Its condition was not met."


class Turn(NamedTuple):
    """A step run that is opened at once."""

    step: str
    performer: str
    roles: list[str] | None
    hold_seconds: int
    state: str
    reason: str | None


class Opening(NamedTuple):
    """The step runs of a new run, and the steps at which its task stands; without any the run is over."""

    turns: tuple[Turn, ...]
    steps: tuple[str, ...]

    @property
    def wakes_models(self) -> bool:
        """Say whether a model has something to do."""
        return any(turn.state == STEP_RUN.start and is_model(turn.performer) for turn in self.turns)


class End(NamedTuple):
    """How a run ended that had nothing to do: with an output, or with the reason why there is none."""

    output: dict[str, Any] | None
    error: dict[str, Any] | None


class Openings:
    """The openings of one flow: few, however many inputs there are, for only conditions tell them apart."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._numbers: dict[tuple[tuple[str, bool], ...], int] = {}
        self.known: list[Opening] = []
        self._is_fixed = all(step.when is None for step in flow.entry_steps)

    def of(self, given: Mapping[str, Any]) -> int:
        """Return the number of an input's opening in `known`."""
        if self._is_fixed and self.known:
            return 0
        met = self._met(given)
        number = self._numbers.get(met)
        if number is None:
            number = self._numbers[met] = len(self.known)
            self.known.append(self._opening(met))
        return number

    def end_of(self, number: int, given: Mapping[str, Any]) -> End | None:
        """Return how a run ends at once, or None when there is something to do."""
        opening = self.known[number]
        if opening.steps:
            return None
        done = {turn.step: Result("skipped") for turn in opening.turns}
        try:
            output = self._flow.answer(self._flow.scope(given, done))
        except UnresolvedReference as problem:
            return End(None, {"code": problem.code, "says": problem.detail})
        return End(output if isinstance(output, dict) else {}, None)

    def _met(self, given: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
        """Return the steps that are due, in their order, each with whether its condition is met."""
        met: dict[str, bool] = {}
        while True:
            done = {name: Result("skipped") for name, is_met in met.items() if not is_met}
            due = [step for step in self._flow.ready(done) if step.id not in met]
            if not due:
                return tuple(met.items())
            scope = self._flow.scope(given, done)
            for step in due:
                met[step.id] = step.when is None or holds(step.when, scope)

    def _opening(self, met: tuple[tuple[str, bool], ...]) -> Opening:
        turns = [turn for name, is_met in met for turn in _turns(self._flow.step(name), is_met=is_met)]
        return Opening(tuple(turns), tuple(sorted({name for name, is_met in met if is_met})))


def _turns(step: Step, *, is_met: bool) -> list[Turn]:
    if not is_met:
        return [_turn(step, step.by[0], StepRunState.SKIPPED, NOT_MET)]
    return [_turn(step, performer, STEP_RUN.start, None) for performer in step.by]


def _turn(step: Step, performer: str, state: StepRunState, reason: str | None) -> Turn:
    roles = list(step.people.roles) or None if performer == PEOPLE else None
    return Turn(step.id, performer, roles, step.people.hold_seconds, state, reason)
