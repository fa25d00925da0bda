"""What is announced about uploads: one fact for all their tasks, however many there are."""

from __future__ import annotations

from taskyard.domain.uploads.tables import Upload
from taskyard.kit.words import counted
from taskyard.ledger import Fact


def upload_fact(name: str, upload: Upload, says: str) -> Fact:
    """Return a fact about one upload."""
    counts = {"rows": upload.rows, "created": upload.created, "unchanged": upload.unchanged, "failed": upload.failed}
    return Fact(f"upload.{name}", says, upload.id, upload.project_id, data={"state": upload.state, **counts})


def completed(upload: Upload, created: int) -> Fact:
    """Its tasks are there. The timeline of each of them shows this fact as its beginning."""
    if upload.passes > 1:
        says = f"Mended rows of {upload.file_name} made {counted(created, 'task')}."
        return upload_fact("mended", upload, says)
    return upload_fact("completed", upload, f"The upload {upload.file_name} made {counted(created, 'task')}.")
