"""What is announced about archives, and about each task that goes into one or comes back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from taskyard.domain.archives.tables import Archive
from taskyard.ledger import Fact


def archive_fact(name: str, archive: Archive, says: str) -> Fact:
    """Return a fact about one archive."""
    counts = {"tasks": archive.tasks, "left_out": archive.left_out, "restored": archive.restored}
    project_id = UUID(archive.projects[0]["id"]) if len(archive.projects) == 1 else None
    return Fact(f"archive.{name}", says, archive.id, project_id, data={"state": archive.state, **counts})


def task_facts(verb: str, archive: Archive, moved: Iterable[tuple[UUID, UUID]]) -> list[Fact]:
    """Return what the timelines of tasks, each with its project, say of going and coming back; lists follow it live."""
    says = f"The task was {verb} {'in' if verb == 'archived' else 'from'} the archive {archive.name}."
    data = {"archive_id": str(archive.id)}
    return [Fact(f"task.{verb}", says, task_id, project_id, task_id, None, data) for task_id, project_id in moved]
