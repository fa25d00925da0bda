"""What a file of tasks is read into: numbered rows, good and bad alike, or one refusal of the whole file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from taskyard.domain.projects import ANSWERS, COLUMN, Prefills
from taskyard.domain.tasks import BATCH_CHARS_MAX, EXTERNAL_ID_CHARS_MAX, PRIORITY_MAX, PRIORITY_MIN, callback_flaw
from taskyard.domain.uploads.flow_checker import FlowChecker
from taskyard.kit.problems import Flaw, Kind, Problem
from taskyard.kit.strict_json import NotStrictJson, loads
from taskyard.kit.words import did_you_mean, shortened, shown

ENVELOPE = ("external_id", "priority", "batch", "metadata", "callback_url", "reserve_for", ANSWERS)
INPUT = "input"
# What a file of failed rows has beside the source's own: the number of each row there, and what was wrong with it.
ROW_MARK, ERROR_MARK = "_row", "_error"
MARKS = (ROW_MARK, ERROR_MARK)
_WITHOUT_ANSWERS = frozenset(ENVELOPE) - {ANSWERS}
_CHECKED = frozenset(ENVELOPE) - {"callback_url"}
ENVELOPE_AND_MARKS = frozenset((*ENVELOPE, *MARKS))
CHARS_MAX = {"external_id": EXTERNAL_ID_CHARS_MAX, "batch": BATCH_CHARS_MAX, "reserve_for": 254}
# One row in memory: with this, an unclosed quote or bracket cannot fill it.
ROW_CHARS_MAX = 10_000_000

_whole = re.compile(r"\s*(-?(?:0|[1-9][0-9]{0,9}))\s*", re.ASCII)


class FileProblem(Problem):
    """This file cannot be read as tasks."""


class FileHasNoRows(FileProblem):
    """{name} has no rows."""


class FormatNotSupported(FileProblem):
    """{name} is {what}, not CSV, JSON, JSON Lines, Parquet or a ZIP of files."""

    kind = Kind.UNSUPPORTED


class TextNotReadable(FileProblem):
    """{name} is not UTF-8: {why}."""


class ColumnsDoNotFit(FileProblem):
    """The columns of {name} do not fit the input of this project."""


class FileBroken(FileProblem):
    """{name} cannot be read past line {line}: {why}."""


NO_METADATA: Mapping[str, Any] = {}
NO_ANSWERS: Mapping[str, Any] = {}


class Row(NamedTuple):
    """One task of the file. It is bad when it has flaws; then `input` may be missing or incomplete.

    `number` counts rows from 1; `line` is the line of the file where the row begins, the header included. `mark` is
    what a mended row says its number in the source was.
    """

    number: int
    line: int
    input: dict[str, Any] | None
    external_id: str | None = None
    priority: int = 0
    batch: str | None = None
    metadata: Mapping[str, Any] = NO_METADATA
    callback_url: str | None = None
    flaws: tuple[Flaw, ...] = ()
    mark: Any = None
    reserve_for: str | None = None
    answers: Mapping[str, Any] = NO_ANSWERS

    @property
    def place(self) -> str:
        """Return where the row stands, as a person counts."""
        return f"line {self.line}"


# Names in a file, with the field each goes to; None leaves it out. What is not named keeps its name.
Naming = Mapping[str, str | None]


class Unread(str):
    """The text of a row that could not be read as one."""

    __slots__ = ()


class Rows(Protocol):
    """The rows of one file, in its order; to be gone through once."""

    header: Sequence[str]
    """The names of a table's columns, once the first row was asked for; of anything else, nothing."""
    raw: Any
    """What the row given last was made of: cells, a JSON value, or `Unread` text."""

    def __iter__(self) -> Iterator[Row]:
        """Go through them."""


class ColumnLike(Protocol):
    """What a reader has to know of one field of the input."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def holds(self) -> str: ...  # noqa: D102
    @property
    def is_required(self) -> bool: ...  # noqa: D102
    @property
    def title(self) -> str | None: ...  # noqa: D102


class Checker(Protocol):
    """What a reader asks of the project's input; the projects' `InputChecker` is one."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """Return the fields the input declares."""

    @property
    def accepts_other_fields(self) -> bool:
        """Say whether the input takes fields it does not declare."""

    def flaws(self, value: Any, *, is_shallow: bool = False) -> list[Flaw]:
        """Return why a value does not fit; what a reader passes on is never too deep."""

    def reader(self, names: tuple[str, ...]) -> Callable[[Sequence[str]], tuple[dict[str, Any], list[Flaw]]]:
        """Return a function from text cells to typed fields and flaws."""

    def columns(self) -> Sequence[ColumnLike]:
        """Return the fields as columns."""


def prefills_of(checker: Checker) -> Prefills | None:
    """Return what reads prefilled answers, where the checker knows the flow."""
    return checker.prefills if isinstance(checker, FlowChecker) else None


def beside(checker: Checker) -> tuple[str, ...]:
    """Return what may stand beside the input under these names: a name that is a field of the input is none."""
    prefills = prefills_of(checker)
    names = (*ENVELOPE, *(prefills.columns if prefills else ()))
    return tuple(name for name in names if name not in checker.fields)


class RowMaker:
    """Makes rows of one file for one project: tells input from envelope, and checks both.

    A row is an envelope `{"input": {…}, "external_id": …}`, or the input itself, beside which the envelope's
    keys may stand. A key that the schema declares as a field of the input is always the input's.
    """

    def __init__(self, checker: Checker, mapping: Naming | None = None, *, private_callbacks: bool = False) -> None:
        self.checker = checker
        self._private_callbacks = private_callbacks
        self._mapping = mapping
        self._prefills = prefills_of(checker)
        self.reserved = frozenset((*beside(checker), *(name for name in MARKS if name not in checker.fields)))
        self._has_envelopes = INPUT not in checker.fields

    def of_json(self, value: Any, number: int, line: int) -> Row:
        """Return the row for one value of a JSON file."""
        if type(value) is not dict:
            return bad_row(number, line, Flaw("", "must be an object", "Write {…} for each task.", value=shown(value)))
        if self._mapping:
            value, twice = _renamed(value, self._mapping)
            if twice is not None:
                flaw = Flaw(twice, "is there twice, as two keys go there", "Leave one of them out of the mapping.")
                return bad_row(number, line, flaw)
        # One look at all names together: a misspelt column of an answer would be taken for a field of the input.
        may_bring = self._prefills is not None and COLUMN in "\n".join(value)
        if not may_bring and value.keys().isdisjoint(self.reserved) and INPUT not in value:
            return Row(number, line, value, flaws=tuple(self.checker.flaws(value, is_shallow=True)))
        flaws: list[Flaw] = []
        is_told = self.is_beside if may_bring else self.reserved.__contains__
        if self._has_envelopes and isinstance(value.get(INPUT), dict):
            given = value[INPUT]
            told = {name: inner for name, inner in value.items() if is_told(name) or name in ENVELOPE_AND_MARKS}
            for name in value.keys() - {INPUT, *told}:
                mend = did_you_mean(name, [INPUT, *ENVELOPE], "Move it into `input`, or remove it.")
                flaws.append(Flaw(name, "is not known beside `input`", mend))
        else:
            given = {name: inner for name, inner in value.items() if not is_told(name)}
            told = {name: inner for name, inner in value.items() if is_told(name)}
        mark = _without_marks(told)
        flaws += envelope_flaws(told, private_callbacks=self._private_callbacks)
        flaws += self.checker.flaws(given, is_shallow=True)
        return self._row(number, line, given, told, flaws, mark)

    def is_beside(self, name: str) -> bool:
        """Say whether what has this name is none of the input; a misspelt column of an answer is none either."""
        if name in self.reserved:
            return True
        return self._prefills is not None and name.startswith(COLUMN) and name not in self.checker.fields

    def of_cells(self, given: dict[str, Any], flaws: list[Flaw], told: dict[str, str], number: int, line: int) -> Row:
        """Return the row for one line of a table: fields already read, the envelope's cells still text."""
        if flaws:
            unread = {flaw.place for flaw in flaws}
            flaws += [flaw for flaw in self.checker.flaws(given, is_shallow=True) if flaw.place not in unread]
        else:
            flaws = self.checker.flaws(given, is_shallow=True)
        if not any(told.values()):
            return Row(number, line, given, flaws=tuple(flaws))
        mark = _without_marks(told)
        read: dict[str, Any] = {}
        for name, cell in told.items():
            if cell:
                try:
                    read[name] = _READERS.get(name, str)(cell)
                except _Refused as refused:
                    flaws.append(Flaw(name, refused.says, refused.mend, value=shortened(cell)))
        flaws += envelope_flaws(read, private_callbacks=self._private_callbacks)
        return self._row(number, line, given, read, flaws, mark)

    def _row(
        self, number: int, line: int, given: dict[str, Any], told: Mapping[str, Any], flaws: list[Flaw], mark: Any
    ) -> Row:
        answers = NO_ANSWERS if told.keys() <= _WITHOUT_ANSWERS else self._answers(told, given, flaws)
        if flaws:
            return Row(number, line, given, flaws=tuple(flaws), mark=mark)
        told_of = told.get
        metadata = told_of("metadata") or NO_METADATA
        priority = told_of("priority") or 0
        return Row(
            number,
            line,
            given,
            told_of("external_id"),
            priority,
            told_of("batch"),
            metadata,
            told_of("callback_url"),
            (),
            mark,
            told_of("reserve_for"),
            answers,
        )

    def _answers(self, told: Mapping[str, Any], given: Mapping[str, Any], flaws: list[Flaw]) -> Mapping[str, Any]:
        """Return the answers a row brings along, checked; what is wrong with them is added to the flaws."""
        prefills = self._prefills
        if prefills is None:
            return NO_ANSWERS
        its = {name: value for name, value in told.items() if name == ANSWERS or name.startswith(COLUMN)}
        answers, wrong = prefills.gathered(its)
        flaws += wrong
        if wrong:
            return NO_ANSWERS
        for step, answer in answers.items():
            root = COLUMN if any(name.split(".")[1:2] == [step] for name in its) else f"{ANSWERS}."
            answers[step], wrong = prefills.check(step, answer, given, f"{root}{step}")
            flaws += wrong
        return answers


def bad_row(number: int, line: int, flaw: Flaw, mark: Any = None) -> Row:
    """Return a row of which nothing could be read."""
    return Row(number, line, None, flaws=(flaw,), mark=mark)


def _renamed(value: Mapping[str, Any], mapping: Naming) -> tuple[dict[str, Any], str | None]:
    """Return an object under the names it is to have, and the first name that two keys would have."""
    renamed: dict[str, Any] = {}
    for key, inner in value.items():
        name = mapping.get(key, key)
        if name is not None:
            if name in renamed:
                return renamed, name
            renamed[name] = inner
    return renamed, None


def _without_marks(told: dict[str, Any]) -> Any:
    """Take the marks of a file of failed rows away: they are no input. Return which row it was in the source."""
    told.pop(ERROR_MARK, None)
    return told.pop(ROW_MARK, None)


def envelope_flaws(told: Mapping[str, Any], *, private_callbacks: bool = False) -> list[Flaw]:
    """Return what is wrong with what stands beside the input of a row; null is the same as absent."""
    url = told.get("callback_url")
    refused = None if url is None else callback_flaw(url, may_be_private=private_callbacks)
    flaws = [refused] if refused else []
    for name, value in told.items():
        # An answer in a column of its own is checked as one.
        if value is None or name not in _CHECKED:
            continue
        says = mend = None
        if name == "priority":
            if type(value) is not int or not PRIORITY_MIN <= value <= PRIORITY_MAX:
                says, mend = "must be a whole number that fits 32 bits", "Write a number such as 10; less is sooner."
        elif name in {"metadata", ANSWERS}:
            if not isinstance(value, dict):
                mend = 'Write {"key": "value"}.' if name == "metadata" else 'Write {"the step": {"its field": …}}.'
                says = "must be an object"
        elif not isinstance(value, str):
            says, mend = "must be text", "Put it in quotes."
        elif not 0 < len(value) <= CHARS_MAX[name]:
            says, mend = f"must have 1 to {CHARS_MAX[name]} characters", None
        if says:
            flaws.append(Flaw(name, says, mend, value=shown(value)))
    return flaws


class _Refused(ValueError):  # noqa: N818 - refusals are sentences
    def __init__(self, says: str, mend: str | None) -> None:
        super().__init__(says)
        self.says, self.mend = says, mend


def _read_priority(cell: str) -> int:
    if not (found := _whole.fullmatch(cell)):
        raise _Refused("must be a whole number that fits 32 bits", "Write a number such as 10; less is sooner.")
    return int(found.group(1))


def _read_json(cell: str) -> Any:
    try:
        return loads(cell)
    except NotStrictJson as refusal:
        raise _Refused(refusal.says, refusal.mend) from None


_READERS: Mapping[str, Callable[[str], Any]] = {
    "priority": _read_priority,
    "metadata": _read_json,
    ANSWERS: _read_json,
}
