"""`taskyard user` and `taskyard key`, beside a running server."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.browser.house import COOKIE, PASSWORD, PREFIX, House, Somebody
from tests.cli.terminal import Terminal

SOON = 10.0


@pytest.fixture
def operator(terminal: Terminal, data: str) -> Terminal:
    """Whoever runs the server, with its data folder exported."""
    terminal.exported["TASKYARD_DATA"] = data
    return terminal


def me(house: House, key: str) -> httpx.Response:
    return httpx.get(f"{house.url}{PREFIX}/me", headers={"Authorization": f"Bearer {key}"}, timeout=60)


def test_a_key_is_printed_alone_and_works(operator: Terminal, house: House) -> None:
    done = operator.run("key", "create", "--role", "reviewer", "--name", "Robot")
    assert done.err == "It acts as reviewer in Yard, and is not shown again.\n"
    said = me(house, done.said.removesuffix("\n")).json()
    assert (said["member"]["role"], said["member"]["name"]) == ("reviewer", "Robot")


def test_json_of_a_key_is_one_object_with_the_key(operator: Terminal, house: House) -> None:
    done = operator.run("key", "create", "--role", "client", "--expires", "2099-01-01", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {"key": done.json["key"], "role": "client", "workspace": "Yard"}
    assert me(house, done.json["key"]).status_code == 200


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--role", "boss"], "'boss' is not one of 'owner', 'manager', 'reviewer', 'annotator', 'client'."),
        ([], "Missing option '--role'."),
        (["--role", "owner", "--expires", "2020-01-01"], "A key's expiry must lie ahead."),
        (["--role", "owner", "--expires", "soon"], "Invalid value for '--expires'"),
        (["--role", "owner", "--workspace", "Bakery"], "There is no workspace Bakery; there is: Yard."),
    ],
)
def test_a_key_that_cannot_be_is_refused(operator: Terminal, options: list[str], says: str) -> None:
    assert says in operator.run("key", "create", *options).refusal


def test_somebody_who_was_added_can_sign_in(operator: Terminal, house: House) -> None:
    done = operator.run("user", "add", "ada@example.org", "--role", "reviewer", TASKYARD_PASSWORD=PASSWORD)
    assert done.said == "ada@example.org is reviewer in Yard.\n"
    ada = house.known("ada@example.org").get("/me")["member"]
    assert (ada["name"], ada["role"]) == ("ada", "reviewer")


def test_adding_again_changes_the_role_and_keeps_the_password(operator: Terminal, house: House) -> None:
    for role, password in (("annotator", PASSWORD), ("manager", "another long sentence")):
        done = operator.run(
            "user", "add", "bea@example.org", "--name", "Bea", "--role", role, "--json", TASKYARD_PASSWORD=password
        )
        assert done.json == {"email": "bea@example.org", "role": role, "workspace": "Yard"}
    assert house.known("bea@example.org").get("/me")["member"]["role"] == "manager"


def test_adding_brings_back_who_was_removed(operator: Terminal, house: House, owner: Somebody) -> None:
    gone = house.member()
    owner.ask("PATCH", f"/members/{gone.id}", json={"state": "removed"})
    assert operator.run("user", "add", gone.email, "--password", PASSWORD).code == 0
    assert house.known(gone.email).id == gone.id


def test_the_last_owner_is_not_made_something_else(operator: Terminal, owner: Somebody) -> None:
    said = operator.run("user", "add", owner.email, "--password", PASSWORD).refusal
    assert said == "A workspace keeps at least one owner: make somebody else owner first."
    assert owner.get("/me")["member"]["role"] == "owner"


def test_a_new_password_replaces_the_old_one_and_signs_out(operator: Terminal, house: House) -> None:
    somebody = house.member()
    cookie = {"Cookie": f"{COOKIE}={somebody.cookie}"}
    assert httpx.get(f"{house.url}{PREFIX}/me", headers=cookie).status_code == 200
    done = operator.run("user", "password", somebody.email, TASKYARD_PASSWORD="another long sentence")
    assert done.said == f"{somebody.email} has a new password.\n"
    deadline = time.monotonic() + SOON
    while httpx.get(f"{house.url}{PREFIX}/me", headers=cookie).status_code == 200:
        assert time.monotonic() < deadline, "the session of before still works"
        time.sleep(0.1)
    assert house.known(somebody.email, "another long sentence").id == somebody.id
    refused = httpx.post(f"{house.url}{PREFIX}/auth/sign-in", json={"email": somebody.email, "password": PASSWORD})
    assert refused.json()["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["add", "cyd@example.org", "--password", "short"], "The password has 5 characters; 8 to 200 are needed."),
        (["add", "cyd", "--password", PASSWORD], "cyd is not an e-mail address."),
        (
            ["add", "cyd@example.org"],
            "No password was given: set TASKYARD_PASSWORD, or run this in a terminal, where it",
        ),
        (
            ["add", "cyd@example.org", "--password", PASSWORD, "--workspace", "No"],
            "There is no workspace No; there is: ",
        ),
        (["password", "nobody@example.org", "--password", PASSWORD], "Nobody here has the address nobody@example.org."),
        (["password", "olive@example.org", "--password", "olive@example.org"], "The password is your e-mail address."),
        (["remove", "olive@example.org"], "No such command 'remove'. `taskyard user --help` shows what it takes."),
    ],
)
def test_a_person_or_a_password_that_cannot_be_is_refused(operator: Terminal, command: list[str], says: str) -> None:
    assert operator.run("user", *command).refusal.startswith(says)
