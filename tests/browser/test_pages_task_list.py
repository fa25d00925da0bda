"""The task list: narrowed by its address, live without moving what is read, and quick with thousands of rows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

MANY = 3000
DRAWN_MAX = 120


@pytest.fixture(scope="module")
def yard(house: House) -> str:
    """The id of a project with twelve tasks: two done, one in hand, the rest free."""
    owner = house.owner
    project = owner.project(CLASSIFY_FLOW, "Harbour")
    owner.tasks(project, [{"text": f"Crate {number}"} for number in range(1, 7)], batch="dawn")
    owner.tasks(project, [{"text": f"Barrel {number}"} for number in range(1, 7)], batch="dusk")
    annotator = house.member("annotator", "Anna")
    for _ in range(2):
        annotator.answer(project, {"labels": ["praise"]})
    annotator.take(project)
    return project


@pytest.fixture(scope="module")
def many(house: House) -> str:
    """The id of a project with three thousand tasks."""
    project = house.owner.project(CLASSIFY_FLOW, "Sand")
    house.owner.upload(project, "text\n" + "".join(f"Grain {number:04}\n" for number in range(MANY)))
    return project


@pytest.fixture
def fresh(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The id of a project with five tasks of a test's own."""
    project = owner.project(CLASSIFY_FLOW, f"Own {request.node.name[5:35]}")
    owner.tasks(project, [{"text": f"Parcel {number}"} for number in range(1, 6)])
    return project


def rows(page: Page) -> Locator:
    """The rows that hold a task."""
    return page.get_by_role("table", name="Tasks").get_by_role("row").filter(has=page.get_by_role("cell"))


def status(row: Locator, word: str) -> Locator:
    """The cell of a row that says how its task stands."""
    return row.get_by_role("cell", name=word, exact=True).first


def choose(page: Page, filter_by: str, *items: str) -> None:
    """Open one of the filters' menus and choose in it."""
    page.get_by_role("button", name=f"Filter by {filter_by}").click()
    for item in items:
        page.get_by_role("menu", name=filter_by.title()).get_by_text(item, exact=True).click()
    page.keyboard.press("Escape")


def test_filters_live_in_the_address_and_come_back(owner: Somebody, windows: Windows, yard: str) -> None:
    page = windows.open("/tasks", who=owner)
    choose(page, "project", "Harbour")
    expect(rows(page)).to_have_count(12)
    choose(page, "status", "completed", "in progress")
    expect(rows(page)).to_have_count(3)
    for part in (f"project={yard}", "status=completed", "status=in_progress"):
        expect(page).to_have_url(re.compile(part))
    page.reload()
    expect(rows(page)).to_have_count(3)

    page.get_by_role("button", name="Remove filter Status in progress").click()
    expect(rows(page)).to_have_count(2)
    rows(page).first.get_by_role("cell", name="Harbour").click()
    expect(page.get_by_role("tab", name="Answers 1")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("status=completed$"))
    expect(rows(page)).to_have_count(2)
    page.go_forward()
    expect(page.get_by_role("tab", name="Answers 1")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).to_have_url(re.compile("/tasks$"))


def test_a_search_finds_by_input_and_says_what_it_hides(owner: Somebody, windows: Windows, yard: str) -> None:
    page = windows.open(f"/tasks?project={yard}", who=owner)
    expect(rows(page)).to_have_count(12)
    page.keyboard.press("/")
    page.keyboard.type("barrel 4")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("Barrel 4")
    expect(page).to_have_url(re.compile(r"q=barrel"))
    page.get_by_role("textbox", name="Search id, external id or input").fill("no such thing")
    expect(page.get_by_role("heading", name="No task fits these filters")).to_be_visible()
    expect(page.get_by_text(re.compile(r"tasks are hidden by your filters")).first).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile("/tasks$"))


def test_an_export_takes_what_the_filters_show(owner: Somebody, windows: Windows, yard: str, tmp_path: Path) -> None:
    page = windows.open(f"/tasks?project={yard}&status=queued&q=barrel", who=owner)
    expect(page.get_by_text("6 tasks", exact=True)).to_be_visible()
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export 6 tasks")
    dialog.get_by_role("radio", name="JSON", exact=True).check()
    with page.expect_download() as taken:
        dialog.get_by_role("button", name="Download now").click()
    taken.value.save_as(tmp_path / "tasks.json")
    texts = [task["input"]["text"] for task in json.loads((tmp_path / "tasks.json").read_text("utf-8"))]
    assert texts == [f"Barrel {number}" for number in range(1, 7)]


def test_a_workspace_without_tasks_says_where_they_come_from(house: House, windows: Windows) -> None:
    page = windows.open("/tasks", who=house.member("client"))
    expect(page.get_by_role("heading", name="No tasks yet")).to_be_visible()
    page.get_by_text("Upload a file of tasks").click()
    expect(page.get_by_role("dialog", name="Upload tasks")).to_be_visible()


def test_a_row_changes_where_it_stands_when_somebody_else_works(house: House, owner: Somebody, windows: Windows, fresh: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={fresh}", who=owner)
    row = rows(page).filter(has_text="Parcel 1")
    expect(status(row, "queued")).to_be_visible()
    before = rows(page).all_inner_texts()
    somebody = house.member("annotator")
    hold = somebody.take(fresh)
    expect(status(row, "in progress")).to_be_visible()
    somebody.post(f"/reservations/{hold['reservation']['id']}/submit", {"answer": {"labels": ["praise"]}})
    expect(status(row, "completed")).to_be_visible()
    assert [text.split()[0] for text in rows(page).all_inner_texts()] == [text.split()[0] for text in before]


def test_new_tasks_are_announced_and_push_nothing(owner: Somebody, windows: Windows, fresh: str) -> None:
    page = windows.open(f"/tasks?project={fresh}", who=owner)
    expect(rows(page)).to_have_count(5)
    expect(page.get_by_text("5 tasks", exact=True)).to_be_visible()
    owner.tasks(fresh, [{"text": "Late 1"}, {"text": "Late 2"}])
    announced = page.get_by_role("button", name="2 new")
    expect(announced).to_be_visible()
    expect(page.get_by_text("7 tasks", exact=True)).to_be_visible()
    expect(rows(page)).to_have_count(5)
    expect(rows(page).first).to_contain_text("Parcel")
    announced.click()
    expect(rows(page)).to_have_count(7)
    expect(rows(page).first).to_contain_text("Late")
    expect(announced).to_be_hidden()


def test_the_list_is_walked_by_keys(owner: Somebody, windows: Windows, fresh: str) -> None:
    page = windows.open(f"/tasks?project={fresh}", who=owner)
    expect(rows(page)).to_have_count(5)
    for key, index in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows(page).nth(index)).to_be_focused()
    name = rows(page).nth(1).get_by_role("code").inner_text()
    page.keyboard.press("Space")
    peek = page.get_by_role("complementary", name="Task preview")
    expect(peek).to_contain_text(name)
    expect(page).to_have_url(re.compile("peek="))
    page.keyboard.press("j")
    expect(peek).to_contain_text(rows(page).nth(2).get_by_role("code").inner_text())
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tasks/[0-9a-f-]{36}(\?from=|$)"))
    expect(page.get_by_role("code").first).to_have_text(name)
    page.go_back()
    expect(rows(page).nth(1)).to_be_focused()


def test_thousands_of_rows_are_drawn_a_screenful_at_a_time(owner: Somebody, windows: Windows, many: str) -> None:
    page = windows.open(f"/tasks?project={many}&sort=created_at", who=owner)
    table = page.get_by_role("table", name="Tasks")
    expect(table).to_have_attribute("aria-rowcount", str(MANY + 1))
    expect(rows(page).filter(has_text="Grain 0000")).to_be_visible()
    table.hover()
    while not page.get_by_text("Grain 2999").is_visible():
        page.mouse.wheel(0, 20_000)
        expect(in_sight(page).first).to_be_visible()
        assert rows(page).count() <= DRAWN_MAX
    expect(rows(page).filter(has_text="Grain 2999")).to_have_attribute("aria-rowindex", str(MANY + 1))


def in_sight(page: Page) -> Locator:
    """The rows that hold a grain; there is never a screen without one."""
    return rows(page).filter(has_text="Grain")


def test_coming_back_to_the_list_finds_the_row_that_was_left(owner: Somebody, windows: Windows, many: str) -> None:
    page = windows.open(f"/tasks?project={many}&sort=created_at", who=owner)
    expect(rows(page).filter(has_text="Grain 0000")).to_be_visible()
    page.get_by_role("table", name="Tasks").hover()
    page.mouse.wheel(0, 2500)
    row = rows(page).filter(has_text="Grain 0075")
    expect(row).to_be_in_viewport()
    place = row.bounding_box()
    row.get_by_role("cell", name="Sand").click()
    expect(page.get_by_role("tab", name="Answers")).to_be_visible()
    page.go_back()
    expect(row).to_be_in_viewport()
    expect(row).to_be_focused()
    assert row.bounding_box() == place
