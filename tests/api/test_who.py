"""Getting in and staying out: first start, sign-in, sessions, invitations, members and keys."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from taskyard.access import PERMISSIONS, Role
from taskyard.app import make_app, make_desk
from taskyard.domain.workspaces import new_setup_link, passwords
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit import logs
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.web.desk import CALLER_SECONDS, Desk
from tests.builders import Person, Yard
from tests.builders.browser import HOME, PASSWORD, Browser, a_member
from tests.builders.served import Served, own_database
from tests.conftest import TEMPLATE

OWNER = {"email": "olga@example.org", "name": "Olga", "password": PASSWORD, "workspace": "Bakery"}


@dataclass
class Install:
    """A Taskyard nobody has entered yet, and the one-time link its server has printed."""

    app: FastAPI
    desk: Desk
    token: str

    async def owner(self) -> Browser:
        """Return the owner, who has followed the link."""
        browser = Browser(self.app)
        await browser.enter("/setup", {**OWNER, "token": self.token})
        return browser


async def installed(settings: Settings, url: str) -> Install:
    desk = make_desk(settings, url)
    async with desk.database.transaction() as session:
        token = await new_setup_link(session)
    assert token is not None
    return Install(make_app(desk), desk, token)


async def taken_down(install: Install) -> None:
    await install.desk.hub.close()
    await install.desk.pictures.close()
    await install.desk.database.close()


@pytest.fixture
async def install(postgres: EmbeddedPostgres, database_url: str, settings: Settings) -> AsyncIterator[Install]:
    assert database_url, "the template is there"
    with own_database(postgres, TEMPLATE) as url:
        made = await installed(settings, url)
        yield made
        await taken_down(made)


@pytest.fixture
async def another(postgres: EmbeddedPostgres, database_url: str, settings: Settings) -> AsyncIterator[Install]:
    assert database_url, "the template is there"
    with own_database(postgres, TEMPLATE) as url:
        made = await installed(settings, url)
        yield made
        await taken_down(made)


@pytest.fixture(scope="module")
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    with Served(settings, database_url) as running:
        yield running


@pytest.fixture
def few_attempts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts a minute. Attempts are counted by the minute: of five at least three fall into one."""
    few = {"sign_in_per_minute_account": 2}
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update=few))


@pytest.fixture
def real_hashes() -> None:
    """Hash as slowly as in earnest."""


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with the same algorithm and little work, unless a test is about that work."""
    if "real_hashes" not in request.fixturenames:
        quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
        monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


def an_email() -> str:
    return f"{new_id().hex}@example.org"


async def a_person(yard: Yard, role: str = "annotator", email: str = "") -> Browser:
    return await a_member(yard.app, yard.owner, email or an_email(), role)


def entry(email: str, password: str = PASSWORD) -> dict[str, Any]:
    return {"email": email, "password": password}


# --- first start


async def test_the_link_of_the_first_start_makes_the_owner_once(install: Install) -> None:
    assert (await Browser(install.app).get("/setup")).json == {"needed": True}
    owner = await install.owner()
    me = (await owner.get("/me")).json
    assert (me["member"]["name"], me["member"]["role"], me["workspace"]["name"]) == ("Olga", "owner", "Bakery")
    assert (await Browser(install.app).get("/setup")).json == {"needed": False}
    again = await Browser(install.app).post("/setup", {**OWNER, "email": "eve@example.org", "token": install.token})
    assert (again.status, again.problem) == (409, "already_set_up")


async def test_without_the_link_nobody_becomes_owner(install: Install) -> None:
    for token in ("x" * 32, install.token[:-1], install.token + "x", install.token.swapcase()):
        said = await Browser(install.app).post("/setup", {**OWNER, "token": token})
        assert (said.status, said.problem) == (403, "link_not_valid")
    assert (await Browser(install.app).post("/setup", {**OWNER, "token": ""})).problem == "body_invalid"
    assert (await Browser(install.app).get("/setup")).json == {"needed": True}


async def test_fifty_at_once_make_one_owner(install: Install) -> None:
    async def come(number: int) -> int:
        said = await Browser(install.app).post(
            "/setup", {**OWNER, "email": f"p{number}@example.org", "token": install.token}
        )
        return said.status

    statuses = await asyncio.gather(*(come(number) for number in range(50)))
    assert sorted(statuses) == [201] + [409] * 49
    async with install.desk.database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM users"))).scalar_one() == 1


async def test_a_refused_first_start_leaves_the_link_usable(install: Install) -> None:
    for bad in ({"password": "short"}, {"password": "Password123"}, {"password": OWNER["email"]}, {"email": "olga"}):
        said = await Browser(install.app).post("/setup", {**OWNER, **bad, "token": install.token})
        assert said.status == 422
        assert said.problem in {"password_too_weak", "email_unusable"}
    assert await install.owner()


async def test_the_links_of_two_starts_both_work_until_one_is_used(install: Install) -> None:
    async with install.desk.database.transaction() as session:
        second = await new_setup_link(session)
    assert second is not None
    assert second != install.token
    await Browser(install.app).enter("/setup", {**OWNER, "token": second})
    async with install.desk.database.transaction() as session:
        assert await new_setup_link(session) is None
    assert (await Browser(install.app).post("/setup", {**OWNER, "token": install.token})).problem == "already_set_up"


async def test_two_installs_reject_each_others_cookies_and_keys(install: Install, another: Install) -> None:
    first, second = await install.owner(), await another.owner()
    key = (await first.post("/keys", {"name": "Robot", "role": "owner"})).json["key"]
    assert (await first.get("/me")).status == (await second.get("/me")).status == 200
    second.jar.cookies.set("taskyard_session", first.cookie, domain="testserver.local")
    stolen = {"Cookie": f"taskyard_session={first.cookie}"}
    assert (await Browser(another.app).get("/me", headers=stolen)).problem == "sign_in_needed"
    assert (await Browser(another.app).get("/me", headers={"Authorization": f"Bearer {key}"})).status == 401
    assert (await Browser(install.app).get("/me", headers=stolen)).status == 200


async def test_nobody_can_sign_up_by_themselves(install: Install) -> None:
    await install.owner()
    document = install.app.openapi()
    public = [
        path for path, verbs in document["paths"].items() for verb in verbs.values() if verb["x-permission"] == "public"
    ]
    assert sorted(set(public)) == [
        "/api/v1/auth/sign-in",
        "/api/v1/invitations/accept",
        "/api/v1/invitations/look-up",
        "/api/v1/setup",
    ]


# --- sign-in


async def test_signing_in_begins_a_session_in_a_cookie_that_scripts_cannot_read(yard: Yard) -> None:
    person = await a_person(yard, email=(email := an_email()))
    browser = Browser(yard.app)
    said = await browser.post("/auth/sign-in", entry(email.upper()))
    assert said.json["member"]["id"] == person.member_id
    cookie = said.headers["set-cookie"].lower()
    assert cookie.startswith("taskyard_session=tys_")
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/", "expires="))
    assert "secure" not in cookie
    assert said.headers["cache-control"] == "no-store"
    assert (await browser.get("/me")).json["csrf"] == said.json["csrf"]


async def test_behind_https_the_cookie_goes_over_https_only(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    address = {"public_url": "https://taskyard.example.org"}
    monkeypatch.setattr(install.desk, "settings", install.desk.settings.model_copy(update=address))
    said = await Browser(install.app).post("/setup", {**OWNER, "token": install.token})
    assert "; secure" in said.headers["set-cookie"].lower()


async def test_every_sign_in_has_a_session_of_its_own(yard: Yard) -> None:
    email = an_email()
    first = await a_person(yard, email=email)
    second = Browser(yard.app)
    # A cookie that was there before, perhaps planted, is not the one of the new session.
    second.jar.cookies.set("taskyard_session", first.cookie, domain="testserver.local")
    await second.enter("/auth/sign-in", entry(email))
    assert first.cookie not in str(second.jar.cookies)
    assert first.csrf != second.csrf
    assert (await first.post("/auth/sign-out")).status == 204
    assert (await second.get("/me")).status == 200


async def test_a_wrong_password_and_an_unknown_account_are_told_alike(yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    said = [
        await Browser(yard.app).post("/auth/sign-in", entry(who, "not the password")) for who in (email, an_email())
    ]
    known, unknown = ({**one.refusal, "request_id": None} for one in said)
    assert known == unknown
    assert known["code"] == "wrong_credentials"
    assert [one.status for one in said] == [401, 401]
    assert {*said[0].headers} == {*said[1].headers}
    assert not any("set-cookie" in one.headers for one in said)


@pytest.mark.usefixtures("real_hashes")
async def test_a_password_is_kept_by_argon2id_with_work_that_counts(yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    async with yard.desk.database.transaction() as session:
        asked = text("SELECT password_hash FROM users WHERE email = :email")
        kept = (await session.execute(asked, {"email": email})).scalar_one()
    name, _, cost, *_ = kept.removeprefix("$").split("$")
    assert name == "argon2id"
    work = dict(part.split("=") for part in cost.split(","))
    assert int(work["m"]) * int(work["t"]) >= 2 * 19 * 1024, "what OWASP asks for at least"


@pytest.mark.usefixtures("real_hashes")
async def test_an_unknown_account_takes_as_long_as_a_wrong_password(yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    loop = asyncio.get_running_loop()

    async def seconds(who: str) -> float:
        began = loop.time()
        await Browser(yard.app).post("/auth/sign-in", entry(who, "not the password"))
        return loop.time() - began

    known = min([await seconds(email) for _ in range(3)])
    unknown = min([await seconds(an_email()) for _ in range(3)])
    # Without the hash for nobody the second would be a twentieth of the first.
    assert unknown > known / 4


@pytest.mark.usefixtures("few_attempts")
async def test_guessing_is_slowed_down_and_stays_counted(yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    said = [await Browser(yard.app).post("/auth/sign-in", entry(email, f"guess {n}")) for n in range(5)]
    refused = [one for one in said if one.status == 429]
    assert refused
    assert {one.problem for one in refused} == {"too_many_attempts"}
    assert all(1 <= int(one.headers["retry-after"]) <= 60 for one in refused)
    assert {one.status for one in said} == {401, 429}
    subject = hashlib.sha256(f"account:{email}".encode()).hexdigest()
    async with yard.desk.database.transaction() as session:
        asked = text("SELECT sum(attempts) FROM sign_in_counts WHERE subject = :subject")
        counted = (await session.execute(asked, {"subject": subject})).scalar_one()
    assert counted == len(said), "refused attempts count like the others"


@pytest.mark.usefixtures("few_attempts")
async def test_a_locked_account_is_locked_for_the_right_password_too(yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    for _ in range(5):
        said = await Browser(yard.app).post("/auth/sign-in", entry(email, "guess"))
        if said.status == 429 and (await Browser(yard.app).post("/auth/sign-in", entry(email))).status == 429:
            return
    pytest.fail("nothing was locked")


async def test_an_address_is_slowed_down_whatever_accounts_it_tries(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"sign_in_per_minute_address": 3}
    monkeypatch.setattr(install.desk, "settings", install.desk.settings.model_copy(update=few))
    said = [await Browser(install.app, "10.0.0.1").post("/auth/sign-in", entry(an_email())) for _ in range(7)]
    assert 429 in {one.status for one in said}
    elsewhere = await Browser(install.app, "10.0.0.2").post("/auth/sign-in", entry(an_email()))
    assert elsewhere.status == 401


async def test_signing_out_ends_this_browsers_session(yard: Yard) -> None:
    browser = await a_person(yard)
    cookie = {"Cookie": f"taskyard_session={browser.cookie}"}
    said = await browser.post("/auth/sign-out")
    assert said.status == 204
    assert 'taskyard_session=""' in said.headers["set-cookie"]
    assert (await Browser(yard.app).get("/me", headers=cookie)).problem == "sign_in_needed"


async def test_a_session_ends_when_its_time_is_over(yard: Yard) -> None:
    browser = await a_person(yard)
    await yard.sql("UPDATE sign_ins SET expires_at = now() WHERE member_id = :id", id=browser.member_id)
    yard.desk.forget_callers()
    assert (await browser.get("/me")).problem == "sign_in_needed"


async def test_somebody_in_two_workspaces_enters_either(yard: Yard, other_yard: Yard) -> None:
    email = an_email()
    browser = await a_person(yard, "annotator", email)
    await a_member(other_yard.app, other_yard.owner, email, "reviewer")
    me = (await browser.get("/me")).json
    assert {(one["id"], one["role"]) for one in me["workspaces"]} == {
        (str(yard.workspace_id), "annotator"),
        (str(other_yard.workspace_id), "reviewer"),
    }
    there = await browser.enter("/auth/switch", {"workspace": str(other_yard.workspace_id)})
    assert (there["workspace"]["id"], there["member"]["role"]) == (str(other_yard.workspace_id), "reviewer")
    assert (await browser.get("/me")).json["workspace"]["id"] == str(other_yard.workspace_id)
    chosen = await Browser(yard.app).post("/auth/sign-in", {**entry(email), "workspace": str(other_yard.workspace_id)})
    assert chosen.json["workspace"]["id"] == str(other_yard.workspace_id)


async def test_switching_again_with_the_same_idempotency_key_still_lets_one_in(yard: Yard, other_yard: Yard) -> None:
    email = an_email()
    browser = await a_person(yard, "annotator", email)
    await a_member(other_yard.app, other_yard.owner, email, "reviewer")
    once = {"Idempotency-Key": "switch"}
    cookie, csrf = browser.cookie, browser.csrf
    for _ in range(2):
        headers = {**once, "Cookie": f"taskyard_session={cookie}", "X-CSRF-Token": str(csrf)}
        said = await Browser(yard.app).post(
            "/auth/switch", {"workspace": str(other_yard.workspace_id)}, headers=headers
        )
        entered = {"Cookie": f"taskyard_session={said.response.cookies['taskyard_session']}"}
        me = (await Browser(yard.app).get("/me", headers=entered)).json
        assert (me["workspace"]["id"], me["csrf"]) == (str(other_yard.workspace_id), said.json["csrf"])


async def test_a_key_cannot_switch_workspaces(yard: Yard) -> None:
    said = await yard.owner.post("/auth/switch", {"workspace": str(yard.workspace_id)})
    assert said.problem == "sign_in_needed"


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_me_tells_what_the_table_admits(yard: Yard, role: str) -> None:
    me = (await (await yard.person(role)).get("/me")).json
    allowed = {permission.value for permission, roles in PERMISSIONS.items() if role in roles}
    assert set(me["permissions"]) - {"public"} == allowed
    assert me["csrf"] is None


# --- changes from other sites

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


# --- invitations


def token_of(link: str) -> str:
    return link.partition("token=")[2]


async def invite(who: Person, email: str, role: str = "annotator") -> dict[str, Any]:
    made: dict[str, Any] = (await who.post("/invitations", {"email": email, "role": role})).json
    return made


def acceptance(invitation: dict[str, Any], password: str = PASSWORD) -> dict[str, str]:
    return {"token": token_of(invitation["link"]), "name": "Ana", "password": password}


async def test_an_invitation_shows_its_link_once_and_lets_one_person_in(yard: Yard) -> None:
    email = an_email()
    invitation = await invite(yard.owner, email, "reviewer")
    assert invitation["link"].startswith("http://testserver/invitation?token=")
    listed = (await yard.owner.get("/invitations")).json["items"][0]
    assert (listed["id"], listed["link"], listed["state"]) == (invitation["id"], None, "open")
    seen = await yard.stranger.get("/invitations/look-up", params={"token": token_of(invitation["link"])})
    assert seen.json == {"workspace": "Yard", "email": email, "role": "reviewer"}
    me = await Browser(yard.app).enter("/invitations/accept", acceptance(invitation))
    assert (me["member"]["email"], me["member"]["role"]) == (email, "reviewer")
    again = await Browser(yard.app).post("/invitations/accept", acceptance(invitation))
    assert (again.status, again.problem) == (403, "link_not_valid")
    assert (await yard.owner.get("/invitations")).json["items"][0]["state"] == "accepted"


async def test_twenty_at_once_with_one_link_make_one_member(yard: Yard) -> None:
    invitation = await invite(yard.owner, an_email())
    said = await asyncio.gather(
        *(Browser(yard.app).post("/invitations/accept", acceptance(invitation)) for _ in range(20))
    )
    assert sorted(one.status for one in said) == [201] + [403] * 19


async def test_a_link_ends_with_its_time_or_when_it_is_revoked(yard: Yard) -> None:
    late, revoked = await invite(yard.owner, an_email()), await invite(yard.owner, an_email())
    await yard.sql("UPDATE invitations SET expires_at = now() WHERE id = :id", id=late["id"])
    for _ in range(2):
        assert (await yard.owner.delete(f"/invitations/{revoked['id']}")).json["state"] == "revoked"
    for invitation in (late, revoked):
        assert (await Browser(yard.app).post("/invitations/accept", acceptance(invitation))).problem == "link_not_valid"
        seen = await yard.stranger.get("/invitations/look-up", params={"token": token_of(invitation["link"])})
        assert seen.problem == "link_not_valid"


@pytest.mark.parametrize(
    "token", ["x" * 40, "null-null-null", "0" * 32 + ".", "0" * 32 + ".x", "." * 20, "\u0660" * 32]
)
async def test_a_made_up_link_is_none(yard: Yard, token: str) -> None:
    said = await yard.stranger.get("/invitations/look-up", params={"token": token})
    assert (said.status, said.problem) == (403, "link_not_valid")
    body = {"token": token, "name": "Eve", "password": PASSWORD}
    assert (await Browser(yard.app).post("/invitations/accept", body)).problem == "link_not_valid"


async def test_an_accepted_invitation_is_not_revoked(yard: Yard) -> None:
    invitation = await invite(yard.owner, an_email())
    await Browser(yard.app).enter("/invitations/accept", acceptance(invitation))
    said = (await yard.owner.delete(f"/invitations/{invitation['id']}")).refusal
    assert (said["code"], said["state"], said["allowed"]) == ("illegal_move", "accepted", [])


async def test_somebody_with_an_account_joins_with_its_password(yard: Yard, other_yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    invitation = await invite(other_yard.owner, email)
    wrong = await Browser(yard.app).post("/invitations/accept", acceptance(invitation, "another password"))
    assert (wrong.status, wrong.problem) == (401, "wrong_credentials")
    me = await Browser(yard.app).enter("/invitations/accept", acceptance(invitation))
    assert len(me["workspaces"]) == 2
    assert (await Browser(yard.app).post("/auth/sign-in", entry(email))).status == 200


async def test_who_joins_two_workspaces_at_once_is_one_person(yard: Yard, other_yard: Yard) -> None:
    for _ in range(4):
        email = an_email()
        links = [await invite(each.owner, email) for each in (yard, other_yard)]
        said = await asyncio.gather(
            *(Browser(yard.app).post("/invitations/accept", acceptance(link)) for link in links)
        )
        assert [one.status for one in said] == [201, 201]
        me = await Browser(yard.app).enter("/auth/sign-in", entry(email))
        assert len(me["workspaces"]) == 2


@pytest.mark.usefixtures("few_attempts")
async def test_a_link_is_no_way_to_guess_a_password(yard: Yard, other_yard: Yard) -> None:
    email = an_email()
    await a_person(yard, email=email)
    invitation = await invite(other_yard.owner, email)
    said = [await Browser(yard.app).post("/invitations/accept", acceptance(invitation, f"guess {n}")) for n in range(5)]
    assert {one.status for one in said} == {401, 429}


async def test_a_refused_acceptance_leaves_the_link_usable(yard: Yard) -> None:
    invitation = await invite(yard.owner, an_email())
    assert (await Browser(yard.app).post("/invitations/accept", acceptance(invitation, "12345678"))).status == 422
    assert await Browser(yard.app).enter("/invitations/accept", acceptance(invitation))


async def test_managers_invite_nobody_above_themselves(yard: Yard) -> None:
    manager = await yard.person("manager")
    for role in ("owner", "manager"):
        said = await manager.post("/invitations", {"email": an_email(), "role": role})
        assert (said.status, said.problem) == (403, "role_too_high")
    for role in ("reviewer", "annotator", "client"):
        assert (await invite(manager, an_email(), role))["role"] == role
    for_owner = await invite(yard.owner, an_email(), "owner")
    assert (await manager.delete(f"/invitations/{for_owner['id']}")).problem == "role_too_high"


async def test_a_member_is_not_invited_again(yard: Yard) -> None:
    email = an_email()
    earlier = await invite(yard.owner, email, "annotator")
    person = await a_person(yard, "reviewer", email)
    assert (
        await yard.owner.post("/invitations", {"email": email.upper(), "role": "client"})
    ).problem == "already_member"
    # A link from before must not change what they are by now.
    assert (await Browser(yard.app).post("/invitations/accept", acceptance(earlier))).problem == "already_member"
    assert (await person.get("/me")).json["member"]["role"] == "reviewer"


async def test_who_was_removed_comes_back_by_a_new_invitation(yard: Yard) -> None:
    email = an_email()
    person = await a_person(yard, "reviewer", email)
    await yard.owner.patch(f"/members/{person.member_id}", {"state": "removed"})
    back = await a_person(yard, "annotator", email)
    assert (back.member_id, back.role) == (person.member_id, "annotator")


@pytest.mark.parametrize(
    "email", ["ana", "ana@", "@example.org", "ana@example", "a b@example.org", "ana@exa mple.org", "a@b\nc.d"]
)
async def test_what_is_no_address_is_not_invited(yard: Yard, email: str) -> None:
    said = await yard.owner.post("/invitations", {"email": email, "role": "client"})
    assert (said.status, said.problem) == (422, "email_unusable")


# --- members


async def test_a_workspace_keeps_its_last_owner(install: Install) -> None:
    owner = await install.owner()
    mine = f"/members/{(await owner.get('/me')).json['member']['id']}"
    # A key of the role owner is nobody who could come back.
    await owner.post("/keys", {"name": "Robot", "role": "owner"})
    for change in ({"role": "manager"}, {"state": "removed"}, {"role": "client", "state": "removed"}):
        said = await owner.patch(mine, change)
        assert (said.status, said.problem) == (409, "last_owner")
    second = await a_member(install.app, owner, "second@example.org", "owner")
    assert (await owner.patch(mine, {"role": "manager"})).json["role"] == "manager"
    assert (await second.get("/me")).json["member"]["role"] == "owner"


async def test_of_two_owners_who_remove_each_other_one_stays(install: Install) -> None:
    first = await install.owner()
    second = await a_member(install.app, first, "second@example.org", "owner")
    ids = [(await one.get("/me")).json["member"]["id"] for one in (first, second)]
    said = await asyncio.gather(
        first.patch(f"/members/{ids[1]}", {"state": "removed"}),
        second.patch(f"/members/{ids[0]}", {"state": "removed"}),
    )
    assert sorted(one.status for one in said) in ([200, 401], [200, 409])
    left = [one for one in (first, second) if (await one.get("/me")).status == 200]
    assert len(left) == 1


async def test_a_change_of_role_counts_at_once(yard: Yard) -> None:
    person = await a_person(yard, "annotator")
    assert (await person.get("/members")).problem == "not_allowed"
    await yard.owner.patch(f"/members/{person.member_id}", {"role": "manager"})
    assert (await person.get("/members")).status == 200


async def test_nobody_raises_their_own_role(yard: Yard) -> None:
    for role in ("manager", "reviewer", "annotator", "client"):
        person = await yard.person(role)
        assert (await person.patch(f"/members/{person.member_id}", {"role": "owner"})).problem == "not_allowed"


async def test_a_removed_members_session_is_dead_within_two_seconds_everywhere(yard: Yard, served: Served) -> None:
    person = await a_person(yard, "manager")
    cookie = {"Cookie": f"taskyard_session={person.cookie}"}
    async with httpx.AsyncClient(base_url=served.url) as elsewhere:
        assert (await elsewhere.get("/api/v1/me", headers=cookie)).status_code == 200
        await yard.owner.patch(f"/members/{person.member_id}", {"state": "removed"})
        assert (await person.get("/me")).problem == "sign_in_needed"
        await dead(elsewhere, cookie)


async def dead(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Wait until a credential no longer works; none that is shown after the time it is remembered for may."""
    clock = asyncio.get_running_loop().time
    revoked_at = clock()
    while True:
        sent_at = clock()
        if (await client.get("/api/v1/me", headers=headers)).status_code == 401:
            return
        assert sent_at <= revoked_at + CALLER_SECONDS, "it still works"
        await asyncio.sleep(0.1)


async def test_who_was_removed_from_their_only_workspace_gets_nowhere(yard: Yard) -> None:
    email = an_email()
    person = await a_person(yard, email=email)
    await yard.owner.patch(f"/members/{person.member_id}", {"state": "removed"})
    assert (await Browser(yard.app).post("/auth/sign-in", entry(email))).problem == "no_such_workspace"


async def test_members_are_listed_with_what_may_be_done(yard: Yard) -> None:
    person = await a_person(yard, "reviewer")
    for who, allowed in ((yard.owner, True), (await yard.person("manager"), False)):
        found = {one["id"]: one for one in (await who.get("/members")).json["items"]}
        assert found[person.member_id]["kind"] == "person"
        assert (found[person.member_id]["can"]["remove"] is None) is allowed
        assert found[yard.owner.member_id]["kind"] == "key"


# --- keys


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(yard: Yard) -> None:
    said = await yard.owner.post("/keys", {"name": "Robot", "role": "reviewer"}, headers={"Idempotency-Key": "key"})
    key = said.json["key"]
    secret = key.split("_", 2)[2]
    assert len(secret) >= 32, "192 random bits"
    robot = Person(yard.client, key)
    assert (await robot.get("/me")).json["member"]["role"] == "reviewer"
    listed = (await yard.owner.get("/keys")).json["items"][0]
    assert (listed["key"], listed["prefix"]) == (None, secret[:6])
    assert listed["last_used_at"] is not None
    for table in ("api_keys", "facts", "idempotency_keys", "members"):
        for row in await yard.sql(f"SELECT kept::text AS text FROM {table} AS kept"):
            assert secret not in row.text
            assert secret.encode().hex() not in row.text, table


async def test_the_same_request_again_makes_no_second_key_and_shows_none(yard: Yard) -> None:
    once = {"Idempotency-Key": "key"}
    body = {"name": "Robot", "role": "reviewer"}
    first, again = [await yard.owner.post("/keys", body, headers=once) for _ in range(2)]
    assert first.json["id"] == again.json["id"]
    assert first.json["key"]
    assert again.json["key"] is None
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_same_invitation_again_makes_no_second_one_and_shows_no_link(yard: Yard) -> None:
    once = {"Idempotency-Key": "invitation"}
    body = {"email": an_email(), "role": "reviewer"}
    first, again = [await yard.owner.post("/invitations", body, headers=once) for _ in range(2)]
    assert first.json["id"] == again.json["id"]
    assert (bool(first.json["link"]), again.json["link"]) == (True, None)


async def test_scopes_narrow_a_key_below_its_role(yard: Yard) -> None:
    reader = await yard.person("owner", scopes=["tasks.read"])
    assert (await reader.get("/tasks")).status == 200
    for method, path in (("GET", "/members"), ("POST", "/tasks"), ("GET", "/keys"), ("POST", "/projects")):
        assert (await reader.ask(method, path, json={})).problem == "not_allowed"


@pytest.mark.parametrize("scopes", [["everything"], ["members.write"], ["tasks.read", "keys.write"], ["public"], [""]])
async def test_a_scope_the_role_does_not_have_is_refused(yard: Yard, scopes: list[str]) -> None:
    said = await yard.owner.post("/keys", {"name": "Robot", "role": "annotator", "scopes": scopes})
    assert (said.status, said.problem) == (422, "scope_unknown")


async def test_a_narrow_key_cannot_make_itself_a_wider_one(yard: Yard) -> None:
    narrow = await yard.person("owner", scopes=["keys.write", "tasks.read"])
    for body in (
        {"role": "owner"},
        {"role": "annotator"},
        {"role": "owner", "scopes": ["tasks.read", "members.write"]},
    ):
        said = await narrow.post("/keys", {"name": "Wide", **body})
        assert (said.status, said.problem) == (403, "scope_beyond_yours")
    assert (await narrow.post("/keys", {"name": "Same", "role": "owner", "scopes": ["tasks.read"]})).status == 201


async def test_a_key_dies_when_its_time_is_over(yard: Yard) -> None:
    soon = (await yard.sql("SELECT now() + interval '1 hour' AS at"))[0].at
    robot = await yard.person("owner", expires_at=soon)
    assert (await robot.get("/me")).status == 200
    await yard.sql("UPDATE api_keys SET expires_at = now() WHERE member_id = :id", id=robot.member_id)
    yard.desk.forget_callers()
    assert (await robot.get("/me")).problem == "sign_in_needed"


@pytest.mark.parametrize("expires_at", ["2001-01-01T00:00:00Z", "2001-01-01T00:00:00", "2001-01-01", "yesterday", ""])
async def test_a_key_cannot_be_born_dead(yard: Yard, expires_at: str) -> None:
    said = await yard.owner.post("/keys", {"name": "Robot", "role": "client", "expires_at": expires_at})
    assert (said.status, said.problem in {"expiry_past", "body_invalid"}) == (422, True)


async def test_a_revoked_key_is_dead_at_once_here_and_soon_everywhere(yard: Yard, served: Served) -> None:
    made = (await yard.owner.post("/keys", {"name": "Robot", "role": "owner"})).json
    robot = Person(yard.client, made["key"])
    bearer = {"Authorization": f"Bearer {made['key']}"}
    async with httpx.AsyncClient(base_url=served.url) as elsewhere:
        assert (await elsewhere.get("/api/v1/me", headers=bearer)).status_code == 200
        assert (await robot.get("/me")).status == 200
        for _ in range(2):
            assert (await yard.owner.delete(f"/keys/{made['id']}")).status == 204
        assert (await robot.get("/me")).problem == "sign_in_needed"
        await dead(elsewhere, bearer)
    assert (await yard.owner.get("/keys")).json["items"][0]["revoked_at"] is not None
    told = await yard.sql("SELECT count(*) AS n FROM facts WHERE name = 'key.revoked' AND noun_id = :id", id=made["id"])
    assert told[0].n == 1


async def test_a_key_in_the_address_is_not_looked_at(yard: Yard) -> None:
    for name in ("key", "api_key", "access_token", "token"):
        assert (await yard.stranger.get("/me", params={name: str(yard.owner.key)})).problem == "sign_in_needed"


@pytest.mark.parametrize("shape", ["{}x", "x{}", "{} ", "Bearer {}", "{}_", "_{}"])
async def test_nearly_a_key_is_none(yard: Yard, shape: str) -> None:
    said = await Person(yard.client, shape.format(yard.owner.key)).get("/me")
    assert said.status == (200 if shape == "{} " else 401)


async def test_keys_and_passwords_are_never_logged(
    yard: Yard, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The log keeps the stream it is given; the one of this test would be closed after it.
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    logs.set_up("debug", "json")
    try:
        email = an_email()
        person = await a_person(yard, email=email)
        made = (await yard.owner.post("/keys", {"name": "Robot", "role": "owner"})).json
        await Person(yard.client, made["key"]).get("/me")
        await Browser(yard.app).post("/auth/sign-in", entry(email, "an unusual guess"))
        invitation = await invite(yard.owner, an_email())
        await yard.stranger.get("/invitations/look-up", params={"token": token_of(invitation["link"])})
    finally:
        logs.set_up("warning")
    written = capfd.readouterr().err
    assert '"path": "/api/v1/invitations/look-up"' in written
    for secret in (
        made["key"],
        PASSWORD,
        "an unusual guess",
        person.cookie,
        str(person.csrf),
        token_of(invitation["link"]),
    ):
        assert secret not in written
        assert secret.rpartition("_")[2] not in written


# --- lists


@pytest.mark.parametrize("path", ["/members", "/invitations", "/keys", "/projects"])
async def test_small_lists_page_without_gap_or_repeat_and_keep_to_their_workspace(
    yard: Yard, other_yard: Yard, path: str
) -> None:
    for each in (yard, other_yard):
        for _ in range(4):
            await invite(each.owner, an_email())
            await each.owner.post("/keys", {"name": "Robot", "role": "client"})
            await each.owner.post("/projects", NEW_PROJECT)
    whole = (await yard.owner.get(path)).json
    ids, cursor = [], None
    while True:
        page = (await yard.owner.get(path, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json
        assert page["total"] == whole["total"]
        ids += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert ids == [one["id"] for one in whole["items"]]
    assert len(ids) >= 4
    assert (await other_yard.owner.get(path, params={"cursor": cursor})).problem == "cursor_unreadable"
