"""Uploads of files: pictures are dropped, looked at and become one upload; a ZIP with a manifest is mapped."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from playwright.sync_api import FilePayload, JSHandle, Page, expect

from tests.browser.house import Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, a_picture
from tests.builders.zips import a_zip

pytestmark = pytest.mark.browser

PHOTOS = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}, note: {type: string}}}
steps:
  - {id: look, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw a box}}
"""
UPLOAD_MS = 30_000
CARRIED = """files => {
    const carried = new DataTransfer()
    for (const [name, type, content] of files) {
        const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0))
        carried.items.add(new File([bytes], name, {type}))
    }
    return carried
}"""


def carried(page: Page, files: dict[str, bytes]) -> JSHandle:
    """Return what a drop of these files carries."""
    told = [[name, "image/png", base64.b64encode(content).decode()] for name, content in files.items()]
    return page.evaluate_handle(CARRIED, told)


def external_ids(owner: Somebody, project: str) -> set[Any]:
    return {task["external_id"] for task in owner.get(f"/tasks?project={project}")["items"]}


def test_pictures_dropped_anywhere_on_the_dialog_become_one_upload(owner: Somebody, windows: Windows) -> None:
    project = owner.project(PHOTOS, "Dropped pictures")
    pictures = {f"page {number:02}.png": a_picture(f"page {number}") for number in range(24)}
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    expect(asked.get_by_role("table", name="Expected columns")).to_be_visible()
    asked.get_by_role("heading", name="Upload tasks").dispatch_event("drop", {"dataTransfer": carried(page, pictures)})
    expect(asked).to_contain_text("page 00.png and 23 more.zip")
    first = asked.get_by_role("table", name="First rows")
    expect(first.get_by_role("img")).to_have_count(20)
    expect(first.get_by_role("img", name="Row 1", exact=True)).to_be_visible()
    assert first.get_by_role("img", name="Row 1", exact=True).evaluate("it => it.naturalWidth") > 0
    expect(asked.get_by_role("table", name="Where the columns go")).to_have_count(0)
    asked.get_by_role("button", name="Upload").click()
    row = page.get_by_role("row").filter(has_text="page 00.png and 23 more.zip")
    expect(row).to_contain_text("completed", timeout=UPLOAD_MS)
    assert external_ids(owner, project) == set(pictures)
    (upload,) = [each for each in owner.get("/uploads")["items"] if each["project"]["id"] == project]
    assert (upload["created"], upload["failed"]) == (24, 0)


def test_pictures_are_picked_or_dropped_on_the_page_and_what_is_none_is_told(owner: Somebody, windows: Windows) -> None:
    project = owner.project(PHOTOS, "Picked pictures")
    page = windows.open(f"/uploads?project={project}", who=owner)
    expect(page.get_by_role("button", name="Upload", exact=True).first).to_be_enabled()
    page.locator("body").dispatch_event("drop", {"dataTransfer": carried(page, {"only.png": a_picture("only")})})
    asked = page.get_by_role("dialog", name="Upload tasks")
    expect(asked).to_contain_text("only.png.zip")
    files = [
        FilePayload(name="a.png", mimeType="image/png", buffer=a_picture("a")),
        FilePayload(name="b.png", mimeType="image/png", buffer=b"no picture"),
    ]
    asked.get_by_label("File of tasks").set_input_files(files)
    expect(asked).to_contain_text("a.png and 1 more.zip")
    expect(asked.get_by_role("table", name="First rows")).to_contain_text("b.png is no picture")
    asked.get_by_role("button", name="Upload").click()
    row = page.get_by_role("row").filter(has_text="a.png and 1 more.zip")
    expect(row).to_contain_text("completed, with errors", timeout=UPLOAD_MS)
    assert external_ids(owner, project) == {"a.png"}
    page.get_by_role("button", name="What was wrong in a.png and 1 more.zip").click()
    expect(page.get_by_role("table", name="Row errors of a.png and 1 more.zip")).to_contain_text("b.png")


def test_a_zip_with_a_manifest_is_mapped_and_shown_with_its_pictures(owner: Somebody, windows: Windows) -> None:
    project = owner.project(PHOTOS, "Zipped pictures")
    rows = [{"picture of it": "img/a.png", "note": "one"}, {"picture of it": "img/gone.png", "note": "two"}]
    content = a_zip({"manifest.json": json.dumps(rows).encode(), "img/a.png": a_picture("a"), "__MACOSX/x": b""})
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    zipped = FilePayload(name="pets.zip", mimeType="application/zip", buffer=content)
    asked.get_by_label("File of tasks").set_input_files(zipped)
    asked.get_by_label("Where picture of it goes").select_option("photo")
    first = asked.get_by_role("table", name="First rows")
    expect(first.get_by_role("img")).to_have_count(1)
    expect(first).to_contain_text("img/gone.png is neither a file of the ZIP nor one of this workspace")
    expect(asked).to_contain_text("1 file of an operating system was passed over.")
    asked.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("row").filter(has_text="pets.zip")).to_contain_text(
        "completed, with errors", timeout=UPLOAD_MS
    )


def test_a_project_without_a_field_for_files_says_what_to_do(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "No pictures here")
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    picture = FilePayload(name="a.png", mimeType="image/png", buffer=a_picture("a"))
    asked.get_by_label("File of tasks").set_input_files(picture)
    expect(asked).to_contain_text("it has no field for a file")
    expect(asked).to_contain_text("manifest.csv")
    expect(asked.get_by_role("button", name="Upload")).to_be_disabled()


def test_a_file_that_is_refused_cannot_be_sent_and_the_reason_stands_beside(owner: Somebody, windows: Windows) -> None:
    project = owner.project(CLASSIFY_FLOW, "Refused files")
    windows.expect_refusal(422, "/uploads/preview")
    windows.expect_refusal(415, "/uploads/preview")
    page = windows.open(f"/uploads?add=true&project={project}", who=owner)
    asked = page.get_by_role("dialog", name="Upload tasks")
    send = asked.get_by_role("button", name="Upload", exact=True)
    for name, content in (("empty.csv", b""), ("fake.xlsx", b"text\nhello\n")):
        asked.get_by_label("File of tasks").set_input_files(FilePayload(name=name, mimeType="", buffer=content))
        expect(asked.get_by_text("The file cannot be taken: choose another one.").first).to_be_visible()
        expect(send).to_be_disabled()
    columns = FilePayload(name="rows.csv", mimeType="text/csv", buffer=b"Betreff\nhello\n")
    asked.get_by_label("File of tasks").set_input_files(columns)
    expect(asked.get_by_text("Nothing goes to text yet: choose a column for it above.").first).to_be_in_viewport()
    asked.get_by_label("Where Betreff goes").select_option("text")
    expect(send).to_be_enabled()
    send.click()
    row = page.get_by_role("row").filter(has_text="rows.csv")
    expect(row).to_contain_text("completed", timeout=UPLOAD_MS)
    row.get_by_role("link", name="1").click()
    expect(page).to_have_url(re.compile(r"/tasks\?upload="))
    expect(page.get_by_role("table", name="Tasks")).to_contain_text("hello")
