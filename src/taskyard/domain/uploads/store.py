"""Every query about uploads themselves; their rows go by `staging`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.access import Actor, Role
from taskyard.domain.projects import Project
from taskyard.domain.uploads.problems import NoSuchUpload
from taskyard.domain.uploads.row_errors import RowError
from taskyard.domain.uploads.rules import UPLOAD
from taskyard.domain.uploads.tables import Upload, UploadError, UploadMapping, UploadPass

Listed = tuple[Upload, str]
# More columns than a table may have, of several sorts of files.
REMEMBERED_MAX = 2_000


async def get(session: AsyncSession, actor: Actor, upload_id: UUID) -> Listed:
    """Return an upload this actor may see with its project's name, or NoSuchUpload."""
    found = (await session.execute(_seen_by(actor).where(Upload.id == upload_id))).first()
    if found is None:
        raise NoSuchUpload(upload_id=upload_id)
    upload, project = found
    return upload, project


async def listed(session: AsyncSession, actor: Actor, limit: int, before: UUID | None) -> list[Listed]:
    """Return uploads this actor may see, newest first."""
    asked = _seen_by(actor).order_by(Upload.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(Upload.id < before)
    return [(upload, project) for upload, project in await session.execute(asked)]


async def count(session: AsyncSession, actor: Actor) -> int:
    """Count the uploads this actor may see."""
    return int(await session.scalar(select(func.count()).select_from(_seen_by(actor).subquery())) or 0)


async def lock(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> Upload | None:
    """Return an upload to be changed, or None when it went with its project."""
    found: Upload | None = await session.scalar(
        select(Upload)
        .where(Upload.workspace_id == workspace_id, Upload.id == upload_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def passes(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> list[UploadPass]:
    """Return the files of an upload, the source first. One from before files were kept so may have none yet."""
    rows = await session.scalars(
        select(UploadPass)
        .where(UploadPass.workspace_id == workspace_id, UploadPass.upload_id == upload_id)
        .order_by(UploadPass.number)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def remember(
    session: AsyncSession, workspace_id: UUID, project_id: UUID, mapping: Mapping[str, str | None]
) -> None:
    """Keep where columns go, beside what was kept for the columns of other files."""
    before = await remembered(session, workspace_id, project_id)
    together = {**{name: to for name, to in before.items() if name not in mapping}, **mapping}
    kept = dict(list(together.items())[-REMEMBERED_MAX:])
    values = {"workspace_id": workspace_id, "project_id": project_id, "mapping": kept}
    asked = insert_or(UploadMapping).values(values)
    await session.execute(
        asked.on_conflict_do_update(
            index_elements=["workspace_id", "project_id"], set_={"mapping": asked.excluded.mapping}
        )
    )


async def remembered(session: AsyncSession, workspace_id: UUID, project_id: UUID) -> Mapping[str, str | None]:
    """Return where the columns of a project's earlier files went."""
    found = await session.scalar(
        select(UploadMapping.mapping).where(
            UploadMapping.workspace_id == workspace_id, UploadMapping.project_id == project_id
        )
    )
    return found or {}


async def tell_progress(
    session: AsyncSession, workspace_id: UUID, upload_id: UUID, attempt: int, bytes_read: int
) -> bool:
    """Note how far an attempt is. False: it was cancelled, or another worker has begun, and this one has to stop."""
    told = await session.execute(
        update(Upload)
        .where(
            Upload.workspace_id == workspace_id,
            Upload.id == upload_id,
            Upload.attempt == attempt,
            Upload.state.in_(UPLOAD.sources("cancel")),
        )
        .values(bytes_read=bytes_read)
        .returning(Upload.id)
    )
    return told.first() is not None


async def hold_project(session: AsyncSession, upload: Upload) -> bool:
    """Keep the project from being deleted until the transaction ends; False when it is gone already."""
    values = {"workspace_id": upload.workspace_id, "project_id": upload.project_id}
    return (await session.execute(_HOLD_PROJECT, values)).first() is not None


async def add_errors(session: AsyncSession, upload: Upload, errors: Sequence[RowError]) -> None:
    """Keep what was wrong, in this order, in place of what an earlier attempt found."""
    of_upload = {"workspace_id": upload.workspace_id, "upload_id": upload.id}
    await session.execute(
        delete(UploadError).where(UploadError.workspace_id == upload.workspace_id, UploadError.upload_id == upload.id)
    )
    if errors:
        rows = [{**of_upload, "number": number, **error._asdict()} for number, error in enumerate(errors, start=1)]
        await session.execute(insert(UploadError), rows)


async def errors(
    session: AsyncSession, workspace_id: UUID, upload_id: UUID, limit: int | None = None, after: int = 0
) -> list[UploadError]:
    """Return what was wrong, in the order of the file; all that was kept without a limit."""
    rows = await session.scalars(
        select(UploadError)
        .where(UploadError.workspace_id == workspace_id, UploadError.upload_id == upload_id, UploadError.number > after)
        .order_by(UploadError.number)
        .limit(limit)
    )
    return list(rows)


async def count_errors(session: AsyncSession, workspace_id: UUID, upload_id: UUID) -> tuple[int, int]:
    """Return how many errors are kept, and of how many rows."""
    found = await session.execute(
        select(func.count(), func.count(UploadError.row.distinct()).filter(UploadError.row > 0)).where(
            UploadError.workspace_id == workspace_id, UploadError.upload_id == upload_id
        )
    )
    kept, rows = found.one()
    return int(kept), int(rows)


def _seen_by(actor: Actor) -> Select[Upload, str]:
    asked = (
        select(Upload, Project.name)
        .join(Project, (Project.workspace_id == actor.workspace_id) & (Project.id == Upload.project_id))
        .where(Upload.workspace_id == actor.workspace_id)
    )
    return asked.where(Project.shared_with_clients) if actor.role is Role.CLIENT else asked


# A share of the key is enough against deletion, and lets others go on editing the project.
_HOLD_PROJECT = text("""
    SELECT 1 FROM projects WHERE workspace_id = :workspace_id AND id = :project_id FOR KEY SHARE
""")
