"""Callbacks: what happened to a task is told to its address, signed, in order, until it has arrived."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from taskyard.domain import bulk, callbacks
from taskyard.domain.archives import content
from taskyard.domain.callbacks import Sender
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST
from taskyard.kit.db.engine import WORKER_ROLE, Database
from taskyard.kit.settings import Settings
from taskyard.web.desk import Desk
from tests.builders import Person, Yard
from tests.builders.archives import archived, hashes, restored
from tests.builders.receivers import SILENCE, Receiver, receiving
from tests.builders.uploads import Uploading

QUESTION, PRAISE = {"labels": ["question"]}, {"labels": ["praise"]}
# What has been told without any step of people: the answer stands in the input.
AT_ONCE_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string}, known: {type: boolean}}}
steps:
  - id: label
    use: classify
    by: people
    when: {"input.known": {eq: false}}
    with: {text: "{{ input.text }}", labels: [question, praise]}
output: {label: "{{ label.labels[0] }}"}
"""


class Line:
    """Tasks with an address, somebody who answers, and a worker's sender that works when it is told to."""

    def __init__(self, yard: Yard, sender: Sender, receiver: Receiver, database: Database) -> None:
        self.yard, self.sender, self.receiver, self.database = yard, sender, receiver, database
        self.project = ""
        self.ana = Person(yard.client, None)

    async def a_task(self, **named: Any) -> str:
        """Return a new task that is told of."""
        made = await self.yard.task(self.project, callback_url=self.receiver.url, **named)
        return str(made["id"])

    async def a_completed_task(self, **named: Any) -> str:
        """Return one that somebody has answered."""
        task = await self.a_task(**named)
        await self.yard.answer(self.ana, QUESTION, self.project)
        return task

    async def do_bulk(self, action: str, *ids: str) -> None:
        """Have something done to many tasks, by a worker's doorway."""
        body = {"action": action, "selection": {"ids": list(ids)}, "arguments": {}}
        asked = (await self.yard.owner.post("/bulk", body)).json
        (chore,) = bulk.chores(self.yard.desk.database, self.yard.desk.settings)
        await chore.enter(workspace_id=str(self.yard.workspace_id), bulk_id=asked["id"])
        assert (await self.yard.owner.get(f"/bulk/{asked['id']}")).json["state"] == "completed"

    async def send(self) -> None:
        """Do what a worker does now."""
        await self.sender.send_due()

    async def send_later(self, hours: float = 5) -> None:
        """Do what a worker does when these hours have passed."""
        back = """UPDATE deliveries SET due_at = due_at - make_interval(secs => :seconds),
            first_tried_at = first_tried_at - make_interval(secs => :seconds) WHERE workspace_id = :here"""
        await self.yard.sql(back, seconds=hours * 3600, here=self.yard.workspace_id)
        await self.send()

    async def deliveries(self, task: str) -> list[dict[str, Any]]:
        """Return what is told of a task, newest first."""
        found: list[dict[str, Any]] = (await self.yard.owner.get(f"/tasks/{task}/deliveries")).json["items"]
        return found

    async def delivery(self, task: str) -> dict[str, Any]:
        """Return the one thing that is told of a task."""
        (found,) = await self.deliveries(task)
        return found


@pytest.fixture
def private(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an operator who lets callbacks go to addresses of their own network; a silent receiver has 300 ms."""
    chosen = {"callback_private": True, "callback_seconds_max": 0.3}
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update=chosen))
    return desk.settings


@pytest.fixture
async def as_worker(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, role=WORKER_ROLE)
    from taskyard import wiring

    wiring.connect(made)
    yield made
    await made.close()


@pytest.fixture
async def line(yard: Yard, private: Settings, as_worker: Database) -> AsyncIterator[Line]:
    sender = Sender(as_worker, private)
    async with receiving() as receiver:
        made = Line(yard, sender, receiver, as_worker)
        made.project = await yard.project(shared_with_clients=True)
        made.ana = await yard.person(name="Ana")
        yield made
    # Nothing of this test is told in another's time.
    await yard.sql("DELETE FROM deliveries WHERE workspace_id = :here", here=yard.workspace_id)
    await sender.close()


# --- what is told


async def test_a_completed_task_is_told_as_an_export_shows_it_signed_and_with_an_id(line: Line) -> None:
    task = await line.a_completed_task(external_id="m-1", metadata={"shop": "Acme"})
    await line.send()
    (got,) = line.receiver.got
    exported = (await line.yard.owner.get("/tasks/export", params={"format": "json", "ids": task})).json[0]
    without = {name: value for name, value in exported.items() if name not in {"seconds", "cost"}}
    assert got.json["data"] == {"task": without, "response": {"label": "question"}}
    assert (got.type, got.json["data"]["task"]["answers"][0]["data"]) == ("task.completed", QUESTION)
    assert datetime.fromisoformat(got.json["timestamp"])
    assert (got.line, got.headers["content-type"]) == ("POST /told?by=taskyard HTTP/1.1", "application/json")
    assert got.headers["host"] == f"127.0.0.1:{line.receiver.port}"
    secret = (await line.yard.owner.get("/callbacks/secret")).json["secret"]
    assert got.is_signed_with(secret)
    assert not got.is_signed_with("whsec_" + "A" * 44)
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["event_id"], delivery["url"]) == ("delivered", got.id, line.receiver.url)
    (attempt,) = delivery["attempts"]
    assert (attempt["number"], attempt["status"], attempt["response"], attempt["error"]) == (1, 200, "thanks", None)
    assert attempt["milliseconds"] >= 0
    await line.send_later()
    assert len(line.receiver.got) == 1


async def test_tasks_without_an_address_are_told_to_nobody(line: Line) -> None:
    task = (await line.yard.task(line.project))["id"]
    await line.yard.answer(line.ana, QUESTION, line.project)
    await line.send()
    assert (await line.deliveries(task), line.receiver.got) == ([], [])


async def test_cancelled_tasks_are_told_one_by_one_and_many_at_once(line: Line) -> None:
    one, two, three = [await line.a_task() for _ in range(3)]
    await line.yard.owner.post(f"/tasks/{one}/cancel")
    await line.do_bulk("cancel", two, three)
    await line.send()
    await line.send()
    assert line.receiver.types == ["task.cancelled"] * 3
    assert {got.json["data"]["task"]["id"] for got in line.receiver.got} == {one, two, three}
    assert [got.json["data"]["response"] for got in line.receiver.got] == [None] * 3


async def test_a_fix_is_told_with_the_response_and_those_before_it(line: Line) -> None:
    task = await line.a_completed_task()
    acme = await line.yard.person("client", "Acme")
    await acme.post(f"/tasks/{task}/audits", {"verdict": "fix", "answer": PRAISE, "reasons": ["It is praise."]})
    again = {"verdict": "fix", "answer": {"labels": ["problem"]}, "again": True}
    await line.yard.owner.post(f"/tasks/{task}/audits", again)
    for _ in range(3):  # each behind the one before
        await line.send()
    first, second, third = (got.json["data"] for got in line.receiver.got)
    assert line.receiver.types == ["task.completed", "task.audited", "task.audited"]
    assert (first["response"], "prior_responses" in first) == ({"label": "question"}, False)
    assert (second["response"], second["prior_responses"]) == ({"label": "praise"}, [{"label": "question"}])
    assert (third["response"], third["prior_responses"]) == (
        {"label": "problem"}, [{"label": "question"}, {"label": "praise"}],
    )  # fmt: skip
    assert (second["audit"]["verdict"], second["audit"]["by"]) == ("fixed", "Acme")
    assert (second["audit"]["reasons"], second["audit"]["step"]) == (["It is praise."], "label")
    assert second["task"]["audit"] == "fixed"
    assert second["task"]["answers"][0]["data"] == PRAISE
    assert len({got.id for got in line.receiver.got}) == 3


async def test_what_waits_is_told_as_it_was_when_it_happened(line: Line) -> None:
    task = await line.a_completed_task()
    fix = {"verdict": "fix", "answer": PRAISE}
    await line.yard.owner.post(f"/tasks/{task}/audits", fix)
    await line.send()
    assert line.receiver.got[0].json["data"]["response"] == {"label": "question"}


async def test_a_rejection_is_told_before_what_comes_of_it(line: Line) -> None:
    task = await line.a_completed_task()
    await line.yard.owner.post(f"/tasks/{task}/audits", {"verdict": "reject", "reasons": ["Wrong."]})
    await line.yard.answer(line.ana, PRAISE, line.project)
    for _ in range(3):
        await line.send()
    assert line.receiver.types == ["task.completed", "task.audited", "task.completed"]
    audit = line.receiver.got[1].json["data"]["audit"]
    assert (audit["verdict"], audit["redo_from"]) == ("rejected", "label")


async def test_what_was_rolled_back_is_told_to_nobody(line: Line) -> None:
    task = await line.a_completed_task()
    refused = await line.yard.owner.post(f"/tasks/{task}/audits", {"verdict": "fix", "answer": {"labels": ["sea"]}})
    assert refused.status == 422
    assert [each["type"] for each in await line.deliveries(task)] == ["task.completed"]


async def test_an_upload_gives_addresses_and_what_ends_at_once_is_told(line: Line, private: Settings) -> None:
    project = await line.yard.project(AT_ONCE_FLOW)
    uploading = Uploading(line.yard, private)
    rows = f"text,known,callback_url\nA,true,{line.receiver.url}\nB,false,{line.receiver.url}\nC,true,\nD,soon,\n"
    upload = await uploading.taken(project, rows)
    assert (upload["created"], upload["failed"]) == (3, 1)
    await line.send()
    assert line.receiver.types == ["task.completed"]
    assert line.receiver.got[0].json["data"]["task"]["input"] == {"text": "A", "known": True}
    # Another file of the same upload: only what it made is told.
    mended = f"_row,text,known,callback_url\n4,D,true,{line.receiver.url}\n"
    await uploading.mended(upload, mended)
    await line.send()
    assert [got.json["data"]["task"]["input"]["text"] for got in line.receiver.got] == ["A", "D"]


# --- until it has arrived


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, b"Out of order"), "It answered 500."),
        ((404, b""), "It answered 404."),
        ((302, b""), "It answered 302, a redirect, and redirects are not followed."),
    ],
)
async def test_whatever_is_not_2xx_is_tried_again_under_the_same_id(line: Line, answer: Any, says: str) -> None:
    elsewhere = f"http://127.0.0.1:{line.receiver.port}/elsewhere"
    line.receiver.answer(*answer, Location=elsewhere)
    task = await line.a_completed_task()
    await line.send()
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["reason"]) == ("waiting", says)
    assert delivery["attempts"][0]["response"] == answer[1].decode()
    await line.send()
    assert len(line.receiver.got) == 1, "its time has not come"
    await line.send_later()
    first, second = line.receiver.got
    assert (first.id, first.body, first.line) == (second.id, second.body, second.line)
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["reason"]) == ("delivered", None)
    assert [(each["number"], each["status"]) for each in delivery["attempts"]] == [(2, 200), (1, answer[0])]


async def test_a_receiver_that_is_silent_has_its_time_and_no_more(line: Line) -> None:
    line.receiver.answers.append(SILENCE)
    task = await line.a_completed_task()
    await line.send()
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["reason"]) == ("waiting", "It did not answer within 0.3 seconds.")
    assert delivery["attempts"][0]["status"] is None
    assert delivery["attempts"][0]["milliseconds"] >= 300


async def test_what_is_no_http_and_what_nobody_listens_at_is_said_in_words(line: Line) -> None:
    line.receiver.answers.append(b"220 mail.example.org ESMTP\r\n")
    task = await line.a_completed_task()
    await line.send()
    assert (await line.delivery(task))["reason"].startswith("It did not answer as HTTP has it: ")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        other = (await line.yard.task(line.project, callback_url=url))["id"]
        await line.yard.owner.post(f"/tasks/{other}/cancel")
        await line.send()
    assert (await line.delivery(other))["reason"].startswith("No connection to it: ")


async def test_of_an_answer_the_first_1000_characters_are_kept_and_no_more_is_read(line: Line) -> None:
    line.receiver.answer(200, "é\x00".encode() * 5_000_000)
    task = await line.a_completed_task()
    await line.send()
    (attempt,) = (await line.delivery(task))["attempts"]
    assert attempt["status"] == 200
    assert attempt["response"].startswith("é�é�")
    assert len(attempt["response"].encode()) <= 2000


async def test_waits_grow_a_receiver_may_ask_for_more_and_after_a_day_it_is_given_up(line: Line) -> None:
    for asked in ("3600", "Wed, 25 Nov 2099 23:00:00 GMT", "soon"):
        line.receiver.answer(429, Retry_After=asked)
    task = await line.a_completed_task()
    await line.send()
    waits = [await _wait(line, task)]
    await line.send_later(2)
    waits.append(await _wait(line, task))
    await line.send_later(30)
    delivery = await line.delivery(task)
    assert 3590 < waits[0] <= 3600
    assert 21 * 3600 < waits[1] <= 22 * 3600, "the last try is at the limit"
    assert (delivery["state"], delivery["reason"]) == ("failed", "It answered 429.")
    said = (await line.yard.owner.get(f"/tasks/{task}/timeline")).json["items"][0]["says"]
    assert said == "The callback about task.completed was given up after 3 tries: It answered 429."
    await line.send_later(100)
    assert len(line.receiver.got) == 3


async def _wait(line: Line, task: str) -> float:
    moment = datetime.fromisoformat((await line.delivery(task))["due_at"])
    ((now,),) = await line.yard.sql("SELECT now()")
    return float((moment - now).total_seconds())


async def test_410_ends_it_at_once(line: Line) -> None:
    line.receiver.answer(410)
    task = await line.a_completed_task()
    await line.send()
    delivery = await line.delivery(task)
    assert (delivery["state"], delivery["reason"]) == ("failed", "It answered 410: it wants no more of this.")


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
    bare = ipaddress.ip_address(address.partition("%")[0])
    says = f"receiver.example.org is {bare}, an address of a private network: nothing is sent there."
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


# --- again, by hand; and for how long


async def test_what_was_given_up_or_has_arrived_is_sent_again_by_hand(line: Line) -> None:
    line.receiver.answer(410)
    task = await line.a_completed_task()
    await line.send()
    delivery = await line.delivery(task)
    manager = await line.yard.person("manager", "Mia")
    said = (await manager.post(f"/deliveries/{delivery['id']}/send-again")).json
    assert (said["state"], said["can"], len(said["attempts"])) == ("waiting", {"send_again": None}, 1)
    await line.send()
    assert (await line.delivery(task))["state"] == "delivered"
    await manager.post(f"/deliveries/{delivery['id']}/send-again")
    await line.send()
    assert len(line.receiver.got) == 3
    assert len({got.id for got in line.receiver.got}) == 1
    says = [fact["says"] for fact in (await line.yard.owner.get(f"/tasks/{task}/timeline")).json["items"]]
    assert says[0] == "Mia sent the callback about task.completed again."


async def test_what_is_just_being_sent_cannot_be_sent_again(line: Line) -> None:
    task = await line.a_completed_task()
    await line.yard.sql("UPDATE deliveries SET state = 'sending', lease_until = now() + interval '1 minute'")
    delivery = await line.delivery(task)
    assert "it cannot send_again" in delivery["can"]["send_again"]
    said = await line.yard.owner.post(f"/deliveries/{delivery['id']}/send-again")
    assert said.problem == "illegal_move"


async def test_the_log_is_kept_for_its_days(line: Line) -> None:
    task = await line.a_completed_task()
    await line.send()
    waiting = await line.a_task()
    await line.yard.owner.post(f"/tasks/{waiting}/cancel")
    await line.yard.sql("UPDATE deliveries SET ended_at = ended_at - interval '29 days'")
    await callbacks.sweep(line.database, 30)
    assert len(await line.deliveries(task)) == 1
    await line.yard.sql("UPDATE deliveries SET ended_at = ended_at - interval '2 days'")
    await callbacks.sweep(line.database, 30)
    assert await line.deliveries(task) == []
    assert len(await line.deliveries(waiting)) == 1, "what is still to be told stays"
    assert (
        await line.yard.sql("SELECT 1 FROM delivery_attempts WHERE workspace_id = :w", w=line.yard.workspace_id) == []
    )


async def test_pages_of_deliveries_go_on_where_the_last_one_ended(line: Line) -> None:
    task = await line.a_completed_task()
    for label in ("praise", "problem"):
        body = {"verdict": "fix", "answer": {"labels": [label]}, "again": True}
        await line.yard.owner.post(f"/tasks/{task}/audits", body)
    first = (await line.yard.owner.get(f"/tasks/{task}/deliveries", params={"limit": 2})).json
    second = (await line.yard.owner.get(f"/tasks/{task}/deliveries", params={"cursor": first["next"]})).json
    assert [each["type"] for each in first["items"]] == ["task.audited", "task.audited"]
    assert ([each["type"] for each in second["items"]], second["next"], first["total"]) == (["task.completed"], None, 3)


# --- the secret


async def test_after_a_change_of_the_secret_both_sign_for_a_day(line: Line) -> None:
    owner = line.yard.owner
    before = (await owner.get("/callbacks/secret")).json
    assert before == (await owner.get("/callbacks/secret")).json
    assert before["previous_until"] is None
    after = (await owner.post("/callbacks/secret/rotate", headers={"Idempotency-Key": "turn"})).json
    assert after["secret"] != before["secret"]
    repeated = (await owner.post("/callbacks/secret/rotate", headers={"Idempotency-Key": "turn"})).json
    assert (repeated["secret"], repeated["made_at"]) == (None, after["made_at"]), "shown once; then GET shows it"
    await line.a_completed_task()
    await line.send()
    assert all(line.receiver.got[0].is_signed_with(each["secret"]) for each in (before, after))
    await line.yard.sql("UPDATE callback_secrets SET previous_until = now()")
    await line.a_completed_task()
    await line.send()
    assert [line.receiver.got[1].is_signed_with(each["secret"]) for each in (before, after)] == [False, True]
    kept = await line.yard.sql(
        "SELECT says, data::text FROM facts UNION SELECT '', coalesce(convert_from(body, 'UTF8'), '') FROM idempotency_keys"
    )
    assert not any(before["secret"] in str(row) or after["secret"] in str(row) for row in kept)


# --- what goes and comes back with a task


async def test_a_deleted_task_takes_what_was_told_of_it_along(line: Line) -> None:
    gone, archive = await line.a_completed_task(), await line.a_completed_task()
    await line.send()
    await line.yard.owner.delete(f"/tasks/{gone}")
    await line.do_bulk("delete", await line.a_completed_task())
    left = await line.yard.sql("SELECT task_id::text FROM deliveries WHERE workspace_id = :w", w=line.yard.workspace_id)
    assert [row.task_id for row in left] == [archive]
    made = await archived(line.yard, [archive])
    assert len(await line.yard.sql("SELECT 1 FROM deliveries")) == 1, "an archive may be brought back"
    assert (await line.yard.owner.delete(f"/archives/{made['id']}")).status < 300
    assert await line.yard.sql("SELECT 1 FROM deliveries") == []
    assert await line.yard.sql("SELECT 1 FROM delivery_attempts") == []


async def test_an_archived_task_comes_back_with_its_address(line: Line) -> None:
    task = await line.a_completed_task()
    await line.yard.owner.post(f"/tasks/{task}/audits", {"verdict": "fix", "answer": PRAISE})
    before = await hashes(line.yard, [task])
    made = await archived(line.yard, [task])
    await restored(line.yard, made)
    assert await hashes(line.yard, [task]) == before
    assert (await line.yard.owner.get(f"/tasks/{task}")).json["callback_url"] == line.receiver.url
    assert "deliveries" in content.STAYING
    assert len(await line.deliveries(task)) == 2
