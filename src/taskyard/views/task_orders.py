"""The orders of the task list: total, ending in the id, and continued after the key values of a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects, tasks
from taskyard.domain.tasks import TASK, TaskFilter, may_see, refuse_unknown_fields
from taskyard.kit.problems import Flaw, Kind, Problem

INPUT = "input."
DEFAULT_ORDER = "-last_submitted_at"
# What stands in place of nothing, so that every key compares; whether it is nothing is a key of its own before it.
_NOTHING = {"text": "''", "float8": "0", "timestamptz": "'-infinity'", "integer": "0"}


class OneProjectNeeded(Problem):
    """Fields of the input are sorted within one project: narrow the list to it first."""

    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True)
class Key:
    """One expression of an order, with its direction and how a bound value of it is read."""

    sql: str
    cast: str
    way: str


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a list in one order of theirs: the keys they come by, and what is shown of them for a cursor."""

    keys: tuple[Key, ...]
    shown: tuple[str, ...]
    join: str = ""
    conditions: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def sql(self) -> str:
        """Return the ORDER BY."""
        return ", ".join(f"{key.sql} {key.way}" for key in self.keys)

    def sql_of_shown(self) -> str:
        """Return the same of the rows that were picked."""
        ways = {key.sql: key.way for key in self.keys}
        return ", ".join(f"tasks.key_{n} {ways[sql]}" for n, sql in enumerate(self.shown) if sql in ways)


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: its keys, what has to be joined for them, and the values those name.

    `comes_in_order` says that an index has the tasks so, and a page needs no look at the others.
    """

    keys: tuple[Key, ...]
    join: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    comes_in_order: bool = False

    def parts_after(self, after: list[Any] | None) -> list[Part]:
        """Return the rows behind these key values, in the order they come."""
        conditions, values = _after(self.keys, after)
        return [Part(self.keys, tuple(key.sql for key in self.keys), self.join, conditions, self.values | values)]


@dataclass(frozen=True, slots=True)
class SortedOrder:
    """The order by a field whose values are kept in order: those that have one, then those that have none.

    A cursor of it is one of the order by the values themselves, so a list goes on when its field comes to be sorted.
    """

    column: str
    cast: str
    way: str
    field_name: str
    comes_in_order: ClassVar[bool] = True

    def parts_after(self, after: list[Any] | None) -> list[Part]:
        """Return the rows behind these key values, in the order they come."""
        named = {"sort_field": self.field_name}
        value = Key(f"told.{self.column}", self.cast, self.way)
        its_id, last = Key("told.task_id", "uuid", self.way), Key("tasks.id", "uuid", self.way)
        is_behind = after is not None and after[0] == "true"
        parts = []
        if not is_behind:
            conditions, values = _after((value, its_id), after and after[1:])
            join = f"{_SORTED} AND told.{self.column} IS NOT NULL"
            shown = ("false", value.sql, its_id.sql)
            parts.append(Part((value, its_id), shown, join, conditions, named | values))
        conditions, values = _after((last,), after[2:] if is_behind and after else None)
        without = _WITHOUT.format(column=self.column)
        shown = ("true", _NOTHING[self.cast], last.sql)
        return [*parts, Part((last,), shown, "", (*conditions, without), named | values)]


def _after(keys: tuple[Key, ...], after: list[Any] | None) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the condition that continues after these key values, and what it names."""
    if after is None:
        return (), {}
    values = {f"after_{n}": value for n, value in enumerate(after)}
    names = [f"CAST(CAST(:after_{n} AS text) AS {key.cast})" for n, key in enumerate(keys)]
    if len({key.way for key in keys}) == 1:
        sign = "<" if keys[0].way == "DESC" else ">"
        # As a row, which an index that has these keys can be entered at.
        return (f"({', '.join(key.sql for key in keys)}) {sign} ({', '.join(names)})",), values
    condition = ""
    for key, name in reversed(list(zip(keys, names, strict=True))):
        beyond = f"{key.sql} {'<' if key.way == 'DESC' else '>'} {name}"
        condition = f"({beyond} OR ({key.sql} = {name} AND {condition}))" if condition else beyond
    return (condition,), values


_SUBMITTED = "greatest(tasks.last_submitted_at, '-infinity')"  # word for word as in the indexes of tasks
_STATUS = "array_position(ARRAY[{}], tasks.status)".format(", ".join(f"'{name.value}'" for name in TASK.states))
_AUDIT = "coalesce(tasks.audit, CASE tasks.status WHEN 'completed' THEN 'ready' END)"
_IN_PROJECTS = "JOIN projects AS told ON told.workspace_id = :workspace_id AND told.id = tasks.project_id"
# From the few that are held to their tasks, not from each task to whether it is held.
_HELD = """LEFT JOIN (
    SELECT DISTINCT ON (hold.task_id) hold.task_id, members.name FROM reservations AS hold
    JOIN members ON members.workspace_id = :workspace_id AND members.id = hold.member_id
    WHERE hold.workspace_id = :workspace_id AND hold.state = 'held' ORDER BY hold.task_id, hold.id) AS holder
    ON holder.task_id = tasks.id"""
_INPUT = "JOIN task_inputs AS told ON told.workspace_id = :workspace_id AND told.task_id = tasks.id"

# name: (expression, how a value of it is read, whether it may be nothing, what has to be joined)
_COLUMNS: dict[str, tuple[str, str, bool, str]] = {
    "external_id": ("tasks.external_id", "text", True, ""),
    "project": ("lower(told.name)", "text", False, _IN_PROJECTS),
    "step": ("tasks.steps[1]", "text", True, ""),
    "status": (_STATUS, "integer", False, ""),
    "priority": ("tasks.priority", "integer", False, ""),
    "batch": ("tasks.batch", "text", True, ""),
    "audit": (_AUDIT, "text", True, ""),
    "completed_at": ("tasks.completed_at", "timestamptz", True, ""),
    "reserved_by": ("lower(holder.name)", "text", True, _HELD),
    "seconds": ("tasks.seconds", "float8", False, ""),
    "cost": ("tasks.cost", "float8", False, ""),
}
# Ids grow with time: the id is the age.
_BY_AGE = ("id", "created_at")
_SUBMITTED_AT = "last_submitted_at"
SORTS = (*_BY_AGE, _SUBMITTED_AT, *_COLUMNS)


async def order_of(session: AsyncSession, actor: Actor, sort: str | None, asked: TaskFilter) -> Order | SortedOrder:
    """Return the order somebody asks for: a column's name, or `input.` and a field's; descending after a minus.

    A field that is not there, or not for them, is refused in the same words.
    """
    name = (sort or DEFAULT_ORDER).removeprefix("-")
    way = "DESC" if (sort or DEFAULT_ORDER).startswith("-") else "ASC"
    if name.startswith(INPUT):
        return await _by_input(session, actor, name, way, asked)
    refuse_unknown_fields([name], [known for known in SORTS if may_see(actor, known)])
    last = Key("tasks.id", "uuid", way)
    if name in _BY_AGE:
        return Order((last,), comes_in_order=True)
    if name == _SUBMITTED_AT:
        return Order((Key(_SUBMITTED, "timestamptz", way), last), comes_in_order=True)
    sql, cast, may_be_nothing, join = _COLUMNS[name]
    return Order((*_keys(sql, cast, way, may_be_nothing=may_be_nothing), last), join)


def _keys(sql: str, cast: str, way: str, *, may_be_nothing: bool) -> tuple[Key, ...]:
    if not may_be_nothing:
        return (Key(sql, cast, way),)
    # Whichever way it is sorted, what is empty comes last.
    return Key(f"({sql} IS NULL)", "boolean", "ASC"), Key(f"coalesce({sql}, {_NOTHING[cast]})", cast, way)


async def _by_input(session: AsyncSession, actor: Actor, name: str, way: str, asked: TaskFilter) -> Order | SortedOrder:
    if len(asked.projects) != 1:
        raise OneProjectNeeded([Flaw("sort", "is a field of the input", "Add project=… to the filters.", value=name)])
    project = await projects.get(session, actor, asked.projects[0])
    columns: dict[str, projects.Column] = {}
    if project.published_version is not None:
        version = await projects.version(session, actor.workspace_id, project.id, project.published_version)
        columns = {f"{INPUT}{column.name}": column for column in version.checker.columns()}
    refuse_unknown_fields([name], columns)
    column, cast, sql = _NUMBER if columns[name].holds in _NUMBERS else _WORDS
    field_name = columns[name].name
    if await tasks.is_sorted(session, actor.workspace_id, project.id, field_name):
        return SortedOrder(column, cast, way, field_name)
    keys = _keys(sql, cast, way, may_be_nothing=True)
    return Order((*keys, Key("tasks.id", "uuid", way)), _INPUT, {"sort_field": field_name})


_NUMBERS = frozenset({"a number", "a whole number"})
# The column that keeps it, how a value of it is read, and the expression where it is not kept yet: what does not read
# as it should stands with what is empty.
_NUMBER = (
    "number",
    "float8",
    """CASE WHEN jsonb_typeof(told.input -> :sort_field) = 'number'
        AND abs((told.input ->> :sort_field)::numeric) < 1e300
        THEN round((told.input ->> :sort_field)::numeric, 30)::float8 END""",
)
_WORDS = (
    "words",
    "text",
    """CASE WHEN jsonb_typeof(told.input -> :sort_field) IN ('string', 'boolean')
        THEN lower(left(told.input ->> :sort_field, 200)) END""",
)
_SORTED = """JOIN task_values AS told ON told.workspace_id = :workspace_id AND told.project_id = :project
    AND told.field = :sort_field AND told.task_id = tasks.id"""
_WITHOUT = """NOT EXISTS (SELECT 1 FROM task_values AS told WHERE told.workspace_id = :workspace_id
    AND told.task_id = tasks.id AND told.field = :sort_field AND told.{column} IS NOT NULL)"""
