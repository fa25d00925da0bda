"""Bring the schema to what this version needs, and say how it stands."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from taskyard.kit.db.engine import RUNTIME_ROLE, WORKER_ROLE, driver_url
from taskyard.kit.problems import Kind, Problem
from taskyard.migrations import HEAD

MIGRATIONS = Path(__file__).parents[2] / "migrations"
# Any number: it only has to be the same in every process that migrates.
LOCK = 7_230_417_001


class SchemaTooNew(Problem):
    """The database is at {found}, this Taskyard knows {known}: start the newer version that made it."""

    kind = Kind.UNAVAILABLE


class RolesMissing(Problem):
    """The database lacks the role {role}, and {user} may not create it. A superuser has to run once `{mend}`."""

    kind = Kind.UNAVAILABLE


class DatabaseUnreachable(Problem):
    """The database does not answer: {says}."""

    kind = Kind.UNAVAILABLE


def version_of(url: str) -> str | None:
    """Return the revision the database is at, or None before the first migration."""
    engine = create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found
    except OperationalError as error:
        raise DatabaseUnreachable(says=str(error.orig).strip()) from error
    finally:
        engine.dispose()


def migrate(url: str) -> bool:
    """Run what is missing, as the database's owner. Returns whether anything was. Safe beside other processes."""
    if version_of(url) == HEAD:
        # A database that came from elsewhere, out of a dump, is whole and may still lack what a server keeps apart.
        _make_roles(url)
        return False
    # Imported late: a warm start needs none of it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(driver_url(url), connect_args={"connect_timeout": 5, "options": "-c lock_timeout=60000"})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
            try:
                _make_roles(url)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            except CommandError as error:
                raise SchemaTooNew(found=version_of(url), known=HEAD) from error
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
                connection.commit()
    finally:
        engine.dispose()
    return True


def _make_roles(url: str) -> None:
    engine = create_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            user = connection.execute(text("SELECT current_user")).scalar_one()
            for role in (RUNTIME_ROLE, WORKER_ROLE):
                mend = f'CREATE ROLE {role} NOLOGIN; GRANT {role} TO "{user}";'
                try:
                    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": role}).scalar():
                        connection.execute(text(f"CREATE ROLE {role} NOLOGIN"))
                    # Since PostgreSQL 16 whoever made a role is its member, and may not act as it until told so.
                    may = "SET" if (connection.dialect.server_version_info or ()) >= (16,) else "MEMBER"
                    if not connection.execute(
                        text(f"SELECT pg_has_role(current_user, :r, '{may}')"), {"r": role}
                    ).scalar():
                        connection.execute(text(f'GRANT {role} TO "{user}"'))
                except ProgrammingError as error:
                    raise RolesMissing(role=role, user=user, mend=mend) from error
    finally:
        engine.dispose()
