"""The archive page: what has left the list, live, with the way back and the way out."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser
OVER = {"completed", "restored", "failed"}


def archived(owner: Somebody, name: str, number: int = 3) -> tuple[dict[str, Any], list[str]]:
    """An archive of new tasks of a project of its own; and their ids."""
    project = owner.project(CLASSIFY_FLOW, f"Project of {name}")
    ids = [str(task["id"]) for task in owner.tasks(project, [{"text": f"Crate {n}"} for n in range(number)])]
    made = owner.post("/archives", {"selection": {"ids": ids}, "name": name})
    return owner.until(f"/archives/{made['id']}", lambda shown: shown["state"] in OVER), ids


def row(page: Page, name: str) -> Locator:
    """The row of an archive."""
    return page.get_by_role("table", name="Archives").get_by_role("row").filter(has_text=name)


def test_an_archive_that_is_made_elsewhere_appears_by_itself(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/archive", who=owner)
    expect(page.get_by_role("link", name="Archive")).to_have_attribute("aria-current", "page")
    archived(owner, "Appears")
    line = row(page, "Appears")
    expect(line.get_by_text("archived", exact=True)).to_be_visible()
    expect(line.get_by_role("cell", name="Project of Appears")).to_be_visible()
    expect(line.get_by_role("cell", name=owner.name)).to_be_visible()


def test_chosen_tasks_come_back_and_then_all_of_them(owner: Somebody, windows: Windows) -> None:
    archive, ids = archived(owner, "Comes back")
    page = windows.open("/archive", who=owner)
    row(page, "Comes back").click()
    panel = page.get_by_role("complementary", name="Archive")
    expect(panel.get_by_text("3 archived of 3")).to_be_visible()
    expect(page).to_have_url(f"{page.url.partition('?')[0]}?open={archive['id']}")
    panel.get_by_role("table").get_by_role("checkbox").nth(1).check()
    panel.get_by_role("button", name="Restore 1 task").click()
    expect(panel.get_by_text("3 archived of 3, 1 restored")).to_be_visible()
    panel.get_by_role("button", name="Restore all 2").click()
    expect(panel.get_by_text("3 archived of 3, 3 restored")).to_be_visible()
    assert all(owner.get(f"/tasks/{task}")["id"] == task for task in ids)


def test_the_file_is_downloaded_from_the_menu(owner: Somebody, windows: Windows) -> None:
    archive, ids = archived(owner, "Taken away")
    page = windows.open("/archive", who=owner)
    page.get_by_role("button", name="Actions for Taken away").click()
    with page.expect_download() as begun:
        page.get_by_role("menuitem", name="Download").click()
    assert begun.value.suggested_filename.endswith(f"{archive['id']}.jsonl.gz")
    lines = [json.loads(line) for line in gzip.decompress(begun.value.path().read_bytes()).splitlines()]
    assert [line["id"] for line in lines[1:-1]] == sorted(ids)


def test_deleting_names_what_and_how_many(owner: Somebody, windows: Windows) -> None:
    archived(owner, "Goes for good")
    page = windows.open("/archive", who=owner)
    page.get_by_role("button", name="Actions for Goes for good").click()
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete the archive Goes for good?")
    expect(dialog).to_contain_text("3 tasks with their runs and answers")
    dialog.get_by_role("button", name="Delete 3 tasks").click()
    expect(row(page, "Goes for good")).to_have_count(0)


def test_an_archived_task_says_where_it_is(owner: Somebody, windows: Windows) -> None:
    archive, (task, *_) = archived(owner, "Whereabouts")
    windows.expect_refusal(404, f"/tasks/{task}")
    page = windows.open(f"/tasks/{task}", who=owner)
    expect(page.get_by_role("heading", name="This task is in the archive")).to_be_visible()
    expect(page.get_by_text("in the archive Whereabouts")).to_be_visible()
    page.get_by_role("link", name="Open its archive").click()
    expect(page.get_by_role("complementary", name="Archive")).to_contain_text("Whereabouts")
    assert archive["id"] in page.url


def test_a_project_is_told_after_how_many_days_it_archives(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "At rest")
    page = windows.open(f"/studio/{project}?tab=about", who=owner)
    field = page.get_by_label("Archive finished tasks after days at rest")
    field.fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everything is saved.")).to_be_attached()
    assert owner.get(f"/projects/{project}")["archive_after_days"] == 30
    field.fill("")
    page.get_by_role("button", name="Save").click()
    owner.until(f"/projects/{project}", lambda shown: shown["archive_after_days"] is None)


def test_nobody_but_leads_finds_the_archive(house: House, windows: Windows) -> None:
    page = windows.open("/work", who=house.member("annotator", "Anselm"))
    expect(page.get_by_role("link", name="Work")).to_be_visible()
    expect(page.get_by_role("link", name="Archive")).to_have_count(0)
