"""What every table of a tenant needs besides its columns: who may use it, and the wall between workspaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import op

VERSIONS = Path(__file__).parent / "versions"


def run(name: str) -> None:
    """Run the SQL file beside the migration as it stands: it may hold colons and percent signs."""
    op.get_bind().exec_driver_sql((VERSIONS / name).read_text("utf-8").replace("%", "%%"))


@contextmanager
def past_the_walls(*tables: str) -> Iterator[None]:
    """Let the migration see every workspace's rows of these tables: the walls hold for their owner too.

    Without this a statement over all rows finds none, and says nothing.
    """
    for table in tables:
        op.get_bind().exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.get_bind().exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def own_workspace(*tables: str) -> None:
    """Let the run-time roles use these tables, and a session see only the rows of the workspace it has entered."""
    for table in tables:
        op.get_bind().exec_driver_sql(f"""
            GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO taskyard_app, taskyard_worker;
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY own_workspace ON {table}
                USING (workspace_id = nullif(current_setting('taskyard.workspace_id', true), '')::uuid);
        """)
