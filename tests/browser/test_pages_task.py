"""One task: what is done with it from its page."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, TWO_STEP_FLOW

pytestmark = pytest.mark.browser


@pytest.fixture
def task(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The id of a task that was cancelled."""
    project = owner.project(CLASSIFY_FLOW, f"One {request.node.name[5:30]}")
    made = owner.tasks(project, [{"text": "Where is it?"}])[0]["id"]
    owner.post(f"/tasks/{made}/cancel")
    return str(made)


def test_a_task_runs_again_with_the_settings_of_its_last_run(owner: Somebody, windows: Windows, task: str) -> None:
    settings = {"prompt": "Look twice"}
    owner.post(f"/tasks/{task}/runs", {"settings": settings})
    owner.post(f"/tasks/{task}/cancel")
    page = windows.open(f"/tasks/{task}", who=owner)
    page.get_by_role("button", name="Rerun").click()
    page.get_by_role("dialog").get_by_role("button", name="Rerun").click()
    shown = owner.until(f"/tasks/{task}", lambda said: len(said["runs"]) == 3)
    assert [run["settings"] for run in shown["runs"]] == [settings, settings, {}]


def test_whoever_goes_back_to_a_deleted_task_is_told_that_it_is_gone(
    owner: Somebody, windows: Windows, task: str
) -> None:
    windows.expect_refusal(404, "/tasks/")
    page = windows.open(f"/tasks/{task}", who=owner)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete task").click()
    expect(page).to_have_url(re.compile("/tasks$"))
    expect(page.get_by_role("search", name="Filter tasks")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="We could not find this task")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("search", name="Filter tasks")).to_be_visible()


def test_one_task_is_exported_and_archived_from_its_page(owner: Somebody, windows: Windows, task: str) -> None:
    windows.expect_refusal(404, "/tasks/")
    page = windows.open(f"/tasks/{task}", who=owner)
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as begun:
        page.get_by_role("dialog", name="Export 1 task").get_by_role("button", name="Download now").click()
    with begun.value.path().open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [task]
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("dialog", name=re.compile("1 task")).get_by_role("button", name=re.compile("^Archive")).click()
    expect(page.get_by_role("heading", name="This task is in the archive")).to_be_visible()


def test_a_task_that_somebody_else_deletes_does_not_stay_on_its_page(owner: Somebody, windows: Windows, task: str) -> None:  # fmt: skip
    windows.expect_refusal(404, "/tasks/")
    page = windows.open(f"/tasks/{task}", who=owner)
    expect(page.get_by_role("button", name="Rerun")).to_be_visible()
    owner.ask("DELETE", f"/tasks/{task}")
    expect(page.get_by_role("heading", name="We could not find this task")).to_be_visible()


def test_a_task_that_waits_for_people_is_cancelled_by_its_run_and_then_deleted(
    owner: Somebody, windows: Windows
) -> None:
    project = owner.project(TWO_STEP_FLOW, "Begun")
    [made] = owner.tasks(project, [{"text": "It does not turn on"}])
    owner.answer(project, {"labels": ["problem"]})
    page = windows.open(f"/tasks/{made['id']}", who=owner)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel task").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert owner.get(f"/tasks/{made['id']}")["status"] == "cancelled"
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete task").click()
    expect(page).to_have_url(re.compile("/tasks($|\\?)"))
    assert owner.get(f"/tasks?project={project}")["total"] == 0
