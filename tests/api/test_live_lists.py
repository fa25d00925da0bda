"""Live lists: a snapshot, then facts; nothing is missed, and nothing of others is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from taskyard import ledger
from taskyard.access import Actor, ActorKind, Role
from taskyard.kit.ids import new_id
from taskyard.ledger import Fact, Position, stream
from taskyard.views import live
from tests.builders import Person, Yard
from tests.builders.browser import a_member
from tests.builders.live import Listener, acting, say

ANSWER = {"labels": ["question"]}


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


def names(facts: list[dict[str, Any]]) -> list[str]:
    return [fact["name"].removeprefix("test.") for fact in facts]


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
