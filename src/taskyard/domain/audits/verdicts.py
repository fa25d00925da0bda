"""Who may give a verdict on a task, by where the task stands; pure."""

from __future__ import annotations

from taskyard.access import Actor, Permission
from taskyard.domain.audits.rules import Verdict
from taskyard.domain.tasks import AuditStatus, TaskStatus

FOUND = {
    Verdict.ACCEPT: AuditStatus.ACCEPTED,
    Verdict.FIX: AuditStatus.FIXED,
    Verdict.REJECT: AuditStatus.REJECTED,
}
FOUND_CHECK = "verdict IN ({})".format(", ".join(f"'{status.value}'" for status in FOUND.values()))

# Why there is nothing to judge.
WHY = {
    TaskStatus.QUEUED: "nobody has finished it yet",
    TaskStatus.IN_PROGRESS: "it is still being worked on",
    TaskStatus.FAILED: "nothing came of it",
    TaskStatus.CANCELLED: "nothing came of it",
}


def may_change_verdict(actor: Actor) -> bool:
    """Leads put their verdict in the place of another, and choose where a rejected task begins again."""
    return actor.may(Permission.TASKS_WRITE)


def why_not(actor: Actor, status: str, found: str | None) -> str | None:
    """Return why this actor may not audit a task that stands like this; None when they may."""
    if not actor.may(Permission.AUDITS_WRITE):
        return "Your role may not audit."
    if (why := WHY.get(TaskStatus(status))) is not None:
        return f"Only completed tasks are audited: {why}."
    return f"It has been {found} already." if found else None


def why_not_again(actor: Actor, status: str, found: str | None) -> str | None:
    """Return why this actor may not change the verdict there is; None when they may."""
    if not actor.may(Permission.AUDITS_WRITE) or not may_change_verdict(actor):
        return "Only owners and managers change a verdict."
    if status != TaskStatus.COMPLETED or found is None:
        return "There is no verdict to change."
    return None
