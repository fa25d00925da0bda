"""Ways in and out: sentences for what is refused, back to the page that was asked for, and what each role may see."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import PASSWORD, House, Somebody
from tests.browser.windows import Windows
from tests.builders import CLASSIFY_FLOW

pytestmark = pytest.mark.browser

ATTEMPTS_A_MINUTE = 5


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_role("textbox", name="Email").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def account(page: Page, item: str) -> None:
    """Choose in the menu under one's own name."""
    page.get_by_role("button", name=re.compile("account menu$")).click()
    page.get_by_role("menuitem", name=item).click()


def test_a_wrong_password_is_said_and_the_fifth_one_has_to_wait(house: House, windows: Windows) -> None:
    somebody = house.member("annotator")
    windows.expect_refusal(401, "/auth/sign-in")
    windows.expect_refusal(429, "/auth/sign-in")
    page = windows.open("/sign-in")
    said = page.get_by_role("alert")
    for attempt in range(ATTEMPTS_A_MINUTE):
        with page.expect_response("**/auth/sign-in"):
            sign_in(page, somebody.email, f"a guess, number {attempt}")
        expect(said).to_contain_text("This e-mail address and password do not belong together.")
    sign_in(page, somebody.email)
    expect(said).to_contain_text(re.compile(r"Too many sign-in attempts: wait \d+ seconds\."))
    expect(page).to_have_url(re.compile("/sign-in$"))


def test_whoever_signs_in_lands_where_they_wanted_to_go(house: House, windows: Windows) -> None:
    project = house.owner.project(CLASSIFY_FLOW, "Wanted")
    page = windows.open(f"/tasks?project={project}&status=queued")
    expect(page).to_have_url(re.compile(r"/sign-in\?from="))
    sign_in(page, house.owner.email)
    expect(page).to_have_url(re.compile(rf"/tasks\?project={project}&status=queued$"))
    expect(page.get_by_role("button", name="Remove filter Project Wanted")).to_be_visible()


def test_a_link_cannot_send_anybody_elsewhere_after_signing_in(house: House, windows: Windows) -> None:
    somebody = house.member("annotator")
    for place in ("//example.org/", "https://example.org/", "/\\example.org"):
        page = windows.open(f"/sign-in?from={place}")
        sign_in(page, somebody.email)
        expect(page).to_have_url(re.compile(rf"^{house.url}/work$"))


def test_an_ended_session_comes_back_to_the_page_that_was_asked_for(house: House, windows: Windows) -> None:
    windows.expect_refusal(401)
    somebody = house.member("manager")
    page = windows.open("/tasks", who=somebody)
    expect(page.get_by_role("search", name="Filter tasks")).to_be_visible()
    somebody.post("/auth/sign-out")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?from=.*settings"))
    sign_in(page, somebody.email)
    expect(page).to_have_url(re.compile("/settings/members$"))
    expect(page.get_by_role("table", name="Members")).to_be_visible()


def test_signing_out_leaves_nothing_behind(house: House, windows: Windows) -> None:
    windows.expect_refusal(401)
    somebody = house.member("annotator")
    page = windows.open("/work", who=somebody)
    account(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in to Taskyard")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in to Taskyard")).to_be_visible()
    assert not [cookie for cookie in page.context.cookies() if cookie.get("value")]


def test_an_invitation_makes_a_member_once(house: House, windows: Windows) -> None:
    windows.expect_refusal(403, "/invitations/")
    page = windows.open("/settings/members", who=house.owner)
    page.get_by_role("button", name="Invite").click()
    asked = page.get_by_role("dialog", name="Invite somebody")
    asked.get_by_role("textbox", name="Email").fill("ines@example.org")
    asked.get_by_role("button", name="Make the link").click()
    link = asked.get_by_role("code").inner_text()
    asked.get_by_role("button", name="Done").click()
    expect(page.get_by_role("table", name="Open invitations")).to_contain_text("ines@example.org")

    guest = windows.open(link.removeprefix(house.url))
    expect(guest.get_by_role("heading", name="Join Yard")).to_be_visible()
    guest.get_by_role("textbox", name="Your name").fill("Ines")
    guest.get_by_role("textbox", name="Password").fill(PASSWORD)
    guest.get_by_role("button").last.click()
    expect(guest.get_by_role("button", name="Ines, Yard: account menu")).to_be_visible()
    expect(guest).to_have_url(re.compile("/work$"))
    again = windows.open(link.removeprefix(house.url))
    expect(again.get_by_role("heading", name="This invitation does not open")).to_be_visible()
    page.reload()
    expect(page.get_by_role("table", name="Members")).to_contain_text("ines@example.org")


def test_each_role_sees_what_it_may(house: House, windows: Windows) -> None:
    windows.expect_refusal(403)
    annotator = windows.open("/settings", who=house.member("annotator"))
    expect(annotator).to_have_url(re.compile("/settings/account$"))
    places = annotator.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(places).to_have_text(["Account"])
    sides = annotator.get_by_role("navigation", name="Main").get_by_role("listitem")
    expect(sides).to_have_text(["Playground", "Work", "Tasks", "Studio", "Settings"])
    annotator.goto("/studio")
    expect(annotator.get_by_role("button", name="New project")).to_be_disabled()
    expect(annotator.get_by_role("button", name="New project")).to_have_accessible_description(
        re.compile("make projects")
    )
    annotator.goto("/settings/members")
    expect(annotator.get_by_role("alert").first).to_contain_text("The role annotator may not")
    annotator.goto("/uploads")
    expect(annotator.get_by_role("banner").get_by_role("button", name="Upload")).to_be_disabled()

    client = windows.open("/", who=house.member("client"))
    expect(client).to_have_url(re.compile("/tasks$"))
    sides = client.get_by_role("navigation", name="Main").get_by_role("listitem")
    expect(sides).to_have_text(["Playground", "Tasks", "Uploads", "Exports", "Studio", "Settings"])

    manager = windows.open("/settings", who=house.member("manager"))
    expect(manager.get_by_role("table", name="Members")).to_contain_text("olive@example.org")
    assert manager.get_by_role("navigation", name="Settings").get_by_role("link").all_inner_texts() == [
        "Members",
        "Account",
    ]
    remove = manager.get_by_role("row").filter(has_text="olive@example.org").get_by_role("button", name="Remove")
    expect(remove).to_be_disabled()
    expect(remove).to_have_accessible_description(re.compile(r"\w"))


def test_the_owner_makes_a_key_that_is_shown_once(owner: Somebody, windows: Windows) -> None:
    page = windows.open("/settings/keys", who=owner)
    page.get_by_role("button", name="New key").click()
    asked = page.get_by_role("dialog")
    asked.get_by_role("textbox", name="Name").fill("Night shift")
    asked.get_by_role("button", name="Make the key").click()
    shown = asked.get_by_role("code").inner_text()
    assert shown.startswith("ty_")
    asked.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Night shift")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Night shift")).to_be_visible()
    assert shown not in page.content()
