"""The whole of it: from the link that the server prints to the file that somebody takes home."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import PASSWORD, House, Somebody
from tests.browser.windows import ROOT, Windows

pytestmark = pytest.mark.browser

RECEIPTS = ROOT / "examples" / "receipts"
MODEL_MS = 90_000
SLACK = 2.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Taskyard that nobody has entered yet."""
    with House(tmp_path_factory.mktemp("first")) as made:
        yield made


class Canvas:
    """The picture somebody draws on, by its own pixels."""

    def __init__(self, page: Page, size: tuple[int, int]) -> None:
        self._mouse = page.mouse
        self.field = page.get_by_role("group", name="The picture.")
        expect(self.field.locator("img")).to_have_css("opacity", "1")
        shown = self.field.locator("img").bounding_box()
        assert shown is not None
        self._corner = shown["x"], shown["y"]
        self.scale = shown["width"] / size[0]

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at one place of the picture and let go at another."""
        self._mouse.move(*self._on_screen(start))
        self._mouse.down()
        self._mouse.move(*self._on_screen(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)))
        self._mouse.move(*self._on_screen(end))
        self._mouse.up()

    def _on_screen(self, at: tuple[float, float]) -> tuple[float, float]:
        return self._corner[0] + at[0] * self.scale, self._corner[1] + at[1] * self.scale


def bounds(region: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a region of any shape."""
    if region["shape"] == "rectangle":
        x, y, width, height = region["box"]
        return x, y, x + width, y + height
    xs, ys = zip(*region["points"], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def middle(region: dict[str, Any]) -> tuple[float, float]:
    left, top, right, bottom = bounds(region)
    return (left + right) / 2, (top + bottom) / 2


def test_a_receipt_goes_from_the_first_start_to_an_export(house: House, windows: Windows, tmp_path: Path) -> None:
    page = windows.open(house.first_start.removeprefix(house.url))
    become_the_owner(page)
    expect(page.get_by_role("heading", name="No tasks yet")).to_be_visible()
    mara = house.known("mara@example.org")
    task = a_receipt(mara)

    row = page.get_by_role("row").filter(has_text="till-04")
    expect(row).to_contain_text("find")
    expect(row.get_by_role("cell", name="label").first).to_be_visible(timeout=MODEL_MS)
    regions = next(one for one in mara.get(f"/tasks/{task}/answers")["items"] if one["step"] == "find")["data"][
        "regions"
    ]

    bench = page.context.new_page()
    bench.goto("/work")
    bench.get_by_role("button", name="Start Receipts, label").click()
    correct(bench, regions)
    bench.get_by_role("link", name="Back to Work").click()
    bench.get_by_role("button", name="Start Receipts, amount").click()
    fill_amount(bench)

    expect(row.get_by_role("cell", name="completed", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export")
    dialog.get_by_role("radio", name="JSON Lines").check()
    with page.expect_download() as taken:
        dialog.get_by_role("button", name="Download now").click()
    taken.value.save_as(tmp_path / "tasks.jsonl")
    [line] = (tmp_path / "tasks.jsonl").read_text("utf-8").splitlines()
    has_the_corrections(json.loads(line), regions)


def become_the_owner(page: Page) -> None:
    page.get_by_role("textbox", name="Your name").fill("Mara")
    page.get_by_role("textbox", name="Email").fill("mara@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    workspace = page.get_by_role("textbox", name="Workspace")
    expect(workspace).to_have_accessible_description(re.compile("cannot be changed later"))
    workspace.fill("The Till")
    page.get_by_role("button", name="Make the workspace").click()
    expect(page).to_have_url(re.compile("/tasks$"))
    expect(page.get_by_role("button", name="Mara, The Till: account menu")).to_be_visible()


def a_receipt(mara: Somebody) -> str:
    """Open the example's project and give it one picture; return the task's id."""
    flow, instructions = (RECEIPTS / "flow.yaml").read_text("utf-8"), (RECEIPTS / "instructions.md").read_text("utf-8")
    project = mara.project(flow, "Receipts", instructions=instructions)
    photo = mara.file((RECEIPTS / "photo-04-pharmacy.jpg").read_bytes(), "till.jpg", "image/jpeg")
    return str(mara.tasks(project, [{"photo": photo}], external_id="till-04")[0]["id"])


def correct(page: Page, regions: list[dict[str, Any]]) -> None:
    """Move the model's first region, draw one more, say what they are, and submit."""
    expect(page.get_by_role("complementary", name="Instructions")).to_contain_text("One box for each line item")
    listed = page.get_by_role("listitem").filter(has=page.get_by_role("button", name=re.compile(r"^Region \d+, ")))
    expect(listed).to_have_count(len(regions))
    expect(page.get_by_text(re.compile(rf"\b{len(regions)} prefilled"))).to_be_visible()
    size = (
        page.get_by_role("group", name="The picture.")
        .locator("img")
        .evaluate("async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight] }")
    )
    canvas = Canvas(page, (size[0], size[1]))
    expect(canvas.field.locator("svg [data-suggested]")).to_have_count(len(regions))

    at = middle(regions[0])
    canvas.drag(at, (at[0] + 60, at[1] + 40))
    expect(canvas.field.locator("svg [data-suggested]")).to_have_count(len(regions) - 1)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()

    page.keyboard.press("b")
    canvas.drag((30, 30), (190, 110))
    new = page.get_by_role("combobox", name=f"Label of region {len(regions) + 1}")
    expect(new).to_have_value("item")
    page.keyboard.press("2")
    expect(new).to_have_value("total")
    page.get_by_role("button", name="Region 2, item").click()
    page.get_by_role("combobox", name="Label of region 2").select_option("date")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Nothing left in Receipts › label")).to_be_visible()


def fill_amount(page: Page) -> None:
    expect(page.get_by_text("What was paid, when, and in which currency?")).to_be_visible()
    page.get_by_role("textbox", name="Total").fill("nineteen")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_role("textbox", name="Total").fill("19.35")
    page.get_by_label("Date").fill("2026-03-14")
    page.get_by_role("radio", name="GBP").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Nothing left in Receipts › amount")).to_be_visible()


def has_the_corrections(exported: dict[str, Any], before: list[dict[str, Any]]) -> None:
    """Look at the exported line: what was corrected, what was left, and who did which."""
    assert exported["external_id"] == "till-04"
    assert exported["status"] == "completed"
    output = exported["output"]
    assert output["total"] == 19.35
    assert (output["date"], output["currency"]) == ("2026-03-14", "GBP")
    after = {region["id"]: region for region in output["regions"]}
    assert len(after) == len(before) + 1
    left, top, *_ = bounds(before[0])
    moved = bounds(after[before[0]["id"]])
    assert [moved[0] - left, moved[1] - top] == pytest.approx([60, 40], abs=SLACK)
    assert after[before[1]["id"]]["label"] == "date"
    [new] = [region for name, region in after.items() if name not in {one["id"] for one in before}]
    assert (new["label"], new["shape"]) == ("total", "rectangle")
    assert bounds(new) == pytest.approx((30, 30, 190, 110), abs=SLACK)
    given = {answer["step"]: answer["by"] for answer in exported["answers"]}
    assert given["find"] == {"kind": "model", "id": "local/text", "name": "local/text"}
    assert (given["label"]["kind"], given["label"]["name"]) == ("member", "Mara")
    assert given["amount"]["name"] == "Mara"


def test_the_first_start_link_works_once(house: House, windows: Windows) -> None:
    windows.expect_refusal(403, "/setup")
    windows.expect_refusal(409, "/setup")
    page = windows.open(house.first_start.removeprefix(house.url))
    page.get_by_role("textbox", name="Your name").fill("Late")
    page.get_by_role("textbox", name="Email").fill("late@example.org")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("textbox", name="Workspace").fill("Another")
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.get_by_role("alert")).to_contain_text("sign in, or ask for an invitation")


def test_a_link_with_a_piece_missing_says_so(windows: Windows) -> None:
    page = windows.open("/first-start")
    expect(page.get_by_role("heading", name="This link is not whole")).to_be_visible()
