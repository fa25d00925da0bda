"""Selecting tasks: rows, ranges, the loaded page, all that match; it holds while the list lives and ends with its filters."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

MANY = 260


@pytest.fixture(scope="module")
def shelf(house: House) -> str:
    """The id of a project with more tasks than are fetched at once."""
    project = house.owner.project(CLASSIFY_FLOW, "Shelf")
    house.owner.upload(project, "text\n" + "".join(f"Jar {number:03}\n" for number in range(MANY)))
    return project


@pytest.fixture
def few(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The id of a project with five tasks of a test's own."""
    project = owner.project(CLASSIFY_FLOW, f"Few {request.node.name[5:35]}")
    owner.tasks(project, [{"text": f"Pot {number}"} for number in range(1, 6)])
    return project


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Tasks").get_by_role("row").filter(has=page.get_by_role("cell"))


def selected(page: Page) -> Locator:
    return page.get_by_role("row", selected=True)


def says(page: Page, words: str) -> None:
    """The bar at the foot tells how many are selected."""
    expect(page.get_by_role("toolbar").get_by_text(words, exact=True)).to_be_visible()


def test_rows_are_selected_by_clicks_and_ranges_of_them_by_shift(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    place = rows(page).nth(1).bounding_box()
    boxes = page.get_by_role("checkbox", name="Select row")
    boxes.nth(1).check()
    says(page, "1 selected")
    assert rows(page).nth(1).bounding_box() == place
    boxes.nth(3).click(modifiers=["Shift"])
    says(page, "3 selected")
    boxes.nth(2).uncheck()
    says(page, "2 selected")
    expect(page).to_have_url(re.compile(r"/tasks\?project="))
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    says(page, "5 selected")
    page.get_by_role("checkbox", name="Select all loaded rows").uncheck()
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_rows_are_selected_by_keys(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    says(page, "1 selected")
    for key in ("Shift+J", "Shift+J"):
        page.keyboard.press(key)
    says(page, "3 selected")
    page.keyboard.press("Shift+K")
    says(page, "2 selected")
    expect(rows(page).nth(2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    expect(selected(page)).to_have_count(0)


def test_all_that_match_are_selected_but_those_taken_out(owner: Somebody, windows: Windows, shelf: str) -> None:
    page = windows.open(f"/tasks?project={shelf}&sort=created_at", who=owner)
    expect(rows(page).first).to_contain_text("Jar 000")
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    says(page, "100 selected")
    page.get_by_role("button", name=f"Select all {MANY} that match").click()
    says(page, f"{MANY} selected")
    rows(page).filter(has_text="Jar 001").get_by_role("checkbox").uncheck()
    says(page, f"{MANY - 1} selected")
    page.get_by_role("table", name="Tasks").hover()
    while not page.get_by_text("Jar 259").is_visible():
        page.mouse.wheel(0, 5000)
        expect(rows(page).filter(has_text="Jar").first).to_be_visible()
    expect(rows(page).filter(has_text="Jar 259").get_by_role("checkbox")).to_be_checked()
    says(page, f"{MANY - 1} selected")


def test_a_selection_holds_while_rows_change_and_a_task_is_looked_at(house: House, owner: Somebody, windows: Windows, few: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    rows(page).filter(has_text="Pot 1").get_by_role("checkbox").check()
    rows(page).filter(has_text="Pot 2").get_by_role("checkbox").check()
    house.member("annotator").answer(few, {"labels": ["praise"]})
    expect(rows(page).filter(has_text="Pot 1")).to_contain_text("completed")
    owner.tasks(few, [{"text": "Pot 6"}])
    page.get_by_role("button", name="1 new").click()
    expect(rows(page)).to_have_count(6)
    page.get_by_role("columnheader", name="Priority").get_by_role("button").click()
    says(page, "2 selected")
    rows(page).filter(has_text="Pot 1").get_by_role("cell", name="completed").first.click()
    expect(page.get_by_role("tab", name="Answers 1")).to_be_visible()
    page.go_back()
    says(page, "2 selected")
    expect(selected(page)).to_have_count(2)

    gone = rows(page).filter(has_text="Pot 2").get_attribute("data-row")
    owner.ask("DELETE", f"/tasks/{gone}")
    says(page, "1 selected")


def test_other_filters_end_a_selection_and_say_so(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    says(page, "5 selected")
    page.get_by_role("textbox", name="Search id, external id or input").fill("pot 4")
    expect(page.get_by_text("1 task · 5 no longer selected")).to_be_visible()
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_who_may_do_nothing_with_several_tasks_selects_none(house: House, windows: Windows, few: str) -> None:
    somebody = house.member("annotator")
    somebody.take(few)
    page = windows.open("/tasks", who=somebody)
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_a_phone_selects_by_touch(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner, width=390, height=800)
    expect(rows(page)).to_have_count(5)
    rows(page).first.get_by_role("checkbox").check()
    says(page, "1 selected")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_selection_is_exported_and_archived_from_the_bar(owner: Somebody, windows: Windows, few: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    for pot in ("Pot 1", "Pot 2", "Pot 3"):
        rows(page).filter(has_text=pot).get_by_role("checkbox").check()
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export 3 tasks")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    says(page, "3 selected")
    page.get_by_role("button", name="Archive…").click()
    page.get_by_role("button", name="Archive 3 tasks").click()
    expect(page.get_by_role("link", name="See the archive")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_what_is_done_to_a_selection_tells_its_end_though_nothing_is_left(owner: Somebody, windows: Windows, few: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    page.get_by_role("checkbox", name="Select all loaded rows").check()
    says(page, "5 selected")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=re.compile("^Delete")).click()
    dialog = page.get_by_role("dialog", name=re.compile("^Delete 5 tasks"))
    dialog.get_by_role("button", name=re.compile("^Delete")).click()
    expect(rows(page)).to_have_count(0)
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_bulk_work_is_begun_and_done_by_keys_alone(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}&sort=id", who=owner)
    expect(rows(page)).to_have_count(5)
    for key in ("j", "x", "Shift+J"):
        page.keyboard.press(key)
    says(page, "2 selected")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Selection")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog", name="Set the priority of 2 tasks")
    expect(dialog.get_by_label("Priority", exact=True)).to_be_focused()
    page.keyboard.type("-3")
    expect(dialog).to_contain_text("2 will change")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("2 changed")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    changed = [task["priority"] for task in owner.get(f"/tasks?project={few}")["items"]]
    assert sorted(changed) == [-3, -3, 0, 0, 0]


def test_the_table_is_one_stop_for_tab(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    stops = "rows => rows.map(row => [...row.querySelectorAll('a[href], button')].filter(it => it.tabIndex >= 0).length > 0)"
    within = page.get_by_role("table", name="Tasks").locator("tbody tr[data-row]")
    assert within.evaluate_all(stops) == [True, False, False, False, False]
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(within.nth(1)).to_be_focused()
    assert within.evaluate_all(stops) == [False, True, False, False, False]


def test_back_undoes_what_was_chosen_and_not_what_was_typed(owner: Somebody, windows: Windows, few: str) -> None:
    page = windows.open(f"/tasks?project={few}", who=owner)
    expect(rows(page)).to_have_count(5)
    page.get_by_role("button", name="Filter by status").click()
    page.get_by_role("menuitemcheckbox", name="completed").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("No task fits these filters")).to_be_visible()
    page.get_by_role("textbox", name="Search id, external id or input").fill("nothing like it")
    expect(page).to_have_url(re.compile("q=nothing"))
    page.go_back()
    expect(rows(page)).to_have_count(5)
    expect(page.get_by_role("textbox", name="Search id, external id or input")).to_have_value("")
    expect(page).to_have_url(re.compile(f"/tasks\\?project={few}$"))
