"""Answers and keepers that an upload brings: seen before it is sent, in the form of whoever takes the work, and after."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.house import Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, a_picture

pytestmark = pytest.mark.browser

PHOTOS = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - {id: draw, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw, labels: [item, total]}}
"""
UPLOAD_MS = 30_000


def rows(*lines: str) -> FilePayload:
    return FilePayload(name="started.csv", mimeType="text/csv", buffer="\n".join(lines).encode())


def test_answers_of_an_upload_are_mapped_previewed_and_where_people_begin(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "Started messages")
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    expect(asked.get_by_role("table", name="Expected columns")).to_contain_text("answer.label")
    asked.get_by_text("An example file").click()
    expect(asked.locator("pre")).to_contain_text("answer.label\n")
    content = rows("text,Mood", "The lid is broken.,problem", "Hello,nonsense", "Thanks!,")
    asked.get_by_label("File of tasks").set_input_files([content])
    goes = asked.get_by_role("combobox", name="Where Mood goes")
    expect(goes).to_have_value("")
    goes.select_option("answer.label")
    first = asked.get_by_role("table", name="First rows")
    expect(first.get_by_role("columnheader", name="answer.label")).to_be_visible()
    expect(first.get_by_role("row").nth(1)).to_contain_text("problem")
    expect(first.get_by_role("row").nth(2)).to_contain_text("answer.label.labels[0]")
    asked.get_by_role("combobox", name="Keep all for").click()
    page.get_by_role("option").filter(has_text=owner.name).first.click()
    expect(first.get_by_role("row").nth(1)).to_contain_text(owner.name)
    asked.get_by_role("button", name="Upload").click()
    row = page.get_by_role("row").filter(has_text="started.csv")
    expect(row).to_contain_text("completed, with errors", timeout=UPLOAD_MS)
    hold = owner.take(project)
    assert hold["step_run"]["prefill"] == {"labels": ["problem"]}
    kept = owner.get(f"/tasks?project={project}")["items"]
    assert {one["reserved_for"] and one["reserved_for"]["name"] for one in kept if one["id"] != hold["task"]["id"]} == {
        owner.name
    }

    page.goto(f"/work/{hold['reservation']['id']}")
    expect(page.get_by_text("Prefilled by the upload")).to_be_visible()
    expect(page.get_by_role("radio", name="problem")).to_be_checked()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Thanks!")).to_be_visible()
    expect(page.get_by_text("Prefilled by the upload")).to_have_count(0)

    page.goto(f"/tasks/{hold['task']['id']}")
    came = page.get_by_role("region", name="What it came with")
    expect(came).to_contain_text("Prefilled by the upload")
    expect(came).to_contain_text("problem")


def test_regions_of_a_created_task_lie_on_its_picture(owner: Somebody, windows: Windows) -> None:
    project, photo = owner.project(PHOTOS, "Started photos"), owner.file(a_picture(), "photo.png")
    regions = [{"shape": "rectangle", "label": "item", "box": [10, 10, 60, 40]}]
    owner.tasks(project, [{"photo": photo}], answers={"draw": {"regions": regions}})
    hold = owner.take(project)
    page = windows.open(f"/work/{hold['reservation']['id']}", who=owner)
    expect(page.get_by_text("Prefilled when the task was created")).to_be_visible()
    expect(page.get_by_role("button", name="Region 1, item, rectangle, prefilled")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    owner.until(f"/tasks/{hold['task']['id']}", lambda shown: shown["status"] == "completed")
    (answer,) = owner.get(f"/tasks/{hold['task']['id']}/answers")["items"]
    assert [one["box"] for one in answer["data"]["regions"]] == [[10, 10, 60, 40]]


def test_a_column_of_keepers_leaves_no_choice_for_all(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "Kept messages")
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    expect(asked.get_by_role("combobox", name="Keep all for")).to_be_visible()
    lines = [
        json.dumps({"text": "one", "reserve_for": owner.email}),
        json.dumps({"text": "two", "reserve_for": "nobody"}),
    ]
    file = FilePayload(name="kept.jsonl", mimeType="application/jsonl", buffer="\n".join(lines).encode())
    asked.get_by_label("File of tasks").set_input_files([file])
    first = asked.get_by_role("table", name="First rows")
    expect(first.get_by_role("row").nth(1)).to_contain_text(owner.name)
    expect(first.get_by_role("row").nth(2)).to_contain_text("nobody here is nobody")
    expect(asked.get_by_role("combobox", name="Keep all for")).to_have_count(0)
