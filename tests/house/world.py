"""A workspace with one of everything an address can name, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from taskyard.domain import exports, uploads
from taskyard.kit.ids import new_id
from tests.builders import BOTH_FLOW, PICTURE_FLOW, Person, Yard
from tests.builders.archives import archived
from tests.builders.browser import a_member

ROLES = ("owner", "manager", "reviewer", "annotator", "client")


class World:
    """One tenant. Ids are those of real rows, so that 404 can only mean `not yours`."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self._made: dict[str, str] = {}
        self._people: dict[str, Person] = {}

    async def id_of(self, name: str) -> str:
        """Return the id of this world's own example of a path parameter."""
        if name not in self._made:
            self._made[name] = await {**EXAMPLES, **EXAMPLES_IN_BODIES}[name](self)
        return self._made[name]

    async def person(self, role: str) -> Person:
        """Return somebody of a role; `no scopes` is an owner's key that may nothing."""
        if role == "nobody":
            return self.yard.stranger
        if role not in self._people:
            named: dict[str, Any] = {"role": "owner", "scopes": []} if role == "no scopes" else {"role": role}
            self._people[role] = await self.yard.person(**named)
        return self._people[role]

    async def whole(self) -> World:
        """Make everything there is an example of, and something in every table that belongs to a tenant."""
        for name in EXAMPLES:
            await self.id_of(name)
        await fill_every_table(self)
        return self


async def _project(world: World) -> str:
    return await world.yard.project(shared_with_clients=True)


async def _app(world: World) -> str:
    return await world.yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"), name="App")


async def _picture_project(world: World) -> str:
    return await world.yard.project(PICTURE_FLOW, name="Pictures")


async def _task(world: World) -> str:
    return str((await world.yard.task(await world.id_of("project_id")))["id"])


async def _run(world: World) -> str:
    page = (await world.yard.owner.get(f"/tasks/{await world.id_of('task_id')}")).json
    return str(page["run_id"])


async def _reservation(world: World) -> str:
    project = await world.yard.project(name="In hand")
    await world.yard.task(project)
    hold = (await (await world.person("owner")).post("/next", {"project": project})).json
    return str(hold["reservation"]["id"])


async def _file(world: World) -> str:
    return await world.yard.file()


async def _invitation(world: World) -> str:
    asked = {"email": f"{new_id().hex}@example.org", "role": "annotator"}
    return str((await world.yard.owner.post("/invitations", asked)).json["id"])


async def _key(world: World) -> str:
    return str((await world.yard.owner.post("/keys", {"name": "Robot", "role": "annotator"})).json["id"])


async def _member(world: World) -> str:
    return (await world.yard.person("annotator")).member_id


async def _upload(world: World) -> str:
    mapping = '{"text": "text"}'
    where = {"project": await world.id_of("project_id"), "name": "tasks.csv", "mapping": mapping}
    sent = await world.yard.owner.post(
        "/uploads", params=where, content=b"text,priority\nHello,\nBad,soon\n", headers={"Content-Type": "text/csv"}
    )
    desk = world.yard.desk
    (chore,) = uploads.chores(desk.database, desk.settings, desk.objects, desk.pictures)
    await chore.enter(workspace_id=str(world.yard.workspace_id), upload_id=sent.json["id"])
    return str(sent.json["id"])


async def _view(world: World) -> str:
    asked = {"name": "Late ones", "query": {"status": ["queued"]}, "shared": True}
    return str((await world.yard.owner.post("/views", asked)).json["id"])


async def _archive(world: World) -> str:
    project = await world.yard.project(name="Archived")
    return str((await archived(world.yard, [(await world.yard.task(project))["id"]]))["id"])


async def _bulk(world: World) -> str:
    body = {
        "action": "set_priority",
        "selection": {"ids": [await world.id_of("task_id")]},
        "arguments": {"priority": 1},
    }
    return str((await (await world.person("owner")).post("/bulk", body)).json["id"])


async def _export(world: World) -> str:
    """Return one that is completed, so that there is something to download."""
    asked = (await world.yard.owner.post("/exports", {"consumer": "Billing"})).json
    desk = world.yard.desk
    (chore,) = exports.chores(desk.database, desk.settings, desk.objects, desk.pictures)
    await chore.enter(workspace_id=str(world.yard.workspace_id), export_id=asked["id"])
    return str(asked["id"])


async def _consumer(world: World) -> str:
    await world.id_of("export_id")
    return str((await world.yard.owner.get("/exports/consumers")).json["items"][0]["id"])


async def _delivery(world: World) -> str:
    """Return one that was given up, so that it may be sent again."""
    task = await world.yard.task(await world.id_of("project_id"), callback_url="https://receiver.example.org/told")
    assert (await world.yard.owner.post(f"/tasks/{task['id']}/cancel")).status == 200
    await world.yard.owner.get("/callbacks/secret")
    given_up = "UPDATE deliveries SET state = 'failed', attempts = 1, ended_at = now() WHERE workspace_id = :here"
    await world.yard.sql(given_up, here=world.yard.workspace_id)
    attempts = "INSERT INTO delivery_attempts SELECT workspace_id, id, 1 FROM deliveries WHERE workspace_id = :here"
    await world.yard.sql(attempts, here=world.yard.workspace_id)
    return str((await world.yard.owner.get(f"/tasks/{task['id']}/deliveries")).json["items"][0]["id"])


# Every path parameter there is. A route with another one fails its tests until it has an example here.
EXAMPLES: dict[str, Callable[[World], Awaitable[str]]] = {
    "project_id": _project,
    "task_id": _task,
    "run_id": _run,
    "reservation_id": _reservation,
    "file_id": _file,
    "upload_id": _upload,
    "archive_id": _archive,
    "bulk_id": _bulk,
    "invitation_id": _invitation,
    "key_id": _key,
    "member_id": _member,
    "view_id": _view,
    "export_id": _export,
    "consumer_id": _consumer,
    "delivery_id": _delivery,
}
# Examples that only bodies name.
EXAMPLES_IN_BODIES: dict[str, Callable[[World], Awaitable[str]]] = {
    "app": _app,
    "picture_project": _picture_project,
}


async def fill_every_table(world: World) -> None:
    """Do what leaves a row in those tables that an example does not reach."""
    yard = world.yard
    await a_member(yard.app, yard.owner, f"{new_id().hex}@example.org")
    project = await yard.project(name="Done")
    await yard.task(project)
    await yard.task(project, answers={"label": {"labels": ["question"]}})
    worker = await yard.person("annotator")
    hold = (await worker.post("/next", {"project": project})).json
    await worker.post(f"/reservations/{hold['reservation']['id']}/skip", {"reason": "Blurred."})
    await yard.answer(worker, {"labels": ["question"]}, project)
    (done,) = (await yard.owner.get("/tasks", params={"project": project, "audit": "ready"})).json["items"]
    assert (await yard.owner.post(f"/tasks/{done['id']}/audits", {"verdict": "accept"})).status == 201
    await yard.task(await world.id_of("picture_project"), {"photo": await world.id_of("file_id")})
    await yard.owner.post("/projects", {"name": "Kept"}, headers={"Idempotency-Key": "kept"})
    # As a large upload and somebody who sorts a large project leave them.
    spans = (
        "INSERT INTO task_spans SELECT workspace_id, id, project_id, NULL, id, id FROM tasks WHERE workspace_id = :here"
    )
    await yard.sql(spans, here=yard.workspace_id)
    fields = "INSERT INTO sorted_fields SELECT workspace_id, id, 'text' FROM projects WHERE workspace_id = :here"
    await yard.sql(fields, here=yard.workspace_id)
    await yard.task(project)
