"""Reservations: a lead takes work back, and whoever had it is told at once, in the window they are working in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, TWO_STEP_FLOW

pytestmark = pytest.mark.browser

TEXTS = ["Where is my parcel?", "The lamp is broken", "You are wonderful", "Why was I charged twice?"]


@pytest.fixture
def project(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The id of a project with four tasks that wait for somebody."""
    made = owner.project(CLASSIFY_FLOW, f"Held {request.node.name[5:28]}")
    owner.tasks(made, [{"text": text} for text in TEXTS])
    return made


def row_of(page: Page, name: str) -> Locator:
    table = page.get_by_role("table", name="Members with tasks in hand")
    return table.get_by_role("row").filter(has=page.get_by_role("button", name=f"Tasks of {name}", exact=True))


def test_who_loses_a_task_reads_at_once_who_took_it_and_keeps_the_draft(
    house: House, owner: Somebody, windows: Windows, project: str
) -> None:
    ana = house.member("annotator", "Ana Alder")
    hold = ana.take(project)["reservation"]["id"]
    bench = windows.open(f"/work/{hold}?project={project}", who=ana)
    bench.get_by_role("radio", name="praise").click()
    expect(bench.get_by_text("Saved", exact=False).first).to_be_visible()

    desk = windows.open("/reservations", who=owner)
    row_of(desk, "Ana Alder").get_by_role("button", name="Release all of Ana Alder").click()
    asked = desk.get_by_role("dialog", name="Release 1 task of Ana Alder?")
    asked.get_by_role("button", name="Release", exact=True).click()
    expect(desk.get_by_role("status").filter(has_text="1 task released from Ana Alder.")).to_be_visible()

    told = bench.get_by_role("alert")
    expect(told).to_contain_text("Olive released this")
    expect(told).to_contain_text("It went back to the queue.")
    expect(told).to_contain_text("Your draft is kept")
    expect(row_of(desk, "Ana Alder")).to_have_count(0)
    told.get_by_role("button", name="Take the next task").click()
    expect(bench.get_by_role("radio", name="praise")).to_be_checked()
    expect(row_of(desk, "Ana Alder")).to_be_visible()


def test_some_of_several_are_released_with_the_keyboard_alone(
    house: House, owner: Somebody, windows: Windows, project: str
) -> None:
    ben = house.member("annotator", "Ben Birch")
    for _ in range(3):
        ben.take(project)
    page = windows.open("/reservations", who=owner)
    row_of(page, "Ben Birch").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"member={ben.id}"))
    held = page.get_by_role("table", name="In hand of Ben Birch")
    expect(held.get_by_role("row")).to_have_count(4)
    held.get_by_role("row").nth(1).focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Release 2 tasks of Ben Birch?")).to_be_visible()
    page.keyboard.press("Enter")
    expect(held.get_by_role("row")).to_have_count(2)
    assert len(ben.get("/reservations")["items"]) == 1


def test_the_list_follows_what_people_take_and_give_back(
    house: House, owner: Somebody, windows: Windows, project: str
) -> None:
    cy = house.member("annotator", "Cy Cedar")
    page = windows.open("/reservations", who=owner)
    expect(page.get_by_role("heading", name="Nobody has work in hand").or_(page.get_by_role("table"))).to_be_visible()
    expect(row_of(page, "Cy Cedar")).to_have_count(0)
    first = cy.take(project)["reservation"]["id"]
    expect(row_of(page, "Cy Cedar").get_by_role("cell").nth(2)).to_have_text("1")
    cy.take(project)
    expect(row_of(page, "Cy Cedar").get_by_role("cell").nth(2)).to_have_text("2")
    cy.post(f"/reservations/{first}/release")
    expect(row_of(page, "Cy Cedar").get_by_role("cell").nth(2)).to_have_text("1")


def test_somebody_whose_role_changed_meanwhile_is_still_told(
    house: House, owner: Somebody, windows: Windows, project: str
) -> None:
    dee = house.member("annotator", "Dee Dogwood")
    hold = dee.take(project)["reservation"]["id"]
    bench = windows.open(f"/work/{hold}", who=dee)
    expect(bench.get_by_role("radio", name="praise")).to_be_visible()
    # Their line to the server ends with the role, and begins again with the new one.
    owner.ask("PATCH", f"/members/{dee.id}", json={"role": "reviewer"})
    owner.post("/reservations/release", {"ids": [hold]})
    expect(bench.get_by_role("alert")).to_contain_text("Olive released this")


def test_a_hold_that_runs_out_says_so_and_what_counts_still(house: House, owner: Somebody, windows: Windows) -> None:
    short = owner.project(CLASSIFY_FLOW.replace("by: people", "by: people\n    people: {hold: 2s}"), "Short")
    owner.tasks(short, [{"text": "Hurry."}])
    flo = house.member("annotator", "Flo Fir")
    bench = windows.open(f"/work/{flo.take(short)['reservation']['id']}?project={short}", who=flo)
    expect(bench.get_by_role("status").filter(has_text="Your time for this task ended")).to_be_visible()
    flo.until("/reservations", lambda shown: shown["items"] == [])
    bench.get_by_role("radio", name="praise").click()
    bench.get_by_role("button", name="Submit").click()
    expect(bench.get_by_role("heading", name=re.compile("Nothing left"))).to_be_visible()
    assert owner.get(f"/tasks?project={short}&status=completed")["total"] == 1


def test_a_task_is_ordered_and_kept_on_its_page_and_comes_to_whom_it_is_kept_for(
    house: House, owner: Somebody, windows: Windows
) -> None:
    project = owner.project(TWO_STEP_FLOW, "Lamps")
    owner.tasks(project, [{"text": "first"}, {"text": "second"}])
    gil = house.member("annotator", "Gil Grove")
    task = owner.get(f"/tasks?project={project}&sort=-created_at")["items"][0]["id"]
    page = windows.open(f"/tasks/{task}", who=owner)
    page.get_by_role("button", name="Hand-out").click()
    asked = page.get_by_role("dialog", name="Hand-out")
    expect(asked.get_by_role("button", name="Save")).to_be_disabled()
    asked.get_by_role("textbox", name="Priority", exact=True).fill("soon")
    expect(asked.get_by_text("A whole number, such as −2 or 5.").first).to_be_visible()
    asked.get_by_role("textbox", name="Priority", exact=True).fill("4")
    expect(asked.get_by_text("4: later than usual")).to_be_visible()
    asked.get_by_role("textbox", name="details").fill("-3")
    expect(asked.get_by_text("−3: earlier than usual")).to_be_visible()
    asked.get_by_role("combobox", name="Kept for").click()
    page.get_by_role("option", name="Gil Grove · annotator").click()
    asked.get_by_role("button", name="Save").click()
    expect(page.get_by_text("kept for Gil Grove")).to_be_visible()
    expect(page.get_by_text("handed out later than usual (4) · −3 from details on")).to_be_visible()

    desk = windows.open(f"/reservations?member={gil.id}", who=owner)
    expect(desk.get_by_role("table", name="Kept for Gil Grove").get_by_role("row")).to_have_count(2)
    home = windows.open("/work", who=gil)
    expect(home.get_by_role("table", name="Kept for you").get_by_role("row")).to_have_count(2)
    home.get_by_text("What comes next").click()
    line = home.get_by_role("list", name="What comes next")
    expect(line.get_by_role("listitem").first).to_contain_text("It is kept for you.")
    home.get_by_role("button", name="Start", exact=True).click()
    expect(home).to_have_url(re.compile("/work/[0-9a-f-]{36}"))
    assert gil.get("/reservations")["items"][0]["task"]["id"] == task
    expect(desk.get_by_role("tab", name="In hand 1")).to_be_visible()


def test_what_is_kept_is_given_up_and_what_comes_next_is_seen(
    house: House, owner: Somebody, windows: Windows, project: str
) -> None:
    hal = house.member("annotator", "Hal Hazel")
    owner.tasks(project, [{"text": "For Hal"}], reserve_for=hal.email)
    page = windows.open(f"/reservations?member={hal.id}", who=owner)
    page.get_by_role("tab", name="What comes next").click()
    line = page.get_by_role("list", name="What comes next for Hal Hazel")
    expect(line.get_by_role("listitem").first).to_contain_text("It is kept for Hal Hazel.")
    page.get_by_role("tab", name="Kept 1").click()
    page.get_by_role("button", name="Give up all").click()
    expect(page.get_by_role("status").filter(has_text="1 task no longer kept for Hal Hazel")).to_be_visible()
    assert hal.get("/kept")["items"] == []


def test_a_project_lets_what_waits_move_earlier(owner: Somebody, windows: Windows, project: str) -> None:
    page = windows.open(f"/studio/{project}?tab=about", who=owner)
    page.get_by_role("spinbutton", name="Move what waits earlier by one number after hours").fill("24")
    page.get_by_role("button", name="Save").click()
    owner.until(f"/projects/{project}", lambda shown: shown["ageing_hours"] == 24)
    page.get_by_role("spinbutton", name="Move what waits earlier by one number after hours").fill("")
    page.get_by_role("button", name="Save").click()
    owner.until(f"/projects/{project}", lambda shown: shown["ageing_hours"] is None)


def test_annotators_are_told_whose_page_it_is(house: House, windows: Windows) -> None:
    page = windows.open("/reservations", who=house.member("annotator", "Eve Elm"))
    expect(page.get_by_role("heading", name="Owners and managers see this")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Reservations")).to_have_count(0)
