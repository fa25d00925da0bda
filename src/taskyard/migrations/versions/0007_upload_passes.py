"""Uploads in passes: the source, then mended rows; which rows are still bad, and which differ from what was there."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0007_upload_passes.sql")
    own_workspace("upload_passes")
