"""Search or jump: tasks are found by what people have of them, from any page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tasks(house: House) -> list[str]:
    """The ids of two tasks of a project that is shared with clients, and of one that is not."""
    ids = []
    for name, is_shared in (("Shared loom", True), ("Own loom", False)):
        project = house.owner.project(CLASSIFY_FLOW, name)
        house.owner.ask("PATCH", f"/projects/{project}", json={"shared_with_clients": is_shared})
        ids.append(
            house.owner.tasks(project, [{"text": f"Heddle of the {name}"}], external_id=f"{name[:3]}-0042")[0]["id"]
        )
    return ids


def found(page: Page, typed: str) -> list[str]:
    """Type into the palette, and return the tasks it offers once there are some."""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or jump to").fill(typed)
    option = page.get_by_role("option", name=re.compile("Heddle"))
    expect(option.first).to_be_visible()
    return option.all_inner_texts()


@pytest.mark.parametrize("typed", ["Sha-0042", "heddle of the shared", "id"])
def test_a_task_is_found_by_its_external_id_its_id_and_its_words(
    owner: Somebody, windows: Windows, tasks: list[str], typed: str
) -> None:
    page = windows.open("/studio", who=owner)
    expect(page.get_by_role("button", name="New project")).to_be_visible()
    told = found(page, tasks[0][-8:] if typed == "id" else typed)
    assert told == ["Sha-0042 · Heddle of the Shared loom · Shared loom"]
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=re.compile("Heddle")).click()
    expect(page).to_have_url(re.compile(rf"/tasks/{tasks[0]}"))


def test_a_client_finds_what_is_shared_alone(house: House, windows: Windows, tasks: list[str]) -> None:
    client = house.member("client")
    page = windows.open("/tasks", who=client)
    expect(page.get_by_role("table", name="Tasks")).to_be_visible()
    assert found(page, "0042") == ["Sha-0042 · Heddle of the Shared loom · Shared loom"]


def test_what_is_called_exactly_so_comes_first(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "Exact")
    for name in ("row-77", *(f"row-77{n}" for n in range(9))):
        owner.tasks(project, [{"text": f"Heddle {name}"}], external_id=name)
    page = windows.open("/studio", who=owner)
    expect(page.get_by_role("button", name="New project")).to_be_visible()
    assert found(page, "row-77")[0].startswith("row-77 ·")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("row-77")
    assert owner.get("/tasks?external_id=row-77")["total"] == 1


def test_nothing_typed_early_is_lost_or_taken_for_a_key(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/studio", who=owner)
    expect(page.get_by_role("button", name="New project")).to_be_visible()
    held: list[Route] = []
    page.route(re.compile(r"/assets/Palette-.*\.js$"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    with page.expect_request(re.compile(r"/assets/Palette-.*\.js$")):
        page.keyboard.press("Control+k")
    page.keyboard.type("reser")
    held.pop().continue_()
    field = page.get_by_role("combobox", name="Search or jump to")
    expect(field).to_be_focused()
    page.keyboard.type("vations")
    expect(field).to_have_value("reservations")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/reservations"))
