"""How callbacks are sent: in which order, to whom how many at once, by workers that die, and where nothing goes."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from typing import Any

import pytest

from taskyard.domain.callbacks import Sender, actions, store, workers
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST, WORKSPACE_SHARE
from taskyard.kit.settings import Settings
from tests.builders.callbacks import Line
from tests.builders.receivers import SILENCE, receiving


async def test_of_one_task_the_next_is_told_only_when_the_one_before_has_ended(line: Line) -> None:
    for _ in range(2):
        line.receiver.answer(500)
    task = await line.a_completed_task()
    await line.yard.owner.post(f"/tasks/{task}/audits", {"verdict": "accept"})
    await line.send()
    await line.send()
    assert line.receiver.types == ["task.completed"]
    await line.send_later()
    await line.send_later()
    await line.send()
    assert line.receiver.types == ["task.completed"] * 3 + ["task.audited"]


async def test_one_receiver_that_is_silent_delays_no_other(line: Line) -> None:
    async with receiving() as silent:
        silent.answers.extend([SILENCE] * 30)
        for _ in range(10):
            task = (await line.yard.task(line.project, callback_url=silent.url))["id"]
            await line.yard.owner.post(f"/tasks/{task}/cancel")
        await line.a_completed_task()
        await line.sender.begin_due()
        await _until(lambda: line.receiver.got)
        assert len(silent.got) <= AT_ONCE_PER_HOST
        await line.sender.send_due()


async def test_a_receiver_that_answers_gets_a_hundred_within_a_few_looks(line: Line) -> None:
    await line.many_due(100)
    looks = 0
    while len(line.receiver.got) < 100:
        await line.send()
        looks += 1
    assert looks <= 100 / AT_ONCE_PER_HOST + 1
    assert len({got.id for got in line.receiver.got}) == 100


async def test_whoever_has_ended_makes_room_at_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LOOK_SECONDS", 3600)
    await line.many_due(AT_ONCE_PER_HOST * 3)
    working = asyncio.create_task(line.sender.work())
    await _until(lambda: len(line.receiver.got) == AT_ONCE_PER_HOST * 3)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert len({got.id for got in line.receiver.got}) == len(line.receiver.got) == AT_ONCE_PER_HOST * 3


async def test_a_workspace_with_many_silent_receivers_leaves_hands_to_others(line: Line, private: Settings) -> None:
    await line.many_due(400, host="x")
    async with line.database.transaction() as session:
        looked_at = await store.receivers(session, {})
        share = private.callbacks_at_once // WORKSPACE_SHARE
        due = await store.due(session, looked_at, private.callbacks_at_once, share)
    assert len(due) == share


async def test_what_waits_for_later_is_not_looked_at(line: Line) -> None:
    await line.many_due(1_000, host="later", due="now() + interval '1 hour'")
    task = await line.a_completed_task()
    await line.send()
    assert (await line.delivery(task))["state"] == "delivered"


async def test_what_another_worker_has_tried_meanwhile_is_not_due_any_more(line: Line, private: Settings) -> None:
    line.receiver.answer(500)
    task = await line.a_completed_task()
    async with line.database.transaction() as session:
        due = await store.due(session, await store.receivers(session, {}), 10, 10)
    await line.send()
    ids = [one.id for one in due]
    async with line.database.transaction(line.yard.workspace_id) as session:
        assert await actions.take(session, line.yard.workspace_id, ids, private) == []
    assert len((await line.delivery(task))["attempts"]) == 1


async def test_a_receiver_that_does_not_answer_is_spared_with_the_rest_of_its_line(line: Line) -> None:
    async with receiving() as silent:
        silent.answers.extend([SILENCE] * 30)
        for _ in range(AT_ONCE_PER_HOST + 2):
            task = (await line.yard.task(line.project, callback_url=silent.url))["id"]
            await line.yard.owner.post(f"/tasks/{task}/cancel")
        await line.send()
        await line.send()
        assert len(silent.got) == AT_ONCE_PER_HOST
        silent.answers.clear()
        for _ in range(3):
            await line.send_later()
        assert len({got.id for got in silent.got}) == AT_ONCE_PER_HOST + 2


@pytest.mark.parametrize(
    "url", ["http://Receiver.example.org/a", "http://receiver.example.org:80/b", "http://receiver.example.org./c"]
)
async def test_one_receiver_is_one_however_it_is_written(line: Line, url: str) -> None:
    task = (await line.yard.task(line.project, callback_url=url))["id"]
    await line.yard.owner.post(f"/tasks/{task}/cancel")
    assert [row.host for row in await line.yard.sql("SELECT host FROM deliveries")] == ["http://receiver.example.org"]


async def _until(is_so: Any) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


# --- workers that die


async def test_what_a_dead_worker_had_in_hand_is_sent_again_and_its_attempt_is_seen(line: Line) -> None:
    task = await line.a_completed_task()
    dead = "UPDATE deliveries SET state = 'sending', attempts = 1, tries = 1, token = 1, lease_until = now() + :left"
    await line.yard.sql(dead, left=timedelta(seconds=30))
    await line.yard.sql("INSERT INTO delivery_attempts SELECT workspace_id, id, 1 FROM deliveries")
    await line.send()
    assert line.receiver.got == [], "it may still live"
    await line.yard.sql("UPDATE deliveries SET lease_until = now() - interval '1 second'")
    await line.send()
    await line.send()
    delivery = await line.delivery(task)
    assert delivery["state"] == "delivered"
    assert [each["error"] for each in delivery["attempts"]] == [
        None, "The worker stopped before the answer was there.",
    ]  # fmt: skip


async def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_in_hand(line: Line) -> None:
    line.receiver.answers.append(SILENCE)
    task = await line.a_completed_task()
    working = asyncio.create_task(line.sender.work())
    await _until(lambda: line.receiver.got)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["reason"]) == ("waiting", "The worker stopped before the answer was there.")
    await line.send()
    assert (await line.delivery(task))["state"] == "delivered"


async def test_two_workers_send_each_event_once(line: Line, private: Settings) -> None:
    other = Sender(line.database, private)
    tasks = [await line.a_task() for _ in range(6)]
    for task in tasks:
        await line.yard.owner.post(f"/tasks/{task}/cancel")
    for _ in range(6):
        await asyncio.gather(line.send(), other.send_due())
    assert len({got.id for got in line.receiver.got}) == len(line.receiver.got) == 6
    await other.close()


# --- where nothing is sent


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:192.168.0.1", "fe80::1%1"]
)
async def test_a_name_that_stands_for_a_private_address_is_refused_when_it_is_sent(
    line: Line, private: Settings, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    _resolve(monkeypatch, address)
    sender = Sender(line.database, private.model_copy(update={"callback_private": False}))
    url = f"http://receiver.example.org:{line.receiver.port}/told"
    task = (await line.yard.task(line.project, callback_url=url))["id"]
    await line.yard.owner.post(f"/tasks/{task}/cancel")
    await sender.send_due()
    await sender.close()
    delivery = await line.delivery(task)
    assert line.receiver.got == []
    says = "receiver.example.org stands for an address of a private network: nothing is sent there."
    assert (delivery["state"], delivery["reason"]) == ("waiting", says)


async def test_the_connection_goes_to_the_address_that_was_looked_at(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolve(monkeypatch, "127.0.0.1")
    url = f"http://receiver.example.org:{line.receiver.port}/told"
    task = (await line.yard.task(line.project, callback_url=url))["id"]
    await line.yard.owner.post(f"/tasks/{task}/cancel")
    await line.send()
    (got,) = line.receiver.got
    assert got.headers["host"] == f"receiver.example.org:{line.receiver.port}"
    assert asked == ["receiver.example.org"], "looked up once, and not again by whoever connects"


async def test_a_name_that_stands_for_nothing_is_said_in_words(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve(monkeypatch, None)
    task = (await line.yard.task(line.project, callback_url="https://nowhere.example.org/"))["id"]
    await line.yard.owner.post(f"/tasks/{task}/cancel")
    await line.send()
    assert (await line.delivery(task))["reason"] == "nowhere.example.org stands for no address: unknown."


def _resolve(monkeypatch: pytest.MonkeyPatch, address: str | None) -> list[str]:
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if not str(host).endswith(".example.org"):
            return real(host, port, *rest, **named)
        asked.append(str(host))
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked
