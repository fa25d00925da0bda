"""Callbacks: what happened to a task is told to its address, signed, in order, until it has arrived."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from taskyard.access import Actor
from taskyard.domain import callbacks
from taskyard.domain.archives import content
from taskyard.domain.callbacks import actions
from taskyard.kit.settings import Settings
from tests.builders.archives import archived, hashes, restored
from tests.builders.callbacks import PRAISE, QUESTION, Line
from tests.builders.receivers import SILENCE
from tests.builders.uploads import Uploading

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
    assert (delivery["state"], delivery["reason"]) == ("waiting", "It did not answer within 1 seconds.")
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
    assert said == "The callback about task.completed was given up after 3 attempts."
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
    assert "send again is not possible" in delivery["can"]["send_again"]
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


async def test_what_is_just_being_sent_again_is_not_swept_away(line: Line) -> None:
    task = await line.a_completed_task()
    await line.send()
    await line.yard.sql("UPDATE deliveries SET ended_at = ended_at - interval '31 days'")
    here, delivery = line.yard.workspace_id, UUID((await line.delivery(task))["id"])
    async with line.database.transaction(here) as session:
        await actions.send_again(session, Actor.system(here), delivery)
        await callbacks.sweep(line.database, 30)
    assert (await line.delivery(task))["state"] == "waiting"
    await line.send()
    assert len(line.receiver.got) == 2


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
