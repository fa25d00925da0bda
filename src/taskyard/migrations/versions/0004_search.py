"""Words and sorted values beside the tasks, and what is still to be put there."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, past_the_walls, run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with past_the_walls("projects"):
        run("0004_search.sql")
    own_workspace("task_texts", "sorted_fields", "task_values", "task_spans")
    run("0004_search_walls.sql")
