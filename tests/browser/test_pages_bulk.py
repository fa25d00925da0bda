"""The same thing done to many tasks, from the selection over what would become of them to taking it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cellar(house: House) -> str:
    """The id of a project with sixty tasks, of which one is in somebody's hand."""
    project = house.owner.project(CLASSIFY_FLOW, "Cellar")
    house.owner.upload(project, "text,external_id\n" + "".join(f"Jar {n:02},jar-{n:02}\n" for n in range(60)))
    house.member("annotator").take(project)
    return project


def dialog_of(page: Page, action: str) -> Locator:
    """Select all that are loaded, and choose what to do."""
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    if action == "Priority":
        page.get_by_role("toolbar").get_by_role("button", name=action).click()
    else:
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name=re.compile(f"^{action}")).click()
    return page.get_by_role("dialog")


def test_a_change_of_many_is_looked_at_done_listed_and_taken_back(
    owner: Somebody, windows: Windows, cellar: str
) -> None:
    page = windows.open(f"/tasks?project={cellar}&sort=external_id", who=owner)
    dialog = dialog_of(page, "Priority")
    dialog.get_by_label("Priority", exact=True).fill("-3")
    expect(dialog.get_by_role("group", name="What would become of them")).to_contain_text("All 60 will change.")
    dialog.get_by_role("button", name="Set priority").click()
    expect(dialog).to_contain_text("60 changed.")
    dialog.get_by_role("button", name="Show tasks").click()
    listed = dialog.get_by_role("region", name="Changed")
    expect(listed.get_by_role("link")).to_have_count(50)
    dialog.get_by_role("button", name="More of 60").click()
    expect(listed.get_by_role("link", name="jar-59")).to_be_attached()
    expect(listed.get_by_role("link")).to_have_count(60)
    dialog.get_by_role("button", name=re.compile(r"^Undo \(")).click()
    expect(dialog).to_contain_text("60 changed.")
    expect(dialog.get_by_role("button", name=re.compile("^Undo"))).to_have_count(0)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Priority 0, usual: change").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Priority -3"))).to_have_count(0)


def test_what_was_refused_says_why_beside_its_task_also_without_a_selection(
    owner: Somebody, windows: Windows, cellar: str
) -> None:
    page = windows.open(f"/tasks?project={cellar}", who=owner)
    dialog = dialog_of(page, "Cancel")
    expect(dialog.get_by_role("group", name="What would become of them")).to_contain_text("1 will not")
    dialog.get_by_role("button", name=re.compile("^Cancel")).last.click()
    expect(dialog).to_contain_text("59 changed, 1 refused.")
    dialog.get_by_role("button", name="Done").click()
    page.goto("/tasks")
    page.get_by_role("button", name="Recent bulk work").click()
    panel = page.get_by_role("complementary", name="Recent bulk work")
    panel.get_by_role("button", name=re.compile("^Cancel")).first.click()
    panel.get_by_role("button", name="Show tasks").click()
    refused = panel.get_by_role("region", name="Refused")
    expect(refused.get_by_role("row")).to_have_count(2)
    panel.get_by_role("group", name="Outcome").get_by_role("button", name="Changed").click()
    expect(panel.get_by_role("region", name="Changed").get_by_role("link")).to_have_count(50)
    panel.get_by_role("group", name="Outcome").get_by_role("button", name="Refused").click()
    refused.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/tasks/[0-9a-f-]{36}"))
