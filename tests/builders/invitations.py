"""Invitations, their links, and what accepts them."""

from __future__ import annotations

from typing import Any

from tests.builders.browser import PASSWORD
from tests.builders.people import Person


def token_of(link: str) -> str:
    """Return the secret in a link."""
    return link.partition("token=")[2]


async def invite(who: Person, email: str, role: str = "annotator") -> dict[str, Any]:
    """Invite somebody; what is returned holds the link."""
    made: dict[str, Any] = (await who.post("/invitations", {"email": email, "role": role})).json
    return made


def acceptance(invitation: dict[str, Any], password: str = PASSWORD) -> dict[str, str]:
    """Return what is sent to follow an invitation."""
    return {"token": token_of(invitation["link"]), "name": "Ana", "password": password}
