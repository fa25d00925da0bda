"""Callbacks that take turns by workspace, and cost a worker no more than what is due."""

from __future__ import annotations

from taskyard.migrations.tenants import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0016_fair_callbacks.sql")
