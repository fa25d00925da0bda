"""Answers that tasks bring along, and uploads whose tasks are kept for somebody."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0015_prefills.sql")
    own_workspace("task_prefills")
