"""A published flow: its steps, what each needs, and which are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from taskyard.domain.projects.schema_rules import Schema
from taskyard.domain.projects.schema_shapes import shape_at, types_of
from taskyard.domain.projects.templates import Path, Scope, fill, references, whole_reference

PEOPLE = "people"
AGENTS = "agents"
INPUT = "input"

HOLD_SECONDS = 5_400
ATTEMPTS_MAX = 5
BACKOFF_SECONDS = 2


@dataclass(frozen=True, slots=True)
class KindInfo:
    """What a flow has to know of a step kind.

    `input_properties` maps each name `with` may have to its schema; a plain set of names is taken as names
    without a schema, where only `image` is known to want a picture.
    """

    input_properties: Mapping[str, Schema] | frozenset[str] | set[str]
    required: frozenset[str] | set[str]
    output_schema: Schema
    supports_output: bool = False

    @classmethod
    def of(cls, input_schema: Schema, output_schema: Schema, *, supports_output: bool = False) -> KindInfo:
        """Return what the schemas of a kind say."""
        required = frozenset(input_schema.get("required", ()))
        return cls(input_schema.get("properties", {}), required, output_schema, supports_output)

    def wanted(self, name: str) -> Schema:
        """Return the schema of what `with` gives under a name."""
        if isinstance(self.input_properties, Mapping):
            return self.input_properties[name]
        return {"type": "string", "x-kind": "image"} if name == "image" else {}


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a model's attempt may fail, the first included, and the pause before the second; it doubles."""

    max_attempts: int = ATTEMPTS_MAX
    backoff_seconds: int = BACKOFF_SECONDS


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How people are asked. `skips` says who gets what somebody skipped: only others, or everyone again."""

    hold_seconds: int = HOLD_SECONDS
    skips: Literal["others", "everyone"] = "others"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `needs` are the steps it reads or waits for; `gives` is the schema its answers fit."""

    id: str
    use: str
    by: tuple[str, ...]
    with_: Mapping[str, Any]
    gives: Schema
    needs: tuple[str, ...] = ()
    output: Schema | None = None
    when: Mapping[str, Any] | None = None
    retry: Retry = field(default_factory=Retry)
    timeout_seconds: int | None = None
    on_error: Literal["stop", "continue"] = "stop"
    after: tuple[str, ...] = ()
    people: PeopleRules = field(default_factory=PeopleRules)

    @property
    def prefill(self) -> Any:
        """Return what performers start from, unfilled, or None."""
        return self.with_.get("prefill")

    @property
    def models(self) -> tuple[str, ...]:
        """Return the models among the performers."""
        return tuple(name for name in self.by if name not in {PEOPLE, AGENTS})

    @property
    def needs_people(self) -> bool:
        """Say whether the step waits for somebody outside, a person or an agent."""
        return len(self.models) < len(self.by)


@dataclass(frozen=True, slots=True)
class Result:
    """How a step of a run ended, and its output when it completed."""

    state: Literal["completed", "skipped", "failed"]
    output: Any = None


@dataclass(frozen=True)
class Flow:
    """A checked flow, in the order its steps were written."""

    input_schema: Schema
    steps: tuple[Step, ...]
    output: Mapping[str, Any] | None = None
    source_digest: str = ""

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    def step(self, step_id: str) -> Step:
        """Return the step of this id; KeyError when there is none."""
        return self._steps[step_id]

    @cached_property
    def order(self) -> tuple[Step, ...]:
        """Return the steps so that each comes after those it needs; otherwise as written."""
        placed: dict[str, Step] = {}
        waiting = list(self.steps)
        while waiting:
            due = next(step for step in waiting if placed.keys() >= set(step.needs))
            placed[due.id] = due
            waiting.remove(due)
        return tuple(placed.values())

    @property
    def entry_steps(self) -> tuple[Step, ...]:
        """Return the steps a run begins with."""
        return tuple(step for step in self.steps if not step.needs)

    @property
    def last_steps(self) -> tuple[Step, ...]:
        """Return the steps no other step waits for."""
        needed = {name for step in self.steps for name in step.needs}
        return tuple(step for step in self.steps if step.id not in needed)

    @cached_property
    def in_output(self) -> frozenset[str]:
        """Return the steps the output is made of."""
        if self.output is None:
            return frozenset(step.id for step in self.last_steps)
        return frozenset(str(found.path[0]) for found in references(self.output) if found.path is not None)

    @cached_property
    def types_of_output(self) -> dict[str, frozenset[str]]:
        """Return the fields of the output, each with the types it may have; none where the flow does not say."""
        return {name: self._types_of(given) for name, given in (self.output or {}).items()}

    def _types_of(self, given: Any) -> frozenset[str]:
        path = whole_reference(given)
        if path is None:
            return frozenset()
        here = self.input_schema if path[0] == INPUT else self.step(str(path[0])).gives
        found = [types_of(schema) for schema in shape_at(here, path[1:]).schemas]
        return frozenset().union(*found) if all(found) else frozenset()

    @property
    def is_app(self) -> bool:
        """Say whether a run can finish without people or agents."""
        return not any(step.needs_people for step in self.steps)

    def ready(self, done: Mapping[str, Result]) -> list[Step]:
        """Return the steps that may start now: not in `done`, and all they need has ended.

        A failed step counts as ended only when it says `on_error: continue`. A step already started is
        returned as well, since `done` does not know it: the caller leaves it out. Whether a due step is
        skipped is asked of its `when` with `conditions.holds` and this flow's `scope`.
        """
        ended = {name for name, result in done.items() if self._lets_others_go_on(name, result)}
        return [step for step in self.steps if step.id not in done and ended.issuperset(step.needs)]

    def _lets_others_go_on(self, name: str, result: Result) -> bool:
        return result.state != "failed" or (name in self._steps and self._steps[name].on_error == "continue")

    def scope(self, given: Mapping[str, Any], done: Mapping[str, Result]) -> Scope:
        """Return what references of this run reach: its input, and the outputs so far; null where skipped or failed."""
        outputs = {name: result.output for name, result in done.items() if result.state == "completed"}
        return Scope({INPUT: given, **outputs}, frozenset(done.keys() - outputs.keys()), self._declares)

    def _declares(self, path: Path) -> bool:
        root = str(path[0])
        if root != INPUT and root not in self._steps:
            return False
        return bool(shape_at(self.input_schema if root == INPUT else self._steps[root].gives, path[1:]).schemas)

    def answer(self, scope: Scope) -> Any:
        """Return the run's output: the mapping of `output` filled in, or without one what the last steps gave."""
        if self.output is not None:
            return fill(self.output, scope)
        return {step.id: scope.values.get(step.id) for step in self.last_steps}


def as_document(flow: Flow) -> dict[str, Any]:
    """Return the flow as JSON in one form, to be stored with the version."""
    return {
        "input": flow.input_schema,
        "steps": [_document_of(step) for step in flow.steps],
        "output": flow.output,
        "source_digest": flow.source_digest,
    }


def from_document(document: Mapping[str, Any]) -> Flow:
    """Return the flow that `as_document` wrote; checks nothing, because it was checked when it was published."""
    steps = tuple(_step_from(step) for step in document["steps"])
    return Flow(document["input"], steps, document["output"], document["source_digest"])


_LISTS = ("by", "needs", "after")


def _document_of(step: Step) -> dict[str, Any]:
    written = {name: getattr(step, name) for name in Step.__slots__ if name != "with_"}
    people = asdict(step.people) | {"roles": list(step.people.roles)}
    lists = {name: list(written[name]) for name in _LISTS}
    return written | lists | {"with": step.with_, "people": people, "retry": asdict(step.retry)}


def _step_from(stored: Mapping[str, Any]) -> Step:
    written = {name: value for name, value in stored.items() if name != "with"}
    people = PeopleRules(**{**stored["people"], "roles": tuple(stored["people"]["roles"])})
    lists = {name: tuple(stored[name]) for name in _LISTS}
    return Step(**{**written, **lists, "with_": stored["with"], "people": people, "retry": Retry(**stored["retry"])})
