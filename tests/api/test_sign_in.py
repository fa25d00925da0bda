"""Getting in: the first start makes one owner, and a password begins a session that ends."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from taskyard.access import PERMISSIONS, Role
from taskyard.domain.workspaces import new_setup_link, set_password
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit.settings import Settings
from tests.builders import Yard
from tests.builders.browser import Browser, a_member, a_person, an_email
from tests.builders.credentials import entry
from tests.builders.installs import OWNER, Install, installed
from tests.builders.served import make_served
from tests.conftest import TEMPLATE

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operator.md"

pytestmark = pytest.mark.usefixtures("quick_hashes")


# --- first start


@pytest.fixture
async def another(postgres: EmbeddedPostgres, database_url: str, settings: Settings) -> AsyncIterator[Install]:
    assert database_url, "the template is there"
    async with installed(postgres, TEMPLATE, settings) as made:
        yield made


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


def test_behind_a_proxy_on_this_machine_the_address_is_the_forwarded_one(settings: Settings, database_url: str) -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in GUIDE.read_text("utf-8"), "so the guide sets it up"
    with make_served(settings, database_url, sign_in_per_minute_address=3) as served:

        def status(forwarded: str, came_from: str = "127.0.0.1") -> int:
            transport = httpx.HTTPTransport(local_address=came_from)
            with httpx.Client(base_url=served.url, transport=transport) as line:
                headers = {"X-Forwarded-For": forwarded}
                return line.post("/api/v1/auth/sign-in", json=entry(an_email()), headers=headers).status_code

        assert 429 in {status("198.51.100.1") for _ in range(7)}
        assert status("198.51.100.2") == 401, "somebody else, whom the same proxy brings, is not locked out"
        if sys.platform == "linux":  # elsewhere loopback has one address
            # Anybody may write the header: from who is not the proxy it counts for nothing.
            assert 429 in {status(f"192.0.2.{number}", "127.0.0.2") for number in range(7)}


async def test_signing_out_ends_this_browsers_session(yard: Yard) -> None:
    browser = await a_person(yard)
    cookie = {"Cookie": f"taskyard_session={browser.cookie}"}
    said = await browser.post("/auth/sign-out")
    assert said.status == 204
    assert 'taskyard_session=""' in said.headers["set-cookie"]
    assert (await Browser(yard.app).get("/me", headers=cookie)).problem == "sign_in_needed"


async def test_a_new_password_ends_every_session_begun_with_the_old_one(yard: Yard, other_yard: Yard) -> None:
    email, another = an_email(), await a_person(yard)
    removed = await a_person(yard, email=email)
    await a_member(other_yard.app, other_yard.owner, email)
    here, there = Browser(yard.app), Browser(yard.app)
    for browser, where in ((here, yard), (there, other_yard)):
        await browser.enter("/auth/sign-in", {**entry(email), "workspace": str(where.workspace_id)})
    await yard.owner.patch(f"/members/{removed.member_id}", {"state": "removed"})
    async with yard.desk.database.transaction() as session:
        await set_password(session, email=email, password="a longer sentence nobody guesses")
    yard.desk.forget_callers()
    await yard.owner.patch(f"/members/{removed.member_id}", {"state": "active"})
    # Not even the session of before comes back with the person who was removed in between.
    assert {(await browser.get("/me")).status for browser in (here, there, removed)} == {401}
    assert (await another.get("/me")).status == 200
    told = "SELECT noun_id FROM facts WHERE name = 'member.signed_out'"
    assert [len(await where.sql(told)) for where in (yard, other_yard)] == [2, 2], "their live streams end by this"
    assert (await Browser(yard.app).post("/auth/sign-in", entry(email))).problem == "wrong_credentials"
    assert (
        await Browser(yard.app).post("/auth/sign-in", entry(email, "a longer sentence nobody guesses"))
    ).status == 200


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
