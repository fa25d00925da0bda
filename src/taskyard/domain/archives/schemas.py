"""Bodies in and out about archives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from taskyard.access import Actor, Permission
from taskyard.domain.archives.rules import ARCHIVE, SAYS, ArchiveState, ItemOutcome, Refused, progress_of
from taskyard.domain.archives.tables import Archive, ArchiveItem
from taskyard.domain.tasks import SelectionAsked
from taskyard.web.bodies import Body, Named, Said

IDS_MAX = 10_000


class ArchiveAsk(Body):
    """Which tasks leave the list, and what their archive is called. A dry run only counts."""

    selection: SelectionAsked
    name: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    dry_run: bool = False


class RestoreAsk(Body):
    """Which tasks come back; without ids all of them."""

    ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=IDS_MAX)] = None


class RefusedSaid(Said):
    """So many tasks that would stay in the list, for one reason."""

    reason: str
    says: str
    count: int

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Return what is said of one reason."""
        return cls(reason=refused.reason, says=SAYS[refused.reason], count=refused.number)


class ArchiveLook(Said):
    """What an archive of this selection would be; nothing was done."""

    dry_run: Literal[True] = True
    asked: int
    archivable: int
    refused: list[RefusedSaid]


class ArchiveSaid(Said):
    """One archive. `tasks` went into it, `restored` of them are back; `by` is null when it was made by itself."""

    id: UUID
    name: str
    state: ArchiveState
    projects: list[Named]
    selection: dict[str, Any]
    asked: int
    tasks: int
    left_out: int
    restored: int
    progress: float
    bytes: int | None
    sha256: str | None
    reason: str | None
    by: Named | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    can: dict[str, str | None]

    @classmethod
    def of(cls, archive: Archive, actor: Actor) -> Self:
        """Return what is said of a row to somebody."""
        names = cls.model_fields.keys() - {"projects", "progress", "by", "can"}
        by = archive.created_by
        of = archive.wanted if archive.state == ArchiveState.RESTORING else archive.asked
        return cls(
            projects=[Named.model_validate(project) for project in archive.projects],
            progress=progress_of(archive.state, archive.done, of),
            by=Named(id=by, name=archive.created_by_name or "") if by else None,
            can=_can(archive, actor),
            **{name: getattr(archive, name) for name in names},
        )


class ArchiveItemSaid(Said):
    """What became of one task, and why it is not where it was asked to be."""

    task_id: UUID
    external_id: str | None
    outcome: ItemOutcome
    reason: str | None
    says: str | None

    @classmethod
    def of(cls, item: ArchiveItem) -> Self:
        """Return what is said of a row."""
        return cls(
            task_id=item.task_id,
            external_id=item.external_id,
            outcome=ItemOutcome(item.outcome),
            reason=item.reason,
            says=SAYS[item.reason] if item.reason else None,
        )


def why_no_file(archive: Archive) -> str | None:
    """Return why there is nothing to download, or None."""
    if archive.sha256 is not None:
        return None
    if archive.state in {ArchiveState.QUEUED, ArchiveState.WRITING}:
        return "It is not written yet."
    return "No task went into this archive."


def _can(archive: Archive, actor: Actor) -> dict[str, str | None]:
    no_lead = None if actor.may(Permission.ARCHIVES_WRITE) else "Only owners and managers may do this."
    nothing = "Nothing is left in it." if archive.tasks == archive.restored else None
    if archive.state in {ArchiveState.COMPLETED, ArchiveState.RESTORED} and nothing:
        restore: str | None = nothing
    else:
        restore = ARCHIVE.why_not(archive.state, "restore")
    return {
        "cancel": no_lead or ARCHIVE.why_not(archive.state, "cancel"),
        "restore": no_lead or restore,
        "download": why_no_file(archive),
        "delete": no_lead or ARCHIVE.why_not(archive.state, "delete"),
    }
