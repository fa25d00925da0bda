"""What is announced about audits."""

from __future__ import annotations

from taskyard.domain.audits.rules import told
from taskyard.domain.audits.tables import Audit
from taskyard.domain.tasks import AuditStatus, Task, task_fact
from taskyard.ledger import Fact


def audited(audit: Audit, task: Task) -> Fact:
    """Return what was found, by whom, and why."""
    because = f": {told(audit.reasons)}." if audit.reasons else "."
    says = {
        AuditStatus.ACCEPTED: f"{audit.by_name} accepted the result{because}",
        AuditStatus.FIXED: f"{audit.by_name} fixed the answer of {audit.step}{because}",
        AuditStatus.REJECTED: f"{audit.by_name} rejected the result{because}",
    }[AuditStatus(audit.verdict)]
    data = {"verdict": audit.verdict, "reasons": audit.reasons, "step": audit.step, "redo_from": audit.redo_from}
    return task_fact("audited", task, says, audit_id=str(audit.id), **data)
