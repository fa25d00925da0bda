"""Bulk operations with their items, and answers that are kept from an earlier run."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0006_bulk.sql")
    own_workspace("bulks", "bulk_items")
