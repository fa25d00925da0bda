"""A request that is repeated with its key has one effect and one answer."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from taskyard.app import make_app, make_desk
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.worker import Worker
from tests.builders import Person, Yard
from tests.builders.browser import Browser, a_member

NEW = {"name": "Receipts"}


def once(key: str = "k-1") -> dict[str, str]:
    return {"Idempotency-Key": key}


async def projects(yard: Yard) -> int:
    return int((await yard.sql("SELECT count(*) AS n FROM projects WHERE NOT is_playground"))[0].n)


async def kept(yard: Yard) -> list[Any]:
    return await yard.sql("SELECT key, status FROM idempotency_keys ORDER BY key")


async def test_a_repeat_has_one_effect_and_the_same_answer(yard: Yard) -> None:
    first = await yard.owner.post("/projects", NEW, headers=once())
    again = await yard.owner.post("/projects", NEW, headers=once())
    assert (first.status, again.status) == (201, 201)
    assert first.response.content == again.response.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await projects(yard) == 1


async def test_fifty_at_once_have_one_effect(yard: Yard) -> None:
    project = await yard.project()
    body = {"project": project, "input": {"text": "once"}}
    said = await asyncio.gather(*(yard.owner.post("/tasks", body, headers=once()) for _ in range(50)))
    assert {one.status for one in said} <= {201, 409}
    assert {one.problem for one in said if one.status == 409} <= {"twin_in_flight"}
    assert len({one.json["id"] for one in said if one.status == 201}) == 1
    assert sum("idempotency-replayed" not in one.headers for one in said if one.status == 201) == 1
    assert (await yard.owner.get("/tasks")).json["total"] == 1
    told = await yard.sql("SELECT count(*) AS n FROM facts WHERE name = 'task.created'")
    assert told[0].n == 1


async def test_fifty_who_take_with_one_key_hold_one_task(yard: Yard) -> None:
    project = await yard.project()
    for _ in range(5):
        await yard.task(project)
    ana = await yard.person()
    said = await asyncio.gather(*(ana.post("/next", {}, headers=once()) for _ in range(50)))
    held = {one.json["reservation"]["id"] for one in said if one.status == 200}
    assert len(held) == 1
    assert (await ana.get("/reservations", params={"mine": True})).json["total"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/projects", {"name": "Another"}), ("/projects?a=b", NEW), ("/keys", {"name": "a", "role": "client"})],
)
async def test_a_key_stands_for_one_request(yard: Yard, path: str, body: dict[str, Any]) -> None:
    await yard.owner.post("/projects", NEW, headers=once())
    said = await yard.owner.post(path, body, headers=once())
    assert (said.status, said.problem) == (422, "key_used_for_another")
    assert await projects(yard) == 1
    assert (await yard.owner.post("/projects", NEW, headers=once())).status == 201


async def test_a_twin_in_flight_is_waited_for(yard: Yard, settings: Settings, database_url: str) -> None:
    """The first request is held up by a lock somebody else has; its twin waits, and then gets the same answer."""
    project = await yard.project()
    task = (await yard.task(project))["id"]
    body = {"project": project, "input": {"text": "a"}, "external_id": "x"}
    assert task
    blocker = await yard.desk.database.begin(yard.workspace_id)
    await blocker.execute(text("LOCK TABLE task_inputs IN SHARE ROW EXCLUSIVE MODE"))
    first = asyncio.create_task(yard.owner.post("/tasks", body, headers=once()))
    await waiting(yard, 1)
    twin = asyncio.create_task(yard.owner.post("/tasks", body, headers=once()))
    await waiting(yard, 2)
    assert not first.done()
    assert not twin.done()
    await yard.desk.database.rollback(blocker)
    said = [await first, await twin]
    assert [one.status for one in said] == [201, 201]
    assert said[0].json["id"] == said[1].json["id"]
    assert settings
    assert database_url


async def waiting(yard: Yard, number: int) -> None:
    """Return once so many sessions of this database wait for a lock."""
    deadline = asyncio.get_running_loop().time() + 4
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    while True:
        async with yard.desk.database.transaction() as session:
            if (await session.execute(asked)).scalar_one() >= number:
                return
        assert asyncio.get_running_loop().time() < deadline, "nobody waits"
        await asyncio.sleep(0.02)


async def test_a_twin_that_waited_too_long_is_told_to_come_back(
    yard: Yard, settings: Settings, database_url: str
) -> None:
    impatient = make_desk(settings.model_copy(update={"lock_seconds_max": 0.2}), database_url)
    blocker = await yard.desk.database.begin(yard.workspace_id)
    claim = "INSERT INTO idempotency_keys (workspace_id, member_id, key, fingerprint) VALUES (:here, :me, 'k-1', '')"
    await blocker.execute(text(claim), {"here": yard.workspace_id, "me": yard.owner.member_id})
    transport = httpx.ASGITransport(make_app(impatient))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            said = await Person(client, yard.owner.key).post("/projects", NEW, headers=once())
    finally:
        await yard.desk.database.rollback(blocker)
        await impatient.pictures.close()
        await impatient.database.close()
    assert (said.status, said.problem, said.headers["retry-after"]) == (409, "twin_in_flight", "1")
    assert await projects(yard) == 0


async def test_the_keys_of_two_members_do_not_meet(yard: Yard, other_yard: Yard) -> None:
    manager = await yard.person("manager")
    made = [await who.post("/projects", NEW, headers=once()) for who in (yard.owner, manager, other_yard.owner)]
    assert len({one.json["id"] for one in made}) == 3
    assert not any("idempotency-replayed" in one.headers for one in made)
    assert await projects(yard) == 2


async def test_the_session_of_a_browser_and_its_member_share_their_keys(yard: Yard) -> None:
    first = await a_member(yard.app, yard.owner, f"{new_id().hex}@example.org", "manager")
    made = await first.post("/projects", NEW, headers=once())
    again = await first.post("/projects", NEW, headers=once())
    assert made.json == again.json


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/projects", {"name": ""}, 422), ("/projects", {"name": "a", "flow": "x"}, 422), ("/tasks/{}/cancel", {}, 404),
     ("/projects/{}/publish", {}, 404)],
)  # fmt: skip
async def test_a_refused_request_keeps_nothing_and_may_be_mended(
    yard: Yard, path: str, body: dict[str, Any], status: int
) -> None:
    said = await yard.owner.post(path.format(new_id()), body, headers=once())
    assert said.status == status
    assert await kept(yard) == []
    assert (await yard.owner.post("/projects", NEW, headers=once())).status == 201


async def test_a_refusal_that_keeps_something_is_answered_again_as_it_was(yard: Yard) -> None:
    await yard.task(await yard.project())
    ana, ben = await yard.person(), await yard.person()
    late = (await ana.post("/next", {})).json
    for table, row in (("step_runs", late["step_run"]["id"]), ("reservations", late["reservation"]["id"])):
        await yard.sql(f"UPDATE {table} SET lease_until = now() - interval '1 second' WHERE id = :id", id=row)
    await yard.answer(ben, {"labels": ["problem"]})
    path = f"/reservations/{late['reservation']['id']}/submit"
    said = [await ana.post(path, {"answer": {"labels": ["question"]}}, headers=once()) for _ in range(2)]
    assert [one.problem for one in said] == ["late_submit", "late_submit"]
    assert said[0].refusal == said[1].refusal
    drafts = await yard.sql("SELECT count(*) AS n FROM answers WHERE kind = 'late_draft'")
    assert drafts[0].n == 1


@pytest.mark.parametrize("key", ["", " " * 0, "x" * 256, "a\tb", "\x7f", "é" * 200])
async def test_a_key_that_cannot_be_kept_is_refused(yard: Yard, key: str) -> None:
    said = await yard.owner.post("/projects", NEW, headers={b"Idempotency-Key": key.encode()})
    assert (said.status, said.problem) == (400, "key_unusable")
    assert await projects(yard) == 0


@pytest.mark.parametrize("key", ["x", "x" * 255, "5d5c3b1e-8f3b-4d0e-9d5c-1d2e3f4a5b6c", "a b", "'; --", "%00", "{}"])
async def test_any_visible_key_is_taken(yard: Yard, key: str) -> None:
    for _ in range(2):
        assert (await yard.owner.post("/projects", NEW, headers=once(key))).status == 201
    assert await projects(yard) == 1


async def test_a_key_says_nothing_to_other_methods(yard: Yard) -> None:
    project = await yard.project()
    for name in ("A", "B"):
        assert (await yard.owner.patch(f"/projects/{project}", {"name": name}, headers=once())).json["name"] == name
    assert (await yard.owner.get("/projects", headers=once())).status == 200
    assert await kept(yard) == []


async def test_an_answer_is_kept_for_a_day_and_then_forgotten(
    yard: Yard, settings: Settings, database_url: str
) -> None:
    for key in ("young", "old"):
        await yard.owner.post("/projects", NEW, headers=once(key))
    aged = "UPDATE idempotency_keys SET created_at = now() - CAST(:age AS interval) WHERE key = :key"
    await yard.sql(aged, age="24 hours", key="young")
    await yard.sql(aged, age="26 hours", key="old")
    worker = Worker(settings, database_url)
    sweeping = asyncio.create_task(worker._sweep())
    try:
        deadline = asyncio.get_running_loop().time() + 5
        while [row.key for row in await kept(yard)] != ["young"]:
            assert asyncio.get_running_loop().time() < deadline, await kept(yard)
            await asyncio.sleep(0.02)
    finally:
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        await worker._pictures.close()
        await worker._database.close()
    assert (await yard.owner.post("/projects", NEW, headers=once("young"))).headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in (await yard.owner.post("/projects", NEW, headers=once("old"))).headers


async def test_an_empty_answer_is_repeated_too(yard: Yard) -> None:
    ana = await yard.person()
    said = [await ana.post("/next", {}, headers=once()) for _ in range(2)]
    assert [one.status for one in said] == [204, 204]
    assert said[1].headers["idempotency-replayed"] == "true"


async def test_signing_out_twice_with_one_key_is_safe(yard: Yard) -> None:
    browser = await a_member(yard.app, yard.owner, f"{new_id().hex}@example.org")
    assert (await browser.post("/auth/sign-out", headers=once())).status == 204
    assert (await Browser(yard.app).post("/auth/sign-out", headers=once())).problem == "sign_in_needed"


async def test_an_upload_repeated_with_its_key_is_one_upload(yard: Yard) -> None:
    project = await yard.project()
    named: dict[str, Any] = {
        "params": {"project": project, "name": "a.csv"},
        "headers": {**once(), "Content-Type": "text/csv"},
    }
    said = [await yard.owner.post("/uploads", content=b"text\nhello\n", **named) for _ in range(2)]
    assert [one.status for one in said] == [202, 202]
    assert said[0].json["id"] == said[1].json["id"]
    other = await yard.owner.post("/uploads", content=b"text\nother\n", **named)
    assert (other.status, other.problem) == (422, "key_used_for_another")
