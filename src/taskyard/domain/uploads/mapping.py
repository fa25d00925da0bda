"""Which column or key of a file is which field: as said, as remembered from the last file, or proposed by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from taskyard.domain.projects import COLUMN
from taskyard.domain.uploads.rows import INPUT, MARKS, Checker, Naming, beside, prefills_of
from taskyard.kit.problems import Flaw, Problem
from taskyard.kit.words import counted, did_you_mean, listed, nearest, shortened

COLUMNS_MAX = 1_000

_word = re.compile(r"[^\W_]+")


class MappingUnusable(Problem):
    """The mapping of columns cannot be used."""


class Proposed(NamedTuple):
    """A column with the field it goes to, or None when it is left out; `by` says how that was found."""

    name: str
    to: str | None
    by: str | None


def check_mapping(mapping: Naming, checker: Checker) -> None:
    """Refuse a mapping to what is neither a field of the input nor of the envelope, or of two columns to one."""
    wanted = targets(checker)
    flaws = []
    prefills = prefills_of(checker)
    for name, to in mapping.items():
        if to is None or to in wanted:
            continue
        if prefills is not None and to.startswith(COLUMN):
            if flaw := prefills.column_flaw(to):
                flaws.append(Flaw(f"mapping.{shortened(name, 60)}", f"{flaw.says}.", flaw.mend))
        elif not checker.accepts_other_fields:
            mend = did_you_mean(to, wanted, f"Known are {listed(wanted)}; null leaves the column out.")
            flaws.append(Flaw(f"mapping.{shortened(name, 60)}", f"The input has no field {shortened(to, 60)}.", mend))
    taken: dict[str, str] = {}
    for name, to in mapping.items():
        if to is not None and (other := taken.setdefault(to, name)) != name:
            says = f"The column {shortened(other, 60)} goes to {to} already."
            flaws.append(Flaw(f"mapping.{shortened(name, 60)}", says, "Leave one of the two out: null."))
    if len(mapping) > COLUMNS_MAX:
        flaws.append(Flaw("mapping", f"It has more than {counted(COLUMNS_MAX, 'column')}.", "Leave columns out."))
    if flaws:
        raise MappingUnusable(flaws)


def targets(checker: Checker) -> list[str]:
    """Return what a column may go to: a field, something beside the input, or the input as a whole."""
    return [*checker.fields, *beside(checker), *([] if INPUT in checker.fields else [INPUT])]


def proposed(names: Sequence[str], checker: Checker, said: Naming | None, remembered: Naming) -> list[Proposed]:
    """Propose a mapping: as said, as remembered, by the same name, by the field's title, by a likeness; each once."""
    wanted = targets(checker)
    titles = {column.title.lower(): column.name for column in checker.columns() if column.title}
    found: dict[str, Proposed] = {}
    ways: Iterable[tuple[str, Mapping[str, str | None]]] = (
        ("said", said or {}),
        ("mark", dict.fromkeys(name for name in MARKS if name not in checker.fields)),
        ("name", {name: name for name in wanted}),
        ("remembered", remembered),
        ("similar", {name: titles[name.lower()] for name in names if not said and name.lower() in titles}),
    )
    taken: set[str] = set()
    for by, way in ways:
        for name in names:
            if name in found or name not in way or (to := way[name]) in taken:
                continue
            if to is None or by == "said" or to in wanted or checker.accepts_other_fields:
                found[name] = Proposed(name, to, by)
                taken |= {to} if to is not None else set()
    for name in names:
        if name not in found:
            found[name] = _by_likeness(
                name, [one for one in wanted if one not in taken], checker, is_said=said is not None
            )
            taken |= {to} if (to := found[name].to) is not None else set()
    return [found[name] for name in names]


def _with_its_words(name: str, free: Sequence[str]) -> str | None:
    """Return the field all of whose words are in the name: `Message text` is the text."""
    words = set(_word.findall(name.lower()))
    return next((one for one in free if (its := set(_word.findall(one.lower()))) and its <= words), None)


def _by_likeness(name: str, free: Sequence[str], checker: Checker, *, is_said: bool) -> Proposed:
    # A column that is called like a step may hold anything: only one that says so is proposed as its answer.
    near = free if name.lower().startswith("answer") else [one for one in free if not one.startswith(COLUMN)]
    # Whoever said some of it gets no guesses for the rest.
    if not is_said and (like := _with_its_words(name, free) or nearest(name, near)):
        return Proposed(name, like, "similar")
    return Proposed(name, name, "name") if checker.accepts_other_fields else Proposed(name, None, None)
