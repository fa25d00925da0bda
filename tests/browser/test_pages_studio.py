"""The Studio: a flow is written, told where it is wrong, saved, published; and two people at one flow both keep their text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, TWO_STEP_FLOW

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


def test_a_draft_that_nobody_looked_at_is_not_published(owner: Somebody, windows: Windows) -> None:
    windows.expect_refusal(412, "/projects/")
    project = owner.project(SOUND, "Looked at")
    owner.ask("PUT", f"/projects/{project}/draft", json={"source": with_labels("seen", "looked")})
    page = windows.open(f"/studio/{project}", who=owner)
    expect(page.get_by_role("textbox", name="Flow as YAML")).to_contain_text("seen, looked")
    owner.ask("PUT", f"/projects/{project}/draft", json={"source": with_labels("unseen", "theirs")})
    button(page, "Publish").click()
    asked = page.get_by_role("dialog", name="Publish version 2 of Looked at")
    changes = asked.get_by_role("figure", name="Changes to be published")
    expect(changes).to_contain_text("seen, looked")
    asked.get_by_role("button", name="Publish version 2").click()
    expect(asked.get_by_role("alert")).to_contain_text("saved by somebody else")
    assert owner.get(f"/projects/{project}")["published_version"] == 1
    asked.get_by_role("button", name="Look at it again").click()
    expect(changes).to_contain_text("unseen, theirs")
    asked.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_role("dialog", name="Version 2 is published")).to_be_visible()
    assert "unseen, theirs" in owner.get(f"/projects/{project}/versions")["items"][0]["source"]
    page.get_by_role("button", name="Close", exact=True).last.click()
    write(page, with_labels("mine", "again"))
    expect(button(page, "Save")).to_be_enabled()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert "mine, again" in owner.get(f"/projects/{project}/draft")["source"]


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


def test_instructions_are_not_written_over_somebody_elses_unseen(owner: Somebody, windows: Windows) -> None:
    windows.expect_refusal(412, "/projects/")
    project = owner.project(SOUND, "Two pens", instructions="Read it.")
    page = windows.open(f"/studio/{project}?tab=instructions", who=owner)
    page.get_by_role("textbox", name="Instructions as Markdown").fill("Mine: read it twice.")
    owner.ask("PATCH", f"/projects/{project}", json={"instructions": "Theirs: read it slowly."})
    page.keyboard.press("Control+s")
    asked = page.get_by_role("dialog", name="Somebody changed this project after you opened it")
    both = asked.get_by_role("figure", name="Theirs and yours")
    expect(both).to_contain_text("Theirs: read it slowly.")
    expect(both).to_contain_text("Mine: read it twice.")
    assert owner.get(f"/projects/{project}")["instructions"] == "Theirs: read it slowly."
    asked.get_by_role("button", name="Look at mine again").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed Two pens since you read it")
    page.get_by_role("textbox", name="Instructions as Markdown").press("Control+s")
    asked.get_by_role("button", name="Save mine over theirs").click()
    expect(asked).to_be_hidden()
    expect(page.get_by_role("button", name="Save").last).to_have_accessible_description("Everything is saved.")
    assert owner.get(f"/projects/{project}")["instructions"] == "Mine: read it twice."


def test_a_description_gives_way_to_somebody_elses(owner: Somebody, windows: Windows) -> None:
    windows.expect_refusal(412, "/projects/")
    project = owner.project(SOUND, "Two names")
    page = windows.open(f"/studio/{project}?tab=about", who=owner)
    page.get_by_role("textbox", name="Description").fill("Mine")
    owner.ask("PATCH", f"/projects/{project}", json={"name": "Their name", "description": "Theirs"})
    save = page.get_by_role("main").get_by_role("button", name="Save")
    save.click()
    asked = page.get_by_role("dialog", name="Somebody changed this project after you opened it")
    expect(asked.get_by_role("figure", name="Theirs and yours")).to_contain_text("Description: Theirs")
    asked.get_by_role("button", name="Take theirs, drop mine").click()
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Theirs")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Their name")
    page.get_by_role("textbox", name="Name").fill("Our name")
    save.click()
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("Our name")
    shown = owner.get(f"/projects/{project}")
    assert (shown["name"], shown["description"]) == ("Our name", "Theirs")


def test_what_becomes_of_rejected_tasks_is_said_beside_the_other_rules(owner: Somebody, windows: Windows) -> None:
    project = owner.project(TWO_STEP_FLOW, "Judged")
    page = windows.open(f"/studio/{project}?tab=about", who=owner)
    rules = page.get_by_role("group", name="Rules")
    redo = rules.get_by_role("combobox", name="Done again from")
    expect(redo).to_have_value("the first step that people have done")
    redo.click()
    page.get_by_role("option", name="details").click()
    rules.get_by_label("Archive finished tasks after days at rest").fill("30")
    page.get_by_role("button", name="Save", exact=True).click()
    wanted = {"on_reject": "redo", "redo_step": "details", "archive_after_days": 30}
    owner.until(f"/projects/{project}", lambda shown: {name: shown[name] for name in wanted} == wanted)
    rules.get_by_role("combobox", name="When an audit rejects a task").click()
    page.get_by_role("option", name="It ends as rejected").click()
    expect(redo).to_be_disabled()
    page.get_by_role("button", name="Save", exact=True).click()
    owner.until(f"/projects/{project}", lambda shown: shown["on_reject"] == "end")


def test_a_project_with_tasks_is_archived_and_one_without_is_deleted(owner: Somebody, windows: Windows) -> None:
    project = owner.project(SOUND, "Full shelf")
    owner.tasks(project, [{"text": "Kept"}])
    page = windows.open(f"/studio/{project}?tab=about", who=owner)
    delete = page.get_by_role("button", name="Delete project")
    expect(delete).to_be_disabled()
    expect(delete).to_have_accessible_description("Full shelf has tasks: archive it, or delete its tasks first.")
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", name="This project is archived")).to_be_visible()

    page.goto("/studio")
    last = page.get_by_role("table", name="Projects").get_by_role("row").last
    expect(last).to_contain_text(re.compile("Full shelf.*archived"))
    page.goto(f"/tasks?project={project}")
    expect(page.get_by_role("cell", name="Full shelf", exact=True)).to_be_visible()
    other = owner.project(SOUND, "Empty shelf")
    page.goto("/uploads?add=true")
    page.get_by_role("dialog", name="Upload tasks").get_by_role("combobox", name="Project").click()
    expect(page.get_by_role("option", name="Empty shelf")).to_be_visible()
    expect(page.get_by_role("option", name="Full shelf")).to_be_hidden()

    page.goto(f"/studio/{other}?tab=about")
    delete.click()
    page.get_by_role("dialog", name="Delete Empty shelf?").get_by_role("button", name="Delete project").click()
    expect(page).to_have_url(re.compile("/studio$"))
    assert "Empty shelf" not in [one["name"] for one in owner.get("/projects?limit=200")["items"]]


def test_an_annotator_reads_a_flow_and_is_told_why_it_cannot_be_changed(house: House, windows: Windows) -> None:
    project = house.owner.project(SOUND, "Read only")
    page = windows.open(f"/studio/{project}", who=house.member("annotator"))
    expect(page.get_by_text("praise").first).to_be_visible()
    save, publish = button(page, "Save"), button(page, "Publish")
    for each in (save, publish):
        expect(each).to_be_disabled()
        expect(each).to_have_accessible_description(re.compile(r"\w+ .*\.$"))
    assert house.owner.get(f"/projects/{project}/draft")["source"] == SOUND
