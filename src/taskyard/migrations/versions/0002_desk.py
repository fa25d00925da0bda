"""What the desk's list shows and narrows by: verdict, time, cost, what is kept for whom, priorities of steps."""

from __future__ import annotations

from taskyard.migrations.tenants import past_the_walls, run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with past_the_walls("tasks", "answers"):
        run("0002_desk.sql")
