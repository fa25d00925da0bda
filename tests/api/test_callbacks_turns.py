"""Receivers take turns: a long line at one, or many that wait, hold up nobody else of their workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from taskyard.domain.callbacks import Sender, actions
from taskyard.domain.callbacks.actions import Outcome
from taskyard.domain.callbacks.rules import AT_ONCE_PER_HOST, RECEIVERS_AT_ONCE, WORKSPACE_SHARE
from taskyard.kit.settings import Settings
from tests.builders.callbacks import Line
from tests.builders.receivers import SILENCE, Receiver, receiving

LONG_AGO = "now() - interval '1 hour'"


@pytest.fixture
async def silent() -> AsyncIterator[Receiver]:
    """A receiver that takes requests and never answers."""
    async with receiving() as receiver:
        receiver.answers.extend([SILENCE] * 1_000)
        yield receiver


async def test_a_long_line_at_one_receiver_holds_up_no_other(line: Line, silent: Receiver) -> None:
    await line.many_due(3_000, url=silent.url, due=LONG_AGO)
    task = await line.a_completed_task()
    await line.send()
    assert (await line.delivery(task))["state"] == "delivered"
    assert len(silent.got) == AT_ONCE_PER_HOST


async def test_what_is_behind_a_forerunner_does_not_hide_it_however_much_it_is(line: Line) -> None:
    await line.a_completed_task()
    await line.yard.sql(
        f"""INSERT INTO deliveries (workspace_id, id, event_id, task_id, type, body, url, host, state, due_at)
            SELECT workspace_id, gen_random_uuid(), gen_random_uuid(), task_id, 'task.audited', body, url, host, state,
                {LONG_AGO} FROM deliveries, generate_series(1, 1000)"""
    )
    await line.send()
    assert line.receiver.types == ["task.completed"]
    await line.send()
    assert len(line.receiver.got) == 2, "one after the other"


async def test_receivers_with_long_lines_take_turns_with_the_one_that_came_last(line: Line, private: Settings) -> None:
    sender = Sender(line.database, private.model_copy(update={"callbacks_at_once": 4 * WORKSPACE_SHARE}))
    for _ in range(10):
        await line.many_due(6, host="z", due=LONG_AGO)
    task = await line.a_completed_task()
    for _ in range(2):
        assert await sender.send_due() == 4
    await sender.close()
    assert (await line.delivery(task))["state"] == "delivered"
    told = await line.yard.sql("SELECT host, count(*) AS number FROM deliveries WHERE ended_at IS NOT NULL GROUP BY 1")
    assert sorted(row.number for row in told) == [1, 1, 1, 1, 1, 1, 2], "each once before one has its second"


async def test_the_hands_of_slow_receivers_go_to_who_has_none(line: Line, silent: Receiver, private: Settings) -> None:
    sender = Sender(line.database, private.model_copy(update={"callbacks_at_once": 10 * WORKSPACE_SHARE}))
    await line.many_due(100, url=silent.url, due=LONG_AGO)
    await line.many_due(100, url=silent.url.replace("127.0.0.1", "localhost"), due=LONG_AGO)
    assert await sender.begin_due() == 10
    assert await sender.begin_due() == 0, "all hands are taken"
    task = await line.a_completed_task()
    await line.yard.sql(
        """UPDATE deliveries SET state = 'waiting' WHERE id = (SELECT id FROM deliveries WHERE state = 'sending' LIMIT 1)"""
    )
    assert await sender.send_due() == 1
    await sender.close()
    assert (await line.delivery(task))["state"] == "delivered"


async def test_receivers_beyond_those_that_one_look_comes_to_have_the_next(line: Line) -> None:
    await line.many_due(2 * RECEIVERS_AT_ONCE, host="a", due="now() + interval '1 hour'")
    task = await line.a_completed_task()
    looks = 1
    while not await line.sender.send_due():
        looks += 1
        assert looks < 5
    assert looks == 3
    assert (await line.delivery(task))["state"] == "delivered"


# --- a receiver that does not answer


async def test_a_receiver_that_does_not_answer_is_spared_with_the_rest_of_a_long_line(
    line: Line, silent: Receiver
) -> None:
    await line.many_due(3_000, url=silent.url)
    for _ in range(3):
        await line.send()
    assert len(silent.got) == AT_ONCE_PER_HOST
    await line.send_later()
    assert len(silent.got) == 2 * AT_ONCE_PER_HOST


async def test_a_receiver_that_answers_again_is_not_spared_any_longer(line: Line, private: Settings) -> None:
    line.receiver.answers.append(SILENCE)
    await line.many_due(1)
    await line.send()
    await line.many_due(3)
    await line.send()
    assert len(line.receiver.got) == 1, "nothing more while it is spared"
    here = line.yard.workspace_id
    (under_way,) = await line.yard.sql("SELECT id FROM deliveries WHERE due_at <= now() LIMIT 1")
    async with line.database.transaction(here) as session:
        (order,) = await actions.take(session, here, [under_way.id], private)
    async with line.database.transaction(here) as session:
        await actions.finish(session, order, Outcome(1, status=500), private)
    await line.send()
    assert len(line.receiver.got) == 3


async def test_one_event_that_is_not_answered_among_others_that_are_spares_nobody(line: Line) -> None:
    line.receiver.answers.append(SILENCE)
    await line.many_due(3)
    await line.send()
    await line.many_due(2)
    await line.send()
    assert len(line.receiver.got) == 5


async def test_what_somebody_sends_again_is_not_spared(line: Line) -> None:
    line.receiver.answers.append(SILENCE)
    task = await line.a_completed_task()
    await line.send()
    await line.many_due(1)
    await line.send()
    assert len(line.receiver.got) == 1
    await line.yard.owner.post(f"/deliveries/{(await line.delivery(task))['id']}/send-again")
    await line.send()
    assert len(line.receiver.got) == 3, "nor what waits behind it"
