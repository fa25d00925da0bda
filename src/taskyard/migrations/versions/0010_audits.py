"""Audits, answers that an audit replaced, and what becomes of rejected tasks."""

from __future__ import annotations

from taskyard.migrations.tenants import own_workspace, run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0010_audits.sql")
    own_workspace("audits")
