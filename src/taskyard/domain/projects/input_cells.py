"""Text cells read as the types a schema declares, strictly: nothing is guessed, and what does not fit is said."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taskyard.domain.projects.schema_rules import Schema, resolved
from taskyard.domain.projects.schema_shapes import types_of
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import DIGITS_MAX, NotStrictJson, loads
from taskyard.kit.words import shortened

_whole = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_decimal = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)

ReadCells = Callable[[Sequence[str]], tuple[dict[str, Any], list[Flaw]]]


class CellRefused(ValueError):  # noqa: N818 - refusals are sentences
    """Why a cell cannot be read, as a half sentence, with the mend."""

    def __init__(self, says: str, mend: str | None = None) -> None:
        super().__init__(says)
        self.says, self.mend = says, mend


@dataclass(frozen=True, slots=True)
class Column:
    """One field of the input as a column of a table: what is written in its cells, and whether it must be there."""

    name: str
    holds: str
    is_required: bool
    title: str | None = None
    description: str | None = None


def types_of_fields(schema: Schema) -> dict[str, frozenset[str]]:
    """Return the fields an object declares, in order, with the types each may have; none where it does not say."""
    return {name: _types(part, schema) for name, part in schema.get("properties", {}).items()}


def takes_other_fields(schema: Schema) -> bool:
    """Say whether the author opened an object for fields it does not name."""
    return bool(schema.get("additionalProperties", "properties" not in schema))


def column_of(name: str, schema: Schema, root: Schema) -> Column:
    """Return how a field is written in a table."""
    holds, _, _ = _reader(schema, root)
    required = name in root.get("required", ())
    return Column(name, holds, required, _text(schema.get("title")), _text(schema.get("description")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def cells_reader(names: Sequence[str], root: Schema) -> ReadCells:
    """Return a function from the cells of one row, in the order of `names`, to the fields and the flaws.

    An empty cell is an absent field; where the field is required and may be null, it is null.
    """
    fields = root.get("properties", {})
    required = set(root.get("required", ()))
    plan: list[tuple[str, Callable[[str], Any] | None, bool]] = []
    for name in names:
        _, read, may_be_null = _reader(fields.get(name, {}), root)
        plan.append((name, read, may_be_null and name in required))

    def read_cells(cells: Sequence[str]) -> tuple[dict[str, Any], list[Flaw]]:
        value: dict[str, Any] = {}
        flaws: list[Flaw] = []
        for (name, read, empty_is_null), cell in zip(plan, cells, strict=True):
            if not cell:
                if empty_is_null:
                    value[name] = None
            elif read is None:
                value[name] = cell
            else:
                try:
                    value[name] = read(cell)
                except CellRefused as refusal:
                    flaws.append(Flaw(name, refusal.says, refusal.mend, value=shortened(cell)))
        return value, flaws

    return read_cells


def _reader(schema: Any, root: Schema) -> tuple[str, Callable[[str], Any] | None, bool]:
    """Return what the cells hold in words, how to read one (None: as it is), and whether null is allowed."""
    types = _types(schema, root)
    may_be_null = "null" in types
    types -= {"null"}
    if not types or "string" in types:
        return "text", None, may_be_null
    if types == {"integer"}:
        return "a whole number", read_whole, may_be_null
    if types <= {"integer", "number"}:
        return "a number", read_number, may_be_null
    if types == {"boolean"}:
        return "true or false", read_truth, may_be_null
    if types == {"array"}:
        return "a list as JSON", read_json, may_be_null
    return ("an object as JSON" if types == {"object"} else "JSON"), read_json, may_be_null


def _types(schema: Any, root: Schema, depth: int = 0) -> frozenset[str]:
    if not isinstance(schema, Mapping) or depth > len(("reference", "alternative")) * 4:
        return frozenset()
    if found := types_of(schema):
        return found
    if isinstance(target := schema.get("$ref"), str):
        return _types(resolved(root, target), root, depth + 1)
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    return frozenset().union(*(_types(part, root, depth + 1) for part in parts))


def read_whole(cell: str) -> int:
    """Read `42`; refuses `42.0`, `1,000` and `007`."""
    text = cell.strip()
    if not _whole.fullmatch(text):
        raise CellRefused("must be a whole number", _number_mend(text, whole=True))
    if len(text) > DIGITS_MAX:
        raise CellRefused(f"is a number of more than {DIGITS_MAX:,} digits", "Give it as text.")
    return int(text)


def read_number(cell: str) -> int | float:
    """Read `42` exactly and `1.5e3` as a decimal number."""
    text = cell.strip()
    if not (found := _decimal.fullmatch(text)):
        raise CellRefused("must be a number", _number_mend(text, whole=False))
    if found.end(1) == len(text):
        return read_whole(text)
    if math.isinf(value := float(text)):
        raise CellRefused("is a number too large to keep", "Give it as text.")
    return value


def _number_mend(text: str, *, whole: bool) -> str:
    if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        return "Write decimals with a point and thousands without a comma."
    if re.fullmatch(r"-?0[0-9]+", text):
        return "Remove the leading zeros, or declare the field as text to keep them."
    if whole and _decimal.fullmatch(text):
        return "Remove the decimals, or declare the field as a number."
    return "Write digits only, such as 42." if whole else "Write digits with a point, such as 42.5."


def read_truth(cell: str) -> bool:
    """Read true, false, 1 and 0, in any case of letters."""
    text = cell.strip().lower()
    if text in {"true", "1"}:
        return True
    if text in {"false", "0"}:
        return False
    raise CellRefused("must be true or false", "Write true, false, 1 or 0.")


def read_json(cell: str) -> Any:
    """Read a value written as JSON in the cell."""
    try:
        return loads(cell)
    except NotStrictJson as refusal:
        raise CellRefused(refusal.says, refusal.mend) from None
