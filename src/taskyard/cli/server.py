"""The server as a command sees it: one line to it, and everything it may answer instead of what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from taskyard.kit.problems import Flaw, Kind, Problem

if TYPE_CHECKING:
    import httpx

Url = Annotated[str, typer.Option("--url", help="Address of the server.", envvar="TASKYARD_URL")]
Key = Annotated[str, typer.Option("--key", help="A key.", envvar="TASKYARD_KEY")]
HERE = "http://127.0.0.1:8750"
UNAUTHORIZED = 401
_KEY = re.compile(r"[\x21-\x7e]+")


class ServerUnreachable(Problem):
    """{url} does not answer: {says}. Start it with `taskyard serve`, or give another address with --url."""

    kind = Kind.UNAVAILABLE


class AddressUnusable(Problem):
    """{url} is not the address of a server: write it like {here}."""


class AnswersOtherwise(Problem):
    """{url} answers, but not as a Taskyard does: {says}. Give the address that it prints when it starts."""

    kind = Kind.UNAVAILABLE


class KeyNotGiven(Problem):
    """No key was given: set TASKYARD_KEY, or give one with --key. `taskyard key create` makes one."""

    kind = Kind.UNKNOWN_CALLER


class KeyNotTaken(Problem):
    """{url} does not take this key: it is wrong, revoked or expired. `taskyard key create` makes another."""

    kind = Kind.UNKNOWN_CALLER


class Refused(Problem):
    """{detail}"""  # noqa: D400 - the server's own sentence


class NoSuchProject(Problem):
    """There is no project {said} here; there is: {known}."""

    kind = Kind.MISSING


class ProjectsShareName(Problem):
    """{count} projects are called {said}; name one by its id: {ids}."""

    kind = Kind.CONFLICT


@contextmanager
def connected(url: str, key: str) -> Iterator[httpx.Client]:
    """Lend a client that shows the key with every request. What hinders the line is a refusal."""
    import httpx

    if not key.strip():
        raise KeyNotGiven
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressUnusable(url=url, here=HERE) from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise AddressUnusable(url=url or "Nothing", here=HERE)
    # Said here, because the client would refuse it with the key in its sentence.
    if not _KEY.fullmatch(key.strip()):
        raise KeyNotTaken(url=url)
    headers = {"Authorization": f"Bearer {key.strip()}"}
    try:
        with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=60) as client:
            yield client
    except httpx.HTTPError as error:
        says = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
        raise ServerUnreachable(url=url, says=says) from error


def said(response: httpx.Response) -> Any:
    """Return what the server answered; None for an answer without a body. Raises its refusal."""
    response.read()
    if response.is_success and not response.content:
        return None
    url = str(response.url).partition("/api/v1")[0]
    try:
        body = response.json()
    except ValueError:
        raise AnswersOtherwise(url=url, says=f"{response.status_code} {response.reason_phrase}") from None
    if response.is_success:
        return body
    if response.status_code == UNAUTHORIZED:
        raise KeyNotTaken(url=url)
    if not isinstance(body, dict) or "detail" not in body:
        raise AnswersOtherwise(url=url, says=f"{response.status_code} {response.reason_phrase}")
    flaws = [Flaw(flaw.get("place", ""), flaw.get("says", ""), flaw.get("mend")) for flaw in body.get("errors", [])]
    raise Refused(flaws, detail=str(body["detail"]))


def post(client: httpx.Client, path: str, headers: dict[str, str] | None = None, **named: Any) -> Any:
    """Do something once: a repeated request of the client's is not done twice."""
    return said(client.post(path, headers={"Idempotency-Key": str(uuid4()), **(headers or {})}, **named))


def project_of(client: httpx.Client, name: str) -> dict[str, Any]:
    """Return the project of this name or id."""
    known: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = said(client.get("/projects", params={"limit": 200, **({"cursor": cursor} if cursor else {})}))
        known += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    found = [project for project in known if name in {project["id"], project["name"]}]
    if not found:
        raise NoSuchProject(said=name, known=", ".join(project["name"] for project in known) or "none")
    if len(found) > 1:
        raise ProjectsShareName(count=len(found), said=name, ids=", ".join(project["id"] for project in found))
    return found[0]
