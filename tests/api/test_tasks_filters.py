"""Every filter of the list of tasks, by itself and with others; and who may ask by what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from taskyard.domain.tasks import schemas
from tests.builders import TWO_STEP_FLOW, Person, Yard

ANSWER = {"labels": ["question"]}


async def found(who: Person, **asked: Any) -> set[str]:
    said = await who.get("/tasks", params=asked)
    assert said.status == 200, said.json
    assert said.json["total"] == len(said.json["items"])
    return {task["external_id"] for task in said.json["items"]}


async def ids(yard: Yard, project: str, **tasks: Any) -> None:
    for external_id, more in tasks.items():
        await yard.task(project, {"text": "Hello"}, external_id=external_id, **more)


async def test_priorities_lie_in_a_range(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, early={"priority": -5}, usual={}, late={"priority": 7})
    assert await found(yard.owner, priority_max=0) == {"early", "usual"}
    assert await found(yard.owner, priority_min=0) == {"usual", "late"}
    assert await found(yard.owner, priority_min=-5, priority_max=-5) == {"early"}
    assert await found(yard.owner, priority_min=8) == set()


async def test_a_batch_is_named_whole_or_in_part(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, one={"batch": "May 2026"}, two={"batch": "may_be"}, none={})
    assert await found(yard.owner, batch="May 2026") == {"one"}
    assert await found(yard.owner, batch="May") == set()
    assert await found(yard.owner, batch_contains="may") == {"one", "two"}
    assert await found(yard.owner, batch_contains="_") == {"two"}, "_ stands for itself"


async def test_metadata_is_compared_key_by_key(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, a={"metadata": {"shop": "north", "n": 3}}, b={"metadata": {"shop": "south"}}, c={})
    assert await found(yard.owner, metadata="shop=north") == {"a"}
    assert await found(yard.owner, metadata=["shop=north", "n=3"]) == {"a"}
    assert await found(yard.owner, metadata=["shop=south", "n=3"]) == set()
    for unreadable in ("shop", "=north", "="):
        said = await yard.owner.get("/tasks", params={"metadata": unreadable})
        assert (said.status, said.problem) == (422, "body_invalid")


async def test_a_verdict_or_none_yet(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, open={})
    for name in ("ready", "accepted"):
        await yard.task(project, {"text": name}, external_id=name)
    worker = await yard.person()
    for _ in range(3):
        await yard.answer(worker, ANSWER, project)
    for name, verdict in (("accepted", "accepted"), ("open", "rejected")):
        await yard.sql(
            "UPDATE tasks SET audit = :verdict WHERE workspace_id = :here AND external_id = :name",
            here=yard.workspace_id, verdict=verdict, name=name,
        )  # fmt: skip
    assert await found(yard.owner, audit="ready") == {"ready"}
    assert await found(yard.owner, audit="accepted") == {"accepted"}
    assert await found(yard.owner, audit=["ready", "rejected"]) == {"ready", "open"}
    rows = {task["external_id"]: task["audit"] for task in (await yard.owner.get("/tasks")).json["items"]}
    assert rows == {"ready": "ready", "accepted": "accepted", "open": "rejected"}


async def test_done_again_or_not(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, once={}, again={})
    await yard.sql(
        "UPDATE tasks SET redo_count = 1 WHERE workspace_id = :here AND external_id = 'again'", here=yard.workspace_id
    )
    assert await found(yard.owner, redo=True) == {"again"}
    assert await found(yard.owner, redo=False) == {"once"}
    assert await found(yard.owner) == {"once", "again"}


async def test_who_has_it_and_who_answered_it(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    await ids(yard, project, first={}, second={})
    ana, ben = await yard.person(), await yard.person()
    await yard.answer(ana, {"labels": ["problem"]}, project)
    await ben.post("/next", {"project": project, "step": "details"})
    (held,) = await found(yard.owner, reserved_by=ben.member_id)
    assert await found(yard.owner, answered_by=ana.member_id) == {held}
    assert await found(yard.owner, reserved_by=ana.member_id) == set()
    assert await found(yard.owner, reserved_by=[ana.member_id, ben.member_id], answered_by=ana.member_id) == {held}
    assert await found(yard.owner, answered_by=ben.member_id) == set()


async def test_a_day_is_the_whole_of_it_where_the_reader_is(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, a={}, b={})
    # In California it is still the 5th.
    for name, moment in (("a", "2026-03-06T07:30:00+00:00"), ("b", "2026-03-06T08:30:00+00:00")):
        await yard.sql(
            "UPDATE tasks SET created_at = CAST(CAST(:moment AS text) AS timestamptz),"
            " completed_at = CAST(CAST(:moment AS text) AS timestamptz) WHERE workspace_id = :here"
            " AND external_id = :name",
            here=yard.workspace_id, moment=moment, name=name,
        )  # fmt: skip
    day = {"created_from": "2026-03-06", "created_to": "2026-03-06"}
    assert await found(yard.owner, **day) == {"a", "b"}
    assert await found(yard.owner, **day, zone="US Pacific") == {"b"}
    assert await found(yard.owner, **day, zone="America/Los_Angeles") == {"b"}
    assert await found(yard.owner, created_to="2026-03-05", zone="US Pacific") == {"a"}
    assert await found(yard.owner, completed_from="2026-03-06T08:00:00Z") == {"b"}
    assert await found(yard.owner, completed_to="2026-03-06T08:30:00Z") == {"a"}, "a moment is where it ends"
    assert await found(yard.owner, completed_from="2026-03-06T00:00:00", zone="US Pacific") == {"b"}
    assert await found(yard.owner, submitted_from="2026-03-06") == set()


async def test_days_that_move_are_worked_out_where_the_reader_is(yard: Yard) -> None:
    project = await yard.project()
    await ids(yard, project, now={}, before={}, old={})
    for name, days in (("before", 1), ("old", 7)):
        await yard.sql(
            "UPDATE tasks SET created_at = created_at - make_interval(days => :days)"
            " WHERE workspace_id = :here AND external_id = :name",
            here=yard.workspace_id, name=name, days=days,
        )  # fmt: skip
    # Everywhere the same moments, whatever day it is there.
    for zone in ("UTC", "US Pacific", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert await found(yard.owner, created_from="today", zone=zone) == {"now"}
        assert await found(yard.owner, created_from="yesterday", created_to="yesterday", zone=zone) == {"before"}
        assert await found(yard.owner, created_from="today-6d", zone=zone) == {"now", "before"}
        assert await found(yard.owner, created_to="today-7d", zone=zone) == {"old"}
        meant = datetime.now(ZoneInfo({"US Pacific": "America/Los_Angeles"}.get(zone, zone))).date().replace(day=1)
        month = await found(yard.owner, created_from="this-month", zone=zone)
        assert month == await found(yard.owner, created_from=meant.isoformat(), zone=zone)


async def test_a_list_of_days_that_move_goes_on_over_midnight(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    await ids(yard, await yard.project(), a={}, b={}, c={})
    params = {"created_from": "today-6d", "created_to": "2099-01-01", "limit": 2}
    first = (await yard.owner.get("/tasks", params=params)).json
    monkeypatch.setattr(schemas, "today_in", lambda zone: datetime.now(ZoneInfo(zone)).date() + timedelta(days=1))
    rest = await yard.owner.get("/tasks", params={**params, "cursor": first["next"]})
    assert (rest.status, len(rest.json["items"])) == (200, 1)
    for other in ({"created_from": "today-5d"}, {"created_to": "2098-01-01"}, {"zone": "US Pacific"}):
        said = await yard.owner.get("/tasks", params={**params, "cursor": first["next"], **other})
        assert said.problem == "cursor_unreadable"


async def test_what_is_kept_of_a_day_that_moves_is_the_day_it_was(yard: Yard) -> None:
    await yard.task(await yard.project())
    today = datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
    asked = {"filter": {"created_from": "today", "zone": "Pacific/Kiritimati"}}
    body = {"action": "set_priority", "selection": asked, "arguments": {"priority": 1}}
    made = await yard.owner.post("/bulk", body)
    assert made.status == 202, made.json
    assert made.json["selection"]["filter"]["created_from"] == today


@pytest.mark.parametrize(
    "asked",
    [
        {"zone": "Mars/Olympus"},
        {"created_from": "tomorrow"},
        {"created_from": "today-0d"},
        {"created_to": "today-3661d"},
        {"created_from": "2026-02-30"},
        {"created_to": "9999-12-31"},
        {"created_to": "0001-01-01"},
        {"priority_min": 2**31},
        {"audit": "done"},
        {"reserved_by": "Ana"},
    ],
)
async def test_a_value_that_does_not_fit_is_refused(yard: Yard, asked: dict[str, Any]) -> None:
    said = await yard.owner.get("/tasks", params=asked)
    assert (said.status, said.problem) == (422, "body_invalid")
    assert [error["place"].removesuffix("[0]") for error in said.refusal["errors"]] == list(asked)


@pytest.mark.parametrize("role", ["annotator", "reviewer", "client"])
@pytest.mark.parametrize("asked", ["reserved_by", "answered_by"])
async def test_who_works_is_for_leads_to_ask_and_refused_like_what_is_not_there(
    yard: Yard, role: str, asked: str
) -> None:
    person = await yard.person(role)
    forbidden = await person.get("/tasks", params={asked: person.member_id})
    unknown = await person.get("/tasks", params={"pasword": person.member_id})
    assert (forbidden.status, forbidden.problem) == (unknown.status, unknown.problem) == (400, "field_unknown")
    assert forbidden.refusal["detail"].replace(asked, "pasword") == unknown.refusal["detail"]
    assert (await (await yard.person("manager")).get("/tasks", params={asked: person.member_id})).status == 200
    if role != "client":
        assert (await person.get("/tasks/export", params={asked: person.member_id})).status == 403


async def test_a_client_does_not_narrow_an_export_by_who_works(yard: Yard) -> None:
    client = await yard.person("client")
    said = await client.get("/tasks/export", params={"answered_by": client.member_id})
    assert (said.status, said.problem) == (400, "field_unknown")


async def test_who_works_how_long_and_for_how_much_is_shown_to_leads(yard: Yard) -> None:
    project = await yard.project(shared_with_clients=True)
    await ids(yard, project, a={})
    ana, client = await yard.person(), await yard.person("client")
    await ana.post("/next", {"project": project})
    shown = {}
    for name, who in (("owner", yard.owner), ("client", client), ("ana", ana)):
        (row,) = (await who.get("/tasks")).json["items"]
        shown[name] = (row["reserved_by"] and row["reserved_by"]["id"], row["seconds"], row["cost"])
    assert shown == {"owner": (ana.member_id, 0, 0), "client": (None, None, None), "ana": (ana.member_id, None, None)}


async def test_the_time_people_spend_is_summed_up(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    await ids(yard, project, a={})
    ana = await yard.person()
    spent = 0.0
    for answer in ({"labels": ["problem"]}, {"part": "lid"}):
        hold = (await ana.post("/next", {"project": project})).json
        await yard.sql(
            "UPDATE reservations SET held_at = held_at - interval '40 seconds' WHERE workspace_id = :here AND id = :id",
            here=yard.workspace_id, id=hold["reservation"]["id"],
        )  # fmt: skip
        said = await ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": answer})
        assert said.status == 200, said.json
        spent += said.json["answer"]["seconds"]
    (row,) = (await yard.owner.get("/tasks")).json["items"]
    assert row["seconds"] == pytest.approx(spent)
    assert spent > 80


async def test_a_task_is_found_by_its_very_name_in_whatever_project(yard: Yard) -> None:
    one, two = await yard.project(), await yard.project(name="Others")
    for project, name in ((one, "row-1"), (two, "row-1"), (one, "row-10"), (one, "Row-1")):
        await yard.task(project, external_id=name)
    assert (await yard.owner.get("/tasks", params={"external_id": "row-1"})).json["total"] == 2
    assert (await yard.owner.get("/tasks", params={"external_id": "row-1", "project": one})).json["total"] == 1
    assert (await yard.owner.get("/tasks", params={"external_id": "row"})).json["total"] == 0
