"""Reading a flow written as YAML: plain values only, with the line and column of every part.

Scalars follow YAML 1.2: `yes`, `no`, `on` and `off` are texts, so `labels: [yes, no]` means what it says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from taskyard.domain.projects.flow_document import Mark, Place
from taskyard.kit.strict_json import DEPTH_MAX, DIGITS_MAX, unstorable_in
from taskyard.kit.words import shortened

ALIASES_MAX = 20
NODES_MAX = 100_000

_loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_whole = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+", re.ASCII)
_decimal = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_not_finite = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that is not accepted: where, a sentence, the mend, and the line and column."""

    where: Place
    says: str
    mend: str | None
    mark: Mark


class Unreadable(Exception):  # noqa: N818 - refusals are sentences
    """The reading stops here; carries the slip."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip.says)
        self.slip = slip


@dataclass(slots=True)
class _Anchored:
    """What an anchor stands for, how many nodes that is and how deep; not ready while it is being read."""

    value: Any = None
    nodes: int = 0
    height: int = 0
    is_ready: bool = False


class YamlReader:
    """Reads one YAML text, event by event, so that no bomb is ever unfolded."""

    def __init__(self, text: str) -> None:
        self.marks: dict[Place, Mark] = {}
        self.slips: list[Slip] = []
        self._events: Iterator[Any] = yaml.parse(text, Loader=_loader)
        self._anchors: dict[str, _Anchored] = {}
        self._aliases = self._nodes = self._deepest = 0

    def read(self) -> Any:
        """Return the value; refuses where the text is no YAML, or is built to be large."""
        try:
            value = None
            documents = 0
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        self._stop((), event, "There is more than one document here.", "Keep one; remove the `---`.")
                elif isinstance(event, yaml.NodeEvent):
                    value = self._node(event, ())
        except yaml.MarkedYAMLError as error:
            raise Unreadable(_syntax(error)) from None
        except yaml.YAMLError as error:
            raise Unreadable(Slip((), f"This is not YAML: {shortened(str(error), 120)}.", None, (1, 1))) from None
        return value

    def _node(self, event: Any, where: Place) -> Any:
        self._nodes += 1
        if where not in self.marks:
            self.marks[where] = _mark(event)
        if self._nodes > NODES_MAX:
            self._stop(where, event, f"The document has more than {NODES_MAX:,} parts.", "Make it smaller.")
        if len(where) > DEPTH_MAX:
            self._stop(where, event, f"This is nested more than {DEPTH_MAX} levels deep.", "Make it flatter.")
        self._deepest = max(self._deepest, len(where))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, where)
        if event.tag not in {None, "!"}:
            self._slip(where, event, f"The tag `{shortened(event.tag, 60)}` is not read here.", "Remove the tag.")
        if not event.anchor:
            return self._content(event, where)
        anchored = self._anchors[event.anchor] = _Anchored()
        before, deepest, self._deepest = self._nodes, self._deepest, len(where)
        anchored.value = self._content(event, where)
        anchored.nodes, anchored.height = self._nodes - before, self._deepest - len(where)
        anchored.is_ready, self._deepest = True, max(deepest, self._deepest)
        return anchored.value

    def _content(self, event: Any, where: Place) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(where)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(inner, (*where, len(items))))
            return items
        return self._scalar(event, where)

    def _mapping(self, where: Place) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self._not_a_name(key, where)
                continue
            name = key.value
            inner = (*where, name)
            if key.tag not in {None, "!"}:
                self._slip(inner, key, f"The tag `{shortened(key.tag, 60)}` is not read here.", "Remove the tag.")
            if name == "<<" and not key.style:
                self._slip(inner, key, "Merging with `<<` is not read here.", "Write the fields out.")
            if bad := unstorable_in(name):
                self._slip(inner, key, f"This name {bad[0]}.", bad[1])
            if name in made:
                says = f"The name `{shortened(name, 60)}` stands here twice."
                self._slip(inner, key, says, "Keep one of the two.")
            self.marks[inner] = _mark(key)
            made[name] = self._node(next(self._events), inner)
        return made

    def _not_a_name(self, key: Any, where: Place) -> None:
        is_braces = isinstance(key, yaml.MappingStartEvent) and key.flow_style
        mend = 'Put quotes round a reference: "{{ input.photo }}".' if is_braces else "Use text for every name."
        self._slip(where, key, "A name in this mapping is not text.", mend)
        kept = len(self.slips)
        aside = (*where, "?")
        self._node(key, aside)
        self._node(next(self._events), aside)
        del self.slips[kept:]  # what is wrong inside follows from the missing quotes

    def _alias(self, event: Any, where: Place) -> Any:
        self._aliases += 1
        anchored = self._anchors.get(event.anchor)
        if self._aliases > ALIASES_MAX:
            self._stop(where, event, f"More than {ALIASES_MAX} aliases are used.", "Write the values out.")
        if anchored is None or not anchored.is_ready:
            self._slip(where, event, f"`*{event.anchor}` stands for nothing that was written before.", None)
            return None
        self._nodes += anchored.nodes
        self._deepest = max(self._deepest, len(where) + anchored.height)
        if self._deepest > DEPTH_MAX:
            self._stop(where, event, f"This is nested more than {DEPTH_MAX} levels deep.", "Make it flatter.")
        return anchored.value

    def _scalar(self, event: Any, where: Place) -> Any:
        text = event.value
        if event.style or event.tag == "!":
            if bad := unstorable_in(text):
                self._slip(where, event, f"This text {bad[0]}.", bad[1])
            return text
        if text in _WORDS:
            return _WORDS[text]
        return self._number_or_text(text, event, where)

    def _number_or_text(self, text: str, event: Any, where: Place) -> Any:
        if _not_finite.fullmatch(text):
            self._slip(where, event, f"`{text}` is not a number that can be kept.", "Give a finite number.")
            return 0
        if _whole.fullmatch(text) and len(text) <= DIGITS_MAX:
            return int(text, 0) if text[1:2] in {"x", "o"} else int(text)
        if _decimal.fullmatch(text):
            if not math.isinf(value := float(text)):
                return value
            self._slip(where, event, "This number is too large to keep.", "Put it in quotes, as text.")
        return text

    def _slip(self, where: Place, event: Any, says: str, mend: str | None) -> None:
        self.slips.append(Slip(where, says, mend, _mark(event)))

    def _stop(self, where: Place, event: Any, says: str, mend: str) -> None:
        raise Unreadable(Slip(where[:4], says, mend, _mark(event)))


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _syntax(error: yaml.MarkedYAMLError) -> Slip:
    mark = error.problem_mark or error.context_mark
    if mark and error.context_mark and mark.line > error.context_mark.line and "expected" in (error.problem or ""):
        mark = error.context_mark  # a bracket or quote is named where it was opened, not where the text ends
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = error.problem or str(error)
    mend = next((mend for words, mend in _MENDS.items() if words in said), "Check quotes, brackets and indentation.")
    return Slip((), f"This is not YAML: {shortened(said, 120)}.", mend, place)


_MENDS = {
    "'\\t'": "Indent with spaces, not with tabs.",
    "cannot start any token": "Put the text in quotes; indent with spaces, not with tabs.",
    "mapping values are not allowed": "Check the indentation, or put a text that holds a colon in quotes.",
    "expected <block end>": "Check the indentation of this line and of those above it.",
    "did not find expected key": "Check the indentation of this line and of those above it.",
    "could not find expected ':'": "Put a colon and a space after the name.",
    "end of stream": "Close the quote or the bracket that was opened.",
}
