"""What tasks are narrowed to: one condition for the list that shows them and for all that moves them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from taskyard.access import Actor, Role
from taskyard.domain.tasks.rules import AuditStatus


class Span(NamedTuple):
    """A stretch of time: from its first moment on, and up to the one that is no longer part of it."""

    since: datetime | None = None
    before: datetime | None = None


ANY_TIME = Span()
# From project to project along the key that external ids have: whoever asks may not know in which it is.
_CALLED = """tasks.id = ANY(ARRAY(
        SELECT called.id FROM projects AS its CROSS JOIN LATERAL (
            SELECT same.id FROM tasks AS same WHERE same.workspace_id = :workspace_id
              AND same.project_id = its.id AND same.external_id = :external_id) AS called
        WHERE its.workspace_id = :workspace_id))"""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What tasks are narrowed to. Every field is optional; what is given must all hold."""

    projects: tuple[UUID, ...] = ()
    statuses: tuple[str, ...] = ()
    step: str | None = None
    external_id: str | None = None
    batch: str | None = None
    batch_contains: str | None = None
    words: str | None = None
    mine: bool = False
    ids: tuple[UUID, ...] = ()
    except_ids: tuple[UUID, ...] = ()
    audits: tuple[str, ...] = ()
    redo: bool | None = None
    reserved_by: tuple[UUID, ...] = ()
    answered_by: tuple[UUID, ...] = ()
    priority_min: int | None = None
    priority_max: int | None = None
    created: Span = ANY_TIME
    completed: Span = ANY_TIME
    submitted: Span = ANY_TIME
    metadata: tuple[tuple[str, str], ...] = ()
    upload: UUID | None = None
    # The days as they were said, where one of them moves with the calendar.
    said_days: tuple[str, ...] = field(default=(), compare=False)
    # What is known of the tasks that hold the words: which they are, where they are few, or that the index has all.
    found: tuple[UUID, ...] | None = field(default=None, compare=False)
    is_indexed: bool = field(default=False, compare=False)

    def conditions(self) -> list[str]:
        """Return the SQL conditions on `tasks`; values are always bound, as `:name`. `:me` is whoever asks."""
        return [
            *self._of_what_it_is(),
            *self._of_where_it_stands(),
            *self._of_who(),
            *self._of_when(),
        ]

    def values(self) -> dict[str, Any]:
        """Return the values the conditions name, and some they do not."""
        spans = {"created": self.created, "completed": self.completed, "submitted": self.submitted}
        return {
            "project": self.projects[0] if self.projects else None,
            "projects": list(self.projects),
            "status": self.statuses[0] if self.statuses else None,
            "statuses": list(self.statuses),
            "step": self.step,
            "external_id": self.external_id,
            "batch": self.batch,
            "batch_like": f"%{_literally(self.batch_contains or '')}%",
            "words": self.words,
            "like": f"%{_literally(self.words or '')}%",
            "found": list(self.found or ()),
            "ids": list(self.ids),
            "except_ids": list(self.except_ids),
            "verdicts": [name for name in self.audits if name != AuditStatus.READY],
            "reserved_by": list(self.reserved_by),
            "answered_by": list(self.answered_by),
            "priority_min": self.priority_min,
            "priority_max": self.priority_max,
            "upload": self.upload,
            **{f"{name}_since": span.since for name, span in spans.items()},
            **{f"{name}_before": span.before for name, span in spans.items()},
            **{f"key_{number}": key for number, (key, _) in enumerate(self.metadata)},
            **{f"noted_{number}": value for number, (_, value) in enumerate(self.metadata)},
        }

    def is_only_words(self) -> bool:
        """Say whether nothing but words narrows it."""
        return replace(self, words=None) == TaskFilter()

    def told(self) -> list[Any]:
        """Return what a cursor of this list is bound to: at midnight the list of `today` is still the same one."""
        moved = {"created", "completed", "submitted"} if self.said_days else set()
        given = [getattr(self, part.name) for part in fields(self) if part.compare and part.name not in moved]
        given += [self.said_days] if self.said_days else []
        return [sorted(map(str, value)) if isinstance(value, tuple) else value for value in given]

    def _of_what_it_is(self) -> list[str]:
        found = []
        # One value is asked for as one: of several PostgreSQL cannot tell that an index has them in order.
        if self.projects:
            found.append(f"tasks.project_id = {':project' if len(self.projects) == 1 else 'ANY(:projects)'}")
        if self.external_id:
            found.append(_CALLED)
        if self.batch:
            found.append("tasks.batch = :batch")
        if self.batch_contains:
            found.append("tasks.batch ILIKE :batch_like")
        if self.words:
            found.append(self._of_words())
        if self.ids:
            found.append("tasks.id = ANY(:ids)")
        if self.except_ids:
            found.append("tasks.id <> ALL(:except_ids)")
        if self.upload:
            found.append("tasks.upload_id = :upload")
        if self.metadata:
            noted = " AND ".join(
                f"noted.metadata ->> :key_{number} = :noted_{number}" for number in range(len(self.metadata))
            )
            found.append(_NOTED.format(noted=noted))
        return found

    def _of_words(self) -> str:
        if self.found is not None:
            return "tasks.id = ANY(:found)"
        return _BY_INDEX if self.is_indexed else _EACH

    def _of_where_it_stands(self) -> list[str]:
        found = []
        if self.statuses:
            found.append(f"tasks.status = {':status' if len(self.statuses) == 1 else 'ANY(:statuses)'}")
        if self.step:
            found.append(":step = ANY(tasks.steps)")
        if self.audits:
            ready = "(tasks.audit IS NULL AND tasks.status = 'completed')"
            asked = [ready] if AuditStatus.READY in self.audits else []
            asked += ["tasks.audit = ANY(:verdicts)"] if set(self.audits) - {AuditStatus.READY} else []
            found.append(f"({' OR '.join(asked)})")
        if self.redo is not None:
            found.append(f"tasks.redo_count {'>' if self.redo else '='} 0")
        if self.priority_min is not None:
            found.append("tasks.priority >= :priority_min")
        if self.priority_max is not None:
            found.append("tasks.priority <= :priority_max")
        return found

    def _of_who(self) -> list[str]:
        found = []
        if self.mine:
            found.append("tasks.created_by = :me")
        if self.reserved_by:
            found.append(_RESERVED)
        if self.answered_by:
            found.append(_ANSWERED)
        return found

    def _of_when(self) -> list[str]:
        columns = {"created": "created_at", "completed": "completed_at", "submitted": "last_submitted_at"}
        found = []
        for name, column in columns.items():
            span: Span = getattr(self, name)
            if span.since is not None:
                found.append(f"tasks.{column} >= :{name}_since")
            if span.before is not None:
                found.append(f"tasks.{column} < :{name}_before")
        return found


def seen_by(actor: Actor) -> list[str]:
    """Return what narrows the tasks that movements of a lead or a client reach: a client's are those shared with it."""
    return [SHARED] if actor.role is Role.CLIENT else []


def _literally(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


# What a task is found by, from the row of the list alone.
AS_LISTED = "lower(concat_ws(E'\\n', tasks.id::text, tasks.external_id, tasks.preview))"
# From the words beside it, where they are: one look by the key for each task that comes by. Not LIKE: PostgreSQL takes
# a long pattern for a rare one, and would rather sort all that hold common words than stop at the end of a page.
_EACH = f"""strpos(coalesce((SELECT told.words FROM task_texts AS told WHERE told.workspace_id = :workspace_id
    AND told.task_id = tasks.id), {AS_LISTED}), lower(:words)) > 0"""  # noqa: S608 - constants
_BY_INDEX = "tasks.id IN (SELECT tasks_with_words(lower(:like), 2147483647))"
_NOTED = """EXISTS (SELECT 1 FROM task_inputs AS noted WHERE noted.workspace_id = :workspace_id
    AND noted.task_id = tasks.id AND {noted})"""
# Held by a member now, or kept for them.
_RESERVED = """(tasks.reserved_for = ANY(:reserved_by) OR EXISTS (
    SELECT 1 FROM step_runs AS kept WHERE kept.workspace_id = :workspace_id AND kept.run_id = tasks.run_id
      AND (kept.holder_id = ANY(:reserved_by) OR kept.reserved_for = ANY(:reserved_by))
      AND kept.state IN ('queued', 'running')))"""
_ANSWERED = """EXISTS (SELECT 1 FROM answers AS given WHERE given.workspace_id = :workspace_id
    AND given.task_id = tasks.id AND given.member_id = ANY(:answered_by) AND given.kind IN ('answer', 'prior'))"""
# A task of a project that is shared with clients.
SHARED = """EXISTS (SELECT 1 FROM projects AS shared WHERE shared.workspace_id = :workspace_id
    AND shared.id = tasks.project_id AND shared.shared_with_clients)"""
