"""Uploads of a yard: given, taken in as a worker does it, mended, and looked at."""

from __future__ import annotations

from typing import Any

from taskyard.domain import uploads
from taskyard.kit.settings import Settings
from tests.builders.people import Said
from tests.builders.yard import Yard


class Uploading:
    """What a test does with uploads, without a worker beside it."""

    def __init__(self, yard: Yard, settings: Settings) -> None:
        self.yard, self.settings = yard, settings

    async def give(self, project: str, content: bytes | str, name: str = "tasks.csv", **fields: str) -> Said:
        """Send a file."""
        body = content.encode() if isinstance(content, str) else content
        return await self.yard.owner.post("/uploads", files={"file": (name, body)}, data={"project": project, **fields})

    async def enter(self, upload: dict[str, Any]) -> dict[str, Any]:
        """Do what a worker does with the chore of an upload; return how it went."""
        (chore,) = uploads.chores(
            self.yard.desk.database, self.settings, self.yard.desk.objects, self.yard.desk.pictures
        )
        await chore.enter(workspace_id=str(self.yard.workspace_id), upload_id=upload["id"])
        found: dict[str, Any] = (await self.yard.owner.get(f"/uploads/{upload['id']}")).json
        return found

    async def taken(self, project: str, content: bytes | str, name: str = "tasks.csv", **fields: str) -> dict[str, Any]:
        """Send a file and have it taken in."""
        return await self.enter((await self.give(project, content, name, **fields)).json)

    async def mend(self, upload: dict[str, Any], content: bytes | str, name: str = "mended.csv") -> Said:
        """Send mended rows."""
        body = content.encode() if isinstance(content, str) else content
        return await self.yard.owner.post(f"/uploads/{upload['id']}/mended", files={"file": (name, body)})

    async def mended(self, upload: dict[str, Any], content: bytes | str, name: str = "mended.csv") -> dict[str, Any]:
        """Send mended rows and have them taken in."""
        return await self.enter((await self.mend(upload, content, name)).json)

    async def failed_rows(self, upload: dict[str, Any]) -> str:
        """Download the failed rows."""
        said = await self.yard.owner.get(f"/uploads/{upload['id']}/failed-rows")
        assert said.status == 200, said.response.text
        return said.response.text

    async def errors(self, upload: dict[str, Any]) -> list[tuple[int, str | None]]:
        """Return which rows and fields are said to be wrong."""
        page = (await self.yard.owner.get(f"/uploads/{upload['id']}/errors", params={"limit": 200})).json
        return [(error["row"], error["field"]) for error in page["items"]]


def counts(upload: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return rows, created, unchanged, failed."""
    return upload["rows"], upload["created"], upload["unchanged"], upload["failed"]
