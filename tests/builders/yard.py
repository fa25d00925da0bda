"""A workspace of a test's own: tenants are walls, so tests need no cleaning up."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from taskyard.access import Actor, Role
from taskyard.domain import workspaces
from taskyard.domain.workspaces.tables import User
from taskyard.kit.ids import new_id
from taskyard.web.desk import Desk
from tests.builders.flows import CLASSIFY_FLOW
from tests.builders.people import Person
from tests.builders.pictures import a_picture


class Yard:
    """One workspace with as many people as a test asks for."""

    def __init__(self, app: FastAPI, desk: Desk, client: httpx.AsyncClient, workspace_id: UUID, actor: Actor) -> None:
        self.app = app
        self.desk = desk
        self.client = client
        self.workspace_id = workspace_id
        self.actor = actor
        self.owner: Person = Person(client, None)
        self.stranger = Person(client, None)

    async def person(self, role: str = "annotator", name: str = "", **named: Any) -> Person:
        """Return somebody new with this role."""
        named = {"scopes": None, "expires_at": None, **named}
        async with self.desk.database.transaction(self.workspace_id) as session:
            shown = await workspaces.make_key(session, self.actor, name=name or role, role=Role(role), **named)
            member_id = shown.row.member_id  # type: ignore[union-attr]
        return Person(self.client, shown.secret, str(member_id), role)

    async def project(self, flow: str = CLASSIFY_FLOW, *, name: str = "Messages", **changes: Any) -> str:
        """Return a project with its flow published."""
        made = (await self.owner.post("/projects", {"name": name, "flow": flow})).json
        assert (await self.owner.post(f"/projects/{made['id']}/publish")).status == 200
        if changes:
            assert (await self.owner.patch(f"/projects/{made['id']}", changes)).status == 200
        return str(made["id"])

    async def task(self, project: str, given: dict[str, Any] | None = None, **named: Any) -> dict[str, Any]:
        """Return a task that has just been created."""
        body = {"project": project, "input": given or {"text": "Where is my order?"}, **named}
        found: dict[str, Any] = (await self.owner.post("/tasks", body)).json
        return found

    async def file(self, content: bytes | None = None, name: str = "receipt.png") -> str:
        """Return the id of a file that has just been given."""
        sent = await self.owner.post("/files", params={"name": name}, content=content or a_picture(),
                                     headers={"Content-Type": "image/png"})  # fmt: skip
        return str(sent.json["id"])

    async def answer(self, who: Person, answer: dict[str, Any], project: str | None = None) -> dict[str, Any]:
        """Have somebody take the next work and answer it."""
        hold = (await who.post("/next", {"project": project} if project else {})).json
        done = await who.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": answer})
        found: dict[str, Any] = done.json
        return found

    async def until(self, who: Person, path: str, is_so: Any, seconds: float = 60) -> Any:
        """Return what a path shows once it is so; fails with what it showed last."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            shown = (await who.get(path)).json
            if is_so(shown):
                return shown
            assert asyncio.get_running_loop().time() < deadline, f"{path} still shows {str(shown)[:2000]}"
            await asyncio.sleep(0.05)

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement inside this workspace."""
        async with self.desk.database.transaction(self.workspace_id) as session:
            found = await session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []  # type: ignore[attr-defined]


async def open_yard(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> Yard:
    """Return a new workspace with an owner."""
    user = User(id=new_id(), email=f"{new_id().hex}@example.org", name="Owner", password_hash="none")
    async with desk.database.transaction() as session:
        session.add(user)
        await session.flush()
        member = await workspaces.open_workspace(session, user, "Yard")
        workspace_id, member_id = member.workspace_id, member.id
    actor = Actor.system(workspace_id, "Tests")
    yard = Yard(app, desk, client, workspace_id, actor)
    yard.owner = await yard.person("owner")
    assert member_id
    return yard
