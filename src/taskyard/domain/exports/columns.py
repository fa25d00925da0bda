"""The columns of a table of tasks, fixed before the first row by what the projects' flows declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from taskyard.access import Actor
from taskyard.domain.exports.problems import TooManyColumns
from taskyard.domain.exports.rules import Answers
from taskyard.domain.exports.wanted import Wanted
from taskyard.domain.projects import Flow, takes_other_fields, types_of_fields
from taskyard.domain.tasks import may_see

# PostgreSQL gives at most 1,664 columns, of which each may be a cell of text.
COLUMNS_MAX = 1_500
TEXT, WHOLE, NUMBER, TRUTH, TIME = "text", "whole", "number", "truth", "time"

# A sheet would run a cell that begins so as a formula. A number is none, whichever sign it has.
_FORMULA = r"'^(?=[=+@\t\r-])(?![+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$)'"
_KINDS = {
    frozenset({"integer"}): WHOLE,
    frozenset({"number"}): NUMBER,
    frozenset({"integer", "number"}): NUMBER,
    frozenset({"boolean"}): TRUTH,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what its cells hold, and the expression that gives their text; null where there is none."""

    name: str
    holds: str
    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def defused(self) -> Column:
        """Return the column as a sheet may open it."""
        if self.holds != TEXT:
            return self
        return Column(self.name, self.holds, f"regexp_replace({self.sql}, {_FORMULA}, '''')", self.values)


def columns_of(actor: Actor, wanted: Wanted, flows: Iterable[Flow]) -> list[Column]:
    """Return the columns for tasks of these flows, as far as this actor may see them, or TooManyColumns."""
    known = list(flows)
    found: dict[str, Column] = {}
    of_task = (column for column in _TASK if may_see(actor, column.name))
    for column in (*of_task, *_of_flows(known, wanted)):
        before = found.get(column.name)
        # Flows may say different things of one name; then the cells are text.
        is_same = before is None or before.holds == column.holds
        found[column.name] = column if is_same else _as_text(column)
    if len(found) > COLUMNS_MAX:
        raise TooManyColumns(found=len(found), most=COLUMNS_MAX)
    return list(found.values())


def _of_flows(flows: list[Flow], wanted: Wanted) -> Iterator[Column]:
    for flow in flows:
        yield from _of_input(flow)
    steps = [step for flow in flows for step in flow.order]
    for step in steps:
        if wanted.answers_of in {None, step.id}:
            yield from _of_step(step.id, types_of_fields(step.gives))
    for name, types in [given for flow in flows for given in flow.types_of_output.items()]:
        yield _cell(f"output.{name}", types, "runs.output", (name,))
    beside = {
        "answers": wanted.answers is Answers.ALL or any(len(step.by) > 1 for step in steps),
        "events": wanted.with_events,
        "files": wanted.with_files,
    }
    within = {"answers": "given", "events": "told", "files": "used"}
    yield from (Column(name, TEXT, f"{within[name]}.{name}::text") for name, is_there in beside.items() if is_there)


def _of_input(flow: Flow) -> Iterator[Column]:
    for name, types in types_of_fields(flow.input_schema).items():
        yield _cell(f"input.{name}", types, "task_inputs.input", (name,))
    if takes_other_fields(flow.input_schema):
        yield Column("input", TEXT, "task_inputs.input::text")


def _of_step(step: str, fields: Mapping[str, frozenset[str]]) -> Iterator[Column]:
    for name, types in fields.items():
        yield _cell(f"{step}.{name}", types, "given.steps", (step, "data", name))
    yield Column(f"{step} by", TEXT, "given.steps #>> :path", {"path": [step, "by"]})


def _cell(name: str, types: frozenset[str], within: str, path: tuple[str, ...]) -> Column:
    text = f"{within} #>> :path"
    holds = _KINDS.get(types - {"null"}, TEXT)
    if holds == WHOLE:
        # 3.0 is a whole number to JSON, and to nobody else.
        text = f"CASE WHEN jsonb_typeof({within} #> :path) = 'number' THEN trim_scale(({text})::numeric)::text END"
    return Column(name, holds, text, {"path": list(path)})


def _as_text(column: Column) -> Column:
    within, path = column.sql, column.values
    if column.holds == WHOLE:
        within = within.partition("trim_scale((")[2].partition(")::numeric")[0]
    return Column(column.name, TEXT, within, path)


def _time(name: str, moment: str = "") -> Column:
    # Colons in quotes, so that none of them is taken for the name of a value.
    moment = moment or f"tasks.{name}"
    return Column(name, TIME, f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"')""")


def to_milliseconds(seconds: str) -> str:
    """Return measured seconds in SQL without what no clock measures."""
    return f"trim_scale(round({seconds}::numeric, 3))"


_TASK = (
    Column("id", TEXT, "tasks.id::text"),
    Column("external_id", TEXT, "tasks.external_id"),
    Column("project", TEXT, "projects.name"),
    Column("status", TEXT, "tasks.status"),
    Column("priority", WHOLE, "tasks.priority::text"),
    Column("batch", TEXT, "tasks.batch"),
    _time("created_at"),
    _time("last_submitted_at"),
    _time("completed_at"),
    Column("audit", TEXT, "tasks.audit"),
    Column("audited_by", TEXT, "in_force.by_name"),
    _time("audited_at", "in_force.at"),
    Column("audit_reasons", TEXT, "nullif(array_to_string(in_force.reasons, '; '), '')"),
    Column("redo_count", WHOLE, "tasks.redo_count::text"),
    Column("seconds", NUMBER, f"{to_milliseconds('tasks.seconds')}::text"),
    Column("cost", NUMBER, "tasks.cost::text"),
    Column("run", WHOLE, "runs.number::text"),
    Column("metadata", TEXT, "nullif(task_inputs.metadata, '{}')::text"),
    Column("callback_url", TEXT, "tasks.callback_url"),
)
