"""The first schema: every table, its policies, and the tables of background chores."""

from __future__ import annotations

from pathlib import Path

import procrastinate.schema
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    # As they stand, through the driver: the scripts hold colons and percent signs that no parameter is meant by.
    for script in (
        procrastinate.schema.SchemaManager.get_schema(),
        (Path(__file__).parent / "0001_first.sql").read_text("utf-8"),
    ):
        connection.exec_driver_sql(script.replace("%", "%%"))
