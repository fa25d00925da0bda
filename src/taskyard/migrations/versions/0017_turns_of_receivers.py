"""Receivers of one workspace take turns, and one that does not answer is left alone with all that waits for it."""

from __future__ import annotations

from taskyard.migrations.tenants import past_the_walls, run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with past_the_walls("deliveries"):
        run("0017_turns_of_receivers.sql")
