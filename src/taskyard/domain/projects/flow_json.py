"""Reading a flow written as JSON, with the line and column of every part."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from taskyard.domain.projects.flow_document import Mark, Place
from taskyard.kit.strict_json import DEPTH_MAX, DIGITS_MAX, NotStrictJson, plainly, spaces_end, unstorable_in
from taskyard.kit.words import shortened

_word = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_strings = json.JSONDecoder()
_WORDS = {"true": True, "false": False, "null": None}


class JsonReader:
    """Reads one JSON text. Slips that leave a value are kept in `slips`; what ends the reading is raised."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marks: dict[Place, Mark] = {}
        self.slips: list[tuple[Place, NotStrictJson]] = []
        self._line, self._line_start = 1, 0

    def read(self) -> Any:
        """Return the value; refuses where the text is no JSON."""
        value, end = self._value(spaces_end(self.text, 0), ())
        if (rest := spaces_end(self.text, end)) != len(self.text):
            raise NotStrictJson("holds something after its end", "Keep one document.", rest)
        return value

    def _mark(self, position: int) -> Mark:
        # Positions only grow, so the lines are counted once.
        if lines := self.text.count("\n", self._line_start, position):
            self._line += lines
            self._line_start = self.text.rindex("\n", 0, position) + 1
        return self._line, position - self._line_start + 1

    def _value(self, at: int, where: Place) -> tuple[Any, int]:
        if where not in self.marks:
            self.marks[where] = self._mark(at)
        if len(where) > DEPTH_MAX:
            raise NotStrictJson(f"is nested more than {DEPTH_MAX} levels deep", "Make it flatter.", at)
        match self.text[at : at + 1]:
            case "{":
                return self._object(at + 1, where)
            case "[":
                return self._array(at + 1, where)
            case '"':
                return self._string(at, where)
        return self._word(at, where)

    def _object(self, at: int, where: Place) -> tuple[dict[str, Any], int]:
        made: dict[str, Any] = {}
        at = spaces_end(self.text, at)
        if self.text[at : at + 1] == "}":
            return made, at + 1
        while True:
            if self.text[at : at + 1] != '"':
                raise self._refusal("Expecting property name", at)
            mark = self._mark(at)
            name, at = self._string(at, where)
            inner = (*where, name)
            if name in made:
                says = f"The name `{shortened(name, 60)}` stands here twice"
                self.slips.append((inner, NotStrictJson(says, "Keep one of the two.")))
            self.marks[inner] = mark
            at = spaces_end(self.text, at)
            if self.text[at : at + 1] != ":":
                raise self._refusal("Expecting ':' delimiter", at)
            made[name], at = self._value(spaces_end(self.text, at + 1), inner)
            at, is_end = self._after(at, "}")
            if is_end:
                return made, at

    def _array(self, at: int, where: Place) -> tuple[list[Any], int]:
        made: list[Any] = []
        at = spaces_end(self.text, at)
        if self.text[at : at + 1] == "]":
            return made, at + 1
        while True:
            value, at = self._value(at, (*where, len(made)))
            made.append(value)
            at, is_end = self._after(at, "]")
            if is_end:
                return made, at

    def _after(self, at: int, closing: str) -> tuple[int, bool]:
        at = spaces_end(self.text, at)
        found = self.text[at : at + 1]
        if found == closing:
            return at + 1, True
        if found != ",":
            raise self._refusal("Expecting ',' delimiter", at)
        return spaces_end(self.text, at + 1), False

    def _string(self, at: int, where: Place) -> tuple[str, int]:
        try:
            text, end = _strings.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise NotStrictJson(*plainly(error), error.pos) from None
        if bad := unstorable_in(text):
            self.slips.append((where, NotStrictJson(f"This text {bad[0]}", bad[1])))
        return text, end

    def _word(self, at: int, where: Place) -> tuple[Any, int]:
        if not (found := _word.match(self.text, at)):
            raise self._refusal("Expecting value", at)
        text = found.group()
        if text in _WORDS:
            return _WORDS[text], found.end()
        if not any(found.groups()):
            if len(text) <= DIGITS_MAX:
                return int(text), found.end()
        elif not math.isinf(value := float(text)):
            return value, found.end()
        self.slips.append((where, NotStrictJson("This number is too large to keep", "Give it as text.")))
        return 0, found.end()

    def _refusal(self, message: str, at: int) -> NotStrictJson:
        return NotStrictJson(*plainly(json.JSONDecodeError(message, self.text, at)), at)
