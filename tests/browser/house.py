"""A Taskyard as its users have it: `taskyard serve` in a process of its own, with its worker and its database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

PREFIX = "/api/v1"
PASSWORD = "a long sentence nobody guesses"
COOKIE = "taskyard_session"
STOP_SECONDS = 20
# No route makes a second workspace: its operator does, beside the running server.
OPEN_WORKSPACE = """
import sys
from pathlib import Path
from taskyard.access import Role
from taskyard.cli.people import in_database
from taskyard.domain import workspaces

data, name, password, *people = sys.argv[1:]

async def do(session):
    made = await workspaces.open_empty_workspace(session, name)
    for said in people:
        email, role = said.split()
        await workspaces.add_person(
            session, made.id, email=email, name=email.partition("@")[0], password=password, role=Role(role)
        )
    return made.id

print(in_database(Path(data), do))
"""


class Somebody:
    """A member with a session: what a test prepares, it prepares through the API as they would."""

    def __init__(self, url: str, path: str, body: dict[str, Any]) -> None:
        self._client = httpx.Client(base_url=url, headers={"Origin": url}, timeout=60)
        me = self._client.post(PREFIX + path, json=body)
        assert me.status_code < 400, me.text
        self.id: str = me.json()["member"]["id"]
        self.name: str = me.json()["member"]["name"]
        self.email: str = me.json()["member"]["email"]
        self._client.headers["X-CSRF-Token"] = me.json()["csrf"]

    @property
    def cookie(self) -> str:
        """The session's secret, for a browser to go on with."""
        return str(self._client.cookies[COOKIE])

    def ask(self, method: str, path: str, **named: Any) -> Any:
        """Send one request and return its JSON; a refusal fails the test."""
        said = self._client.request(method, PREFIX + path, **named)
        assert said.status_code < 400, f"{method} {path}: {said.status_code} {said.text[:2000]}"
        return said.json() if said.content else None

    def get(self, path: str) -> Any:
        """Read something."""
        return self.ask("GET", path)

    def post(self, path: str, json: Any = None, **named: Any) -> Any:
        """Do something."""
        return self.ask("POST", path, **({"json": json} if json is not None else {}), **named)

    def project(self, flow: str, name: str, **named: Any) -> str:
        """Return the id of a project whose flow is published."""
        made = self.post("/projects", {"name": name, "flow": flow, **named})
        self.post(f"/projects/{made['id']}/publish")
        return str(made["id"])

    def tasks(self, project: str, inputs: list[dict[str, Any]], **named: Any) -> list[dict[str, Any]]:
        """Return tasks that have just been created, in the order of their inputs."""
        body = [{"project": project, "input": given, **named} for given in inputs]
        made: list[dict[str, Any]] = []
        for start in range(0, len(body), 1000):
            made += self.post("/tasks", {"tasks": body[start : start + 1000]})["tasks"]
        return made

    def upload(self, project: str, rows: str) -> dict[str, Any]:
        """Bring in a file of rows; return the record of the upload when every row has become a task."""
        named = {"params": {"project": project, "name": "rows.csv"}, "headers": {"Content-Type": "text/csv"}}
        made = self.post("/uploads", content=rows.encode(), **named)
        ended: dict[str, Any] = self.until(f"/uploads/{made['id']}", lambda shown: shown["ended_at"] is not None)
        assert ended["state"] == "completed", ended
        return ended

    def file(self, content: bytes, name: str, media_type: str = "image/png") -> str:
        """Return the id of a file that has just been given."""
        sent = self.post("/files", params={"name": name}, content=content, headers={"Content-Type": media_type})
        return str(sent["id"])

    def playground(self) -> str:
        """Return the id of the playground's project, however many others there are."""
        shown = self.get("/projects?limit=200")
        while not (found := [one["id"] for one in shown["items"] if one["is_playground"]]):
            assert shown["next"], "there is no playground"
            shown = self.get(f"/projects?limit=200&cursor={shown['next']}")
        return str(found[0])

    def take(self, project: str) -> dict[str, Any]:
        """Return the hold on the next work of a project."""
        hold: dict[str, Any] = self.post("/next", {"project": project})
        return hold

    def answer(self, project: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Take the next work of a project and answer it."""
        held = self.take(project)["reservation"]
        done: dict[str, Any] = self.post(
            f"/reservations/{held['id']}/submit", {"token": held["token"], "answer": answer}
        )
        return done

    def until(self, path: str, is_so: Callable[[Any], bool], seconds: float = 60) -> Any:
        """Return what a path shows once it is so; fails with what it showed last."""
        deadline = time.monotonic() + seconds
        while not is_so(shown := self.get(path)):
            assert time.monotonic() < deadline, f"{path} still shows {str(shown)[:2000]}"
            time.sleep(0.05)
        return shown

    def leave(self) -> None:
        """Close the line; the session stays."""
        self._client.close()


class House:
    """The server: started by entering, ended by its process id on leaving. Everybody in it shares one workspace."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._log = folder / "serve.log"
        self._read = 0
        self._people: list[Somebody] = []
        self.url = ""
        self.first_start = ""

    def __enter__(self) -> Self:
        ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and "TASKYARD" not in name}
        command = [sys.executable, "-m", "taskyard", "serve", "--data", str(self._folder / "data"), "--port", "0"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**ours, "TASKYARD_STOP_SECONDS_MAX": "3"},
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline() + self._process.stdout.readline()
        found = re.fullmatch(r"Taskyard is at (\S+)\nFirst start: make the owner at (\S+)\n", said)
        if found is None:
            self._end()
            raise AssertionError(f"The server did not start: {said}{self._log.read_text('utf-8')[-4000:]}")
        self.url, self.first_start = found.groups()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        for somebody in self._people:
            somebody.leave()
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    @cached_property
    def owner(self) -> Somebody:
        """The owner, made by the one-time link without a browser."""
        token = self.first_start.partition("token=")[2]
        body = {"token": token, "email": "olive@example.org", "name": "Olive", "password": PASSWORD}
        return self._known(Somebody(self.url, "/setup", {**body, "workspace": "Yard"}))

    def member(self, role: str = "annotator", name: str = "") -> Somebody:
        """Return somebody new, who has joined by invitation."""
        name = name or f"{role.title()} {len(self._people)}"
        email = f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{len(self._people)}@example.org"
        link = self.owner.post("/invitations", {"email": email, "role": role})["link"]
        body = {"token": link.partition("token=")[2], "name": name, "password": PASSWORD}
        return self._known(Somebody(self.url, "/invitations/accept", body))

    def workspace(self, name: str, *people: str) -> str:
        """Return the id of another workspace with these people in it, each an address and a role."""
        command = [sys.executable, "-c", OPEN_WORKSPACE, str(self._folder / "data"), name, PASSWORD, *people]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def known(self, email: str, password: str = PASSWORD, **where: str) -> Somebody:
        """Return a session of its own of somebody who has an account."""
        return self._known(Somebody(self.url, "/auth/sign-in", {"email": email, "password": password, **where}))

    def _known(self, somebody: Somebody) -> Somebody:
        self._people.append(somebody)
        return somebody

    def complaints(self) -> list[str]:
        """Return what the server and its worker logged as errors since this was asked last."""
        written = self._log.read_text("utf-8", errors="replace")
        new, self._read = written[self._read :], len(written)
        return [line for line in new.splitlines() if "[error" in line or "[critical" in line]
