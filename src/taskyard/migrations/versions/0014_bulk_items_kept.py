"""Bulk operations outlive what became of their single tasks."""

from __future__ import annotations

from taskyard.migrations.tenants import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0014_bulk_items_kept.sql")
