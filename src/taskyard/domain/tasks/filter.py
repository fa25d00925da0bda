"""What tasks are narrowed to: one condition for the list that shows them and the export that takes them away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What tasks are narrowed to. Every field is optional; what is given must all hold."""

    projects: tuple[UUID, ...] = ()
    statuses: tuple[str, ...] = ()
    step: str | None = None
    batch: str | None = None
    words: str | None = None
    mine: bool = False
    ids: tuple[UUID, ...] = ()

    def conditions(self) -> list[str]:
        """Return the SQL conditions on `tasks`; values are always bound, as `:name`. `:me` is whoever asks."""
        found = []
        # One value is asked for as one: of several PostgreSQL cannot tell that an index has them in order.
        if self.projects:
            found.append(f"tasks.project_id = {':project' if len(self.projects) == 1 else 'ANY(:projects)'}")
        if self.statuses:
            found.append(f"tasks.status = {':status' if len(self.statuses) == 1 else 'ANY(:statuses)'}")
        if self.step:
            found.append(":step = ANY(tasks.steps)")
        if self.batch:
            found.append("tasks.batch = :batch")
        if self.words:
            found.append(_contains(self.words))
        if self.mine:
            found.append("tasks.created_by = :me")
        if self.ids:
            found.append("tasks.id = ANY(:ids)")
        return found

    def values(self) -> dict[str, Any]:
        """Return the values the conditions name, and some they do not."""
        words = (self.words or "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return {
            "project": self.projects[0] if self.projects else None,
            "projects": list(self.projects),
            "status": self.statuses[0] if self.statuses else None,
            "statuses": list(self.statuses),
            "step": self.step,
            "batch": self.batch,
            "like": f"%{words}%",
            "id_like": f"%{words.lower()}%",
            "ids": list(self.ids),
        }


def _contains(words: str) -> str:
    """Return the condition that a task shows these words. Ids are looked through only for what may be part of one."""
    like = "LIKE" if words.lower() == words.upper() else "ILIKE"
    in_id = " OR tasks.id::text LIKE :id_like" if _PART_OF_ID.fullmatch(words) else ""
    return f"(tasks.preview {like} :like OR tasks.external_id {like} :like{in_id})"


_PART_OF_ID = re.compile(r"[0-9a-fA-F-]{6,36}")
