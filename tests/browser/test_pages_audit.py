"""A client judges what was done: accepts, fixes in the editor of those who answered, rejects with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.house import House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW, FILL_FLOW

pytestmark = pytest.mark.browser

Shared = Callable[[str, str], str]


@pytest.fixture
def acme(house: House) -> Somebody:
    return house.member("client", "Acme")


@pytest.fixture
def shared(owner: Somebody) -> Iterator[Shared]:
    """Makes projects that clients see, for as long as the test runs."""
    made: list[str] = []

    def make(flow: str, name: str) -> str:
        made.append(owner.project(flow, name))
        owner.ask("PATCH", f"/projects/{made[-1]}", json={"shared_with_clients": True})
        return made[-1]

    yield make
    for project in made:
        owner.ask("PATCH", f"/projects/{project}", json={"shared_with_clients": False})


def answered(owner: Somebody, project: str, answer: dict[str, object], number: int = 1) -> list[str]:
    made = owner.tasks(project, [{"text": f"Order {n}"} for n in range(number)])
    for _ in made:
        owner.answer(project, answer)
    return [task["id"] for task in made]


def audit_of(owner: Somebody, task: str) -> tuple[str, str | None]:
    shown = owner.get(f"/tasks/{task}")
    return shown["audit"], (shown["verdict"] or {}).get("by")


def test_a_client_goes_through_a_list_by_keys(
    owner: Somebody, shared: Shared, acme: Somebody, windows: Windows
) -> None:
    project = shared(CLASSIFY_FLOW, "By keys")
    ids = answered(owner, project, {"labels": ["question"]}, 3)
    page = windows.open(f"/tasks?project={project}&audit=ready", who=acme)
    page.get_by_role("row").nth(1).click()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tasks/[0-9a-f-]{36}\?from="))
    audit = page.get_by_role("region", name="Audit")
    expect(audit).to_contain_text("ready to audit")
    first = re.search(r"/tasks/([0-9a-f-]{36})", page.url).group(1)  # type: ignore[union-attr]

    page.keyboard.press("a")
    expect(audit).to_contain_text("was accepted.")
    expect(page).not_to_have_url(re.compile(first))
    assert audit_of(owner, first) == ("accepted", "Acme")
    second = re.search(r"/tasks/([0-9a-f-]{36})", page.url).group(1)  # type: ignore[union-attr]

    page.keyboard.press("f")
    expect(page.get_by_role("radio", name="question")).to_be_checked()
    save = page.get_by_role("button", name="Save the fix")
    expect(save).to_have_attribute("aria-disabled", "true")
    page.get_by_role("radio", name="praise").click()
    page.keyboard.press("Control+Enter")
    expect(audit).to_contain_text("was fixed.")
    assert audit_of(owner, second) == ("fixed", "Acme")
    assert owner.get(f"/tasks/{second}")["runs"][0]["output"] == {"label": "praise"}
    expect(page).not_to_have_url(re.compile(second))

    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Reject this result?")
    reject = dialog.get_by_role("button", name="Reject")
    expect(reject).to_have_attribute("aria-disabled", "true")
    dialog.get_by_role("button", name="Something is wrong").click()
    dialog.get_by_label("Reason").fill("It is praise.")
    reject.click()
    expect(audit).to_contain_text("waits for a verdict.")
    expect(audit).to_contain_text("by Acme")
    expect(audit).to_contain_text("Something is wrong; It is praise. · It is done again from label.")
    (third,) = set(ids) - {first, second}
    assert audit_of(owner, third) == ("rejected", "Acme")
    audit.get_by_role("link", name="the list").click()
    expect(page.get_by_text("No task fits these filters")).to_be_visible()

    page = windows.open(f"/tasks/{second}", who=owner)
    answers = page.get_by_role("tabpanel")
    expect(answers).to_contain_text("before the fix")
    expect(page.get_by_role("region", name="Audit")).to_contain_text("by Acme")


def test_a_fix_that_does_not_fit_says_so_at_the_field(
    owner: Somebody, shared: Shared, acme: Somebody, windows: Windows
) -> None:
    project = shared(FILL_FLOW, "At the field")
    (task,) = answered(owner, project, {"total": 4.2})
    page = windows.open(f"/tasks/{task}", who=acme)
    page.get_by_role("button", name="Fix").click()
    total = page.get_by_label("total")
    expect(total).to_have_value("4.2")
    total.fill("")
    page.get_by_role("button", name="Save the fix").click()
    expect(page.locator("[data-wrong]").first).to_be_visible()
    assert audit_of(owner, task) == ("ready", None)
    total.fill("5")
    page.get_by_role("button", name="Save the fix").click()
    expect(page.get_by_role("region", name="Audit")).to_contain_text("fixed")
    assert owner.get(f"/tasks/{task}")["runs"][0]["output"] == {"amount": {"total": 5}}


def test_whoever_comes_second_is_told_who_was_first(
    owner: Somebody, shared: Shared, acme: Somebody, windows: Windows
) -> None:
    project = shared(CLASSIFY_FLOW, "Second")
    (task,) = answered(owner, project, {"labels": ["question"]})
    page = windows.open(f"/tasks/{task}", who=acme)
    windows.expect_refusal(409, f"/tasks/{task}/audits")
    page.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    owner.post(f"/tasks/{task}/audits", {"verdict": "accept"})
    dialog.get_by_role("button", name="Something is missing").click()
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_contain_text("Olive has accepted this already")


def test_a_lead_is_asked_before_a_verdict_is_changed(owner: Somebody, shared: Shared, windows: Windows) -> None:
    project = shared(CLASSIFY_FLOW, "Changed")
    (task,) = answered(owner, project, {"labels": ["question"]})
    owner.post(f"/tasks/{task}/audits", {"verdict": "reject", "reasons": ["No."], "redo_from": "label"})
    owner.answer(project, {"labels": ["question"]})
    owner.post(f"/tasks/{task}/audits", {"verdict": "accept"})
    page = windows.open(f"/tasks/{task}", who=owner)
    expect(page.get_by_role("region", name="Audit")).to_contain_text("accepted")
    page.keyboard.press("r")
    rejecting = page.get_by_role("dialog", name="Reject this result?")
    expect(rejecting).to_contain_text("has accepted it. Yours takes its place")
    page.keyboard.press("Escape")
    expect(rejecting).to_have_count(0)
    page.keyboard.press("f")
    page.get_by_role("dialog").get_by_role("button", name="Fix it").click()
    page.get_by_role("radio", name="problem").click()
    page.get_by_role("button", name="Save the fix").click()
    expect(page.get_by_role("region", name="Audit")).to_contain_text("fixed")
    assert audit_of(owner, task) == ("fixed", "Olive")


def test_a_client_audits_on_a_phone(owner: Somebody, shared: Shared, acme: Somebody, windows: Windows) -> None:
    project = shared(CLASSIFY_FLOW, "Phone")
    (task,) = answered(owner, project, {"labels": ["question"]})
    page = windows.open(f"/tasks/{task}", who=acme)
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("Accept", "Fix", "Reject"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 40
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("dialog").get_by_role("button", name="Something is wrong").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.get_by_role("region", name="Audit")).to_contain_text("It is done again from label.")


def test_the_next_task_is_the_one_behind_in_the_list(owner: Somebody, shared: Shared, windows: Windows) -> None:
    project = shared(CLASSIFY_FLOW, "Down the list")
    answered(owner, project, {"labels": ["question"]}, 5)
    page = windows.open(f"/tasks?project={project}&audit=ready&sort=id", who=owner)
    rows = page.get_by_role("table", name="Tasks").get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(rows).to_have_count(5)
    listed = [str(row["id"]) for row in owner.get(f"/tasks?project={project}&audit=ready&sort=id")["items"]]
    rows.nth(2).click()
    for seen, then in ((2, 3), (3, 4), (4, 0)):
        expect(page).to_have_url(re.compile(listed[seen]))
        expect(page.get_by_role("region", name="Audit")).to_contain_text("ready to audit")
        page.keyboard.press("a")
        expect(page).to_have_url(re.compile(listed[then]))


def test_a_lead_chooses_where_it_is_done_again_and_its_author_reads_why(
    house: House, owner: Somebody, shared: Shared, acme: Somebody, windows: Windows
) -> None:
    project = shared(CLASSIFY_FLOW, "Done again")
    ana = house.member("annotator", "Ana")
    (made,) = owner.tasks(project, [{"text": "Order 1"}])
    ana.answer(project, {"labels": ["question"]})
    theirs = windows.open(f"/tasks/{made['id']}", who=acme)
    theirs.get_by_role("button", name="Reject").click()
    expect(theirs.get_by_role("dialog")).to_contain_text("All that people have done is done again.")
    expect(theirs.get_by_role("dialog").get_by_label("Done again")).to_have_count(0)

    page = windows.open(f"/tasks/{made['id']}", who=owner)
    page.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name="Reject this result?")
    dialog.get_by_label("Done again").select_option("from label on")
    dialog.get_by_role("button", name="Something is wrong").click()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="Audit")).to_contain_text("It is done again from label.")

    held = ana.take(project)["reservation"]["id"]
    bench = windows.open(f"/work/{held}", who=ana)
    expect(bench.get_by_role("note", name="Sent back")).to_contain_text(
        f"Sent back by {owner.name}: Something is wrong"
    )
    expect(bench.get_by_text("Your answer before")).to_be_visible()
    expect(bench.get_by_role("radio", name="question")).to_be_checked()
    bench.get_by_role("radio", name="praise").click()
    bench.keyboard.press("Control+Enter")
    owner.until(f"/tasks/{made['id']}", lambda shown: shown["audit"] == "ready")
    assert owner.get(f"/tasks/{made['id']}")["runs"][0]["output"] == {"label": "praise"}
