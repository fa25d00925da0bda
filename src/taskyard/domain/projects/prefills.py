"""Answers that a task brings along for people to start from: which steps take one, and whether it fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from taskyard.domain.projects.flow import Flow, Step
from taskyard.domain.projects.input_cells import CellRefused, cells_reader, types_of_fields
from taskyard.domain.projects.schema_examples import example_of
from taskyard.domain.projects.templates import FilledTextTooLong, UnresolvedReference, fill
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import NotStrictJson, loads
from taskyard.kit.words import counted, did_you_mean, listed, shortened, shown
from taskyard.steps.contract import NO_SIZES
from taskyard.steps.registry import step_kinds
from taskyard.steps.values import Size

ANSWERS = "answers"
# A column of a table: `answer.label`, and `answer.label.score` for one field of it.
COLUMN = "answer."
_begins_object = re.compile(r"\s*\{")
_begins_list = re.compile(r"\s*\[")


class Prefills:
    """Reads and checks prefilled answers for one flow. Only people and agents start from them: models do not look."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._steps = {step.id: step for step in flow.steps if step.needs_people}
        self._fields = {step.id: types_of_fields(step.gives) for step in self._steps.values()}
        self._readers: dict[tuple[str, str], Callable[[str], Any]] = {}

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the steps that take one, in the order of the flow."""
        return tuple(self._steps)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns a table may have for them: one a step, and one for each field of its answer."""
        return tuple(name for step in self._steps for name in self.columns_of(step))

    def columns_of(self, step: str) -> tuple[str, ...]:
        """Return the columns for one step."""
        return (f"{COLUMN}{step}", *(f"{COLUMN}{step}.{field}" for field in self._fields[step]))

    def example(self, step_id: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an answer as somebody might write it for an input, or None where none can be made up."""
        step = self._steps[step_id]
        kind = step_kinds().find(step.use)
        schema = kind.output_schema(self._given(step, given), dict(step.output) if step.output else None)
        fields: dict[str, Any] = schema.get("properties", {})
        required: list[str] = schema.get("required", list(fields))
        wanted = {name: fields[name] for name in required if name in fields}
        made = example_of({**schema, "properties": wanted}, schema)
        if step.output is None and isinstance(made, dict):
            # Of a region and a line the schema does not say what makes one whole.
            regions: list[Any] = made.get("regions", [])
            whole = {"shape": "rectangle", "box": [10, 10, 80, 40]}
            made |= {"regions": [{"label": each["label"], **whole} for each in regions]} if regions else {}
            made |= {"lines": []} if "lines" in made else {}
        return None if self.check(step_id, made, given, "")[1] else made

    def gathered(self, told: Mapping[str, Any]) -> tuple[dict[str, Any], list[Flaw]]:
        """Return the answers that stand under `answers` and in columns of their own, by step, and what cannot be read.

        Nothing is checked yet but where it stands; null is the same as absent.
        """
        answers: dict[str, Any] = {}
        flaws: list[Flaw] = []
        for place, step, field, value in _parts(told):
            flaw = self._step_flaw(place, step, field) or self._add(answers, place, step, field, value)
            flaws += [flaw] if flaw else []
        return answers, flaws

    def column_flaw(self, name: str) -> Flaw | None:
        """Return why a column cannot hold an answer, from its name alone."""
        step, field = _named(name)
        return self._step_flaw(name, step, field)

    def check(
        self,
        step_id: str,
        answer: Any,
        given: Mapping[str, Any],
        place: str,
        sizes: Mapping[str, Size] = NO_SIZES,
    ) -> tuple[dict[str, Any], list[Flaw]]:
        """Return an answer in its canonical form with what is wrong with it: the check every answer of the step passes.

        What the step is given by other steps is not known yet, and asks nothing.
        """
        if not isinstance(answer, dict):
            says = "must be an object, as an answer of the step is"
            return {}, [Flaw(place, says, self._mend(self._steps[step_id]), value=shown(answer))]
        step = self._flow.step(step_id)
        kind = step_kinds().find(step.use)
        its_with = self._given(step, given)
        declared = dict(step.output) if step.output else None
        normal = kind.normalise(answer, its_with)
        flaws = kind.check(normal, its_with, declared, sizes=sizes)
        return normal, [_placed(flaw, place, answer) for flaw in flaws]

    def picture_of(self, step_id: str, given: Mapping[str, Any]) -> str | None:
        """Return the file a step's answer lies on, as far as the input tells."""
        picture = self._given(self._flow.step(step_id), given).get("image")
        return picture if isinstance(picture, str) else None

    def _step_flaw(self, place: str, name: str, field: str | None) -> Flaw | None:
        step = self._steps.get(name)
        if step is None:
            performer = next((listed(each.by) for each in self._flow.steps if each.id == name), None)
            if performer is not None:
                says = f"{shortened(name, 60)} is done by {performer}, and only a step done by people is prefilled"
                return Flaw(place, says, "Leave it out: the model gives its own answer.")
            mend = did_you_mean(name, self.steps, _known(self.steps))
            return Flaw(place, f"there is no step {shortened(name, 60)}", mend)
        fields = self._fields[name]
        if field is None or field in fields or not fields:
            return None
        says = f"an answer of {name} has no field {shortened(field, 60)}"
        return Flaw(place, says, did_you_mean(field, list(fields), f"It has {listed(list(fields))}."))

    def _add(self, answers: dict[str, Any], place: str, step: str, field: str | None, value: Any) -> Flaw | None:
        try:
            read = self._whole(step, value) if field is None else {field: self._field(step, field, value)}
        except CellRefused as refused:
            return Flaw(place, refused.says, refused.mend, value=shown(value))
        before = answers.setdefault(step, {})
        if twice := sorted(before.keys() & read.keys()):
            says = f"{listed(twice)} of this answer {'is' if len(twice) == 1 else 'are'} there twice"
            return Flaw(place, says, "Give each field of an answer once.")
        before |= read
        return None

    def _whole(self, step: str, value: Any) -> Any:
        """Read an object, or the only value there is to give."""
        if isinstance(value, str) and _begins_object.match(value):
            value = _json(value)
        if isinstance(value, dict):
            return value
        only = self._only_field(self._steps[step])
        if only is None:
            raise CellRefused("must be an object, as an answer of the step is", self._mend(self._steps[step]))
        return {only: self._field(step, only, value)}

    def _field(self, step: str, field: str, value: Any) -> Any:
        """Read one field: text as its type is written in a table, and one item where a list is wanted."""
        types = self._fields[step].get(field, frozenset()) - {"null"}
        if not isinstance(value, str):
            return [value] if types == {"array"} and not isinstance(value, list) else value
        if types == {"array"} and not _begins_list.match(value):
            return [value]
        key = (step, field)
        if key not in self._readers:
            self._readers[key] = _reader(field, self._steps[step].gives)
        return self._readers[key](value)

    def _only_field(self, step: Step) -> str | None:
        """Return the field that a plain value is for: the only one, or of a built-in answer the only one it must have.

        A form has the fields its author gave it; where there are several, a plain value does not say which.
        """
        fields = list(self._fields[step.id])
        required = list(step.gives.get("required", ())) if step.output is None else []
        return fields[0] if len(fields) == 1 else required[0] if len(required) == 1 else None

    def _mend(self, step: Step) -> str:
        fields = list(self._fields[step.id])
        return f"Write an object of {counted(len(fields), 'field')}: {listed(fields)}." if fields else "Write {…}."

    def _given(self, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a step's `with` as far as the input fills it in."""
        scope = self._flow.scope(given, {})
        found: dict[str, Any] = {}
        for name, value in step.with_.items():
            try:
                filled = fill(value, scope)
            except (UnresolvedReference, FilledTextTooLong):
                continue
            if name != "prefill" and filled is not None:
                found[name] = filled
        return found


def _parts(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None, Any]]:
    """Return each part of an answer with its place, its step, and its field unless it is the whole."""
    for name, value in told.items():
        if name == ANSWERS:
            # Something else than an object is refused with what stands beside an input.
            whole = value.items() if isinstance(value, dict) else ()
            yield from ((f"{ANSWERS}.{step}", step, None, inner) for step, inner in whole if inner is not None)
        elif value is not None and value != "":
            yield name, *_named(name), value


def _named(column: str) -> tuple[str, str | None]:
    step, _, field = column.removeprefix(COLUMN).partition(".")
    return step, field or None


def _known(steps: tuple[str, ...]) -> str:
    return f"Steps done by people are {listed(steps)}." if steps else "No step of this project is done by people."


def _placed(flaw: Flaw, place: str, answer: Mapping[str, Any]) -> Flaw:
    """Return a flaw of an answer under the place of the answer, with the field it is in as it was given."""
    field = re.split(r"[.\[]", flaw.place, maxsplit=1)[0]
    given = answer.get(field)
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str):
        given = given[0]
    joined = f"{place}{flaw.place}" if flaw.place.startswith("[") else f"{place}.{flaw.place}".rstrip(".")
    return Flaw(joined, flaw.says, flaw.mend, value=flaw.value or (None if given is None else shown(given)))


def _json(text: str) -> Any:
    try:
        return loads(text)
    except NotStrictJson as refusal:
        raise CellRefused(refusal.says, refusal.mend) from None


def _reader(field: str, gives: Mapping[str, Any]) -> Callable[[str], Any]:
    read = cells_reader((field,), gives)

    def one(cell: str) -> Any:
        value, flaws = read([cell])
        if flaws:
            raise CellRefused(flaws[0].says, flaws[0].mend)
        return value[field]

    return one
