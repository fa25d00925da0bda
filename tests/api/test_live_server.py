"""Live streams through a real server: what another process commits is told, and every stream ends on purpose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
from sqlalchemy import make_url

from taskyard.app import make_app, make_desk
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.settings import Settings
from tests.builders import Person, Yard, open_yard
from tests.builders.live import SOON, say
from tests.builders.served import Served, own_database
from tests.conftest import TEMPLATE

ANSWER = {"labels": ["question"]}


@asynccontextmanager
async def following(
    served: Served, who: Person, path: str, after: str | None = None
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Follow a stream over HTTP, event by event."""
    headers = {"Authorization": f"Bearer {who.key}", **({"Last-Event-ID": after} if after else {})}
    async with (
        httpx.AsyncClient(base_url=served.url, timeout=SOON) as client,
        client.stream("GET", f"/api/v1{path}", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"

        async def events() -> AsyncIterator[dict[str, Any]]:
            found: dict[str, Any] = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if not line and "event" in found:
                    yield found
                    found = {}
                elif name == "data":
                    found["data"] = json.loads(value)
                elif name in {"id", "event"}:
                    found[name] = value

        yield events()


async def test_another_process_tells_what_this_one_commits(yard: Yard, served: Served) -> None:
    async with following(served, yard.owner, "/events") as events:
        assert (await anext(events))["event"] == "snapshot"
        await say(yard, "here")
        event: dict[str, Any] = {"data": {"facts": []}}
        while "test.here" not in {fact["name"] for fact in event["data"]["facts"]}:
            event = await anext(events)
    await say(yard, "meanwhile")
    async with following(served, yard.owner, "/events", event["id"]) as events:
        assert (await anext(events))["event"] == "snapshot"
        assert "test.meanwhile" in {fact["name"] for fact in (await anext(events))["data"]["facts"]}


async def test_a_run_is_followed_to_its_end_and_the_server_hangs_up(yard: Yard, served: Served) -> None:
    task = await yard.task(await yard.project())
    async with following(served, yard.owner, f"/runs/{task['run_id']}/events") as events:
        assert (await anext(events))["data"]["run"]["state"] == "queued"
        await yard.answer(await yard.person(), ANSWER)
        seen = [event async for event in events]
    assert seen[-1]["event"] == "end"
    assert seen[-1]["data"] == {"state": "completed"}
    assert {event["event"] for event in seen} == {"fact", "end"}


async def test_who_hangs_up_is_forgotten(yard: Yard, served: Served) -> None:
    async with following(served, yard.owner, "/events") as events:
        await anext(events)
        assert yard.workspace_id in served.desk.hub._channels
    deadline = asyncio.get_running_loop().time() + SOON
    while yard.workspace_id in served.desk.hub._channels:
        assert asyncio.get_running_loop().time() < deadline, "still listening"
        await asyncio.sleep(0.02)


async def test_a_revoked_keys_stream_ends(yard: Yard, served: Served) -> None:
    made = (await yard.owner.post("/keys", {"name": "Robot", "role": "manager"})).json
    async with following(served, Person(yard.client, made["key"]), "/events") as events:
        await anext(events)
        await yard.owner.delete(f"/keys/{made['id']}")
        assert [event async for event in events] == []


async def test_a_stopping_server_ends_its_streams(yard: Yard, settings: Settings, database_url: str) -> None:
    with Served(settings, database_url) as stopping:
        async with following(stopping, yard.owner, "/events") as events:
            await anext(events)
            stopping._loop.call_soon_threadsafe(stopping.desk.hub.send_all_away)
            assert [event async for event in events] == []


async def test_listeners_outlive_a_database_that_was_away(
    postgres: EmbeddedPostgres, database_url: str, settings: Settings
) -> None:
    assert database_url, "the template is there"
    with own_database(postgres, TEMPLATE) as url, Served(settings, url) as running:
        desk = make_desk(settings, url)
        app = make_app(desk)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            yard = await open_yard(app, desk, client)
            async with following(running, yard.owner, "/events") as events:
                await anext(events)
                with psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as admin:
                    asked = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
                    (ended,) = admin.execute(asked, [make_url(url).database]).fetchone() or (0,)
                assert ended
                await desk.database.engine.dispose()
                await say(yard, "after")
                told_names: set[str] = set()
                while "test.after" not in told_names:
                    told_names |= {fact["name"] for fact in (await anext(events))["data"]["facts"]}
        await desk.pictures.close()
        await desk.hub.close()
        await desk.database.close()
