"""Which column of an upload is which field, and what is remembered of it for the next."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0011_upload_mappings.sql")
    own_workspace("upload_mappings")
