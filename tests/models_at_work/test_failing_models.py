"""Models that fail, break, hang, hear nothing or answer nonsense: work is tried again, or ends with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from taskyard.domain.performers import actions
from taskyard.domain.performers.actions import Turn
from taskyard.kit.ids import new_id
from taskyard.models.contract import Outcome
from tests.builders import Yard
from tests.models_at_work.conftest import Record
from tests.models_at_work.flows import slow_flow

pytestmark = pytest.mark.usefixtures("worker", "record")
ENDED = {"completed", "failed", "cancelled"}


async def a_run(yard: Yard, project: str, text: str) -> str:
    task = await yard.task(project, {"text": text})
    return str(task["run_id"])


async def ended(yard: Yard, run_id: str, *, seconds: float = 30) -> dict[str, Any]:
    page: dict[str, Any] = await yard.until(
        yard.owner, f"/runs/{run_id}", lambda run: run["state"] in ENDED, seconds=seconds
    )
    return page


def turn_of(run: dict[str, Any], step: str = "label") -> dict[str, Any]:
    (turn,) = next(found for found in run["steps"] if found["id"] == step)["step_runs"]
    found: dict[str, Any] = turn
    return found


async def facts_of(yard: Yard, run_id: str, name: str) -> list[Any]:
    return await yard.sql(
        "SELECT * FROM facts WHERE run_id = :run AND name = :name ORDER BY number", run=run_id, name=name
    )


async def test_a_model_that_fails_twice_answers_at_the_third_attempt(yard: Yard, record: Record) -> None:
    project = await yard.project(slow_flow("retry: {max: 3, backoff: 1s}"))
    run_id = await a_run(yard, project, "fails=2 says=praise")
    waits = await yard.until(yard.owner, f"/runs/{run_id}", lambda run: run["state"] == "waiting")
    assert waits["reason"].startswith("test/slow cannot be used now: It has a headache.")
    assert waits["reason"].endswith("Attempt 2 of 3 follows.")
    run = await ended(yard, run_id)
    assert (run["state"], run["output"]) == ("completed", {"label": "praise"})
    assert turn_of(run)["attempt"] == 3
    began = [one["at"] for one in record.lines("fails=2 says=praise")]
    assert [later - earlier >= pause for earlier, later, pause in zip(began, began[1:], (1, 2), strict=False)] == [
        True,
        True,
    ]
    assert len({one["key"] for one in record.lines()}) == 1, "an attempt again is the same work to the outside"


async def test_the_pauses_double_and_after_five_attempts_it_is_given_up_with_the_reason(
    yard: Yard, record: Record
) -> None:
    run_id = await a_run(yard, await yard.project(slow_flow()), "fails=99")
    pauses: list[float] = []
    for attempt in (1, 2, 3, 4):
        await yard.until(
            yard.owner,
            f"/runs/{run_id}",
            lambda run, a=attempt: turn_of(run)["attempt"] == a and turn_of(run)["state"] == "waiting",
        )
        (fact,) = (await facts_of(yard, run_id, "step_run.retried"))[attempt - 1 :]
        (row,) = await yard.sql("SELECT due_at FROM step_runs WHERE run_id = :run", run=run_id)
        pauses.append((row.due_at - fact.at).total_seconds())
        await yard.sql("UPDATE step_runs SET due_at = now() WHERE run_id = :run", run=run_id)
    assert pauses == [2, 4, 8, 16]
    run = await ended(yard, run_id)
    says = "test/slow cannot be used now: It has a headache. It was given up after 5 attempts."
    assert (run["state"], run["reason"]) == ("failed", says)
    assert run["error"] == {"code": "model_unavailable", "says": says, "mend": None, "step": "label"}
    assert len(record.lines()) == 5
    assert len(await facts_of(yard, run_id, "run.failed")) == 1


async def test_what_a_broken_model_said_is_not_shown(yard: Yard) -> None:
    project = await yard.project(slow_flow("retry: {max: 1}"))
    run = await ended(yard, await a_run(yard, project, "breaks=1"))
    assert (run["error"]["code"], run["reason"]) == ("model_broke", "test/slow broke: RuntimeError.")
    assert "secret" not in str((await yard.owner.get(f"/tasks/{run['task_id']}/timeline")).json)


async def test_a_model_that_does_not_answer_in_time_is_tried_again_and_then_given_up(
    yard: Yard, record: Record
) -> None:
    project = await yard.project(slow_flow("timeout: 1s", "retry: {max: 2, backoff: 1s}"))
    run = await ended(yard, await a_run(yard, project, "deaf=60"))
    assert run["error"]["code"] == "model_too_slow"
    assert run["reason"] == "test/slow did not answer within 1 seconds. It was given up after 2 attempts."
    assert len(record.lines()) == 2


async def test_an_answer_that_does_not_fit_fails_at_once_and_says_why(yard: Yard, record: Record) -> None:
    run = await ended(yard, await a_run(yard, await yard.project(slow_flow()), "nonsense"))
    assert run["error"]["code"] == "answer_invalid"
    assert "labels[0]" in run["reason"]
    assert len(record.lines()) == 1


async def test_work_a_model_cannot_do_fails_without_a_retry_in_words_and_with_the_mend(
    yard: Yard, record: Record
) -> None:
    run = await ended(yard, await a_run(yard, await yard.project(slow_flow()), "cannot"))
    assert run["reason"] == "test/slow cannot read minds. It can find what its text tells it. Ask for something else."
    assert run["error"]["mend"] == "Ask for something else."
    assert (run["error"]["code"], len(record.lines())) == ("model_cannot_do_that", 1)


async def test_a_step_that_may_fail_lets_the_others_go_on(yard: Yard) -> None:
    then = """  - id: again
    use: classify
    by: people
    after: label
    with: {text: "{{ input.text }}", labels: [question, problem]}
"""
    flow = slow_flow("on_error: continue", "retry: {max: 1}", then=then)
    run_id = await a_run(yard, await yard.project(flow), "fails=1")
    waiting = await yard.until(yard.owner, f"/runs/{run_id}", lambda run: run["state"] == "waiting")
    assert turn_of(waiting)["state"] == "failed"
    ana = await yard.person()
    await yard.answer(ana, {"labels": ["problem"]})
    run = await ended(yard, run_id)
    assert (run["state"], run["output"], run["error"]) == ("completed", {"label": None}, None)


async def test_poison_is_set_aside_while_the_line_goes_on_and_can_be_run_again(yard: Yard, record: Record) -> None:
    project = await yard.project(slow_flow("retry: {max: 3, backoff: 1s}"))
    poison = await a_run(yard, project, "breaks=3")
    others = [await a_run(yard, project, f"sleeps=0.05 n={number}") for number in range(6)]
    assert [(await ended(yard, run_id))["state"] for run_id in others] == ["completed"] * 6
    run = await ended(yard, poison)
    assert (run["state"], turn_of(run)["attempt"]) == ("failed", 3)
    again = (await yard.owner.post(f"/tasks/{run['task_id']}/runs", {})).json
    assert (await ended(yard, again["id"]))["state"] == "failed"
    assert len({one["key"] for one in record.lines("breaks=3")}) == 2, "a new run is new work to the outside"


async def test_a_cancelled_run_ends_as_soon_as_its_model_notices(yard: Yard, record: Record) -> None:
    run_id = await a_run(yard, await yard.project(slow_flow()), "sleeps=60")
    await yard.until(yard.owner, f"/runs/{run_id}", lambda run: run["state"] == "running" and record.lines())
    said = (await yard.owner.post(f"/runs/{run_id}/cancel")).json
    assert (said["state"], said["reason"]) == ("cancelling", "Cancelling: a model is ending its work.")
    assert datetime.fromisoformat(said["cancel_by"]) - datetime.fromisoformat(said["created_at"]) > timedelta(
        seconds=29
    )
    run = await ended(yard, run_id, seconds=10)
    assert (run["state"], turn_of(run)["state"]) == ("cancelled", "cancelled")
    assert record.lines(event="stopped")
    assert (await yard.owner.get(f"/tasks/{run['task_id']}")).json["status"] == "cancelled"
    assert len(await facts_of(yard, run_id, "run.cancelled")) == 1


async def test_a_model_that_hears_nothing_is_cancelled_by_the_deadline_and_its_late_answer_is_refused(
    yard: Yard, record: Record
) -> None:
    run_id = await a_run(yard, await yard.project(slow_flow()), "deaf=3")
    await yard.until(yard.owner, f"/runs/{run_id}", lambda _: record.lines())
    assert (await yard.owner.post(f"/runs/{run_id}/cancel")).json["state"] == "cancelling"
    await yard.sql("UPDATE runs SET cancel_by = now() WHERE id = :run", run=run_id)
    run = await ended(yard, run_id, seconds=10)
    assert (run["state"], run["reason"]) == ("cancelled", "Cancelled.")
    project = await yard.project(slow_flow())
    assert (await ended(yard, await a_run(yard, project, "sleeps=0")))["state"] == "completed"
    assert (await yard.sql("SELECT count(*) AS n FROM answers WHERE run_id = :run", run=run_id))[0].n == 0


async def test_what_comes_back_for_a_task_that_was_deleted_counts_for_nothing_and_breaks_nothing(yard: Yard) -> None:
    database, gone = yard.desk.database, new_id()
    work: Any = None
    turn = Turn(yard.workspace_id, gone, gone, gone, gone, "label", "test/slow", 1, 1, work, {}, {}, None)
    assert await actions.finish(database, turn, Outcome({}, None), None, 1.0) is False
    await actions.fail(database, turn, {"code": "model_broke", "says": "It broke."}, may_retry=True)
    await actions.stop(database, turn)
    await actions.give_back(database, turn)


async def test_a_run_that_waits_for_its_retry_is_cancelled_at_once(yard: Yard, record: Record) -> None:
    run_id = await a_run(yard, await yard.project(slow_flow("retry: {max: 5, backoff: 1h}")), "fails=9")
    await yard.until(yard.owner, f"/runs/{run_id}", lambda run: run["state"] == "waiting")
    assert (await yard.owner.post(f"/runs/{run_id}/cancel")).json["state"] == "cancelled"
    assert len(record.lines()) == 1
