"""What the server names in the page's head is what the page then asks for: once, and nothing in vain."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

ASKED = "performance.getEntriesByType('resource').map(it => it.name.split('/api/v1')[1]).filter(Boolean)"
HEAD = "[...document.querySelectorAll('link[href]')].map(it => it.getAttribute('href'))"
FILES = "performance.getEntriesByType('resource').map(it => new URL(it.name).pathname)"
HEADINGS = {
    "/archive": "Archive",
    "/exports": "Exports",
    "/reservations": "Reservations",
    "/studio": "Studio",
    "/tasks": "Tasks",
    "/uploads": "Uploads",
    "/work": "Work",
}


def begun(page: Page) -> Page:
    expect(page.get_by_role("navigation", name="Where you are")).to_be_visible()
    return page


@pytest.mark.parametrize("path", HEADINGS)
def test_each_page_has_its_script_ahead_and_asks_once_who_reads(owner: Somebody, windows: Windows, path: str) -> None:
    page = begun(windows.open(path, who=owner))
    expect(page).to_have_title(re.compile(HEADINGS[path]))
    named = [href for href in page.evaluate(HEAD) if href.startswith("/assets/") and re.search("Page-.*js$", href)]
    assert len(named) == 1, "the page's own script is named in its head"
    assert page.evaluate(FILES).count(named[0]) == 1
    assert page.evaluate(ASKED).count("/me") == 1


def test_the_first_rows_are_asked_for_ahead_while_the_list_asks_in_the_usual_way(
    owner: Somebody, windows: Windows
) -> None:
    project = owner.project(CLASSIFY_FLOW, "Ahead")
    owner.tasks(project, [{"text": "First"}])
    page = begun(windows.open("/tasks", who=owner))
    table = page.get_by_role("table", name="Tasks")
    expect(table.get_by_text("First", exact=True)).to_be_visible()
    assert page.evaluate(ASKED).count("/tasks?limit=100") == 1
    page.keyboard.press("c")
    page.get_by_role("menuitemradio", name="25").click()
    for path, asks in (
        ("/tasks", "/tasks?limit=25"),
        (f"/tasks?project={project}", f"/tasks?project={project}&limit=25"),
    ):
        page.goto(page.url.split("/tasks")[0] + path)
        expect(table.get_by_text("First", exact=True)).to_be_visible()
        asked = page.evaluate(ASKED)
        assert (asked.count(asks), asked.count("/tasks?limit=100")) == (1, 0)
    page.goto(page.url.split("/tasks")[0] + "/tasks")
    expect(table.get_by_text("First", exact=True)).to_be_visible()
    page.keyboard.press("c")
    page.get_by_role("menuitemradio", name="100").click()
    page.reload()
    expect(table.get_by_text("First", exact=True)).to_be_visible()
    assert "/api/v1/tasks?limit=100" in page.evaluate(HEAD)
    assert page.evaluate(ASKED).count("/tasks?limit=100") == 1
