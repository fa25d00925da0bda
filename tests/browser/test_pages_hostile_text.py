"""Whatever somebody writes stays text: payloads in every field, and a walk through every page that shows them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import a_picture

pytestmark = pytest.mark.browser

MODEL_MS = 90_000
EVIL = """<img src=x onerror=alert(1)>"'><script>alert(2)</script>"""
NOTES = f"""# {EVIL}

<script>alert(3)</script><iframe src="javascript:alert(4)"></iframe><svg onload=alert(5)>

[one](javascript:alert(6)) [two](JaVaScRiPt:alert(7)) [three](data:text/html,<script>alert(8)</script>)
<javascript:alert(9)> [four][ref] ![five](https://elsewhere.example/x.png) ![six](javascript:alert(10))

[ref]: vbscript:alert(11)
"""
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(12)"><script>alert(13)</script></svg>"""
HTML = b"<!doctype html><script>alert(14)</script>"
# What would be there if a page had taken text for markup.
MARKUP = "img[src='x'], iframe, object, embed, svg[onload], [onerror], a[href^='javascript:' i], a[href^='data:text/html' i], a[href^='vbscript:' i]"


@dataclass
class Planted:
    """Where the payloads lie."""

    project: str
    task: str
    skipped: str
    hold: str
    tried: str
    upload: str
    files: list[str] = field(default_factory=list)


def hostile_flow() -> str:
    text = {"type": "string", "x-kind": "text", "title": EVIL, "description": EVIL}
    details = {
        "type": "object",
        "title": EVIL,
        "properties": {"note": text, "kind": {"enum": [EVIL, "plain"], "title": EVIL}},
    }
    show = {"text": "{{ input.text }}", "prompt": EVIL}
    return json.dumps(
        {
            "input": {"type": "object", "required": ["text"], "properties": {"text": text, "photo": {"type": "string", "x-kind": "image"}, "paper": {"type": "string", "x-kind": "file"}}},
            "steps": [
                {"id": "label", "use": "classify", "by": "people", "with": {**show, "labels": [EVIL, "plain"]}},
                {"id": "details", "use": "fill", "by": "people", "with": {"prompt": EVIL, "show": ["{{ input.photo }}", "{{ input.text }}"]}, "output": details, "after": ["label"]},
            ],
            "output": {"label": "{{ label.labels[0] }}", "note": "{{ details.note }}"},
        },
        indent=2,
    )  # fmt: skip


@pytest.fixture(scope="module")
def planted(house: House) -> Planted:
    """Payloads in every field that somebody can write to."""
    owner, mallory = house.owner, house.member("annotator", f"Mallory {EVIL}")
    project = owner.project(hostile_flow(), EVIL, description=EVIL, instructions=NOTES)
    files = [owner.file(SVG, f"{EVIL}.svg", "image/svg+xml"), owner.file(HTML, f"{EVIL}.html", "text/html")]
    photo = owner.file(a_picture(), f"{EVIL}.png")
    given = {"text": EVIL, "photo": photo, "paper": files[0]}
    task, skipped = owner.tasks(project, [given, {**given, "paper": files[1]}], external_id=None, batch=EVIL, metadata={EVIL: EVIL})  # fmt: skip
    owner.ask("PATCH", f"/tasks/{task['id']}", json={"priority": -1})
    mallory.answer(project, {"labels": [EVIL]})
    mallory.answer(project, {"note": EVIL, "kind": EVIL})
    held = mallory.take(project)["reservation"]
    mallory.post(f"/reservations/{held['id']}/skip", {"token": held["token"], "reason": EVIL})
    hold = owner.take(project)["reservation"]
    owner.post("/invitations", {"email": '"<b>"@example.org', "role": "annotator"})
    owner.post("/keys", {"name": EVIL, "role": "annotator"})
    upload = mistaken_upload(owner, project)
    return Planted(project, task["id"], skipped["id"], hold["id"], tried(owner, photo), upload, files)


def mistaken_upload(owner: Somebody, project: str) -> str:
    """Return an upload whose rows are refused with their hostile values."""
    rows = f'text,photo,priority\nfine,{EVIL.replace(",", "")},"{EVIL.replace(chr(34), chr(34) * 2)}"\n'
    named: dict[str, Any] = {
        "params": {"project": project, "name": f"{EVIL}.csv"},
        "headers": {"Content-Type": "text/csv"},
    }
    made = owner.post("/uploads", content=rows.encode(), **named)
    ended = owner.until(f"/uploads/{made['id']}", lambda shown: shown["ended_at"] is not None)
    assert ended["failed"] == 1, ended
    return str(made["id"])


def tried(owner: Somebody, photo: str) -> str:
    """Return a task of the playground whose prompt no model can meet."""
    return str(
        owner.post(f"/apps/{owner.playground()}/runs", {"input": {"photo": photo, "prompt": EVIL}})["task"]["id"]
    )


def is_text(page: Page, *others: str) -> None:
    """Wait until a page shows the payload as the text it is, and look for what must not be there."""
    for text in (EVIL, *others):
        expect(page.get_by_text(text).first).to_be_visible()
    assert page.locator(MARKUP).count() == 0, page.locator(MARKUP).first.evaluate("(one) => one.outerHTML")


def test_lists_and_a_task_show_text_as_text(owner: Somebody, windows: Windows, planted: Planted) -> None:
    page = windows.open(f"/tasks?project={planted.project}&peek={planted.task}", who=owner)
    expect(page.get_by_role("complementary", name="Task preview")).to_contain_text("Metadata")
    is_text(page)
    for tab, says in (("answers", "Mallory"), ("instructions", "five"), ("json", '"text"'), ("timeline", "Mallory")):
        page.goto(f"/tasks/{planted.task}?tab={tab}")
        is_text(page, says)
    page.goto(f"/tasks/{planted.skipped}?tab=timeline")
    expect(page.get_by_role("tabpanel").get_by_text(EVIL).first).to_be_visible()
    is_text(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_text(EVIL).first).to_be_visible()
    is_text(page)


def test_the_workbench_shows_text_as_text(owner: Somebody, windows: Windows, planted: Planted) -> None:
    page = windows.open("/work", who=owner)
    expect(page.get_by_role("table", name="In your hands")).to_contain_text(EVIL)
    is_text(page)
    page.goto(f"/work/{planted.hold}")
    notes = page.get_by_role("complementary", name="Instructions")
    expect(notes.get_by_role("heading", name="alert(2)")).to_be_visible()
    expect(notes.get_by_text("four")).to_be_visible()
    is_text(page)
    page.get_by_role("radio", name=EVIL).click()
    expect(page.get_by_role("radio", name=EVIL)).to_be_checked()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    links = notes.get_by_role("link")
    for each in links.all():
        assert re.match(r"https://elsewhere\.example/|$", each.get_attribute("href") or ""), each.get_attribute("href")


def test_uploads_playground_studio_and_settings_show_text_as_text(owner: Somebody, windows: Windows, planted: Planted) -> None:  # fmt: skip
    page = windows.open(f"/uploads?open={planted.upload}", who=owner)
    expect(page.get_by_role("table", name=re.compile("^Row errors"))).to_contain_text("alert(2)")
    is_text(page)
    page.goto(f"/playground?task_id={planted.tried}")
    expect(page.get_by_role("complementary", name="Run").get_by_role("status")).to_be_visible(timeout=MODEL_MS)
    is_text(page)
    page.goto("/studio")
    is_text(page)
    for tab in ("flow", "instructions", "versions", "about"):
        page.goto(f"/studio/{planted.project}?tab={tab}")
        expect(page.get_by_role("tab", name=tab.title())).to_have_attribute("aria-selected", "true")
        is_text(page)
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value(EVIL)
    page.goto(f"/studio/{planted.project}?tab=instructions")
    expect(page.get_by_role("link", name="five")).to_be_visible()
    is_text(page)
    page.goto("/settings/members")
    is_text(page, "Mallory")
    page.goto("/settings/keys")
    is_text(page)


def test_files_that_could_run_are_saved_and_never_shown(house: House, windows: Windows, planted: Planted) -> None:
    page = windows.open("/tasks", who=house.owner)
    for file in planted.files:
        with page.expect_download() as taken, pytest.raises(Error, match="Download is starting"):
            page.goto(f"/api/v1/files/{file}")
        assert taken.value.suggested_filename
        headers = page.request.get(f"/api/v1/files/{file}").headers
        assert headers["content-disposition"].startswith("attachment")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        for copy in ("view", "thumbnail"):
            assert page.request.get(f"/api/v1/files/{file}/{copy}").status >= 400
    expect(page.get_by_role("table", name="Tasks")).to_be_visible()


def test_hostile_addresses_are_only_addresses(owner: Somebody, windows: Windows) -> None:
    windows.expect_refusal(422)
    windows.expect_refusal(404)
    page = windows.open("/tasks", who=owner)
    for path in (
        f"/tasks?q={EVIL}&batch={EVIL}&step={EVIL}",
        f"/no/such/page/{EVIL}",
        f"/studio/{EVIL}",
        f"/playground?task_id={EVIL}",
        f"/tasks/{EVIL}?tab={EVIL}",
    ):
        page.goto(path)
        expect(page.get_by_role("heading").or_(page.get_by_role("alert")).first).to_be_visible()
        assert page.locator(MARKUP).count() == 0
