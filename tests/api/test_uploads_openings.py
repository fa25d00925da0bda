"""A task from an upload begins exactly as one created alone, whatever conditions its flow has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from taskyard.domain import uploads
from taskyard.domain.uploads import portions
from taskyard.kit.settings import Settings
from taskyard.worker import Worker
from tests.builders import BOTH_FLOW, CLASSIFY_FLOW, TWO_STEP_FLOW, Yard

HEAD = """
input: {type: object, required: [text], properties: {text: {type: string}, lang: {type: string}, n: {type: integer}}}
steps:
"""


def step(name: str, more: str = "") -> str:
    return f"""
  - id: {name}
    use: classify
    by: people
    with: {{text: "{{{{ input.text }}}}", labels: [a, b]}}
    {more}"""


ENGLISH, LARGE = "when: {input.lang: {eq: en}}", "when: {input.n: {ge: 10}}"
FLOWS = {
    "one step": CLASSIFY_FLOW,
    "a second step with a condition": TWO_STEP_FLOW,
    "two steps at once": HEAD + step("one") + step("two"),
    "a condition that may end it": HEAD + step("one", ENGLISH),
    "two conditions": HEAD + step("one", ENGLISH) + step("two", LARGE),
    "a step behind one that may be skipped": HEAD + step("one", ENGLISH) + step("two", "after: [one]"),
    "conditions behind each other": HEAD + step("one", ENGLISH) + step("two", "after: [one]\n    " + LARGE),
    "an output that was skipped": HEAD + step("one", ENGLISH) + '\noutput: {label: "{{ one.labels[0] }}", n: 1}\n',
    "roles and a hold of its own": HEAD + step("one", "people: {hold: 10m, roles: [reviewer]}"),
}
INPUTS: list[dict[str, Any]] = [
    {"text": "  plain \n words "},
    {"text": "x", "lang": "en"},
    {"text": "x", "lang": "fr", "n": 3},
    {"text": "x" * 400, "lang": "en", "n": 30},
    {"text": "x", "lang": "fr", "n": 12},
]
STORED = """
    SELECT tasks.external_id, jsonb_build_object(
        'task', to_jsonb(tasks) - ARRAY['id', 'run_id', 'upload_id', 'created_at', 'completed_at', 'external_id'],
        'ended', tasks.completed_at IS NOT NULL,
        'input', to_jsonb(task_inputs) - ARRAY['task_id'],
        'run', to_jsonb(runs) - ARRAY['id', 'task_id', 'created_at', 'started_at', 'ended_at'],
        'times', jsonb_build_array(runs.started_at IS NOT NULL, runs.ended_at IS NOT NULL),
        'is_its_run', runs.id = tasks.run_id,
        'turns', (SELECT jsonb_agg(to_jsonb(turn) - ARRAY['id', 'run_id', 'task_id', 'created_at'] ORDER BY turn.id)
                  FROM step_runs AS turn WHERE turn.run_id = runs.id AND turn.task_id = tasks.id)) AS stored
    FROM tasks JOIN task_inputs ON task_inputs.task_id = tasks.id JOIN runs ON runs.task_id = tasks.id
    WHERE tasks.project_id = CAST(:project AS uuid) AND tasks.external_id LIKE :like ORDER BY tasks.id
"""


async def stored(yard: Yard, project: str, prefix: str) -> list[Any]:
    return [row.stored for row in await yard.sql(STORED, project=project, like=f"{prefix}-%")]


@pytest.mark.parametrize("what", FLOWS)
@pytest.mark.parametrize("mode", ["valid_rows", "all_or_nothing"])
async def test_an_uploaded_task_is_stored_as_one_created_alone(
    yard: Yard, settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str, mode: str
) -> None:
    monkeypatch.setattr(portions, "PORTION_ROWS", 2)
    project = await yard.project(FLOWS[what])
    fields = {"text"} if what in {"one step", "a second step with a condition"} else {"text", "lang", "n"}
    given = [{name: value for name, value in one.items() if name in fields} for one in INPUTS]
    more = {"priority": 4, "batch": "may", "metadata": {"k": [1]}}
    for number, one in enumerate(given):
        await yard.task(project, one, external_id=f"alone-{number}", **more)
    rows = [{"input": one, "external_id": f"many-{number}", **more} for number, one in enumerate(given)]
    upload = (
        await yard.owner.post(
            "/uploads",
            files={"file": ("t.jsonl", "\n".join(map(json.dumps, rows)).encode())},
            data={"project": project, "mode": mode},
        )
    ).json
    (chore,) = uploads.chores(yard.desk.database, settings, yard.desk.objects, yard.desk.pictures)
    await chore.enter(workspace_id=str(yard.workspace_id), upload_id=upload["id"])
    alone, many = await stored(yard, project, "alone"), await stored(yard, project, "many")
    assert len(many) == len(INPUTS)
    assert many == alone


async def test_models_are_woken_and_perform_what_was_uploaded(yard: Yard, worker: Worker) -> None:
    assert worker.name
    project = await yard.project(BOTH_FLOW.replace("PERFORMER", "local/labels"))
    content = b"text\nI want my money back\nThank you so much\n"
    sent = await yard.owner.post("/uploads", files={"file": ("t.csv", content)}, data={"project": project})
    assert sent.status == 202
    shown = await yard.until(
        yard.owner, "/tasks", lambda page: [task["status"] for task in page["items"]] == ["completed"] * 2
    )
    assert {task["run_state"] for task in shown["items"]} == {"completed"}
