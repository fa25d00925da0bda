"""What narrows, orders and lays out the task list: everything in the address, in plain words, and taken off again."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

FLOW = json.dumps(
    {
        "input": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "x-kind": "text"}, "weight": {"type": "number"}},
        },
        "steps": [{"id": "label", "use": "classify", "by": "people", "with": {"text": "{{ input.text }}", "labels": ["praise", "problem"]}}],
        "output": {"label": "{{ label.labels[0] }}"},
    }
)  # fmt: skip
WEIGHTS = (12, 3, 7.5)


@pytest.fixture(scope="module")
def quay(house: House) -> str:
    """The id of a project with six tasks in two batches; one is answered by Ada, one in her hand."""
    owner = house.owner
    project = owner.project(FLOW, "Quay")
    inputs = [{"text": f"Bale {number}", "weight": weight} for number, weight in enumerate(WEIGHTS, 1)]
    owner.tasks(project, inputs, batch="spring morning", metadata={"shop": "north"})
    late = owner.tasks(project, [{"text": f"Cask {number}"} for number in range(1, 4)], batch="spring evening")
    owner.ask("PATCH", f"/tasks/{late[0]['id']}", json={"priority": 5})
    owner.ask("PATCH", f"/tasks/{late[1]['id']}", json={"priority": -5})
    ada = house.member("annotator", "Ada")
    ada.answer(project, {"labels": ["praise"]})
    ada.take(project)
    return project


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Tasks").get_by_role("row").filter(has=page.get_by_role("cell"))


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def more(page: Page) -> Locator:
    """The panel with the filters that are needed less often, opened by its key."""
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("f")
    panel = page.get_by_role("dialog", name="More filters")
    expect(panel).to_be_visible()
    return panel


def heads(page: Page) -> list[str]:
    return [text.strip() for text in page.get_by_role("columnheader").all_inner_texts() if text.strip()]


def test_every_filter_of_the_panel_narrows_at_once_and_comes_off_as_a_chip(owner: Somebody, windows: Windows, quay: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={quay}", who=owner)
    expect(rows(page)).to_have_count(6)
    panel = more(page)
    by_batch, by_metadata = (
        panel.get_by_role("combobox", name="Batch", exact=True),
        panel.get_by_label("Metadata, key=value"),
    )
    for fill, chip, left in (
        (lambda: panel.get_by_label("How the batch is compared").select_option("contains"), "", 6),
        (lambda: by_batch.fill("even"), "Batch contains even", 3),
        (lambda: panel.get_by_label("ready").check(), "Audit ready", 1),
        (lambda: panel.get_by_role("combobox", name="Reserved by").select_option("Ada"), "Reserved by Ada", 1),
        (lambda: panel.get_by_role("combobox", name="Answered by").select_option("Ada"), "Answered by Ada", 1),
        (lambda: panel.get_by_label("Highest priority").fill("-1"), "Priority up to −1", 1),
        (lambda: by_metadata.fill("shop=north"), "", 6),
        (lambda: by_metadata.press("Enter"), "Metadata shop = north", 3),
        (lambda: panel.get_by_role("checkbox", name="Me").check(), "Created by me", 6),
    ):
        fill()
        expect(rows(page)).to_have_count(left)
        expect(page.get_by_text(re.compile(f"^{left} tasks?$"))).to_be_visible()
        if not chip:
            continue
        # The panel lies over the chips for whoever points, not for whoever takes one off by keys.
        page.get_by_role("button", name=f"Remove filter {chip}").focus()
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_count(6)
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"\?project={quay}$"))


def test_days_are_meant_in_a_zone_that_is_remembered(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open(f"/tasks?project={quay}", who=owner)
    panel = more(page)
    zone = panel.get_by_label("Zone of the days")
    expect(zone).to_have_value("local")
    panel.get_by_label("Created, usual days").select_option("Last 7 days")
    expect(page.get_by_text("last 7 days, Europe/Berlin", exact=True)).to_be_visible()
    assert (asked(page)["created_from"], asked(page)["zone"]) == (["today-6d"], ["local"]), "it moves on, wherever read"
    expect(rows(page)).to_have_count(6)
    panel.get_by_label("Created from").fill("2026-01-01")
    expect(page).to_have_url(re.compile(r"created_from=2026-01-01&zone=Europe%2FBerlin|zone=Europe"))
    panel.get_by_label("Created, usual days").select_option("Today")
    expect(rows(page)).to_have_count(6)
    zone.select_option("US Pacific")
    expect(page).to_have_url(re.compile(r"zone=US(\+|%20)Pacific"))

    panel.get_by_label("Created, usual days").select_option("Any day")
    expect(page).to_have_url(re.compile(rf"\?project={quay}$"))
    page.reload()
    panel = more(page)
    expect(panel.get_by_label("Zone of the days")).to_have_value("US Pacific")
    panel.get_by_label("Submitted from").fill(f"{datetime.now(UTC).year + 1}-01-01")
    expect(page.get_by_role("heading", name="No task fits these filters")).to_be_visible()
    expect(page.get_by_text(re.compile(r"tasks are hidden by your filters"))).to_have_count(2)


def test_a_redo_is_a_status_to_narrow_by(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open(f"/tasks?project={quay}", who=owner)
    page.get_by_role("button", name="Filter by status").click()
    page.get_by_role("menuitemcheckbox", name="redo").click()
    expect(page.get_by_role("button", name="Remove filter Status redo")).to_be_attached()
    expect(page).to_have_url(re.compile("redo=true"))


def test_what_cannot_be_read_in_an_address_never_widens_the_list(owner: Somebody, windows: Windows, quay: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={quay}&status=lost&priority_min=high&created_from=soon&sort=colour&metadata=x&zone=Moon&bogus=1&other=2", who=owner)  # fmt: skip
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The address has filters that are not known: bogus, other.")
    expect(alert).to_contain_text("The filter status has a value that cannot be read: lost.")
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)
    alert.get_by_role("button", name="Leave it out").click()
    expect(rows(page)).to_have_count(6)
    expect(page.get_by_role("button", name=re.compile("^Remove filter"))).to_have_count(1)
    expect(page).to_have_url(re.compile(rf"\?project={quay}$"))


def test_a_step_and_a_field_that_the_flow_no_longer_has_can_be_taken_off(owner: Somebody, windows: Windows, quay: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={quay}&step=weigh&sort=-input.colour", who=owner)
    expect(page.get_by_text("not in the flow any more")).to_have_count(2)
    page.get_by_role("button", name="Remove filter Step weigh").click()
    expect(rows(page)).to_have_count(6)
    page.get_by_role("button", name="Remove filter Sorted by colour").click()
    expect(page).to_have_url(re.compile(rf"\?project={quay}$"))


def test_a_head_sorts_one_way_the_other_way_and_as_usual(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open(f"/tasks?project={quay}", who=owner)
    head = page.get_by_role("columnheader", name="Priority")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(rows(page).first).to_contain_text("−5 earlier")
    head.get_by_role("button").click()
    expect(rows(page).first).to_contain_text("5 later")
    head.get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="Last submitted")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile(rf"\?project={quay}$"))


def test_the_fields_of_one_projects_input_are_orders_too(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open("/tasks", who=owner)
    page.get_by_role("button", name="Sort").click()
    expect(page.get_by_text("Choose one project to sort by its input")).to_be_visible()
    page.goto(f"/tasks?project={quay}")
    page.get_by_role("button", name="Sort").click()
    page.get_by_role("menuitemcheckbox", name="weight").click()
    expect(page).to_have_url(re.compile(r"sort=input\.weight"))
    for place, bale in enumerate(("Bale 2", "Bale 3", "Bale 1")):
        expect(rows(page).nth(place)).to_contain_text(bale)


def test_columns_are_chosen_by_keys_and_remembered(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open(f"/tasks?project={quay}", who=owner)
    expect(page.get_by_role("columnheader", name="Batch")).to_be_visible()
    page.keyboard.press("c")
    menu = page.get_by_role("menu", name="Columns")
    expect(menu.get_by_role("menuitemcheckbox").first).to_be_focused()
    for letter, name in (("b", "Batch"), ("r", "Reserved by"), ("a", "Audit")):
        page.keyboard.press(letter)
        expect(menu.get_by_role("menuitemcheckbox", name=name)).to_be_focused()
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    chosen = ["ID", "Picture", "External id", "Input", "Project", "Step", "Status", "Priority", "Reserved by", "Audit", "Created", "Last submitted"]  # fmt: skip
    assert heads(page) == chosen
    page.reload()
    expect(page.get_by_role("columnheader", name="Reserved by")).to_be_visible()
    assert heads(page) == chosen
    expect(rows(page).filter(has_text="Ada")).to_have_count(1)
    page.keyboard.press("c")
    page.get_by_role("menuitem", name="Usual columns").click()
    expect(page.get_by_role("columnheader", name="Batch")).to_be_visible()


def test_as_many_rows_are_fetched_at_once_as_was_chosen(owner: Somebody, windows: Windows, quay: str) -> None:
    page = windows.open(f"/tasks?project={quay}", who=owner)
    expect(rows(page)).to_have_count(6)
    page.keyboard.press("c")
    with page.expect_request(re.compile(r"/tasks\?.*limit=25")):
        page.get_by_role("menuitemradio", name="25").click()
    with page.expect_request(re.compile(r"/tasks\?.*limit=25")):
        page.reload()
    expect(rows(page)).to_have_count(6)


def test_others_are_not_offered_what_only_leads_are_told(house: House, windows: Windows, quay: str) -> None:
    somebody = house.member("annotator")
    somebody.take(quay)
    page = windows.open(f"/tasks?project={quay}&sort=-cost&reserved_by={house.owner.id}", who=somebody)
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("c")
    expect(page.get_by_role("menuitemcheckbox", name="Audit")).to_be_visible()
    expect(page.get_by_role("menuitemcheckbox", name="Cost")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("menuitemcheckbox")).to_have_count(0)
    panel = more(page)
    expect(panel.get_by_role("combobox", name="Batch", exact=True)).to_be_visible()
    expect(panel.get_by_role("combobox", name="Reserved by")).to_have_count(0)


def test_a_phone_shows_input_and_project_without_scrolling_sideways(owner: Somebody, windows: Windows, quay: str) -> None:  # fmt: skip
    page = windows.open(f"/tasks?project={quay}&q=bale", who=owner, width=390, height=800)
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text(re.compile(r"Bale \d.*Quay.*"))
    wide = page.evaluate("[...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX)).length")  # fmt: skip
    assert wide == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
