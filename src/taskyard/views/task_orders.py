"""The orders of the task list: total, ending in the id, and continued after the key values of a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor
from taskyard.domain import projects
from taskyard.domain.tasks import TASK, TaskFilter, may_see, refuse_unknown_fields
from taskyard.kit.problems import Flaw, Kind, Problem

INPUT = "input."
DEFAULT_ORDER = "-last_submitted_at"
# What stands in place of nothing, so that every key compares; whether it is nothing is a key of its own before it.
_NOTHING = {"text": "''", "numeric": "0", "timestamptz": "'-infinity'", "integer": "0"}


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
class Order:
    """A total order: its keys, what has to be joined for them, and the values those name."""

    keys: tuple[Key, ...]
    join: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def sql(self) -> str:
        """Return the ORDER BY."""
        return ", ".join(f"{key.sql} {key.way}" for key in self.keys)

    def after(self) -> str:
        """Return the condition that continues after the bound key values."""
        names = [f"CAST(CAST(:after_{n} AS text) AS {key.cast})" for n, key in enumerate(self.keys)]
        if len({key.way for key in self.keys}) == 1:
            sign = "<" if self.keys[0].way == "DESC" else ">"
            # As a row, which an index that has these keys can be entered at.
            return f"({', '.join(key.sql for key in self.keys)}) {sign} ({', '.join(names)})"
        condition = ""
        for key, name in reversed(list(zip(self.keys, names, strict=True))):
            beyond = f"{key.sql} {'<' if key.way == 'DESC' else '>'} {name}"
            condition = f"({beyond} OR ({key.sql} = {name} AND {condition}))" if condition else beyond
        return condition


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


async def order_of(session: AsyncSession, actor: Actor, sort: str | None, asked: TaskFilter) -> Order:
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
        return Order((last,))
    if name == _SUBMITTED_AT:
        return Order((Key(_SUBMITTED, "timestamptz", way), last))
    sql, cast, may_be_nothing, join = _COLUMNS[name]
    return Order((*_keys(sql, cast, way, may_be_nothing=may_be_nothing), last), join)


def _keys(sql: str, cast: str, way: str, *, may_be_nothing: bool) -> tuple[Key, ...]:
    if not may_be_nothing:
        return (Key(sql, cast, way),)
    # Whichever way it is sorted, what is empty comes last.
    return Key(f"({sql} IS NULL)", "boolean", "ASC"), Key(f"coalesce({sql}, {_NOTHING[cast]})", cast, way)


async def _by_input(session: AsyncSession, actor: Actor, name: str, way: str, asked: TaskFilter) -> Order:
    if len(asked.projects) != 1:
        raise OneProjectNeeded([Flaw("sort", "is a field of the input", "Add project=… to the filters.", value=name)])
    project = await projects.get(session, actor, asked.projects[0])
    columns = {}
    if project.published_version is not None:
        version = await projects.version(session, actor.workspace_id, project.id, project.published_version)
        columns = {f"{INPUT}{column.name}": column for column in version.checker.columns()}
    refuse_unknown_fields([name], columns)
    keys = _keys(*_READ_AS["number" if columns[name].holds in _NUMBERS else "text"], way, may_be_nothing=True)
    return Order((*keys, Key("tasks.id", "uuid", way)), _INPUT, {"sort_field": name.removeprefix(INPUT)})


_NUMBERS = frozenset({"a number", "a whole number"})
# The expression is asked of the value itself: what does not read as a number stands with what is empty.
_READ_AS = {
    "number": (
        "CASE jsonb_typeof(told.input -> :sort_field) WHEN 'number' THEN (told.input ->> :sort_field)::numeric END",
        "numeric",
    ),
    "text": ("lower(left(told.input ->> :sort_field, 200))", "text"),
}
