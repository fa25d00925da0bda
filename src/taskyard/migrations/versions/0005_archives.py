"""Archives, what became of each of their tasks, and after how much rest a project archives by itself."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0005_archives.sql")
    own_workspace("archives", "archive_items")
