"""One way to a transaction: it knows its workspace, writes its facts before the commit and wakes listeners after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

from taskyard.kit.db import direct

RUNTIME_ROLE = "taskyard_app"
# Workers see the line of every workspace, and nothing else of them before they enter one.
WORKER_ROLE = "taskyard_worker"
BeforeCommit = Callable[[AsyncSession], Awaitable[None]]
AfterCommit = Callable[[AsyncSession], None]


class Database:
    """The pool of one process and the only place where a transaction is committed.

    Connections act as the run-time role, which owns nothing and cannot bypass row-level security.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 10,
        statement_seconds: float = 5,
        lock_seconds: float = 5,
        application: str = "taskyard",
        role: str = RUNTIME_ROLE,
    ) -> None:
        self.url = driver_url(url)
        limits = {
            "role": role,
            "statement_timeout": int(statement_seconds * 1000),
            "lock_timeout": int(lock_seconds * 1000),
            "idle_in_transaction_session_timeout": 60_000,
            "timezone": "UTC",
            # Every statement here is short and prepared: compiling one costs more than it saves.
            "jit": "off",
        }
        options = " ".join(f"-c {name}={value}" for name, value in limits.items())
        self.engine = create_async_engine(
            self.url,
            # Only the driver is told so: it shall send no BEGIN of its own. `begin` sends it together with the name of
            # the workspace, in one trip, and every session here comes from there.
            isolation_level="AUTOCOMMIT",
            pool_size=connections,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            pool_use_lifo=True,
            connect_args={"options": options, "application_name": application, "connect_timeout": 5},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._before: list[BeforeCommit] = []
        self._after: list[AfterCommit] = []

    @property
    def connections_in_use(self) -> int:
        """How many of the pool's connections somebody has now."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def before_commit(self, do: BeforeCommit, *, first: bool = False) -> None:
        """Have something done inside every transaction, last thing before it is committed."""
        self._before.insert(0 if first else len(self._before), do)

    def after_commit(self, do: AfterCommit) -> None:
        """Have something done after every commit; it must not fail and must not wait."""
        self._after.append(do)

    async def begin(self, workspace_id: UUID | None = None) -> AsyncSession:
        """Open a transaction bound to one workspace; end it with `commit` or `rollback`."""
        session, _ = await self._begin({} if workspace_id is None else {_WORKSPACE: workspace_id})
        return session

    async def begin_with(
        self, workspace_id: UUID, sql: str, values: direct.Values
    ) -> tuple[AsyncSession, list[direct.Row]]:
        """Open a transaction bound to one workspace and send its first statement along; return the rows of that too."""
        return await self._begin({_WORKSPACE: workspace_id}, sql, values)

    async def _begin(
        self,
        entering: Mapping[str, UUID],
        sql: str | None = None,
        values: direct.Values | None = None,
        begin: str = "BEGIN",
    ) -> tuple[AsyncSession, list[direct.Row]]:
        session = self._sessions()
        session.info["workspace_id"] = entering.get(_WORKSPACE)
        try:
            return session, await direct.begin(session, entering, sql, values, begin=begin)
        except BaseException:
            await self.rollback(session)
            raise

    async def commit(self, session: AsyncSession) -> None:
        """Write what is pending, commit, then wake whoever listens."""
        try:
            await _flush(session)
            for do in self._before:
                await do(session)
            await _flush(session)
            await direct.commit(session)
        except BaseException:
            await self.rollback(session)
            raise
        await session.close()
        for after in self._after:
            after(session)

    async def rollback(self, session: AsyncSession) -> None:
        """Forget everything the transaction did. Never fails: what was wrong is for the caller to tell."""
        try:
            await session.rollback()
        except (SQLAlchemyError, OSError):
            # The connection is gone, and the transaction with it; said here, it would hide why we came.
            await session.invalidate()
        finally:
            await session.close()

    @asynccontextmanager
    async def transaction(self, workspace_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """Open a transaction, commit it at the end, or roll back on any error."""
        session = await self.begin(workspace_id)
        try:
            yield session
        except BaseException:
            await self.rollback(session)
            raise
        await self.commit(session)

    @asynccontextmanager
    async def snapshot(self, workspace_id: UUID) -> AsyncIterator[AsyncSession]:
        """Open a transaction whose statements all see one moment in time, and that writes nothing."""
        session, _ = await self._begin({_WORKSPACE: workspace_id}, begin=_ONE_MOMENT)
        try:
            yield session
        finally:
            await self.rollback(session)

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


async def _flush(session: AsyncSession) -> None:
    # Asked first, because even a flush of nothing goes the long way round through the mapper.
    if session.new or session.dirty or session.deleted:
        await session.flush()


async def enter_workspace(session: AsyncSession, workspace_id: UUID) -> None:
    """Let row-level security show this workspace, and only it, until the transaction ends."""
    session.info["workspace_id"] = workspace_id
    await direct.fetch(session, _ENTER, {"name": _WORKSPACE, "value": str(workspace_id)})


async def enter_user(session: AsyncSession, user_id: UUID) -> None:
    """Let row-level security show the memberships of one user, to choose a workspace at sign-in."""
    await direct.fetch(session, _ENTER, {"name": "taskyard.user_id", "value": str(user_id)})


_WORKSPACE = "taskyard.workspace_id"
_ONE_MOMENT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_ENTER = "SELECT set_config(%(name)s, %(value)s, true)"


def is_away(error: BaseException) -> bool:
    """Say whether the database could not be asked just now; asking again later may help."""
    if isinstance(error, PoolTimeout | OSError):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state is None:  # the server said nothing at all
        return isinstance(error, OperationalError | InterfaceError)
    # Class 57 is an administrator's shutdown, 53 a lack of resources, 08 a broken connection.
    return (isinstance(error, DBAPIError) and error.connection_invalidated) or state[:2] in {"57", "53", "08"}


def is_collision(error: BaseException) -> bool:
    """Say whether two transactions stood in each other's way; this one was undone and may be repeated."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    # Class 40 is a deadlock, 55P03 a lock that somebody else held for too long.
    return state is not None and (state[:2] == "40" or state == "55P03")


def driver_url(url: str) -> URL:
    """Return the address with our driver named, whatever of the usual spellings was given."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg2"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed
