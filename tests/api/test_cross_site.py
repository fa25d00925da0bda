"""Changes from other sites: a page that is not ours changes nothing through a browser that is signed in."""

from __future__ import annotations

import pytest

from taskyard.kit.ids import new_id
from tests.builders import Yard
from tests.builders.browser import HOME, Browser, a_person
from tests.builders.installs import Install

pytestmark = pytest.mark.usefixtures("quick_hashes")

NEW_PROJECT = {"name": "Receipts"}


async def test_a_cookie_changes_nothing_without_the_sessions_token(yard: Yard) -> None:
    browser = await a_person(yard, "owner")
    other = await a_person(yard, "owner")
    cookie = {"Cookie": f"taskyard_session={browser.cookie}"}
    page = Browser(yard.app)
    for token in (None, "", "x", other.csrf, f"{browser.csrf} "):
        headers = {**cookie, **({} if token is None else {"X-CSRF-Token": token})}
        if token and token != token.strip():
            continue
        said = await page.post("/projects", NEW_PROJECT, headers=headers)
        assert (said.status, said.problem) == (403, "cross_site_refused"), token
    assert (await page.get("/projects", headers=cookie)).status == 200
    assert (
        await page.post("/projects", NEW_PROJECT, headers={**cookie, "X-CSRF-Token": str(browser.csrf)})
    ).status == 201


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://testserver.evil.example", "http://evil.example/testserver", "testserver",
     "http://testserver:81", "file://", "http://[::1", "http://user@evil.example", ""],
)  # fmt: skip
async def test_a_page_of_another_origin_changes_nothing(yard: Yard, origin: str) -> None:
    browser = await a_person(yard, "owner")
    for method, path in (("POST", "/projects"), ("DELETE", f"/projects/{new_id()}"), ("POST", "/auth/sign-out")):
        said = await browser.ask(method, path, json=NEW_PROJECT, headers={"Origin": origin})
        assert (said.status, said.problem) == (403, "cross_site_refused")
        assert "access-control-allow-origin" not in said.headers
    assert (await browser.get("/me")).status == 200


async def test_our_own_pages_may_be_known_by_the_proxys_address(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await install.owner()
    address = {"public_url": "https://taskyard.example.org"}
    monkeypatch.setattr(install.desk, "settings", install.desk.settings.model_copy(update=address))
    ours = {"Origin": "https://taskyard.example.org"}
    assert (await owner.post("/projects", NEW_PROJECT, headers=ours)).status == 201


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ],
)
async def test_a_body_that_any_site_may_send_is_not_read(yard: Yard, kind: str) -> None:
    browser = await a_person(yard, "owner")
    body = b'{"name": "Receipts"}'
    for path in ("/projects", "/auth/sign-in", "/setup", "/invitations/accept"):
        said = await browser.post(path, content=body, headers={"Content-Type": kind})
        assert (said.status, said.problem) == (415, "wrong_content_type")


async def test_a_file_cannot_be_planted_from_another_site(yard: Yard) -> None:
    browser = await a_person(yard, "owner")
    page = Browser(yard.app)
    headers = {"Cookie": f"taskyard_session={browser.cookie}", "Origin": "https://evil.example"}
    said = await page.post("/files", files={"file": ("a.txt", b"planted")}, headers=headers)
    assert said.problem == "cross_site_refused"


async def test_a_key_needs_no_token_because_no_browser_sends_it_by_itself(yard: Yard) -> None:
    said = await yard.owner.post("/projects", NEW_PROJECT, headers={"Origin": "https://evil.example"})
    assert said.status == 201


async def test_no_origin_is_ever_allowed_to_read(yard: Yard) -> None:
    browser = await a_person(yard)
    for origin in ("https://evil.example", "null", HOME):
        said = await browser.get("/me", headers={"Origin": origin})
        assert not any(name.startswith("access-control") for name in said.headers)
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = await browser.jar.options("/api/v1/projects", headers=asked)
        assert preflight.status_code == 405
