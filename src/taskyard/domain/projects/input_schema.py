"""A project's input: compiled once, asked for each task whether it fits, in sentences for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from taskyard.domain.projects.input_cells import Column, ReadCells, cells_reader, column_of, takes_other_fields
from taskyard.domain.projects.schema_examples import example_of
from taskyard.domain.projects.schema_rules import FILE_KINDS, Schema, compiled, resolved
from taskyard.domain.projects.schema_words import flaws_of, must_be, place_of
from taskyard.kit.problems import Flaw
from taskyard.kit.strict_json import DEPTH_MAX, is_deeper_than
from taskyard.kit.words import shown

FLAWS_MAX = 50
FILE_LEVELS_MAX = 5
READERS_MAX = 32

FilePath = tuple[str, ...]


class InputChecker:
    """Checks inputs against one schema that `schema_rules.schema_flaws` has passed.

    Safe to share between threads. The flaws of a value are at most 50, each with the field's place and,
    where it helps, the value shortened to 200 characters.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.fields: Mapping[str, Any] = schema.get("properties", {})
        self._validator = compiled(schema)
        self._is_valid = self._validator.is_valid
        self._readers: dict[tuple[str, ...], ReadCells] = {}

    @property
    def accepts_other_fields(self) -> bool:
        """Say whether the author opened the input for fields the schema does not name."""
        return takes_other_fields(self.schema)

    def flaws(self, value: Any, *, is_shallow: bool = False) -> list[Flaw]:
        """Return what is wrong with a value; an empty list says it fits.

        `is_shallow` says that the value was read by `strict_json`, which has refused what is too deep.
        """
        if not isinstance(value, dict):
            return [Flaw("", must_be(["object"], value), value=shown(value))]
        # The validator recurses without a guard of its own; a bottomless value would end the process.
        if not is_shallow and is_deeper_than(value, DEPTH_MAX):
            return [Flaw("", f"is nested more than {DEPTH_MAX} levels deep", "Make it flatter.")]
        if self._is_valid(value):
            return []
        return list(islice(self._found(value), FLAWS_MAX))

    def _found(self, value: Any) -> Iterator[Flaw]:
        for error in self._validator.iter_errors(value):
            yield from flaws_of(error, list(self.fields))

    def reader(self, names: tuple[str, ...]) -> ReadCells:
        """Return the function that reads the text cells of these fields; made once per list of names."""
        if names not in self._readers:
            if len(self._readers) >= READERS_MAX:
                self._readers.clear()
            self._readers[names] = cells_reader(names, self.schema)
        return self._readers[names]

    def columns(self) -> tuple[Column, ...]:
        """Return the fields as columns of a table, in the schema's order."""
        return tuple(column_of(name, part, self.schema) for name, part in self.fields.items())

    def example(self) -> dict[str, Any]:
        """Return an input as somebody might fill it in; every field is there."""
        made: dict[str, Any] = example_of(self.schema, self.schema)
        return made

    @cached_property
    def _file_fields(self) -> tuple[tuple[FilePath, str], ...]:
        return tuple(dict.fromkeys(_file_fields(self.schema, self.schema, ())))

    def file_fields(self) -> tuple[FilePath, ...]:
        """Return the paths of fields that hold a file's id; `*` stands for every item of a list."""
        return tuple(dict.fromkeys(path for path, _ in self._file_fields))

    def file_values(self, value: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Return (place, file id, kind) of every file an input names."""
        return [
            (place_of(where), inner, kind)
            for path, kind in self._file_fields
            for where, inner in _values_at(value, path, ())
            if isinstance(inner, str)
        ]

    def give_files(self, value: Mapping[str, Any], ids: Mapping[str, str]) -> None:
        """Put ids of files in place of names that an input has for them. What is no name there stays."""
        for path, _ in self._file_fields:
            for where, inner in list(_values_at(value, path, ())):
                if isinstance(inner, str) and inner in ids:
                    holder: Any = value
                    for part in where[:-1]:
                        holder = holder[part]
                    holder[where[-1]] = ids[inner]


def _file_fields(schema: Any, root: Schema, path: FilePath) -> Iterator[tuple[FilePath, str]]:
    # Deeper than any form goes; the limit also ends schemas that hold themselves.
    if not isinstance(schema, Mapping) or len(path) > FILE_LEVELS_MAX:
        return
    if schema.get("x-kind") in FILE_KINDS:
        yield path, schema["x-kind"]
    if isinstance(target := schema.get("$ref"), str):
        yield from _file_fields_of_reference(target, root, path)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _file_fields(part, root, path)
    for name, part in schema.get("properties", {}).items():
        yield from _file_fields(part, root, (*path, name))
    if "items" in schema:
        yield from _file_fields(schema["items"], root, (*path, "*"))


def _file_fields_of_reference(target: str, root: Schema, path: FilePath) -> Iterator[tuple[FilePath, str]]:
    part = resolved(root, target)
    if part is not None and part is not root and part.get("$ref") != target:
        yield from _file_fields(part, root, path)


def _values_at(value: Any, path: FilePath, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if not path:
        yield where, value
    elif path[0] == "*" and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _values_at(inner, path[1:], (*where, number))
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values_at(value[path[0]], path[1:], (*where, path[0]))
