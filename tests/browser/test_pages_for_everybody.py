"""Every page by name, by key, in light and dark, on a phone, and without motion."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, FILL_FLOW, a_picture

pytestmark = pytest.mark.browser

Role = Literal[
    "button", "cell", "checkbox", "form", "heading", "link", "list", "radio", "radiogroup", "table", "textbox"
]

DRAW_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - id: draw
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: Draw a box round the total, labels: [item, total]}
"""
STOPS = 8
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
CONTROLS = "button|link|textbox|combobox|checkbox|radio|tab|menuitem|searchbox|spinbutton|switch"
NAMELESS = re.compile(rf"^ *- (?:{CONTROLS})(?=$|:| \[).*", re.MULTILINE)

# What tells of the focus: whether an element, what it lies in, or what begins it looks otherwise while it has it.
# Large fields of text show their caret, and need nothing else.
FOCUS = """async () => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const hasCaret = at.isContentEditable || at.tagName === 'TEXTAREA'
  const chain = [at, at.firstElementChild, at.parentElement, at.parentElement?.parentElement].filter(Boolean)
  const look = () => chain.map((one) => {
    const style = getComputedStyle(one)
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor].join()
  }).join()
  const focused = look()
  at.blur()
  // A change on its way shows some frames later.
  for (let frames = 0; frames < 30 && look() === focused; frames += 1) await new Promise(requestAnimationFrame)
  const left = look()
  at.focus({ preventScroll: true, focusVisible: true })
  return { isSeen: hasCaret || focused !== left, what: at.outerHTML.slice(0, 300) }
}"""
OVERFLOW = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
LIGHTNESS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d')
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor
  canvas.fillRect(0, 0, 1, 1)
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data
  return (red + green + blue) / 765
}"""
STILL = "() => Promise.allSettled(document.getAnimations().map((one) => one.finished))"
TURNING = (
    "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations === Infinity).length"
)

# Every page of the UI by the part of it, and what is on it when it has come.
PAGES: dict[str, list[tuple[str, Role, str]]] = {
    "tasks": [
        ("/tasks?project={words}", "cell", "completed"),
        ("/tasks/{task}", "heading", "label"),
        ("/reservations", "table", "Members with tasks in hand"),
        ("/uploads", "cell", "rows.csv"),
        ("/uploads?add=true&project={words}", "table", "Expected columns"),
        ("/exports", "button", "Export"),
        ("/exports?add=true", "radio", "COCO"),
    ],
    "work": [
        ("/work", "heading", "In your hands"),
        ("/work/{choice}", "radio", "praise"),
        ("/work/{form}", "textbox", "Total"),
        ("/work/{picture}", "radio", "total"),
    ],
    "studio": [
        ("/studio", "cell", "Words"),
        ("/studio/{words}", "textbox", "Flow as YAML"),
        ("/studio/{words}?tab=instructions", "textbox", "Instructions as Markdown"),
        ("/studio/{words}?tab=versions", "list", "Versions"),
        ("/studio/{words}?tab=about", "checkbox", "Shared with clients"),
    ],
    "playground and settings": [
        ("/playground", "form", "Image and prompt"),
        ("/settings/members", "cell", "olive@example.org"),
        ("/settings/keys", "button", "New key"),
        ("/settings/account", "radiogroup", "Theme"),
    ],
}


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, str]:
    """Something to show on every page."""
    owner = house.owner
    words = owner.project(CLASSIFY_FLOW, "Words", instructions="Read *all* of it.")
    forms, pictures = owner.project(FILL_FLOW, "Forms"), owner.project(DRAW_FLOW, "Pictures")
    owner.tasks(pictures, [{"photo": owner.file(a_picture(), "till.png")}], external_id="till-1")
    text = "A rather long message, and another sentence. " * 8
    task, *_ = owner.tasks(words, [{"text": text}, {"text": text}], batch="a-batch-with-a-long-name")
    owner.answer(words, {"labels": ["praise"]})
    owner.upload(forms, "text\nTotal 3\n")
    holds = {name: owner.take(project) for name, project in (("choice", words), ("form", forms), ("picture", pictures))}
    return {"words": words, "task": task["id"], **{name: hold["reservation"]["id"] for name, hold in holds.items()}}


@pytest.mark.parametrize("part", PAGES)
def test_pages_name_their_controls_show_the_focus_and_fit_a_phone(owner: Somebody, windows: Windows, made: dict[str, str], part: str) -> None:  # fmt: skip
    page = windows.open(PAGES[part][0][0].format(**made), who=owner, motion="reduce")
    for path, role, says in PAGES[part]:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESK)
        page.goto(path.format(**made))
        expect(page.get_by_role(role, name=says).first).to_be_visible()
        names_every_control(page)
        shows_the_focus(page)
        is_drawn_in(page, "light")
        is_not_wider_than_the_screen(page)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        is_drawn_in(page, "dark")
        names_every_control(page)
        is_not_wider_than_the_screen(page)


def names_every_control(page: Page) -> None:
    nameless = NAMELESS.findall(page.locator("body").aria_snapshot())
    assert not nameless, f"{page.url}: {nameless}"


def shows_the_focus(page: Page) -> None:
    """Walk along the first stops of Tab, in the frame and in what lies in it; each has to be seen."""
    seen = 0
    for stop in range(2 * STOPS):
        if stop == STOPS and page.locator("main").count():
            page.locator("main").evaluate("(main) => { main.tabIndex = -1; main.focus() }")
        if page.locator("[contenteditable=true]:focus").count():
            page.keyboard.press("Escape")  # in an editor of code Tab indents; after Escape it goes on
        page.keyboard.press("Tab")
        at: dict[str, Any] | None = page.evaluate(FOCUS)
        if at is not None:
            assert at["isSeen"], f"{page.url}: {at['what']}"
            seen += 1
    assert seen > 0, page.url


def is_drawn_in(page: Page, scheme: Literal["light", "dark"]) -> None:
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    page.evaluate(STILL)
    lightness = page.evaluate(LIGHTNESS)
    assert lightness > 0.8 if scheme == "light" else lightness < 0.2


def is_not_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate(OVERFLOW) <= 0, f"{page.url} is too wide for {page.viewport_size}"


@pytest.mark.parametrize("path", ["/sign-in", "/first-start?token=a-token-that-is-long", "/invitation?token=none-such"])
def test_the_ways_in_are_for_everybody(windows: Windows, path: str) -> None:
    windows.expect_refusal(403, "/invitations/")
    page = windows.open(path, motion="reduce")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    names_every_control(page)
    shows_the_focus(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    is_drawn_in(page, "dark")
    is_not_wider_than_the_screen(page)


@pytest.mark.parametrize(("motion", "turning"), [("no-preference", True), ("reduce", False)])
def test_nothing_turns_for_those_who_asked_for_less_motion(owner: Somebody, windows: Windows, made: dict[str, str], motion: Literal["reduce", "no-preference"], turning: bool) -> None:  # noqa: FBT001  # fmt: skip
    page = windows.open(f"/tasks?project={made['words']}", who=owner, motion=motion)
    expect(page.get_by_role("cell", name="in progress").first).to_be_visible()
    assert bool(page.evaluate(TURNING)) is turning


def test_the_menu_of_a_phone_leads_everywhere(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/tasks", who=owner, width=PHONE["width"], height=PHONE["height"])
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Studio")
    expect(link).not_to_be_in_viewport()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_url(re.compile("/studio$"))
    expect(link).not_to_be_in_viewport()


def test_a_chosen_theme_stays(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/settings/account", who=owner)
    page.get_by_role("radiogroup", name="Theme").get_by_text("Dark").click()
    page.reload()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    is_drawn_in(page, "dark")


def test_keys_lead_through_the_pages_and_are_listed(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/tasks", who=owner)
    expect(page.get_by_role("search", name="Filter tasks")).to_be_visible()
    for keys, place in (
        ("gs", "/studio"),
        ("gw", "/work"),
        ("gp", "/playground"),
        ("gu", "/uploads"),
        ("ge", "/exports"),
        ("gt", "/tasks"),
    ):
        page.keyboard.type(keys)
        expect(page).to_have_url(re.compile(f"{place}$"))
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_contain_text("Next row")
    expect(listed).to_contain_text("Go to Studio")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("option", name="Settings")).to_be_visible()
    page.keyboard.type("settings")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings/members$"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_pages_that_were_left_keep_no_line_from_those_that_are_read(owner: Somebody, windows: Windows, made: dict[str, str]) -> None:  # fmt: skip
    """A browser has six lines to a host, and a page that sleeps for the way back would keep the one it listens on."""
    page = windows.open("/tasks", who=owner)
    for _ in range(5):
        for path, heading in (("/work", "In your hands"), (f"/tasks/{made['task']}", "label")):
            page.goto(path)
            expect(page.get_by_role("heading", name=heading).first).to_be_visible()
