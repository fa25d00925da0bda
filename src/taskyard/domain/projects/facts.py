"""What is announced about projects."""

from __future__ import annotations

from typing import Any

from taskyard.domain.projects.tables import Project
from taskyard.ledger import Fact


def project_fact(name: str, project: Project, says: str, **data: Any) -> Fact:
    """Return a fact about a project."""
    return Fact(f"project.{name}", says, project.id, project.id, data={"name": project.name, **data})
