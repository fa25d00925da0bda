"""The columns of the task list: fields of the input among them, in whatever order somebody likes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders.pictures import a_picture

pytestmark = pytest.mark.browser

FLOW = """
input:
  type: object
  required: [photo]
  properties:
    photo: {type: string, x-kind: image}
    shop: {type: string}
    total: {type: number}
steps:
  - {id: check, use: classify, by: people, with: {text: "{{ input.shop }}", labels: [good, bad]}}
"""


@pytest.fixture(scope="module")
def till(house: House) -> str:
    """The id of a project with two receipts."""
    project = house.owner.project(FLOW, "Till")
    photo = house.owner.file(a_picture(), "receipt.png")
    house.owner.tasks(
        project,
        [{"photo": photo, "shop": "Mill & Sons", "total": 1204.5}, {"photo": photo, "shop": "Baker", "total": 3}],
    )
    return project


def heads(page: Page) -> list[str]:
    return page.get_by_role("table", name="Tasks").get_by_role("columnheader").all_inner_texts()


def menu(page: Page) -> Locator:
    """The menu of columns, opened by its key once the list is there."""
    expect(page.get_by_role("table", name="Tasks").get_by_role("row")).to_have_count(3)
    page.keyboard.press("c")
    shown = page.get_by_role("menu", name="Columns")
    expect(shown).to_be_visible()
    return shown


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("menuitemcheckbox", name=re.compile(f"^{name}"))


def test_fields_of_the_input_become_columns_and_are_sorted_by(owner: Somebody, windows: Windows, till: str) -> None:
    page = windows.open(f"/tasks?project={till}", who=owner)
    menu(page)
    for name in ("photo", "shop", "total"):
        column(page, name).click()
    page.keyboard.press("Escape")
    table = page.get_by_role("table", name="Tasks")
    first = table.get_by_role("row").filter(has_text="Mill & Sons")
    expect(first.get_by_role("cell", name="1,204.5")).to_be_visible()
    expect(first.get_by_role("cell", name="1,204.5")).to_have_css("text-align", "end")
    assert first.locator("img").count() == 2, "the column of pictures, and the field's"
    table.get_by_role("button", name="total").click()
    expect(page).to_have_url(re.compile(r"sort=input\.total"))
    expect(table.get_by_role("row").nth(1)).to_contain_text("Baker")
    page.goto("/tasks")
    expect(table.get_by_role("columnheader", name="total")).to_be_visible()
    expect(table.get_by_role("button", name="total")).to_have_count(0)


def test_columns_are_put_in_order_by_keys_and_by_dragging_and_stay_so(
    owner: Somebody, windows: Windows, till: str
) -> None:
    page = windows.open(f"/tasks?project={till}", who=owner)
    menu(page)
    column(page, "Status").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(column(page, "Status")).to_be_focused()
    page.keyboard.press("Escape")
    said = heads(page)
    assert said.index("Status") < said.index("Project"), said
    menu(page)
    grip = column(page, "Batch").locator("[title^=Drag]")
    grip.hover()
    page.mouse.down()
    target = column(page, "ID").bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=5)
    page.mouse.up()
    page.keyboard.press("Escape")
    assert next(head for head in heads(page) if head) == "Batch", heads(page)
    page.reload()
    expect(page.get_by_role("table", name="Tasks").get_by_role("row")).to_have_count(3)
    assert next(head for head in heads(page) if head) == "Batch", heads(page)
