"""Keys: shown once, never wider than whoever made them, dead when revoked; and the lists they stand in."""

from __future__ import annotations

import sys

import httpx
import pytest

from taskyard.kit import logs
from tests.builders import Person, Yard
from tests.builders.browser import PASSWORD, Browser, a_person, an_email
from tests.builders.credentials import dead, entry
from tests.builders.invitations import invite, token_of
from tests.builders.served import Served

pytestmark = pytest.mark.usefixtures("quick_hashes")


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


async def test_a_key_without_a_scope_learns_who_it_is_and_what_it_lacks(yard: Yard) -> None:
    narrow = await yard.person("reviewer", scopes=["tasks.read"])
    me = (await narrow.get("/me")).json
    assert (me["member"]["role"], me["permissions"]) == ("reviewer", ["public", "known", "tasks.read"])
    lacks_scope, lacks_role = await narrow.get("/projects"), await narrow.post("/projects", {"name": "Mine"})
    assert lacks_scope.refusal["detail"] == "A key without this scope may not see projects here."
    assert lacks_role.refusal["detail"] == "The role reviewer may not change projects here."


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
    assert (await robot.get("/me")).problem == "key_unknown"


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
        assert (await robot.get("/me")).problem == "key_unknown"
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
    token = token_of(invitation["link"])
    # The random part by itself too: it may hold an underscore, at its end as well.
    random_parts = (made["key"].split("_", 2)[2], str(person.cookie).split("_", 2)[2], token.partition(".")[2])
    for secret in (made["key"], PASSWORD, "an unusual guess", person.cookie, str(person.csrf), token, *random_parts):
        assert len(secret) > len("a word")
        assert secret not in written


# --- lists


@pytest.mark.parametrize("path", ["/members", "/invitations", "/keys", "/projects"])
async def test_small_lists_page_without_gap_or_repeat_and_keep_to_their_workspace(
    yard: Yard, other_yard: Yard, path: str
) -> None:
    for each in (yard, other_yard):
        for _ in range(4):
            await invite(each.owner, an_email())
            await each.owner.post("/keys", {"name": "Robot", "role": "client"})
            await each.owner.post("/projects", {"name": "Receipts"})
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
