"""The page of exports: asked for in a dialog, followed live, downloaded, deleted; consumers stand beside."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def tasks(house: House) -> list[str]:
    project = house.owner.project(CLASSIFY_FLOW, "Quay")
    return [task["id"] for task in house.owner.tasks(project, [{"text": f"Rope {n}"} for n in range(3)])]


def downloaded(page: Page, button: str) -> tuple[str, str]:
    with page.expect_download() as coming:
        page.get_by_role("button", name=button).first.click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_text("utf-8")


def test_an_export_is_made_in_the_background_downloaded_and_deleted(windows: Windows, owner: Somebody) -> None:
    page = windows.open("/exports", who=owner)
    expect(page.get_by_text("Nothing was exported yet")).to_be_visible()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Export all tasks")
    dialog.get_by_label("Only what changed since the last export for").fill("Harbour office")
    expect(dialog.get_by_role("button", name="Download now")).to_have_attribute("aria-disabled", "true")
    dialog.get_by_role("button", name="Export in background").click()
    table = page.get_by_role("table", name="Exports")
    expect(table.get_by_role("cell", name="completed")).to_be_visible()
    name, content = downloaded(page, "Download tasks-")
    assert name.endswith(".csv")
    # Whatever else stands in the yard goes out too.
    rows = [row for row in csv.DictReader(io.StringIO(content)) if row["project"]]
    ropes = [row["input.text"] for row in rows if row["input.text"].startswith("Rope")]
    assert ropes == ["Rope 0", "Rope 1", "Rope 2"]
    assert f'"tasks": {len(rows)}' in downloaded(page, "Manifest of")[1]
    expect(page.get_by_role("table", name="Consumers").get_by_text("Harbour office")).to_be_visible()
    page.get_by_role("button", name="Delete tasks-").click()
    page.get_by_role("button", name="Delete export").click()
    expect(page.get_by_text("Nothing was exported yet")).to_be_visible()


def test_a_straight_download_and_what_does_not_go_together(windows: Windows, owner: Somebody) -> None:
    page = windows.open("/exports?add=true", who=owner)
    dialog = page.get_by_role("dialog", name="Export all tasks")
    dialog.get_by_role("radio", name="COCO").check()
    expect(dialog.get_by_label("Events of each task")).to_be_disabled()
    dialog.get_by_role("radio", name="JSON Lines").check()
    name, content = downloaded(page, "Download now")
    assert name.endswith(".jsonl")
    assert content.count("Rope") == 3


def test_a_download_that_is_refused_says_so_in_the_dialog(windows: Windows, owner: Somebody) -> None:
    windows.expect_refusal(429, "/tasks/export")
    page = windows.open("/exports?add=true", who=owner)
    says = "2 of these are under way, which is as many as may be at once: wait for one of them to end."
    busy = {"type": "urn:taskyard:problem:all_taken", "title": "All taken", "status": 429, "code": "all_taken"}
    place = re.compile(r"/tasks/export\?.*check=true")
    page.route(place, lambda route: route.fulfill(status=429, json={**busy, "detail": says}))
    dialog = page.get_by_role("dialog", name="Export all tasks")
    dialog.get_by_role("button", name="Download now").click()
    expect(dialog.get_by_text(says)).to_be_visible()
    assert len(windows.pages) == 1
    page.unroute(place)
    name, _ = downloaded(page, "Download now")
    assert name.startswith("tasks-")
    expect(dialog).to_be_hidden()


def test_answers_of_one_step_are_chosen_from_the_steps_there_are(windows: Windows, owner: Somebody) -> None:
    page = windows.open("/exports?add=true", who=owner)
    dialog = page.get_by_role("dialog", name="Export all tasks")
    dialog.get_by_role("radio", name="JSON Lines").check()
    dialog.get_by_label("Answers", exact=True).click()
    page.get_by_role("option", name="Of one step").click()
    expect(dialog.get_by_role("button", name="Download now")).to_have_attribute("aria-disabled", "true")
    dialog.get_by_label("Step", exact=True).click()
    page.get_by_role("option", name="label", exact=True).click()
    name, _ = downloaded(page, "Download now")
    assert name.endswith(".jsonl")


def test_a_known_consumer_is_typed_and_the_buttons_can_be_clicked(windows: Windows, owner: Somebody) -> None:
    owner.post("/exports", {"format": "csv", "consumer": "Lighthouse"})
    owner.until("/exports/consumers", lambda shown: any(one["position"] for one in shown["items"]))
    page = windows.open("/exports?add=true", who=owner)
    dialog = page.get_by_role("dialog", name="Export all tasks")
    field = dialog.get_by_label("Only what changed since the last export for")
    field.click()
    page.keyboard.type("Light")
    suggestion = page.get_by_role("option", name="Lighthouse")
    expect(suggestion).to_be_visible()
    lowest = max(box["y"] + box["height"] for box in [suggestion.bounding_box()] if box)
    button = dialog.get_by_role("button", name="Export in background")
    top = button.bounding_box()
    assert top
    assert lowest <= top["y"]
    page.keyboard.type("house")
    expect(suggestion).to_be_hidden()
    button.click()
    expect(dialog).to_be_hidden()
    table = page.get_by_role("table", name="Exports")
    expect(table.get_by_role("cell", name="completed")).to_have_count(2)


def test_the_note_under_the_tasks_says_when_the_export_is_done(windows: Windows, owner: Somebody) -> None:
    page = windows.open("/tasks?q=Rope", who=owner)
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Export in background").click()
    expect(page.get_by_text("The export is done: 3 tasks.")).to_be_visible()
    expect(page.get_by_text("The export is being made.")).to_be_hidden()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download it").click()
    assert coming.value.suggested_filename.startswith("tasks-")


@pytest.fixture
def of_quay(owner: Somebody) -> dict[str, Any]:
    """An export of some tasks of one project, with one that is gone."""
    quay = next(one["id"] for one in owner.get("/projects?limit=200")["items"] if one["name"] == "Quay")
    body = {"format": "jsonl", "selection": {"filter": {"project": [quay], "status": ["queued"]}}, "consumer": "Pilot"}
    made = owner.post("/exports", body)
    done: dict[str, Any] = owner.until(f"/exports/{made['id']}", lambda shown: shown["state"] == "completed")
    return done


def test_the_history_says_what_each_export_is_and_a_row_opens(
    windows: Windows, owner: Somebody, of_quay: dict[str, Any]
) -> None:
    page = windows.open("/exports", who=owner)
    row = page.get_by_role("table", name="Exports").get_by_role("row").filter(has_text="Pilot").first
    for words in ("Quay · status queued", "JSON Lines", "final", "3"):
        expect(row.get_by_text(words, exact=True)).to_be_visible()
    row.get_by_text("Quay · status queued").click()
    panel = page.get_by_role("complementary", name="Export")
    expect(panel.get_by_text(of_quay["file_name"])).to_be_visible()
    assert of_quay["file_name"].startswith("Quay-")
    expect(panel.get_by_title(f"SHA-256 {of_quay['sha256']}")).to_be_visible()
    expect(panel.get_by_title(f"SHA-256 {of_quay['manifest_sha256']}")).to_be_visible()
    expect(panel.get_by_text("Kept until")).to_be_visible()
    panel.get_by_role("button", name="Export again").click()
    dialog = page.get_by_role("dialog", name=f"Export {of_quay['file_name']} again")
    expect(dialog.get_by_role("radio", name="JSON Lines")).to_be_checked()
    expect(dialog.get_by_label("Only what changed since the last export for")).to_have_value("Pilot")
    dialog.get_by_role("button", name="Export in background").click()
    expect(dialog).to_be_hidden()
    expect(panel.get_by_text(of_quay["file_name"])).to_be_hidden()
    expect(panel.get_by_text("Quay · status queued")).to_be_visible()
    consumers = page.get_by_role("table", name="Consumers").get_by_role("row").filter(has_text="Pilot")
    expect(consumers.get_by_text("Quay · status queued")).to_be_visible()
    expect(consumers.get_by_text("0 tasks")).to_be_visible()


def test_chosen_tasks_are_exported_again_as_they_were_chosen(
    windows: Windows, owner: Somebody, tasks: list[str]
) -> None:
    gone = owner.tasks(owner.get(f"/tasks/{tasks[0]}")["project"]["id"], [{"text": "Gone"}])[0]["id"]
    owner.ask("DELETE", f"/tasks/{gone}")
    made = owner.post("/exports", {"format": "jsonl", "selection": {"ids": [*tasks[:2], gone]}})
    owner.until(f"/exports/{made['id']}", lambda shown: shown["state"] == "completed")
    page = windows.open(f"/exports?open={made['id']}", who=owner)
    panel = page.get_by_role("complementary", name="Export")
    expect(panel.get_by_text("3 chosen tasks")).to_be_visible()
    expect(panel.get_by_text("1 × not found: deleted, archived or never here")).to_be_visible()
    panel.get_by_role("button", name="Export again").click()
    name, content = downloaded(page, "Download now")
    assert name.startswith("Quay-")
    assert content.count("Rope") == 2


def test_on_a_phone_an_export_still_says_what_it_is(windows: Windows, owner: Somebody, of_quay: dict[str, Any]) -> None:
    page = windows.open("/exports", who=owner, width=390, height=844)
    row = page.get_by_role("table", name="Exports").get_by_role("row").filter(has_text="Pilot").first
    expect(row.get_by_text("Quay · status queued")).to_be_visible()
    expect(row.get_by_text(re.compile(r"tasks? · JSON Lines · for Pilot · until \d+ \w+"))).to_be_visible()
    row.get_by_text("Quay · status queued").click()
    expect(page.get_by_role("complementary", name="Export").get_by_text(of_quay["file_name"][:5])).to_be_visible()


def test_regions_of_tasks_that_have_none_are_refused_in_the_dialog(windows: Windows, owner: Somebody) -> None:
    windows.expect_refusal(422, "/tasks/export")
    windows.expect_refusal(422, "/exports")
    quay = next(one["id"] for one in owner.get("/projects?limit=200")["items"] if one["name"] == "Quay")
    page = windows.open(f"/tasks?project={quay}", who=owner)
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="COCO").check()
    for button in ("Download now", "Export in background"):
        dialog.get_by_role("button", name=button).click()
        expect(
            dialog.get_by_text("None of the projects of this export has a step that annotates pictures")
        ).to_be_visible()
        expect(dialog.get_by_text("Take csv or jsonl, or a project that annotates pictures.")).to_be_visible()
    dialog.get_by_role("radio", name="JSON Lines").check()
    name, _ = downloaded(page, "Download now")
    assert name.startswith("Quay-")
