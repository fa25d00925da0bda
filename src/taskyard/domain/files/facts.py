"""What is announced about files."""

from __future__ import annotations

from taskyard.domain.files.tables import File
from taskyard.ledger import Fact


def file_kept(file: File) -> Fact:
    """A file is there to stay."""
    return Fact(
        "file.kept", f"The file {file.name} was added.", file.id, data={"bytes": file.bytes, "sha256": file.sha256}
    )
