"""From the text of a flow to its document: YAML or JSON, every slip with its line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from taskyard.domain.projects.flow_document import Document, InvalidFlow
from taskyard.domain.projects.flow_json import JsonReader
from taskyard.domain.projects.flow_yaml import Slip, Unreadable, YamlReader
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import NotStrictJson

SOURCE_BYTES_MAX = 1_000_000

_unprintable = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_is_json_object = re.compile(r'\s*\{\s*["}]')


def read(source: str) -> Document:
    """Return the document, whose own `flaws` are slips that leave something to check.

    Refuses with InvalidFlow what cannot be read at all: bad syntax, too large, too deep, too many aliases.
    """
    text = source.removeprefix("\ufeff")
    _refuse_unreadable(text)
    digest = hashlib.sha256(source.encode()).hexdigest()
    if text.lstrip()[:1] in {"{", "["}:
        reader = JsonReader(text)
        try:
            value = reader.read()
        except NotStrictJson as refusal:
            if _is_json_object.match(text):
                raise _refused(text, refusal) from None
        else:
            document = Document(value, digest, reader.marks)
            slips = [document.flaw(where, f"{slip.says}.", slip.mend) for where, slip in reader.slips]
            return Document(value, digest, reader.marks, tuple(slips))
    return _read_yaml(text, digest)


def source_of(value: Mapping[str, Any]) -> str:
    """Return the text of a flow that was given as an object, to be read, kept and edited like any other."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise InvalidFlow.of(
            [Flaw("", "The flow is empty.", "Give it an `input` and at least one step.", line=1, column=1)]
        )
    if len(text) > SOURCE_BYTES_MAX or len(text.encode(errors="replace")) > SOURCE_BYTES_MAX:
        raise InvalidFlow.of([Flaw("", "The flow is larger than 1 MB.", "Keep data in tasks and files.")])
    if found := _unprintable.search(text):
        before = text[: found.start()]
        says = f"Here is a character that cannot be kept: U+{ord(found.group()):04X}."
        column = found.start() - (before.rfind("\n") + 1) + 1
        raise InvalidFlow.of([Flaw("", says, "Remove it.", line=before.count("\n") + 1, column=column)])


def _refused(text: str, refusal: NotStrictJson) -> InvalidFlow:
    position = refusal.position or 0
    before = text[:position]
    flaw = Flaw(
        "",
        f"The flow {refusal.says}.",
        refusal.mend,
        line=before.count("\n") + 1,
        column=position - (before.rfind("\n") + 1) + 1,
    )
    return InvalidFlow.of([flaw])


def _read_yaml(text: str, digest: str) -> Document:
    reader = YamlReader(text)
    try:
        value = reader.read()
    except Unreadable as stopped:
        slips = [*reader.slips, stopped.slip]
        raise InvalidFlow.of(_as_flaw(Document(None, digest), slip) for slip in slips) from None
    document = Document(value, digest, reader.marks)
    return Document(value, digest, reader.marks, tuple(_as_flaw(document, slip) for slip in reader.slips))


def _as_flaw(document: Document, slip: Slip) -> Flaw:
    line, column = slip.mark
    step = document.step_at(slip.where)
    return Flaw(document.place(slip.where), slip.says, slip.mend, step=step, line=line, column=column)
