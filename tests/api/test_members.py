"""Members: who is invited and joins, what role they have, and how they are removed."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.builders import Yard
from tests.builders.browser import PASSWORD, Browser, a_member, a_person, an_email
from tests.builders.credentials import dead, entry
from tests.builders.installs import Install
from tests.builders.invitations import acceptance, invite, token_of
from tests.builders.served import Served

pytestmark = pytest.mark.usefixtures("quick_hashes")


# --- invitations


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
