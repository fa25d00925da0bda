"""Other houses are entered only by their door: `from taskyard.domain.tasks import Task`, never `…tasks.store`.

A house is a package of `taskyard.domain`; its door is what its `__init__` lists. Assembly, which puts the
application together, may also fetch the rooms that are made for it: routes, workers and tables.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STREET = "taskyard.domain"
ASSEMBLY = ("taskyard.app", "taskyard.cli", "taskyard.wiring", "taskyard.worker")
ROOMS_FOR_ASSEMBLY = {"routes", "tables", "workers"}


@dataclass(frozen=True)
class Trespass:
    """One import or use that passes a door by."""

    file: Path
    line: int
    house: str
    room: str

    def __str__(self) -> str:
        """Say where it is and how to mend it."""
        return f"{self.file}:{self.line}: enters the room {self.room!r} of {self.house}; use what its door lists"


def main() -> None:
    """Look through `src`, or through the folder that is named."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "src"
    found = list(trespasses(source))
    print("\n".join(map(str, found)) or "Every house is entered by its door.")
    raise SystemExit(1 if found else 0)


def trespasses(source: Path) -> Iterator[Trespass]:
    """Go through every module below `source` and find what passes a door by."""
    street = source.joinpath(*STREET.split("."))
    rooms = {house.name: _rooms(house) for house in sorted(street.iterdir()) if (house / "__init__.py").is_file()}
    for file in sorted(source.rglob("*.py")):
        module = ".".join(file.relative_to(source).with_suffix("").parts)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for line, house, room in _entries(tree, rooms):
            at_home = module.startswith(f"{STREET}.{house}.")
            in_assembly = module.startswith(ASSEMBLY) and room in ROOMS_FOR_ASSEMBLY
            if not at_home and not in_assembly:
                yield Trespass(file, line, house, room)


def _rooms(house: Path) -> set[str]:
    """Return the modules of a house whose names its door does not give to something else."""
    inside = {path.stem for path in house.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    return inside - _listed(house / "__init__.py") - {"__init__"}


def _listed(door: Path) -> set[str]:
    for node in ast.parse(door.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def _entries(tree: ast.AST, rooms: dict[str, set[str]]) -> Iterator[tuple[int, str, str]]:
    """Find every mention of a room, whichever way it is written."""
    houses: dict[str, str] = {}
    for line, name, local in _imports(tree):
        house, *inside = name.removeprefix(f"{STREET}.").split(".")
        if inside and inside[0] in rooms.get(house, ()):
            yield line, house, inside[0]
        elif house in rooms and not inside:
            houses[local] = house
    for node in ast.walk(tree):  # tasks.store.lock(...), after `from taskyard.domain import tasks`
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            house = houses.get(ast.unparse(node.value), "")
            if node.attr in rooms.get(house, ()):
                yield node.lineno, house, node.attr


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Go through what is imported from the street: the line, the full name, and what it is called here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named = [(alias.name, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named = [(f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name, local) for name, local in named if name.startswith(f"{STREET}."))


if __name__ == "__main__":
    main()
