"""Exports in the background, and their consumers."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0008_exports.sql")
    own_workspace("export_consumers", "exports")
