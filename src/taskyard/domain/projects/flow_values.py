"""What a step is given under `with`: known names, required ones there, and plain values of the right type."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from taskyard.domain.projects.flow import KindInfo, Step
from taskyard.domain.projects.flow_document import Place
from taskyard.domain.projects.flow_steps import Checking
from taskyard.domain.projects.schema_rules import FILE_KINDS, compiled
from taskyard.domain.projects.schema_words import flaws_of
from taskyard.domain.projects.templates import references
from taskyard.kit.words import did_you_mean, nearest, shown

_DASHES_IN_ID = 4


def note_values(checking: Checking, step: Step, where: Place, kind: KindInfo) -> None:
    """Note the names a kind does not know, those it lacks, and values that cannot be right."""
    where = (*where, "with")
    known = list(kind.input_properties)
    missing = kind.required - step.with_.keys()
    for name, value in step.with_.items():
        if name not in kind.input_properties:
            says = f"The work `{step.use}` takes nothing called `{shown(name)}`."
            checking.note((*where, name), says, did_you_mean(name, known))
            missing -= {nearest(name, known)}
        elif name == "labels" and isinstance(value, list):
            _note_labels(checking, value, (*where, name))
        elif not references(value):
            _note_plain(checking, name, value, (*where, name), kind)
    for name in sorted(missing):
        is_picture = kind.wanted(name).get("x-kind") in FILE_KINDS
        mend = f'Write {name}: "{{{{ input.photo }}}}".' if is_picture else f"Add `{name}`."
        checking.note(where, f"The work `{step.use}` needs `{name}` under `with`.", mend)


def _note_labels(checking: Checking, labels: list[Any], where: Place) -> None:
    if not labels:
        checking.note(where, "The list of labels is empty.", "Name at least one, or remove `labels`.")
    seen: set[str] = set()
    for number, label in enumerate(labels):
        place = (*where, number)
        if not isinstance(label, str) or not label.strip():
            checking.note(place, f"`{shown(label)}` is not a label.", "A label is a text; put numbers in quotes.")
        elif label.strip() in seen:
            checking.note(place, f"The label `{shown(label)}` stands here twice.", "Keep one of the two.")
        else:
            seen.add(label.strip())


def _note_plain(checking: Checking, name: str, value: Any, where: Place, kind: KindInfo) -> None:
    wanted = kind.wanted(name)
    if wanted.get("x-kind") in FILE_KINDS and not (isinstance(value, str) and value.count("-") == _DASHES_IN_ID):
        mend = f'Refer to a picture of the task: {name}: "{{{{ input.photo }}}}".'
        checking.note(where, f"`{shown(value)}` is not a file.", mend)
        return
    try:
        errors = list(compiled({"type": "object", "properties": {name: wanted}}).iter_errors({name: value}))
    except (jsonschema_rs.ValidationError, ValueError):  # a kind's own schema is not the author's to mend
        return
    for error in errors[:5]:
        for flaw in flaws_of(error, []):
            says = f"`{flaw.place}` {flaw.says}."
            checking.note((*where, *list(error.instance_path)[1:]), says, flaw.mend)
