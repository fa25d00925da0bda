"""Saved views of the task list, and what is changed in the list itself: the priority of a task."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, TWO_STEP_FLOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mill(house: House) -> str:
    """The id of a project with four tasks in two batches."""
    project = house.owner.project(CLASSIFY_FLOW, "Mill")
    house.owner.tasks(project, [{"text": "Sack 1"}, {"text": "Sack 2"}], batch="rye")
    house.owner.tasks(project, [{"text": "Sack 3"}, {"text": "Sack 4"}], batch="oats")
    return project


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Tasks").get_by_role("row").filter(has=page.get_by_role("cell"))


def views(page: Page) -> Locator:
    """The menu of views, opened by its key once the list is there."""
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("v")
    menu = page.get_by_role("menu", name="Views")
    expect(menu).to_be_visible()
    return menu


def keep(page: Page, name: str, *, shared: bool = False) -> None:
    """Save what is shown under a name."""
    views(page).get_by_role("menuitem", name=re.compile("^Save (this view|as)…$")).click()
    dialog = page.get_by_role("dialog", name="Save this view")
    dialog.get_by_label("Name").fill(name)
    if shared:
        dialog.get_by_label("Share it with everybody in the workspace").check()
    dialog.get_by_role("button", name="Save view").click()
    expect(dialog).to_be_hidden()


def test_a_view_is_saved_left_changed_reset_and_saved_again(owner: Somebody, windows: Windows, mill: str) -> None:
    page = windows.open(f"/tasks?project={mill}&batch=rye&sort=priority", who=owner)
    keep(page, "Rye by priority")
    expect(page).to_have_url(re.compile(r"view=[0-9a-f-]{36}"))
    shown = page.get_by_role("button", name="Views: Rye by priority", exact=True)
    expect(shown).to_be_visible()
    page.get_by_role("button", name="Remove filter Batch rye").click()
    expect(rows(page)).to_have_count(4)
    changed = page.get_by_role("button", name="Views: Rye by priority, changed")
    expect(changed).to_be_visible()
    views(page).get_by_role("menuitem", name="Reset to the view").click()
    expect(rows(page)).to_have_count(2)
    expect(shown).to_be_visible()
    page.keyboard.press("c")
    page.get_by_role("menuitemcheckbox", name="Audit").click()
    page.keyboard.press("Escape")
    expect(changed).to_be_visible()
    views(page).get_by_role("menuitem", name="Save changes").click()
    expect(shown).to_be_visible()
    views(page).get_by_role("menuitem", name="Leave the view").click()
    expect(page).to_have_url(re.compile(r"/tasks$"))
    expect(page.get_by_role("columnheader", name="Audit")).to_have_count(0)
    views(page).get_by_role("menuitemradio", name="Rye by priority").click()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("columnheader", name="Audit")).to_be_visible()


def test_a_view_is_renamed_and_deleted(owner: Somebody, windows: Windows, mill: str) -> None:
    page = windows.open(f"/tasks?project={mill}", who=owner)
    keep(page, "Old name")
    views(page).get_by_role("menuitem", name="Rename…").click()
    dialog = page.get_by_role("dialog", name="Rename Old name")
    dialog.get_by_label("Name").fill("New name")
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("button", name="Views: New name")).to_be_visible()
    views(page).get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.get_by_role("button", name="Views", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?project={mill}$"))


def test_a_shared_view_is_everybodys_to_use_and_the_leads_to_change(house: House, owner: Somebody, windows: Windows, mill: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={mill}&batch=oats", who=owner)
    keep(page, "Oats", shared=True)
    somebody = house.member("annotator")
    somebody.take(mill)
    other = windows.open("/tasks", who=somebody)
    views(other).get_by_role("menuitemradio", name="Oats").click()
    expect(other).to_have_url(re.compile(r"batch=oats.*view="))
    expect(other.get_by_role("button", name="Views: Oats")).to_be_visible()
    other.get_by_role("button", name="Remove filter Batch oats").click()
    menu = views(other)
    expect(menu.get_by_role("menuitem", name="Save changes")).to_have_attribute("aria-disabled", "true")
    expect(menu.get_by_role("menuitem", name="Rename…")).to_have_count(0)
    menu.get_by_role("menuitem", name="Save as…").click()
    expect(other.get_by_label("Share it with everybody in the workspace")).to_have_count(0)


def test_a_view_that_is_gone_leaves_the_list_as_it_is(owner: Somebody, windows: Windows, mill: str) -> None:
    page = windows.open(f"/tasks?project={mill}&view=0199f1de-0000-7000-8000-000000000001", who=owner)
    expect(rows(page)).to_have_count(4)
    expect(views(page)).to_contain_text("The view of this address is not here any more")


def test_a_priority_of_a_step_is_given_shown_and_taken_back_in_the_row(
    house: House, owner: Somebody, windows: Windows
) -> None:
    kiln = owner.project(TWO_STEP_FLOW, "Kiln")
    owner.tasks(kiln, [{"text": "Pot"}])
    page = windows.open(f"/tasks?project={kiln}", who=owner)
    row = rows(page).filter(has_text="Pot")
    row.get_by_role("button", name="Priority 0, usual: change").click()
    editor = page.get_by_role("dialog", name="Priority")
    steps = editor.get_by_label("From which step on")
    steps.select_option("from details on")
    editor.get_by_label("Priority", exact=True).fill("3")
    editor.get_by_role("button", name="Save").click()
    told = row.get_by_role("button", name="Priority 0, usual, from details on: 3, later: change")
    expect(told).to_have_text("0 by step")
    expect(told.locator("[title]")).to_have_attribute("title", "0 usual\nfrom details on: 3, later")
    told.click()
    steps.select_option("from details on: 3")
    expect(editor.get_by_label("Priority", exact=True)).to_have_value("3")
    editor.get_by_role("button", name="No number of its own").click()
    expect(row.get_by_role("button", name="Priority 0, usual: change")).to_be_visible()


def test_a_priority_is_changed_where_it_stands(house: House, owner: Somebody, windows: Windows, mill: str) -> None:
    page = windows.open(f"/tasks?project={mill}", who=owner)
    row = rows(page).filter(has_text="Sack 3")
    row.get_by_role("button", name="Priority 0, usual: change").click()
    editor = page.get_by_role("dialog", name="Priority")
    editor.get_by_label("Priority", exact=True).fill("9999999999")
    expect(editor.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
    editor.get_by_label("Priority", exact=True).fill("-4")
    expect(editor).to_contain_text("earlier")
    page.keyboard.press("Enter")
    expect(editor).to_be_hidden()
    expect(row).to_contain_text("−4 earlier")
    somebody = house.member("annotator")
    somebody.take(mill)
    other = windows.open("/tasks", who=somebody)
    expect(rows(other)).to_have_count(1)
    expect(other.get_by_role("button", name=re.compile("^Priority .*change$"))).to_have_count(0)
