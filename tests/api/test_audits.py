"""Audits: who may judge a task, what each verdict leaves behind, and what a rejected task does next."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from taskyard.domain.archives import content
from tests.builders import BOTH_FLOW, FILL_FLOW, TWO_STEP_FLOW, Person, Said, Yard
from tests.builders.archives import archived, hashes, lines, restored

QUESTION, PRAISE = {"labels": ["question"]}, {"labels": ["praise"]}
REJECT = {"verdict": "reject", "reasons": ["It is praise."]}
FIX = {"verdict": "fix", "answer": PRAISE}


class Case:
    """A completed task of a project shared with clients, with who answered it and who judges it."""

    def __init__(self, yard: Yard, project: str, ana: Person, acme: Person, task: str) -> None:
        self.yard, self.project, self.ana, self.acme, self.task = yard, project, ana, acme, task

    async def audit(self, who: Person, body: dict[str, Any], **named: Any) -> Said:
        """Give a verdict on the task."""
        return await who.post(f"/tasks/{self.task}/audits", body, **named)

    async def page(self, who: Person | None = None) -> dict[str, Any]:
        """Return the task as somebody sees it; as the owner, unless said."""
        found: dict[str, Any] = (await (who or self.yard.owner).get(f"/tasks/{self.task}")).json
        return found

    async def audits(self) -> list[dict[str, Any]]:
        """Return the verdicts on record, newest first."""
        found: list[dict[str, Any]] = (await self.acme.get(f"/tasks/{self.task}/audits")).json["items"]
        return found

    async def answers(self) -> list[tuple[str, str, str, Any, bool]]:
        """Return every answer: of which step and sort, by whom, what, and whether it counts."""
        rows = (await self.yard.owner.get(f"/tasks/{self.task}/answers")).json["items"]
        return [(row["step"], row["kind"], row["by"]["name"], row["data"], row["is_final"]) for row in rows]

    async def listed(self, status: str) -> bool:
        """Say whether the client finds the task under an audit status."""
        rows = (await self.acme.get("/tasks", params={"audit": status})).json["items"]
        return self.task in [row["id"] for row in rows]

    async def told(self) -> list[str]:
        """Return what happened, newest first."""
        return [fact["says"] for fact in (await self.acme.get(f"/tasks/{self.task}/timeline")).json["items"]]


async def case(yard: Yard, flow: str | None = None, *given: dict[str, Any], **changes: Any) -> Case:
    project = await yard.project(*([flow] if flow else []), shared_with_clients=True, **changes)
    ana, acme = await yard.person(name="Ana"), await yard.person("client", "Acme")
    task = (await yard.task(project))["id"]
    for answer in given or (QUESTION,):
        await yard.answer(ana, answer, project)
    return Case(yard, project, ana, acme, task)


# --- accept


async def test_a_completed_task_is_ready_and_accepting_it_says_who_and_when(yard: Yard) -> None:
    it = await case(yard)
    assert await it.listed("ready")
    said = await it.audit(it.acme, {"verdict": "accept"})
    assert said.status == 201
    assert (said.json["verdict"], said.json["by"]["name"], said.json["reasons"]) == ("accepted", "Acme", [])
    assert said.json["task"] == {"id": it.task, "status": "completed", "audit": "accepted", "steps": [],
                                 "redo_count": 0, "run_id": said.json["run_id"]}  # fmt: skip
    assert (await it.listed("ready"), await it.listed("accepted")) == (False, True)
    page = await it.page()
    assert (page["audit"], page["verdict"]["by"], page["verdict"]["verdict"]) == ("accepted", "Acme", "accepted")
    assert page["verdict"]["at"]
    assert (await it.told())[0] == "Acme accepted the result."
    assert (await it.acme.get(f"/tasks/{it.task}/timeline")).json["items"][0]["name"] == "task.audited"


# --- fix


async def test_a_fix_counts_and_what_it_replaced_is_kept(yard: Yard) -> None:
    it = await case(yard)
    said = (await it.audit(it.acme, {**FIX, "reasons": ["Read the second line."]})).json
    assert (said["verdict"], said["step"], said["task"]["audit"]) == ("fixed", "label", "fixed")
    page = await it.page()
    assert page["runs"][0]["output"] == {"label": "praise"}
    assert (page["status"], page["redo_count"], page["run_id"]) == ("completed", 0, said["run_id"])
    assert await it.answers() == [
        ("label", "prior", "Ana", QUESTION, False),
        ("label", "answer", "Acme", PRAISE, True),
    ]
    prior, fix = (await yard.owner.get(f"/tasks/{it.task}/answers")).json["items"]
    assert (fix["fixes"], prior["fixes"]) == (prior["id"], None)
    (audit,) = await it.audits()
    assert audit["answer"]["data"] == PRAISE
    assert [(one["id"], one["data"], one["by"]) for one in audit["prior_answers"]] == [(prior["id"], QUESTION, "Ana")]
    assert (await it.told())[0] == "Acme fixed the answer of label: Read the second line."
    exported = (await it.acme.get("/tasks/export", params={"ids": it.task})).response.json()
    assert exported["output"] == {"label": "praise"}


async def test_a_fixed_answer_counts_once_for_its_author_and_not_for_the_auditor(yard: Yard) -> None:
    it = await case(yard)
    assert (await it.ana.get("/work")).json["today"]["submitted"] == 1
    assert (await it.audit(yard.owner, FIX)).status == 201
    assert (await it.ana.get("/work")).json["today"]["submitted"] == 1
    assert (await yard.owner.get("/work")).json["today"]["submitted"] == 0
    found = (await yard.owner.get("/tasks", params={"answered_by": it.ana.member_id})).json["items"]
    assert [task["id"] for task in found] == [it.task]


async def test_a_fix_is_checked_like_any_answer_and_leaves_nothing_when_it_does_not_fit(yard: Yard) -> None:
    it = await case(yard, FILL_FLOW, {"total": 4.2})
    said = await it.audit(it.acme, {"verdict": "fix", "answer": {"total": "much", "date": "soon"}})
    assert (said.status, said.problem) == (422, "answer_invalid")
    assert sorted(flaw["place"] for flaw in said.refusal["errors"]) == ["date", "total"]
    assert await it.answers() == [("amount", "answer", "Ana", {"total": 4.2}, True)]
    assert (await it.page())["audit"] == "ready"
    assert (await it.audit(it.acme, {"verdict": "fix", "answer": {"total": 5}})).status == 201
    assert (await it.page())["runs"][0]["output"] == {"amount": {"total": 5}}


async def test_a_fix_goes_to_the_last_step_of_the_output_or_the_one_named(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW, {"labels": ["problem"]}, {"part": "lid"})
    assert (await it.audit(it.acme, {"verdict": "fix", "answer": {"part": "hinge"}})).json["step"] == "details"
    named = {"verdict": "fix", "step": "label", "answer": PRAISE, "again": True}
    assert (await it.audit(yard.owner, named)).json["step"] == "label"
    assert (await it.page())["runs"][0]["output"] == {"label": "praise", "part": "hinge"}
    said = await it.audit(yard.owner, {**named, "step": "nowhere"})
    assert (said.status, said.problem) == (409, "nothing_to_fix")
    assert "label, details can be fixed" in said.refusal["detail"]


async def test_a_step_that_was_passed_over_cannot_be_fixed(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW)
    said = await it.audit(it.acme, {"verdict": "fix", "step": "details", "answer": {"part": "lid"}})
    assert said.problem == "nothing_to_fix"
    assert (await it.audit(it.acme, FIX)).json["step"] == "label"


async def test_a_model_s_answer_is_fixed_like_a_person_s(yard: Yard, worker: Any) -> None:
    assert worker
    project = await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"), shared_with_clients=True)
    task = (await yard.task(project, {"text": "I want my money back"}))["id"]
    acme = await yard.person("client", "Acme")
    await yard.until(yard.owner, f"/tasks/{task}", lambda page: page["status"] == "completed")
    assert (await acme.post(f"/tasks/{task}/audits", FIX)).status == 201
    kinds = [(a["kind"], a["by"]["kind"]) for a in (await acme.get(f"/tasks/{task}/answers")).json["items"]]
    assert kinds == [("prior", "model"), ("answer", "member")]
    assert (await acme.get(f"/tasks/{task}")).json["runs"][0]["output"] == {"label": "praise"}


async def test_a_fix_begins_with_the_step_as_it_was_answered(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW, {"labels": ["problem"]}, {"part": "lid"})
    found = (await it.acme.get(f"/tasks/{it.task}/fix")).json
    step = found["step_run"]
    assert (found["steps"], step["step"], step["use"]) == (["label", "details"], "details", "fill")
    assert (step["prefill"], step["prefill_by"]) == ({"part": "lid"}, "Ana")
    assert step["with"]["prompt"] == "What is broken?"
    assert step["output_schema"]["required"] == ["part"]
    label = (await it.acme.get(f"/tasks/{it.task}/fix", params={"step": "label"})).json["step_run"]
    assert (label["prefill"], label["with"]["labels"]) == ({"labels": ["problem"]}, ["question", "problem", "praise"])
    assert (await it.acme.get(f"/tasks/{it.task}/fix", params={"step": "x"})).problem == "nothing_to_fix"
    await yard.owner.post(f"/tasks/{it.task}/runs", {})
    assert (await it.acme.get(f"/tasks/{it.task}/fix")).problem == "not_completed"


# --- reject


async def test_a_rejected_task_is_done_again_by_its_author_and_is_ready_again_then(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW, {"labels": ["problem"]}, {"part": "lid"})
    said = (await it.audit(it.acme, REJECT)).json
    assert (said["verdict"], said["redo_from"], said["task"]["status"], said["task"]["audit"]) == (
        "rejected", "label", "queued", "rejected",
    )  # fmt: skip
    page = await it.page()
    assert (page["status"], page["audit"], page["redo_count"], page["steps"]) == ("queued", "rejected", 1, ["label"])
    assert (page["verdict"]["reasons"], page["verdict"]["redo_from"]) == (["It is praise."], "label")
    assert (await it.listed("rejected"), await it.listed("ready")) == (True, False)
    assert "Acme rejected the result: It is praise." in await it.told()
    assert "The task is done again from label: It is praise." in await it.told()
    ben = await yard.person(name="Ben")
    assert (await ben.post("/next", {})).status == 204, "its author gets it first"
    await yard.answer(it.ana, PRAISE, it.project)
    page = await it.page()
    assert (page["status"], page["audit"], page["redo_count"], page["verdict"]) == ("completed", "ready", 1, None)
    assert (await it.listed("rejected"), await it.listed("ready")) == (False, True)
    assert (await it.audit(it.acme, {"verdict": "accept"})).status == 201
    assert [audit["verdict"] for audit in await it.audits()] == ["accepted", "rejected"]
    redone = (await it.acme.get("/tasks", params={"redo": True})).json["items"]
    assert [task["id"] for task in redone] == [it.task]


BESIDE_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem, praise]}
  - id: mood
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [calm, angry]}
  - id: reply
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: ["yes", "no"], prompt: "{{ mood.labels[0] }}"}
output: {label: "{{ label.labels[0] }}", mood: "{{ mood.labels[0] }}", reply: "{{ reply.labels[0] }}"}
"""
CALM, YES = {"labels": ["calm"]}, {"labels": ["yes"]}


async def test_what_people_did_beside_the_step_is_done_again_too(yard: Yard) -> None:
    it = await case(yard, BESIDE_FLOW, QUESTION, CALM, YES)
    assert (await it.audit(it.acme, REJECT)).json["redo_from"] == "label"
    assert sorted((await it.page())["steps"]) == ["label", "mood"], "reply is opened again by mood"
    ben = await yard.person(name="Ben")
    assert (await ben.post("/next", {})).status == 204, "its author gets all of it first"
    for answer in (PRAISE, {"labels": ["angry"]}):
        assert (await it.page())["status"] != "completed"
        await yard.answer(it.ana, answer, it.project)
    hold = (await it.ana.post("/next", {})).json
    assert (hold["step_run"]["step"], hold["step_run"]["prefill"]) == ("reply", None), "what is behind begins anew"
    assert hold["sent_back"]["by"] == "Acme"
    await it.ana.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": YES})
    page = await it.page()
    assert (page["status"], page["audit"]) == ("completed", "ready")
    final = {step: data for step, _, _, data, is_final in await it.answers() if is_final}
    assert final == {"label": PRAISE, "mood": {"labels": ["angry"]}, "reply": YES}


async def test_from_a_later_step_on_what_came_before_stays(yard: Yard) -> None:
    it = await case(yard, BESIDE_FLOW, QUESTION, CALM, YES, redo_step="mood")
    await it.audit(it.acme, REJECT)
    assert (await it.page())["steps"] == ["mood"]


async def test_whoever_does_it_again_reads_why_and_goes_on_from_their_answer(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, {"verdict": "reject", "reasons": ["It is praise", "Read it to the end."]})
    hold = (await it.ana.post("/next", {})).json
    told = hold["sent_back"]
    assert (told["reason"], told["by"]) == ("It is praise; Read it to the end.", "Acme")
    assert told["at"] <= hold["reservation"]["held_at"]
    assert hold["step_run"]["prefill"] == QUESTION
    assert hold["step_run"]["prefill_from"] == {"kind": "earlier", "step": None, "by": None}
    again = (await it.ana.get(f"/reservations/{hold['reservation']['id']}")).json
    assert (again["sent_back"], again["step_run"]["prefill"]) == (told, QUESTION)
    await it.ana.post(f"/reservations/{hold['reservation']['id']}/release")
    ben = await yard.person(name="Ben")
    theirs = (await ben.post("/next", {})).json
    assert theirs["sent_back"] == told, "whoever it is"
    assert theirs["step_run"]["prefill"] is None, "nobody begins with what somebody else was told is wrong"


async def test_a_task_that_was_not_sent_back_says_nothing(yard: Yard) -> None:
    it = await case(yard)
    await yard.task(it.project)
    assert (await it.ana.post("/next", {})).json["sent_back"] is None
    await yard.owner.post(f"/tasks/{it.task}/runs", {})
    rerun = (await (await yard.person()).post("/next", {"project": it.project})).json
    assert (rerun["task"]["id"], rerun["sent_back"]) == (it.task, None)


async def test_redos_are_counted(yard: Yard) -> None:
    it = await case(yard)
    for number in (1, 2):
        assert (await it.audit(it.acme, REJECT)).json["task"]["redo_count"] == number
        await yard.answer(it.ana, QUESTION, it.project)
    assert (await it.page())["redo_count"] == 2


async def test_what_a_fix_replaced_goes_back_to_who_had_answered_not_to_the_auditor(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, FIX)
    await it.audit(yard.owner, {**FIX, "answer": QUESTION, "again": True})
    await it.audit(yard.owner, {**REJECT, "again": True})
    assert (await yard.owner.post("/next", {})).status == 204
    assert (await it.ana.post("/next", {})).json["task"]["id"] == it.task


async def test_a_project_may_end_rejected_tasks(yard: Yard) -> None:
    it = await case(yard, on_reject="end")
    said = (await it.audit(it.acme, REJECT)).json
    assert (said["redo_from"], said["task"]["status"], said["task"]["redo_count"]) == (None, "completed", 0)
    assert (await it.listed("rejected"), await it.listed("ready")) == (True, False)
    assert (await it.audit(it.acme, {"verdict": "accept"})).problem == "already_audited"


async def test_a_project_may_name_the_step_that_rejected_tasks_begin_again_at(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW, {"labels": ["problem"]}, {"part": "lid"}, redo_step="details")
    assert (await it.audit(it.acme, REJECT)).json["redo_from"] == "details"
    page = await it.page()
    assert (page["steps"], page["audit"]) == (["details"], "rejected")
    assert page["status"] == "in_progress", "its label stays"
    await yard.answer(it.ana, {"part": "hinge"}, it.project)
    assert (await it.page())["runs"][0]["output"] == {"label": "problem", "part": "hinge"}
    assert (await it.ana.get("/work")).json["today"]["submitted"] == 3


async def test_what_no_person_has_done_ends_when_it_is_rejected(yard: Yard, worker: Any) -> None:
    assert worker
    flow = BOTH_FLOW.replace("PERFORMER", "local/labels")
    project = await yard.project(flow, shared_with_clients=True)
    acme = await yard.person("client")
    task = (await yard.task(project))["id"]
    await yard.until(yard.owner, f"/tasks/{task}", lambda page: page["status"] == "completed")
    assert (await acme.post(f"/tasks/{task}/audits", REJECT)).json["redo_from"] is None
    lead = {**REJECT, "again": True, "redo_from": "label"}
    assert (await yard.owner.post(f"/tasks/{task}/audits", lead)).json["redo_from"] == "label"
    page = await yard.until(yard.owner, f"/tasks/{task}", lambda page: page["status"] == "completed")
    assert (page["audit"], page["redo_count"], len(page["runs"])) == ("ready", 1, 2)


async def test_the_step_of_a_project_must_be_one_of_its_flow(yard: Yard) -> None:
    project = await yard.project(TWO_STEP_FLOW)
    said = await yard.owner.patch(f"/projects/{project}", {"redo_step": "lable"})
    assert (said.status, said.problem) == (422, "no_step_to_redo")
    assert said.refusal["errors"][0]["place"] == "redo_step"
    assert "details, label" in said.refusal["detail"]
    assert (await yard.owner.patch(f"/projects/{project}", {"on_reject": "burn"})).status == 422
    changed = (await yard.owner.patch(f"/projects/{project}", {"redo_step": "details", "on_reject": "end"})).json
    assert (changed["on_reject"], changed["redo_step"]) == ("end", "details")
    assert (await yard.owner.patch(f"/projects/{project}", {"redo_step": None})).json["redo_step"] is None
    draft = (await yard.owner.get(f"/projects/{project}")).headers["ETag"]
    await yard.owner.patch(f"/projects/{project}", {"on_reject": "redo"})
    stale = await yard.owner.patch(f"/projects/{project}", {"on_reject": "end"}, headers={"If-Match": draft})
    assert stale.status == 412


# --- one auditor at a time


async def test_the_first_verdict_stands_and_the_second_auditor_is_told_whose_it_is(yard: Yard) -> None:
    it = await case(yard)
    other = await yard.person("client", "Other")
    said = await asyncio.gather(*[it.audit(who, {"verdict": "accept"}) for who in (it.acme, other)])
    assert sorted(one.status for one in said) == [201, 409]
    first = next(one for one in said if one.status == 201).json["by"]["name"]
    second = next(one for one in said if one.status == 409)
    assert (second.problem, second.refusal["name"], second.refusal["verdict"]) == ("already_audited", first, "accepted")
    assert "owners and managers may change it" in second.refusal["detail"]
    assert len(await it.audits()) == 1


async def test_only_leads_change_a_verdict_and_the_one_before_stays_on_record(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, {"verdict": "accept"})
    assert (await it.audit(it.acme, {**FIX, "again": True})).problem == "verdict_stays"
    assert "again" in (await it.audit(yard.owner, FIX)).refusal["detail"]
    page = await it.page(it.acme)
    assert page["can"]["audit"] == "It has been accepted already."
    assert page["can"]["audit_again"] == "Only owners and managers change a verdict."
    assert (await it.page())["can"]["audit_again"] is None
    assert (await it.audit(yard.owner, {**FIX, "again": True})).status == 201
    assert [audit["verdict"] for audit in await it.audits()] == ["fixed", "accepted"]
    assert (await it.page())["audit"] == "fixed"


async def test_a_repeated_verdict_with_the_same_key_is_one(yard: Yard) -> None:
    it = await case(yard)
    said = [await it.audit(it.acme, REJECT, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert said[0].json == said[1].json
    assert (await it.page())["redo_count"] == 1


async def test_a_rerun_takes_the_verdict_away(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, {"verdict": "accept"})
    await yard.owner.post(f"/tasks/{it.task}/runs", {})
    page = await it.page()
    assert (page["status"], page["audit"], page["verdict"]) == ("queued", None, None)
    await yard.answer(it.ana, QUESTION, it.project)
    assert (await it.page())["audit"] == "ready"
    assert (await it.audit(it.acme, {"verdict": "accept"})).status == 201


async def test_a_rejected_task_that_is_completed_by_hand_is_ready_again(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, REJECT)
    assert (await yard.owner.post(f"/tasks/{it.task}/complete")).status == 200
    assert (await it.page())["audit"] == "ready"


# --- refusals


@pytest.mark.parametrize("state", ["queued", "in progress", "cancelled"])
async def test_only_completed_tasks_are_audited(yard: Yard, state: str) -> None:
    project = await yard.project(shared_with_clients=True)
    task, acme = (await yard.task(project))["id"], await yard.person("client")
    if state == "in progress":
        await (await yard.person()).post("/next", {})
    if state == "cancelled":
        await yard.owner.post(f"/tasks/{task}/cancel")
    said = await acme.post(f"/tasks/{task}/audits", {"verdict": "accept"})
    assert (said.status, said.problem, said.refusal["state"]) == (409, "not_completed", state)
    assert (await acme.get(f"/tasks/{task}")).json["can"]["audit"].startswith("Only completed tasks are audited: ")


@pytest.mark.parametrize(
    ("body", "problem", "place"),
    [
        ({"verdict": "reject"}, "reason_missing", "reasons"),
        ({"verdict": "reject", "reasons": []}, "reason_missing", "reasons"),
        ({"verdict": "reject", "reasons": ["  "]}, "body_invalid", "reasons[0]"),
        ({"verdict": "reject", "reasons": ["x" * 1001]}, "body_invalid", "reasons[0]"),
        ({"verdict": "fix"}, "answer_missing", "answer"),
        ({"verdict": "accept", "answer": PRAISE}, "not_of_this_verdict", "answer"),
        ({"verdict": "accept", "redo_from": "label"}, "not_of_this_verdict", "redo_from"),
        ({**REJECT, "step": "label"}, "not_of_this_verdict", "step"),
        ({"verdict": "maybe"}, "body_invalid", "verdict"),
        ({}, "body_invalid", "verdict"),
        ({"verdict": "accept", "colour": "red"}, "body_invalid", "colour"),
    ],
)
async def test_a_verdict_that_is_not_whole_is_refused_at_its_place(
    yard: Yard, body: dict[str, Any], problem: str, place: str
) -> None:
    it = await case(yard)
    said = await it.audit(it.acme, body)
    assert (said.status, said.problem) == (422, problem)
    assert [flaw["place"] for flaw in said.refusal["errors"]] == [place]
    assert (await it.page())["audit"] == "ready"


async def test_where_a_task_begins_again_is_for_leads_to_choose(yard: Yard) -> None:
    it = await case(yard, TWO_STEP_FLOW, {"labels": ["problem"]}, {"part": "lid"}, on_reject="end")
    assert (await it.audit(it.acme, {**REJECT, "redo_from": "details"})).problem == "redo_not_yours"
    assert (await it.audit(yard.owner, {**REJECT, "redo_from": "nowhere"})).problem == "no_such_step"
    assert (await it.page())["audit"] == "ready"
    assert (await it.audit(yard.owner, {**REJECT, "redo_from": "details"})).json["task"]["steps"] == ["details"]


async def test_clients_audit_what_is_shared_with_them_and_workers_nothing(yard: Yard, other_yard: Yard) -> None:
    it = await case(yard)
    for who in (it.ana, await yard.person("reviewer")):
        assert (await it.audit(who, {"verdict": "accept"})).problem == "not_allowed"
        assert (await who.get(f"/tasks/{it.task}/audits")).problem == "not_allowed"
    assert (await it.page(it.ana))["can"]["audit"] == "Your role may not audit."
    assert (await it.page(it.acme))["can"]["audit"] is None
    await yard.owner.patch(f"/projects/{it.project}", {"shared_with_clients": False})
    theirs = await other_yard.person("client")
    for who in (it.acme, theirs, other_yard.owner):
        assert (await it.audit(who, {"verdict": "accept"})).problem == "no_such_task"
        for path in ("audits", "fix"):
            assert (await who.get(f"/tasks/{it.task}/{path}")).problem == "no_such_task"
    assert (await it.audit(await yard.person("manager"), {"verdict": "accept"})).status == 201


async def test_audits_go_with_their_task(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, FIX)
    assert (await yard.owner.delete(f"/tasks/{it.task}")).status == 204
    assert (await yard.sql("SELECT count(*) AS n FROM audits"))[0].n == 0


async def test_an_audited_task_comes_back_from_the_archive_with_its_verdicts(yard: Yard) -> None:
    it = await case(yard)
    await it.audit(it.acme, FIX)
    before, as_was = await it.audits(), await hashes(yard, [it.task])
    done = await archived(yard, [it.task])
    assert (await yard.sql("SELECT count(*) AS n FROM audits"))[0].n == 0
    assert (await it.audit(yard.owner, {"verdict": "accept"})).problem == "no_such_task"
    await restored(yard, done)
    assert (await it.audits(), await hashes(yard, [it.task])) == (before, as_was)
    assert [kind for _, kind, *_ in await it.answers()] == ["prior", "answer"]


async def test_an_archive_from_before_there_were_audits_is_restored(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = await case(yard)
    now = content.shape

    async def shape_of_then(session: Any) -> dict[str, list[str]]:
        known = {name: columns for name, columns in (await now(session)).items() if name != "audits"}
        return {**known, "answers": [name for name in known["answers"] if name != "fixes"]}

    with monkeypatch.context() as then:
        then.setattr(content, "shape", shape_of_then)
        done = await archived(yard, [it.task])
    assert "audits" not in (await lines(yard.owner, done))[0]["tables"]
    assert (await restored(yard, done))["restored"] == 1
    assert (await it.audit(it.acme, FIX)).status == 201
