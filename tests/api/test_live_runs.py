"""Live runs: every stream ends with its run, and on the line it is what browsers read, for an hour at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from taskyard.domain.runs import NoSuchRun
from taskyard.views import live
from taskyard.web import streams
from taskyard.web.streams import Told, event_stream
from taskyard.worker import Worker
from tests.builders import TWO_STEP_FLOW, Yard
from tests.builders.live import SOON, Listener, acting

# --- runs


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
