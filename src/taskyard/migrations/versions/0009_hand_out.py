"""The line: what waiting gains, and what is kept for whom before it can be taken."""

from __future__ import annotations

from taskyard.migrations.tenants import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0009_hand_out.sql")
