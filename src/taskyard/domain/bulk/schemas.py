"""Bodies in and out about bulk operations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from taskyard.access import Actor
from taskyard.domain.bulk.problems import ItemsGone
from taskyard.domain.bulk.rules import (
    ARGUMENTS,
    BULK,
    UNDOABLE,
    Action,
    BulkState,
    asks_for,
    progress_of,
    refuse_undo,
    undo_until,
)
from taskyard.domain.bulk.store import Reason
from taskyard.domain.bulk.tables import Bulk
from taskyard.domain.runs import Outcome
from taskyard.domain.tasks import BATCH_CHARS_MAX, PRIORITY_MAX, PRIORITY_MIN, SelectionAsked
from taskyard.kit.problems import Problem
from taskyard.web.bodies import Body, Named, Said

Step = Annotated[str, Field(min_length=1, max_length=100)]
Why = Annotated[str, Field(min_length=1, max_length=1000)]


class Arguments(Body):
    """What an action needs besides the tasks. `batch: null` clears it, `member: null` keeps work for nobody."""

    priority: Annotated[int, Field(ge=PRIORITY_MIN, le=PRIORITY_MAX, strict=True)] | None = None
    from_step: Step | None = None
    batch: Annotated[str, Field(min_length=1, max_length=BATCH_CHARS_MAX)] | None = None
    member: UUID | None = None
    step: Step | None = None
    reason: Why | None = None


class BulkAsked(Body):
    """What to do to which tasks; as a dry run, only what would become of them."""

    action: Action
    selection: SelectionAsked
    arguments: Arguments = Field(default_factory=Arguments)
    dry_run: bool = False

    @model_validator(mode="after")
    def _arguments_fit(self) -> Self:
        given = self.arguments.model_fields_set
        known, needed = ARGUMENTS.get(self.action, (frozenset(), frozenset()))
        if extra := sorted(given - known):
            raise ValueError(f"{self.action} takes no {', '.join(extra)}")
        if missing := sorted(needed - given):
            raise ValueError(f"{self.action} needs {', '.join(missing)} in its arguments")
        if "priority" in needed and self.arguments.priority is None:
            raise ValueError("a priority is a whole number; 0 is the usual one")
        if "step" in needed and self.arguments.step is None:
            raise ValueError("say the step to move to")
        return self

    def told(self) -> dict[str, Any]:
        """Return the arguments as they are kept."""
        return self.arguments.model_dump(mode="json", exclude_unset=True)

    def selected(self) -> dict[str, Any]:
        """Return the selection as it is kept: of ids only how many, for the items have them."""
        if self.selection.ids is not None:
            return {"ids": len(set(self.selection.ids))}
        return self.selection.model_dump(mode="json", exclude_unset=True, by_alias=True)


class ReasonSaid(Said):
    """Why some of the tasks were refused, and how many."""

    outcome: Outcome
    code: str | None
    says: str | None
    count: int


class DryRun(Said):
    """What would become of the tasks; nothing was changed."""

    action: Action
    dry_run: bool = True
    total: int
    done: int
    unchanged: int
    refused: int
    reasons: list[ReasonSaid]


class BulkSaid(Said):
    """One bulk operation. Once it has ended, `done + unchanged + refused + failed` is `total`."""

    id: UUID
    action: Action
    arguments: dict[str, Any]
    selection: dict[str, Any]
    undoes: UUID | None
    state: BulkState
    reason: str | None
    total: int
    done: int
    unchanged: int
    refused: int
    failed: int
    progress: float
    items_kept: bool
    by: Named | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    undo_until: datetime | None
    can: dict[str, str | None]

    @classmethod
    def of(cls, bulk: Bulk, actor: Actor, now: datetime) -> Self:
        """Return what is said of a row to somebody."""
        return cls(**_said(bulk, actor, now))


class BulkPage(BulkSaid):
    """One bulk operation, and why what was refused was."""

    reasons: list[ReasonSaid]

    @classmethod
    def with_reasons(cls, bulk: Bulk, actor: Actor, now: datetime, reasons: list[Reason]) -> Self:
        """Return what is said of a row with the reasons of its items."""
        said = [
            ReasonSaid(outcome=Outcome(reason.outcome), code=reason.code, says=reason.says, count=reason.number)
            for reason in reasons
        ]
        return cls(**_said(bulk, actor, now), reasons=said)


class ItemSaid(Said):
    """What became of one task; without an outcome it was not come to yet."""

    number: int
    task_id: UUID
    external_id: str | None
    outcome: Outcome | None
    code: str | None
    says: str | None


class MoveTask(Body):
    """The step at which the task is to begin again."""

    step: Step


class SendBack(Body):
    """The step to send it back to, else the last that people answered; and why."""

    step: Step | None = None
    reason: Why | None = None


def _said(bulk: Bulk, actor: Actor, now: datetime) -> dict[str, Any]:
    names = BulkSaid.model_fields.keys() - {"progress", "by", "undo_until", "can"}
    action = Action(bulk.action)
    may_undo = action in UNDOABLE and bulk.undoes is None and bulk.state != BulkState.UNDONE
    return {
        **{name: getattr(bulk, name) for name in names},
        "progress": progress_of(bulk.total, bulk.done + bulk.unchanged + bulk.refused + bulk.failed),
        "by": Named(id=bulk.created_by, name=bulk.created_by_name) if bulk.created_by else None,
        "undo_until": undo_until(bulk.ended_at) if may_undo else None,
        "can": _can(bulk, actor, action, now),
    }


def _can(bulk: Bulk, actor: Actor, action: Action, now: datetime) -> dict[str, str | None]:
    no_role = None if actor.may(asks_for(action)) else "Your role may not do this."
    all_done = "Nothing of it was refused or failed." if bulk.done + bulk.unchanged == bulk.total else None
    no_items = None if bulk.items_kept else ItemsGone().detail
    try:
        refuse_undo(bulk, now)
        no_undo = None
    except Problem as problem:
        no_undo = problem.detail
    return {
        "cancel": no_role or BULK.why_not(bulk.state, "cancel"),
        "retry": no_role or BULK.why_not(bulk.state, "retry") or all_done or no_items,
        "undo": no_role or no_undo,
    }
