"""The rules a flow has to meet before it is published; all flaws are found in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from taskyard.domain.projects import flow_steps as written
from taskyard.domain.projects.flow import AGENTS, INPUT, PEOPLE, Flow, KindInfo, Step
from taskyard.domain.projects.flow_document import Document, InvalidFlow, Place
from taskyard.domain.projects.flow_order import note_cycles
from taskyard.domain.projects.flow_read import read
from taskyard.domain.projects.flow_references import References
from taskyard.domain.projects.flow_steps import Checking
from taskyard.domain.projects.flow_values import note_values
from taskyard.domain.projects.schema_rules import Schema, schema_flaws
from taskyard.kit.problems import Flaw
from taskyard.kit.words import did_you_mean, shown

KEYS = ("input", "steps", "output")
STEPS_MAX = 100
LATER_KINDS = ("write", "review", "http", "python", "app")
_PERSONS = ("person", "human", "humans", "member", "members", "annotator", "annotators", "user", "users")

Kinds = Mapping[str, KindInfo]
Models = Mapping[str, frozenset[str]]


def understand(source: str, kinds: Kinds, models: Models) -> Flow:
    """Return the flow a text describes, or refuse with InvalidFlow and every flaw found.

    `kinds` are the step kinds of this installation; `models` maps a model's name to the kinds it performs.
    """
    return check(read(source), kinds, models)


def flaws_of(source: str, kinds: Kinds, models: Models) -> list[Flaw]:
    """Return what is wrong with the text of a flow; an empty list says it may be published."""
    try:
        understand(source, kinds, models)
    except InvalidFlow as refusal:
        return list(refusal.flaws)
    return []


def check(document: Document, kinds: Kinds, models: Models) -> Flow:
    """Return the flow of a document that was read, or refuse with every flaw, those of the reading included."""
    checking = Checking(document, list(document.flaws))
    value = document.value
    if not isinstance(value, Mapping):
        checking.note((), "A flow is a mapping with `input` and `steps`.", "Begin with `input:` and `steps:`.")
        raise InvalidFlow.of(checking.flaws)
    checking.keys(value, (), KEYS)
    input_schema = _input(checking, value)
    steps = _steps(checking, value, kinds, models)
    references = References(checking, input_schema, {step.id: step.gives for step, _ in steps.values()})
    checked = tuple(_with_needs(checking, references, step, where, kinds) for step, where in steps.values())
    note_cycles(checking, {step.id: (step.needs, steps[step.id][1]) for step in checked})
    output = _output(checking, references, value)
    if checking.flaws:
        raise InvalidFlow.of(checking.flaws)
    return Flow(input_schema, checked, output, document.digest)


def _input(checking: Checking, value: Mapping[str, Any]) -> Schema:
    if "input" not in value:
        checking.note(("input",), "The flow has no `input`.", "Describe what a task brings: input: {type: object, …}.")
        return {}
    for place, says, mend in schema_flaws(value["input"]):
        checking.note(("input", *place), says, mend)
    return value["input"] if isinstance(value["input"], Mapping) else {}


def _steps(checking: Checking, value: Mapping[str, Any], kinds: Kinds, models: Models) -> dict[str, tuple[Step, Place]]:
    given = value.get("steps")
    if not isinstance(given, list) or not given:
        checking.note(("steps",), "A flow has a list of at least one step.", "Write steps: and under it `- id: …`.")
        return {}
    if len(given) > STEPS_MAX:
        checking.note(("steps",), f"A flow has at most {STEPS_MAX} steps; this has {len(given):,}.", None)
        return {}
    made: dict[str, tuple[Step, Place]] = {}
    for number, one in enumerate(given):
        where: Place = ("steps", number)
        step = checking.mapping(one, where, "A step")
        if not step:
            continue
        name = written.read_id(checking, step, where, made.keys())
        read_step = _step(checking, name or "", step, where, kinds, models)
        if name:
            made[name] = (read_step, where)
    return made


def _step(checking: Checking, name: str, step: Mapping[str, Any], where: Place, kinds: Kinds, models: Models) -> Step:
    checking.keys(step, where, written.STEP_KEYS, written.LATER_STEP_KEYS)
    kind = _kind(checking, step, where, kinds)
    with_ = checking.mapping(step["with"], (*where, "with"), "`with`") if "with" in step else {}
    output = _answer_schema(checking, step, where, kind)
    on_error = checking.choice(step.get("on_error", "stop"), (*where, "on_error"), ("stop", "continue"))
    by = _by(checking, step, where, models, is_known=kind is not None)
    if "people" in step and PEOPLE not in by and by:
        checking.note((*where, "people"), "Nobody is asked here: `by` does not name people.", "Remove `people`.")
    return Step(
        id=name,
        use=str(step.get("use")),
        by=by,
        with_=with_,
        gives=output or (kind.output_schema if kind else {}),
        output=output,
        when=written.read_when(checking, step, where),
        retry=written.read_retry(checking, step, where),
        timeout_seconds=written.read_timeout(checking, step, where),
        on_error="continue" if on_error == "continue" else "stop",
        after=checking.words(step["after"], (*where, "after"), "`after`") if "after" in step else (),
        people=written.read_people(checking, step, where),
    )


def _kind(checking: Checking, step: Mapping[str, Any], where: Place, kinds: Kinds) -> KindInfo | None:
    where = (*where, "use")
    use = step.get("use")
    if not isinstance(use, str):
        checking.note(where, "This step does not say what the work is.", f"Add `use: {next(iter(kinds), 'annotate')}`.")
    elif use in kinds:
        return kinds[use]
    elif use in LATER_KINDS:
        checking.note(where, f"This version has no kind `{use}`.", did_you_mean("", list(kinds)))
    else:
        checking.note(where, f"There is no kind of work called `{shown(use)}`.", did_you_mean(use, list(kinds)))
    return None


def _by(
    checking: Checking, step: Mapping[str, Any], where: Place, models: Models, *, is_known: bool
) -> tuple[str, ...]:
    where = (*where, "by")
    if "by" not in step:
        checking.note(where, "This step does not say who does it.", "Add `by: people`, or a model.")
        return ()
    names = checking.words(step["by"], where, "`by`")
    for name in names:
        place = (*where, step["by"].index(name)) if isinstance(step["by"], list) else where
        if name in {PEOPLE, AGENTS}:
            continue
        if name not in models:
            known = [PEOPLE, AGENTS, *models]
            mend = "Did you mean `people`?" if name.lower() in _PERSONS else did_you_mean(name, known)
            checking.note(place, f"There is no performer called `{shown(name)}`.", mend)
        elif is_known and (use := str(step["use"])) not in models[name]:
            able = [model for model, performs in models.items() if use in performs]
            says = f"The model `{name}` cannot do the work `{shown(use)}`."
            checking.note(place, says, f"These can: {', '.join([*able[:5], PEOPLE])}.")
    return names


def _answer_schema(checking: Checking, step: Mapping[str, Any], where: Place, kind: KindInfo | None) -> Schema | None:
    if kind is None:
        return None
    place = (*where, "output")
    if "output" not in step:
        if kind.supports_output and not kind.output_schema.get("properties"):
            form = "Add output: {type: object, properties: {total: {type: number}}}."
            checking.note(place, "This step does not say what an answer looks like.", form)
        return None
    if not kind.supports_output:
        checking.note(place, f"An answer of `{step['use']}` has one form; it takes no `output`.", "Remove `output`.")
        return None
    found = schema_flaws(step["output"], of="answer")
    for inner, says, mend in found:
        checking.note((*place, *inner), says, mend)
    schema: Schema | None = step["output"] if isinstance(step["output"], Mapping) else None
    return schema


def _with_needs(checking: Checking, references: References, step: Step, where: Place, kinds: Kinds) -> Step:
    kind = kinds.get(step.use)
    needs = references.needs_of_step(step, where, kind)
    if kind:
        note_values(checking, step, where, kind)
    return replace(step, needs=needs)


def _output(checking: Checking, references: References, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if value.get("output") is None:
        return None
    output = checking.mapping(value["output"], ("output",), "`output`")
    references.note_output(output)
    if not output and isinstance(value["output"], Mapping):
        checking.note(("output",), "`output` is empty.", f"Name what a run gives, or remove it; see `{INPUT}`.")
    return output
