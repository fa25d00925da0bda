"""Fewer looks for each row of a bulk change or deletion."""

from __future__ import annotations

from taskyard.migrations.tenants import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0012_lean_deletes.sql")
