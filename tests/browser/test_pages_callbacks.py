"""A lead sees what was told of a task, every attempt at it, and has it told again; others see none of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

# Of a name that stands for nothing, wherever the test runs.
URL = "https://receiver.invalid/told?of=taskyard"


def a_told_task(owner: Somebody, name: str) -> str:
    project = owner.project(CLASSIFY_FLOW, name)
    (task,) = owner.tasks(project, [{"text": "Where is my order?"}], callback_url=URL)
    owner.answer(project, {"labels": ["question"]})
    owner.until(f"/tasks/{task['id']}/deliveries", lambda shown: shown["items"][0]["attempts"][:1])
    return str(task["id"])


def test_each_event_is_shown_with_its_attempts_and_sent_again(owner: Somebody, windows: Windows) -> None:
    task = a_told_task(owner, "Told")
    page = windows.open(f"/tasks/{task}", who=owner)
    page.get_by_role("tab", name="Callbacks").click()
    expect(page).to_have_url(re.compile("tab=callbacks"))
    panel = page.get_by_role("tabpanel", name="Callbacks")
    expect(panel).to_contain_text(URL)
    event = panel.get_by_role("list", name="Callbacks").get_by_role("listitem").first
    expect(event).to_contain_text("waiting")
    expect(event).to_contain_text("completed")
    attempts = panel.get_by_role("list", name="Attempts to tell completed")
    expect(attempts.get_by_role("listitem").first).to_contain_text("receiver.invalid stands for no address")
    before = attempts.get_by_role("listitem").count()
    panel.get_by_role("button", name="Send completed again").click()
    expect(attempts.get_by_role("listitem")).not_to_have_count(before)


def test_before_anything_happened_it_says_what_will_be_told(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "Not yet told")
    (task,) = owner.tasks(project, [{"text": "Hello"}], callback_url=URL)
    page = windows.open(f"/tasks/{task['id']}?tab=callbacks", who=owner)
    expect(page.get_by_role("tabpanel", name="Callbacks")).to_contain_text("Nothing was told yet")


def test_a_task_without_an_address_and_a_client_see_no_callbacks(
    owner: Somebody, house: House, windows: Windows
) -> None:
    task = a_told_task(owner, "Told to others")
    project = owner.get(f"/tasks/{task}")["project"]["id"]
    owner.ask("PATCH", f"/projects/{project}", json={"shared_with_clients": True})
    page = windows.open(f"/tasks/{task}?tab=callbacks", who=house.member("client", "Acme"))
    expect(page.get_by_role("tab", name="Timeline")).to_be_visible()
    expect(page.get_by_role("tab", name="Callbacks")).to_have_count(0)
    (plain,) = owner.tasks(project, [{"text": "Hello"}])
    page = windows.open(f"/tasks/{plain['id']}", who=owner)
    expect(page.get_by_role("tab", name="Timeline")).to_be_visible()
    expect(page.get_by_role("tab", name="Callbacks")).to_have_count(0)
    owner.ask("PATCH", f"/projects/{project}", json={"shared_with_clients": False})
