"""A second workspace: whoever changes over is told of the new one, and whoever waits for work there is offered it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

NEW_WORK_MS = 12_000


@pytest.fixture(scope="module")
def annex(house: House) -> dict[str, Somebody]:
    """People of a workspace where nothing else goes on; `mara` is in both, and here in the first."""
    mara = house.member("manager", "Mara")
    people = {"olga": "owner", "ada": "annotator"}
    there = house.workspace(
        "Annex", f"{mara.email} manager", *(f"{name}@example.org {people[name]}" for name in people)
    )
    return {"mara": mara, **{name: house.known(f"{name}@example.org", workspace=there) for name in people}}


def test_whoever_changes_over_on_a_page_hears_of_the_new_workspace(
    annex: dict[str, Somebody], windows: Windows
) -> None:
    here = annex["mara"].project(CLASSIFY_FLOW, "Left behind")
    annex["mara"].tasks(here, [{"text": "Nobody over there hears of it"}])
    # Small pictures of the list that is left are asked for over there, if they were still on their way.
    windows.expect_refusal(404, "/files/")
    page = windows.open("/tasks", who=annex["mara"])
    expect(page.get_by_role("cell", name="Left behind", exact=True)).to_be_visible()
    page.get_by_role("button", name="Mara, Yard: account menu").click()
    page.get_by_role("menuitemradio", name="Annex").click()
    expect(page.get_by_role("button", name="Mara, Annex: account menu")).to_be_visible()
    expect(page.get_by_role("heading", name="No tasks yet")).to_be_visible()
    olga = annex["olga"]
    olga.tasks(olga.project(CLASSIFY_FLOW, "Told"), [{"text": "Heard over there"}])
    expect(page.get_by_role("cell", name="Told", exact=True)).to_be_visible()


def test_new_work_appears_by_itself_where_nothing_was_free(annex: dict[str, Somebody], windows: Windows) -> None:
    olga = annex["olga"]
    project = olga.project(CLASSIFY_FLOW, "Arrivals")
    while olga.get("/work")["queues"]:
        hold = olga.post("/next", {})["reservation"]
        olga.post(f"/reservations/{hold['id']}/submit", {"token": hold["token"], "answer": {"labels": ["praise"]}})
    page = windows.open("/work", who=annex["ada"])
    expect(page.get_by_role("heading", name="There is no work for you yet")).to_be_visible()
    olga.tasks(project, [{"text": "First"}])
    start = page.get_by_role("button", name="Start Arrivals, label")
    expect(start).to_be_visible(timeout=NEW_WORK_MS)
    start.click()
    expect(page.get_by_role("group", name="text")).to_have_text("First")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing left in Arrivals › label")).to_be_visible()
    olga.tasks(project, [{"text": "Second"}])
    take = page.get_by_role("button", name="Take that one")
    expect(take).to_be_visible(timeout=NEW_WORK_MS)
    take.click()
    expect(page.get_by_role("group", name="text")).to_have_text("Second")
