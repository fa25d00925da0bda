"""Saved views of the list of tasks."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0003_saved_views.sql")
    own_workspace("saved_views")
