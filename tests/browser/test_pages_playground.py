"""The Playground: a picture, a prompt, and what a model makes of them while one watches."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.house import House
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, a_picture

pytestmark = pytest.mark.browser

MODEL_MS = 90_000
# Builds what a browser hands over when somebody lets a file go over a page.
DROPPED = """({ name, type, bytes }) => {
  const carried = new DataTransfer()
  carried.items.add(new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], name, { type }))
  return carried
}"""


def drop(page: Page, place: Locator, name: str, media_type: str, content: bytes) -> None:
    """Let a file go over a place of the page."""
    given = {"name": name, "type": media_type, "bytes": base64.b64encode(content).decode()}
    place.dispatch_event("drop", {"dataTransfer": page.evaluate_handle(DROPPED, given)})


def try_out(page: Page, prompt: str, name: str = "till.png") -> Locator:
    """Drop a picture, ask for something, submit; return the panel that tells of the run."""
    drop(page, page.get_by_role("button", name="Use the example receipt"), name, "image/png", a_picture())
    expect(page.get_by_role("img", name=name)).to_be_visible()
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("button", name="Submit").click()
    expect(page).to_have_url(re.compile(r"/playground\?task_id="))
    return page.get_by_role("complementary", name="Run")


def empty_card(page: Page) -> None:
    """Put the example away that stands ready on the first visit."""
    page.get_by_role("button", name="Remove", exact=True).click()


def state_of(run: Locator, state: str) -> None:
    """Wait, without a reload, until the run says how it stands."""
    head = run.get_by_role("heading", name=re.compile("^Run")).locator("xpath=..")
    expect(head.get_by_text(state, exact=True)).to_be_visible(timeout=MODEL_MS)


@pytest.fixture
def playground(house: House, windows: Windows) -> Page:
    """Somebody's first visit."""
    return windows.open("/playground", who=house.member("annotator"))


def test_a_picture_that_is_dropped_comes_back_annotated(playground: Page, tmp_path: Path) -> None:
    expect(playground.get_by_text("An example is ready.")).to_be_visible()
    empty_card(playground)
    run = try_out(playground, "all lines of text")
    state_of(run, "completed")

    expect(run.get_by_role("button", name="TOTAL 12.50")).to_be_visible()
    expect(playground.get_by_role("img", name="till.png, annotated")).to_be_visible()
    mine = playground.get_by_role("complementary", name="My tasks")
    expect(mine.get_by_role("link", name=re.compile("^all lines of text completed"))).to_be_visible()
    takes_regions_off(playground)
    picture = downloaded(playground, "Annotated picture", tmp_path)
    with Image.open(picture) as drawn:
        assert drawn.size == (480, 160)
        assert picture.suffix.lstrip(".").upper() in {drawn.format, "JPG"}
        assert Image.open(io.BytesIO(a_picture())).convert("RGB").tobytes() != drawn.convert("RGB").tobytes()
    regions = json.loads(downloaded(playground, "Regions", tmp_path).read_text("utf-8"))
    assert [region["text"] for region in regions["regions"]] == ["TOTAL 12.50"]


def takes_regions_off(page: Page) -> None:
    """Look at the original with the regions as a layer over it, and without."""
    page.get_by_role("radiogroup", name="Which picture").get_by_text("Original").click()
    expect(page.get_by_role("img", name="till.png", exact=True)).to_be_visible()
    layer = page.locator("svg [data-shape]")
    expect(layer).to_have_count(1)
    switch = page.get_by_role("button", name="Regions")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(layer).to_have_count(0)
    switch.click()
    expect(layer).to_have_count(1)


def downloaded(page: Page, what: str, folder: Path) -> Path:
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name=what).click()
    place = folder / taken.value.suggested_filename
    taken.value.save_as(place)
    return place


def test_a_prompt_that_cannot_be_met_is_refused_in_words_and_asked_again(playground: Page) -> None:
    empty_card(playground)
    run = try_out(playground, "the red car")
    state_of(run, "failed")
    expect(run.get_by_role("status")).to_contain_text("cannot look for “red car”")
    expect(run.get_by_role("status")).to_contain_text("It can find")

    run.get_by_role("button", name="Edit prompt").click()
    asked = playground.get_by_role("dialog", name="Edit prompt")
    expect(asked.get_by_role("textbox", name="Prompt")).to_have_value("the red car")
    asked.get_by_role("textbox", name="Prompt").fill("every amount of money")
    asked.get_by_role("button", name="Rerun task").click()
    expect(asked).to_be_hidden()
    expect(run.get_by_role("heading", name="Run 2 of 2")).to_be_visible()
    state_of(run, "completed")
    expect(run.get_by_role("button", name="12.50")).to_be_visible()

    run.get_by_role("button", name="Run before").click()
    expect(playground).to_have_url(re.compile(r"run=1$"))
    expect(run).to_contain_text("the red car")
    playground.reload()
    expect(run.get_by_role("heading", name="Run 1 of 2")).to_be_visible()


def test_the_playground_is_found_behind_all_newer_projects(house: House, windows: Windows) -> None:
    house.owner.project(CLASSIFY_FLOW, "Newer")
    page = windows.open("/settings/account", who=house.owner)
    # As with hundreds of projects: the oldest is on the last of many pages.
    page.route(
        re.compile("/projects.*limit=200"),
        lambda route: route.continue_(url=route.request.url.replace("limit=200", "limit=1")),
    )
    page.goto("/playground")
    expect(page.get_by_role("form", name="Image and prompt")).to_be_visible()


def test_what_is_no_picture_is_refused_where_it_was_dropped(playground: Page) -> None:
    empty_card(playground)
    card = playground.get_by_role("button", name="Use the example receipt")
    drop(playground, card, "notes.txt", "text/plain", b"no picture")
    expect(playground.get_by_role("alert")).to_have_text("notes.txt is not a picture. Use JPEG, PNG, WebP or GIF.")
    expect(playground.get_by_role("button", name="Submit")).to_be_disabled()


def test_a_task_that_is_missing_or_not_ours_could_not_be_opened(house: House, windows: Windows) -> None:
    windows.expect_refusal(404, "/tasks/")
    whose: dict[str, Any] = a_try(house)
    for task in (str(uuid4()), str(whose["task"]["id"])):
        page = windows.open(f"/playground?task_id={task}", who=house.member("annotator"))
        expect(page.get_by_role("heading", name="We couldn't open this task")).to_be_visible()
        expect(page).to_have_url(re.compile("/playground$"))
        page.get_by_role("button", name="Back to Playground").click()
        expect(page.get_by_role("form", name="Image and prompt")).to_be_visible()


def a_try(house: House) -> dict[str, Any]:
    """Return a task of somebody else's playground."""
    somebody = house.member("annotator")
    given = {"photo": somebody.file(a_picture(), "theirs.png"), "prompt": "all lines of text"}
    made: dict[str, Any] = somebody.post(f"/apps/{somebody.playground()}/runs", {"input": given})
    return made
