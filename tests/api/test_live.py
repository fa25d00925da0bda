"""Live streams: a snapshot, then facts; nothing is missed, nothing of others is told, and every stream ends on purpose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from sqlalchemy import make_url, text

from taskyard import ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.app import make_app, make_desk
from taskyard.domain.runs import NoSuchRun
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.ledger import Fact, Position, stream
from taskyard.views import live
from taskyard.web import streams
from taskyard.web.streams import Told, event_stream
from taskyard.worker import Worker
from tests.builders import TWO_STEP_FLOW, Person, Yard, open_yard
from tests.builders.browser import a_member
from tests.builders.served import Served, own_database
from tests.conftest import TEMPLATE

ANSWER = {"labels": ["question"]}
SOON = 10.0


class Listener:
    """Somebody who follows a stream and expects what comes next."""

    def __init__(self, events: AsyncIterator[Told]) -> None:
        self._events = events
        self.heard: list[Told] = []

    async def next(self) -> Told:
        """Return the next event; fails when none comes."""
        told = await asyncio.wait_for(anext(self._events), SOON)
        self.heard.append(told)
        return told

    async def until(self, event: str) -> Told:
        """Return the next event of a name."""
        while (told := await self.next()).event != event:
            pass
        return told

    async def facts(self, name: str) -> list[dict[str, Any]]:
        """Listen until a fact of this name is told; return all that were told until then."""
        found: list[dict[str, Any]] = []
        while name not in {fact["name"] for fact in found}:
            found += (await self.until("facts")).data["facts"]
        return found

    async def is_over(self) -> bool:
        """Say whether the stream has ended."""
        try:
            await self.next()
        except StopAsyncIteration:
            return True
        return False


def acting(yard: Yard, who: Person) -> Actor:
    return Actor(yard.workspace_id, ActorKind.KEY, "listener", UUID(who.member_id), None, Role(who.role))


@asynccontextmanager
async def lists(
    yard: Yard, who: Person | None = None, project: str | None = None, after: str | None = None
) -> AsyncIterator[Listener]:
    """Follow the lists; the snapshot has been heard."""
    position = Position.parse(after) if after else None
    actor = acting(yard, who or yard.owner)
    events = live.of_lists(yard.desk, actor, UUID(project) if project else None, position)
    listener = Listener(events)
    assert (await listener.next()).event == "snapshot"
    try:
        yield listener
    finally:
        await events.aclose()  # type: ignore[attr-defined]


@asynccontextmanager
async def run_of(yard: Yard, run: str, after: int = 0) -> AsyncIterator[Listener]:
    """Follow a run; the snapshot has been heard."""
    events = live.of_run(yard.desk, acting(yard, yard.owner), UUID(run), after)
    listener = Listener(events)
    assert (await listener.next()).event == "snapshot"
    try:
        yield listener
    finally:
        await events.aclose()  # type: ignore[attr-defined]


async def say(yard: Yard, name: str, **about: Any) -> None:
    """Record a fact in a transaction of its own."""
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        ledger.record(session, Fact(f"test.{name}", name, **about), by=yard.actor)


def names(facts: list[dict[str, Any]]) -> list[str]:
    return [fact["name"].removeprefix("test.") for fact in facts]


# --- lists


async def test_a_stream_begins_with_where_things_stand(yard: Yard) -> None:
    project, other = await yard.project(), await yard.project()
    for place in (project, project, other):
        await yard.task(place)
    await yard.answer(await yard.person(), ANSWER, other)
    async with lists(yard) as everything, lists(yard, project=project) as one:
        assert everything.heard[0].data["counts"] == {"queued": 2, "completed": 1}
        assert one.heard[0].data["counts"] == {"queued": 2}


async def test_a_fact_is_told_as_soon_as_it_is_committed(yard: Yard) -> None:
    async with lists(yard) as listener:
        task = (await yard.task(await yard.project()))["id"]
        found = await listener.facts("task.created")
        (created,) = [fact for fact in found if fact["name"] == "task.created"]
        assert (str(created["id"]), created["noun"], str(created["task_id"])) == (task, "task", task)
        assert created["says"] == "The task was created."
        assert all(told.id for told in listener.heard if told.event == "facts")


async def test_what_was_rolled_back_is_never_told(yard: Yard) -> None:
    async with lists(yard) as listener:
        session = await yard.desk.database.begin(yard.workspace_id)
        ledger.record(session, Fact("test.undone", "undone"), by=yard.actor)
        await ledger.write(session)
        await yard.desk.database.rollback(session)
        await say(yard, "done")
        assert "undone" not in names(await listener.facts("test.done"))


async def test_two_listeners_hear_the_same(yard: Yard) -> None:
    async with lists(yard) as first, lists(yard) as second:
        await say(yard, "one")
        await say(yard, "two")
        heard = [names(await listener.facts("test.two")) for listener in (first, second)]
        assert [[name for name in one if name in {"one", "two"}] for one in heard] == [["one", "two"]] * 2


async def test_who_listens_to_one_project_hears_of_no_other(yard: Yard) -> None:
    project, other = await yard.project(), await yard.project()
    async with lists(yard, project=project) as listener:
        await yard.task(other)
        await yard.task(project)
        assert {str(fact["project_id"]) for fact in await listener.facts("task.created")} == {project}


async def test_nobody_hears_of_another_workspace(yard: Yard, other_yard: Yard) -> None:
    async with lists(yard) as listener, lists(other_yard) as other:
        await say(yard, "ours")
        await say(other_yard, "theirs")
        assert "theirs" not in names(await listener.facts("test.ours"))
        assert "ours" not in names(await other.facts("test.theirs"))


async def test_each_role_hears_of_the_tasks_it_sees_and_no_more_than_that(yard: Yard) -> None:
    shared, hidden = await yard.project(shared_with_clients=True), await yard.project()
    ana, client = await yard.person(), await yard.person("client")
    mine = (await yard.task(hidden))["id"]
    await ana.post("/next", {"project": hidden})
    async with lists(yard, ana) as annotator, lists(yard, client) as reader:
        seen = (await yard.task(shared))["id"]
        await yard.owner.patch(f"/tasks/{mine}", {"priority": 3, "batch": "Secret"})
        told = await annotator.facts("task.changed")
        assert {str(fact["task_id"]) for fact in told} == {mine}
        assert all(fact["data"] == {} for fact in told)
        await yard.owner.patch(f"/tasks/{seen}", {"priority": 4})
        told = await reader.facts("task.changed")
        assert {str(fact["task_id"]) for fact in told} == {seen}


async def test_who_comes_back_hears_what_was_missed(yard: Yard) -> None:
    async with lists(yard) as listener:
        await say(yard, "heard")
        await listener.facts("test.heard")
        last = listener.heard[-1].id
    for n in range(5):
        await say(yard, f"missed{n}")
    async with lists(yard, after=last) as listener:
        found = names(await listener.facts("test.missed4"))
        assert [name for name in found if name.startswith("missed")] == [f"missed{n}" for n in range(5)]
        await say(yard, "now")
        assert names(await listener.facts("test.now")).count("now") == 1


async def test_who_comes_back_hears_all_of_it_however_much_it_is(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH_MAX", 3)
    async with lists(yard) as listener:
        await say(yard, "heard")
        await listener.facts("test.heard")
        last = listener.heard[-1].id
    async with yard.desk.database.transaction(yard.workspace_id) as session:
        for n in range(7):
            ledger.record(session, Fact(f"test.missed{n}", "missed"), by=yard.actor)
    for n in range(7, 20):
        await say(yard, f"missed{n}")
    async with lists(yard, after=last) as listener:
        found = names(await listener.facts("test.missed19"))
        assert [name for name in found if name.startswith("missed")] == [f"missed{n}" for n in range(20)]
        await say(yard, "now")
        assert "now" in names(await listener.facts("test.now"))


async def test_a_fact_that_is_committed_late_is_told_late_and_never_skipped(yard: Yard) -> None:
    """A transaction begins, others come and go and are told; then it ends. Whoever left in between hears of it."""
    late = await yard.desk.database.begin(yard.workspace_id)
    await late.execute(text("SELECT pg_current_xact_id()"))
    async with lists(yard) as staying, lists(yard) as leaving:
        for n in range(3):
            await say(yard, f"early{n}")
        assert "early2" in names(await leaving.facts("test.early2"))
        await staying.facts("test.early2")
        last = leaving.heard[-1].id
        ledger.record(late, Fact("test.late", "late"), by=yard.actor)
        await yard.desk.database.commit(late)
        assert names(await staying.facts("test.late")).count("late") == 1
    async with lists(yard, after=last) as back:
        assert "late" in names(await back.facts("test.late"))


async def test_what_is_new_is_told_while_an_old_transaction_is_still_running(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BATCH_MAX", 3)
    late = await yard.desk.database.begin(yard.workspace_id)
    await late.execute(text("SELECT pg_current_xact_id()"))
    try:
        async with lists(yard) as listener:
            for n in range(12):
                await say(yard, f"new{n}")
            found = names(await listener.facts("test.new11"))
            assert sorted(set(found)) == sorted(found), "each once"
    finally:
        await yard.desk.database.rollback(late)


async def test_many_who_write_at_once_are_all_heard_once_by_who_stays(yard: Yard) -> None:
    async with lists(yard) as listener:
        await asyncio.gather(*(say(yard, f"n{n}") for n in range(60)))
        await say(yard, "last")
        found = [name for name in names(await listener.facts("test.last")) if name.startswith("n")]
        while len(set(found)) < 60:
            found += [name for name in names((await listener.until("facts")).data["facts"]) if name.startswith("n")]
        assert sorted(found) == sorted(f"n{n}" for n in range(60))


async def test_a_listener_who_falls_far_behind_is_sent_away_with_a_position(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BACKLOG_MAX", 2)
    async with lists(yard) as slow:
        async with lists(yard) as quick:
            for n in range(6):
                await say(yard, f"n{n}")
                await quick.facts(f"test.n{n}")
        heard: list[str] = []
        while not await slow.is_over():
            heard += names(slow.heard[-1].data["facts"])
        last = next((told.id for told in reversed(slow.heard) if told.id), None)
    async with lists(yard, after=last or "0-0") as back:
        heard += names(await back.facts("test.n5"))
    assert {f"n{n}" for n in range(6)} <= set(heard)


@pytest.mark.parametrize("change", ["role", "removed", "key", "sign-out"])
async def test_a_stream_ends_when_the_listener_is_somebody_else_or_nobody(yard: Yard, change: str) -> None:
    if change == "key":
        made = (await yard.owner.post("/keys", {"name": "Robot", "role": "manager"})).json
        member = next(one for one in (await yard.owner.get("/members")).json["items"] if one["name"] == "Robot")
        actor = Actor(
            yard.workspace_id, ActorKind.KEY, "Robot", UUID(member["id"]), None, Role.MANAGER, None, UUID(made["id"])
        )
        path = f"/keys/{made['id']}"
    else:
        browser = await a_member(yard.app, yard.owner, f"{new_id().hex}@example.org", "manager")
        (begun,) = await yard.sql("SELECT id FROM sign_ins WHERE member_id = :id", id=browser.member_id)
        actor = Actor(
            yard.workspace_id, ActorKind.MEMBER, "B", UUID(browser.member_id), None, Role.MANAGER, None, begun.id
        )
        path = f"/members/{browser.member_id}"
    listener = Listener(live.of_lists(yard.desk, actor, None, None))
    await listener.next()
    if change == "key":
        await yard.owner.delete(path)
    elif change == "sign-out":
        await browser.post("/auth/sign-out")
    else:
        await yard.owner.patch(path, {"role": "client"} if change == "role" else {"state": "removed"})
    while not await listener.is_over():
        told = {fact["name"] for fact in listener.heard[-1].data["facts"]}
        assert not told & live.WHO_IS_WHO


# --- runs


async def test_a_runs_stream_ends_with_its_completion(yard: Yard) -> None:
    task = await yard.task(await yard.project(TWO_STEP_FLOW))
    ana = await yard.person()
    async with run_of(yard, task["run_id"]) as listener:
        assert listener.heard[0].data["run"]["state"] == "queued"
        await yard.answer(ana, {"labels": ["problem"]})
        await yard.answer(ana, {"part": "lid"})
        end = await listener.until("end")
        assert end.data == {"state": "completed"}
        assert await listener.is_over()
        told = [event.data["fact"]["name"] for event in listener.heard if event.event == "fact"]
        assert told.count("answer.given") == 2
        assert told[-2:] == ["run.completed", "task.completed"]
        numbers = [int(event.id) for event in listener.heard if event.event == "fact" and event.id]
        assert len(numbers) == len(set(numbers))
        last = next(event for event in reversed(listener.heard) if event.event == "fact")
        assert last.data["run"]["output"] == {"label": "problem", "part": "lid"}


async def test_a_runs_stream_ends_with_its_cancellation(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    async with run_of(yard, task["run_id"]) as listener:
        await yard.owner.post(f"/tasks/{task['id']}/cancel")
        assert (await listener.until("end")).data == {"state": "cancelled"}
        assert await listener.is_over()


async def test_a_runs_stream_ends_with_its_failure(yard: Yard, worker: Worker) -> None:
    assert worker.name
    app = next(app for app in (await yard.owner.get("/apps")).json["items"] if app["is_playground"])["id"]
    asked = {"photo": await yard.file(), "prompt": "find my lost cat"}
    made = (await yard.owner.post(f"/apps/{app}/runs", {"input": asked})).json
    async with run_of(yard, made["run"]["id"]) as listener:
        assert (await listener.until("end")).data == {"state": "failed"}
        run = (await yard.owner.get(f"/runs/{made['run']['id']}")).json
        assert run["error"]["says"]


async def test_a_runs_stream_ends_when_the_run_is_gone(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    async with run_of(yard, task["run_id"]) as listener:
        await yard.owner.delete(f"/tasks/{task['id']}")
        assert (await listener.until("end")).data == {"state": "deleted"}
        assert await listener.is_over()


async def test_the_stream_of_a_run_that_has_ended_says_so_at_once(yard: Yard) -> None:
    task = await yard.task(await yard.project())
    await yard.owner.post(f"/tasks/{task['id']}/cancel")
    async with run_of(yard, task["run_id"]) as listener:
        assert (await listener.next()).data == {"state": "cancelled"}
        assert await listener.is_over()


async def test_who_comes_back_to_a_run_hears_what_was_missed_and_the_end(yard: Yard) -> None:
    task = await yard.task(await yard.project(TWO_STEP_FLOW))
    ana = await yard.person()
    async with run_of(yard, task["run_id"]) as listener:
        await ana.post("/next", {})
        first = await listener.until("fact")
        assert first.data["fact"]["name"] == "reservation.reserved"
    hold = (await ana.get("/reservations", params={"mine": True})).json["items"][0]
    await ana.post(f"/reservations/{hold['id']}/submit", {"answer": {"labels": ["problem"]}})
    await yard.answer(ana, {"part": "lid"})
    assert first.id is not None
    async with run_of(yard, task["run_id"], after=int(first.id)) as back:
        await back.until("end")
        told = [event.data["fact"]["name"] for event in back.heard if event.event == "fact"]
        everything = (await yard.owner.get(f"/tasks/{task['id']}/timeline")).json["items"]
        expected = [fact["name"] for fact in reversed(everything) if fact["number"] > int(first.id)]
        assert told == expected


async def test_a_run_that_is_not_ours_has_no_stream(yard: Yard, other_yard: Yard) -> None:
    task = await yard.task(await yard.project())
    events = live.of_run(yard.desk, acting(other_yard, other_yard.owner), UUID(task["run_id"]), 0)
    with pytest.raises(NoSuchRun):
        await anext(events)


# --- on the line


async def lines_of(events: AsyncIterator[Told]) -> list[bytes]:
    return [line async for line in event_stream(events).body_iterator]  # type: ignore[misc]


async def told(*events: Told) -> AsyncIterator[Told]:
    for event in events:
        yield event


async def test_an_event_is_written_as_browsers_read_it() -> None:
    big = 2**70
    lines = await lines_of(told(Told("fact", {"says": "two\nlines", "n": big}, "7-3"), Told("end", {"state": "done"})))
    assert lines[0].startswith(b"retry: ")
    assert lines[1] == f'id: 7-3\nevent: fact\ndata: {{"says":"two\\nlines","n":{big}}}\n\n'.encode()
    assert lines[2] == b'event: end\ndata: {"state":"done"}\n\n'
    assert all(line.endswith(b"\n\n") for line in lines)


async def test_a_quiet_line_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_SECONDS", 0.01)
    say_now = asyncio.Event()

    async def quiet() -> AsyncIterator[Told]:
        await say_now.wait()
        yield Told("end", {})

    body = aiter(event_stream(quiet()).body_iterator)
    assert await anext(body) == b"retry: 1000\n\n"
    assert await anext(body) == b": still here\n\n"
    say_now.set()
    assert b"event: end" in [line async for line in body][-1]


async def test_a_stream_lasts_no_longer_than_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_SECONDS", 0.01)
    monkeypatch.setattr(streams, "LIFE_SECONDS_MAX", 0.05)
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[Told]:
        try:
            await asyncio.Event().wait()
            yield Told("never", {})
        finally:
            closed.set()

    assert b": still here\n\n" in await asyncio.wait_for(lines_of(endless()), SOON)
    assert closed.is_set(), "its listener is let go"


@pytest.mark.parametrize(
    "position",
    ["x", "1", "1-", "-1", "1-2-3", "1.5-2", " 1-2", "9" * 41, f"{2**64}-0", f"1-{2**63}", "١-x", "null", "-"],
)
async def test_a_position_nobody_was_given_is_refused(yard: Yard, position: str) -> None:
    said = await yard.owner.get("/events", headers={b"Last-Event-ID": position.encode()})
    assert (said.status, said.problem) == (400, "position_unreadable")


# --- through a real server


@pytest.fixture(scope="module")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    with Served(settings, database_url) as running:
        yield running


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
