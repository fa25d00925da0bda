"""Messages: a file of them comes in with its mistakes told, and somebody labels them without touching the mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, FilePayload, Locator, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import ROOT, Windows
from tests.builders import CLASSIFY_FLOW, FILL_FLOW

pytestmark = pytest.mark.browser

MESSAGES = ROOT / "examples" / "messages"
UPLOAD_MS = 30_000
TABS_MAX = 80
BENCH = re.compile(r"/work/[0-9a-f-]{36}")
TEXTS = ["Where is my parcel?", "The lamp is broken", "You are wonderful", "Why was I charged twice?"]


def test_a_file_with_mistakes_tells_each_row_and_its_reason(owner: Somebody, windows: Windows) -> None:
    project = owner.project((MESSAGES / "flow.yaml").read_text("utf-8"), "Letters")
    page = windows.open("/uploads", who=owner)
    page.get_by_role("banner").get_by_role("button", name="Upload").click()
    asked = page.get_by_role("dialog", name="Upload tasks")
    expect(asked.get_by_role("button", name="Upload")).to_be_disabled()
    asked.get_by_role("combobox", name="Project").click()
    page.get_by_role("option", name="Letters").click()
    asked.get_by_label("File of tasks").set_input_files(MESSAGES / "messages-with-errors.csv")
    expect(asked.get_by_label("Where text goes")).to_have_value("text")
    first = asked.get_by_role("table", name="First rows")
    wrong = first.get_by_role("row").filter(has=page.get_by_role("cell", name="16", exact=True))
    expect(wrong).to_contain_text("fax")
    expect(wrong).to_contain_text("channel")
    asked.get_by_role("button", name="Upload").click()

    row = page.get_by_role("row").filter(has_text="messages-with-errors.csv")
    expect(row).to_contain_text("completed, with errors", timeout=UPLOAD_MS)
    upload = owner.get("/uploads")["items"][0]
    assert upload["project"]["id"] == project
    assert (upload["created"], upload["failed"], upload["rows"]) == (34, 6, 40)
    assert owner.get(f"/tasks?project={project}")["total"] == 34
    expect(row.get_by_role("cell", name="34", exact=True)).to_be_visible()
    expect(row.get_by_role("cell", name="6", exact=True)).to_be_visible()

    page.get_by_role("button", name="What was wrong in messages-with-errors.csv").click()
    errors = page.get_by_role("table", name="Row errors of messages-with-errors.csv")
    for number, field, value in (("5", "text", ""), ("10", "priority", "high"), ("16", "channel", "fax")):
        wrong = errors.get_by_role("row").filter(has=page.get_by_role("cell", name=number, exact=True))
        expect(wrong).to_contain_text(field)
        expect(wrong).to_contain_text(value)
    expect(page).to_have_url(re.compile(f"open={upload['id']}"))
    page.reload()
    expect(errors.get_by_role("row").filter(has_text="fax")).to_be_visible()

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download failed rows").click()
    rows = Path(downloading.value.path()).read_text("utf-8").replace("fax", "email").encode()
    mended: FilePayload = {"name": "mended.csv", "mimeType": "text/csv", "buffer": rows}
    page.get_by_label("Mended rows of messages-with-errors.csv").set_input_files(mended)
    expect(row.get_by_role("cell", name="35", exact=True)).to_be_visible(timeout=UPLOAD_MS)
    expect(errors.get_by_role("row").filter(has_text="fax")).to_have_count(0)
    expect(page.get_by_role("link", name="Uploads")).to_have_attribute("aria-current", "page")


@pytest.fixture
def queue(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The name of a project with four messages that wait for somebody."""
    name = f"Post {request.node.name[5:28]}"
    project = owner.project(CLASSIFY_FLOW, name, instructions="Read it twice.")
    owner.tasks(project, [{"text": text} for text in TEXTS])
    return name


def press_by_key(control: Locator) -> None:
    """Go to a control with Tab, and press Enter."""
    for _ in range(TABS_MAX):
        if control.evaluate("(one) => one === document.activeElement"):
            return control.page.keyboard.press("Enter")
        control.page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached by Tab")


def start(page: Page, queue: str, step: str = "label") -> None:
    """Take the next task of one queue."""
    page.get_by_role("button", name=f"Start {queue}, {step}").click()
    expect(page).to_have_url(BENCH)


def reads(page: Page, text: str) -> None:
    """Wait until this message lies on the bench."""
    expect(page).to_have_url(BENCH)
    expect(page.get_by_role("group", name="text")).to_have_text(text)


def test_messages_are_labelled_by_keys_alone(house: House, owner: Somebody, windows: Windows, queue: str) -> None:
    page = windows.open("/work", who=house.member("annotator"))
    begin = page.get_by_role("button", name=f"Start {queue}, label")
    expect(begin).to_be_visible()
    press_by_key(begin)
    for number, text in enumerate(TEXTS):
        reads(page, text)
        page.keyboard.press("3")
        expect(page.get_by_role("radio", name="praise")).to_be_checked()
        page.keyboard.press(str(number % 2 + 1))
        expect(page.get_by_role("radio", name="praise")).not_to_be_checked()
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name=f"Nothing left in {queue} › label")).to_be_visible()
    expect(page.get_by_text("You have submitted 4 tasks today.")).to_be_visible()
    press_by_key(page.get_by_role("link", name="Back to Work"))
    expect(page).to_have_url(re.compile("/work$"))
    project = next(one["id"] for one in owner.get("/projects")["items"] if one["name"] == queue)
    answered = owner.get(f"/tasks?project={project}&sort=created_at")["items"]
    given = [owner.get(f"/tasks/{task['id']}/answers")["items"][0]["data"]["labels"] for task in answered]
    assert sorted(given) == [["problem"], ["problem"], ["question"], ["question"]]
    assert {task["status"] for task in answered} == {"completed"}


def test_nothing_is_submitted_before_a_label_is_chosen(house: House, windows: Windows, queue: str) -> None:
    page = windows.open("/work", who=house.member("annotator"))
    start(page, queue)
    reads(page, TEXTS[0])
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Choose a label first.")).to_be_visible()
    reads(page, TEXTS[0])


def test_a_task_is_skipped_with_a_reason_and_comes_to_somebody_else(house: House, owner: Somebody, windows: Windows, queue: str) -> None:  # fmt: skip
    page = windows.open("/work", who=house.member("annotator"))
    start(page, queue)
    reads(page, TEXTS[0])
    page.keyboard.press("s")
    asked = page.get_by_role("dialog", name="Skip this task?")
    expect(asked.get_by_role("button", name="Skip and take the next")).to_be_disabled()
    asked.get_by_role("textbox", name="Reason").fill("In a language I do not read")
    page.keyboard.press("Control+Enter")
    reads(page, TEXTS[1])
    expect(asked).to_be_hidden()

    project = next(one["id"] for one in owner.get("/projects")["items"] if one["name"] == queue)
    task = owner.get(f"/tasks?project={project}&q=parcel")["items"][0]
    told = [fact["says"] for fact in owner.get(f"/tasks/{task['id']}/timeline")["items"]]
    assert any("In a language I do not read" in says for says in told), told
    other = windows.open("/work", who=house.member("annotator"))
    start(other, queue)
    reads(other, TEXTS[0])


def test_a_task_is_given_back(house: House, windows: Windows, queue: str) -> None:
    page = windows.open("/work", who=house.member("annotator"))
    free = page.get_by_role("row").filter(has_text=queue).get_by_role("cell", name="4", exact=True)
    expect(free).to_be_visible()
    start(page, queue)
    page.get_by_role("button", name="Release: give the task back").click()
    page.get_by_role("dialog", name="Give this task back?").get_by_role("button", name="Release").click()
    expect(page).to_have_url(re.compile("/work$"))
    expect(free).to_be_visible()
    expect(page.get_by_role("heading", name="In your hands")).to_be_hidden()


@pytest.fixture
def form(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The name of a project with one form to fill."""
    name = f"Form {request.node.name[5:28]}"
    flow = FILL_FLOW.replace("total: {type: number}", "total: {type: number}, note: {type: string}")
    owner.tasks(owner.project(flow, name), [{"text": "Total 12.50"}])
    return name


def test_a_draft_survives_a_reload(house: House, windows: Windows, form: str) -> None:
    page = windows.open("/work", who=house.member("annotator"))
    start(page, form, "amount")
    page.get_by_role("textbox", name="Total").fill("12.5")
    page.get_by_role("textbox", name="Note").fill("hard to read")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Total")).to_have_value("12.5")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("hard to read")


def test_a_draft_survives_a_tab_that_is_killed_as_the_last_word_is_typed(house: House, windows: Windows, form: str) -> None:  # fmt: skip
    page = windows.open("/work", who=house.member("annotator"))
    start(page, form, "amount")
    page.get_by_role("textbox", name="Note").fill("the last word")
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    again = page.context.new_page()
    again.goto("/work")
    expect(again.get_by_role("heading", name="In your hands")).to_be_visible()
    again.get_by_role("button", name="Resume").click()
    expect(again.get_by_role("textbox", name="Note")).to_have_value("the last word")
    expect(again.get_by_text("Saved", exact=True)).to_be_visible()


def test_two_windows_on_one_task_are_asked_which_answer_stands(house: House, windows: Windows, form: str) -> None:
    windows.expect_refusal(409, "/reservations/")
    somebody = house.member("annotator")
    page = windows.open("/work", who=somebody)
    start(page, form, "amount")
    expect(page.get_by_role("textbox", name="Note")).to_be_visible()
    other = windows.open(page.url.removeprefix(house.url), who=somebody)
    other.get_by_role("textbox", name="Note").fill("from the other window")
    expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Total").fill("12.5")
    page.get_by_role("textbox", name="Note").fill("from this window")
    asked = page.get_by_role("dialog", name="This answer was also changed elsewhere")
    expect(asked).to_contain_text("from the other window")
    expect(asked).to_contain_text("from this window")
    page.keyboard.press("Control+Enter")  # nothing is submitted before one of them is chosen
    asked.get_by_role("button", name="Take that one").click()
    expect(asked).to_be_hidden()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("from the other window")
    held = page.url.partition("/work/")[2].partition("?")[0]
    assert somebody.get(f"/reservations/{held}")["reservation"]["state"] == "held"


def test_work_is_done_where_the_page_has_no_secure_context(house: House, windows: Windows, queue: str) -> None:
    """As over plain http in a local network: the browser then offers neither randomUUID nor a clipboard."""
    page = windows.open("/work", who=house.member("annotator"))
    page.add_init_script("delete Crypto.prototype.randomUUID; delete Navigator.prototype.clipboard")
    page.reload()
    start(page, queue)
    reads(page, TEXTS[0])
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    reads(page, TEXTS[1])


def test_what_was_entered_is_copied_where_the_page_has_no_secure_context(house: House, windows: Windows, form: str) -> None:  # fmt: skip
    somebody = house.member("annotator")
    page = windows.open("/work", who=somebody)
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.reload()
    start(page, form, "amount")
    page.get_by_role("textbox", name="Note").fill("hard to read")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    held = page.url.partition("/work/")[2].partition("?")[0]
    house.owner.post(f"/reservations/{held}/release")
    page.get_by_role("button", name="Copy what you had entered").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.goto("/tasks")
    search = page.get_by_role("textbox", name="Search id, external id or input")
    search.press("Control+v")
    expect(search).to_have_value(re.compile("hard to read"))


LONG = 2**53 + 1
NUMBERS_FLOW = """
input: {type: object, required: [row], properties: {row: {type: object}}}
steps:
  - id: read
    use: fill
    by: people
    with: {prompt: Is the number right?, prefill: "{{ input.row }}"}
    output: {type: object, required: [number], properties: {number: {type: integer}, other: {type: integer}}}
output: {number: "{{ read.number }}", other: "{{ read.other }}"}
"""


def test_a_number_too_long_for_javascript_keeps_every_digit(owner: Somebody, windows: Windows) -> None:
    project = owner.project(NUMBERS_FLOW, "Long numbers")
    task = owner.tasks(project, [{"row": {"number": LONG}}])[0]
    page = windows.open("/work", who=owner)
    page.get_by_role("button", name="Start Long numbers").click()
    expect(page.get_by_role("textbox", name="Number")).to_have_value(str(LONG))
    page.get_by_role("textbox", name="Other").fill(str(-LONG))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing left in Long numbers › read")).to_be_visible()
    (answer,) = owner.get(f"/tasks/{task['id']}/answers")["items"]
    assert answer["data"] == {"number": LONG, "other": -LONG}
