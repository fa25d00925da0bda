"""Callbacks: where a task's events are sent to, each delivery with its attempts, and what they are signed with."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0013_callbacks.sql")
    own_workspace("callback_secrets", "deliveries", "delivery_attempts")
