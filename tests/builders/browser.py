"""Somebody in a browser: a cookie jar of their own, and the token that changes need."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI

from taskyard.kit.ids import new_id
from tests.builders.people import Person, Said
from tests.builders.yard import Yard

HOME = "http://testserver"
PASSWORD = "a long sentence nobody guesses"


class Browser(Person):
    """A browser. After `enter` it is signed in and sends the token with every change."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        transport = httpx.ASGITransport(app, client=(address, 1))
        self.jar = httpx.AsyncClient(transport=transport, base_url=HOME)
        super().__init__(self.jar, None)
        self.csrf: str | None = None

    async def ask(self, method: str, path: str, **named: Any) -> Said:
        """Send a request as our own pages do."""
        ours = {} if self.csrf is None or method == "GET" else {"X-CSRF-Token": self.csrf, "Origin": HOME}
        named["headers"] = {**ours, **named.get("headers", {})}
        return await super().ask(method, path, **named)

    async def enter(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Begin a session by one of the ways in; return who I am."""
        said = await self.post(path, body)
        me: dict[str, Any] = said.json
        self.csrf = me["csrf"]
        return me

    @property
    def cookie(self) -> str:
        """Return the session's cookie."""
        return str(self.jar.cookies["taskyard_session"])


async def a_member(app: FastAPI, owner: Person, email: str, role: str = "annotator") -> Browser:
    """Return somebody with a password who has joined by invitation."""
    link = (await owner.post("/invitations", {"email": email, "role": role})).json["link"]
    browser = Browser(app)
    body = {"token": link.partition("token=")[2], "name": email.partition("@")[0], "password": PASSWORD}
    me = await browser.enter("/invitations/accept", body)
    browser.member_id, browser.role = me["member"]["id"], me["member"]["role"]
    return browser


def an_email() -> str:
    """Return an address nobody else has."""
    return f"{new_id().hex}@example.org"


async def a_person(yard: Yard, role: str = "annotator", email: str = "") -> Browser:
    """Return a new member of a yard, in a browser."""
    return await a_member(yard.app, yard.owner, email or an_email(), role)
