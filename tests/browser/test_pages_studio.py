"""The Studio: a flow is written, told where it is wrong, saved, published; and two people at one flow both keep their text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

SOUND = CLASSIFY_FLOW.strip() + "\n"
# The step refers to a field that the input does not have.
BROKEN = SOUND.replace("input.text", "input.txet")
BROKEN_LINE = 1 + SOUND[: SOUND.index("input.text")].count("\n")


def write(page: Page, text: str) -> None:
    """Put this text into the editor of the flow, as somebody who pastes it."""
    page.get_by_role("textbox", name="Flow as YAML").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def with_labels(*labels: str) -> str:
    return SOUND.replace("[question, problem, praise]", f"[{', '.join(labels)}]")


def button(page: Page, name: str) -> Locator:
    """A button of the page's bar; its keys belong to its name."""
    return page.get_by_role("banner").get_by_role("button", name=re.compile(f"^{name}"))


def test_a_broken_flow_shows_its_line_and_only_a_mended_one_is_saved_and_published(owner: Somebody, windows: Windows) -> None:  # fmt: skip
    page = windows.open("/studio", who=owner)
    page.get_by_role("button", name="New project").click()
    asked = page.get_by_role("dialog", name="New project")
    asked.get_by_role("textbox", name="Name").fill("Lost property")
    asked.get_by_role("radio", name=re.compile("^Boxes on pictures")).check()
    asked.get_by_role("button", name="Create project").click()
    expect(page).to_have_url(re.compile("/studio/[0-9a-f-]{36}$"))
    project = page.url.rpartition("/")[2]
    expect(page.get_by_text("No problems")).to_be_visible()

    write(page, BROKEN)
    problem = page.get_by_role("list", name="Problems").get_by_role("listitem")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text(f"line {BROKEN_LINE}")
    expect(problem).to_contain_text("txet")
    expect(button(page, "Save")).to_be_disabled()
    expect(button(page, "Save")).to_have_accessible_description(re.compile("^1 thing to mend first"))
    expect(button(page, "Publish")).to_have_accessible_description("Save the changes first.")
    page.keyboard.press("Control+s")
    problem.get_by_role("button").click()
    page.keyboard.type("!")
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("!")
    assert "txet" not in owner.get(f"/projects/{project}/draft")["source"]
    assert owner.get(f"/projects/{project}")["published_version"] is None

    write(page, SOUND)
    expect(page.get_by_text("No problems")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    button(page, "Publish").click()
    changes = page.get_by_role("dialog", name="Publish version 1 of Lost property")
    expect(changes.get_by_role("figure", name="Changes to be published")).to_contain_text("question, problem, praise")
    changes.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("dialog", name="Version 1 is published")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(button(page, "Publish")).to_have_accessible_description(re.compile("version 1"))
    assert owner.get(f"/projects/{project}/versions")["items"][0]["source"] == SOUND
    assert owner.get(f"/projects/{project}")["published_version"] == 1


@pytest.fixture
def contested(owner: Somebody, windows: Windows, request: pytest.FixtureRequest) -> tuple[Page, str]:
    """A flow that somebody saved while another was writing, and pressed Save."""
    windows.expect_refusal(412, "/projects/")
    project = owner.project(SOUND, f"Two {request.node.name[5:30]}")
    page = windows.open(f"/studio/{project}", who=owner)
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("praise")
    write(page, with_labels("mine", "yours"))
    expect(page.get_by_text("Not saved")).to_be_visible()
    owner.ask("PUT", f"/projects/{project}/draft", json={"source": with_labels("theirs", "ours")})
    expect(button(page, "Save")).to_be_enabled()
    page.keyboard.press("Control+s")
    asked = page.get_by_role("dialog", name="Somebody saved this flow after you opened it")
    expect(asked.get_by_role("figure", name="Theirs and yours")).to_contain_text("theirs, ours")
    expect(asked.get_by_role("figure", name="Theirs and yours")).to_contain_text("mine, yours")
    assert "theirs" in owner.get(f"/projects/{project}/draft")["source"]
    return page, project


def test_a_stale_save_can_be_written_over_the_other_knowingly(owner: Somebody, contested: tuple[Page, str]) -> None:
    page, project = contested
    page.get_by_role("button", name="Save mine over theirs").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert "mine, yours" in owner.get(f"/projects/{project}/draft")["source"]


def test_a_stale_save_can_give_way_to_the_other(owner: Somebody, contested: tuple[Page, str]) -> None:
    page, project = contested
    page.get_by_role("button", name="Take theirs, drop mine").click()
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("theirs, ours")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert "theirs, ours" in owner.get(f"/projects/{project}/draft")["source"]


def test_what_is_not_saved_is_not_left_by_accident(owner: Somebody, windows: Windows) -> None:
    project = owner.project(SOUND, "Half done")
    page = windows.open(f"/studio/{project}", who=owner)
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("praise")
    write(page, with_labels("half", "done"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Work").click()
    asked = page.get_by_role("dialog", name="Leave without saving?")
    asked.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("half, done")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Work").click()
    asked.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile("/work$"))


def test_the_editor_is_no_trap_for_the_keyboard(owner: Somebody, windows: Windows) -> None:
    project = owner.project(SOUND, "Way out")
    page = windows.open(f"/studio/{project}", who=owner)
    editor = page.get_by_role("textbox", name="Flow as YAML")
    editor.click()
    expect(editor).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    expect(page.get_by_text("Not saved")).to_be_hidden()


def test_instructions_are_written_beside_how_people_read_them(owner: Somebody, windows: Windows) -> None:
    project = owner.project(SOUND, "Notes")
    page = windows.open(f"/studio/{project}?tab=instructions", who=owner)
    page.get_by_role("textbox", name="Instructions as Markdown").fill("# Look twice\n\n1. **Read** it\n2. Choose")
    expect(page.get_by_role("heading", name="Look twice")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Save").last).to_have_accessible_description("Everything is saved.")
    assert owner.get(f"/projects/{project}")["instructions"].startswith("# Look twice")


def test_an_annotator_reads_a_flow_and_is_told_why_it_cannot_be_changed(house: House, windows: Windows) -> None:
    project = house.owner.project(SOUND, "Read only")
    page = windows.open(f"/studio/{project}", who=house.member("annotator"))
    expect(page.get_by_text("praise").first).to_be_visible()
    save, publish = button(page, "Save"), button(page, "Publish")
    for each in (save, publish):
        expect(each).to_be_disabled()
        expect(each).to_have_accessible_description(re.compile(r"\w+ .*\.$"))
    assert house.owner.get(f"/projects/{project}/draft")["source"] == SOUND
