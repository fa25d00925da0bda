"""Whatever a caller puts into a field, the answer is an answer: never a defect of ours, never a field we do not know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from taskyard.app import API
from taskyard.domain.workspaces import passwords
from taskyard.web.desk import Desk
from tests.builders import CLASSIFY_FLOW, open_yard
from tests.house.test_walls import BODIES, PARAMETERS, ROUTES, STREAMS, ids_in
from tests.house.world import World

# As they stand in JSON, so that numbers of any size can be among them.
VALUES = (
    "null", "true", "0", "-1", "1.5", str(2**31), str(-(2**31) - 1), str(2**63), str(2**200), "1e308", "-0.0",
    '""', '" "', '"x"', '"\\\\u0000"', '"\\\\ud83d\\\\udca5"', '"\\\\u202e"', '"' + "x" * 20_000 + '"', '"%s{}${x}{{ input.text }}"',
    '"00000000-0000-0000-0000-000000000000"', '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00+14:00"', '"-infinity"',
    "[]", "[null]", '[""]', "{}", '{"": null}', '{"a": [{"b": [[]]}]}', '["a", 1, null, {}]',
)  # fmt: skip
TEXTS = ("", " ", "x", "-1", "0", str(2**63), str(2**200), "1.5", "nan", "true", "null", "[]", "{}", "%", "_", "\\", "'", '"', ";",
         "\u202e", "💥", "٣", "x" * 2000, "00000000-0000-0000-0000-000000000000", "9999-12-31", "-infinity", "\r\n", "a\tb")  # fmt: skip
# What a body needs beside the field that is tried.
WHOLE: dict[str, dict[str, Any]] = {
    **BODIES,
    "POST /setup": {"token": "x" * 32, "email": "a@example.org", "name": "A", "password": "p" * 20, "workspace": "W"},
    "POST /auth/sign-in": {"email": "a@example.org", "password": "p" * 20},
    "POST /invitations/accept": {"token": "x" * 32, "name": "A", "password": "p" * 20},
    "POST /invitations": {"email": "a@example.org", "role": "client"},
    "POST /keys": {"name": "Robot", "role": "client"},
    "POST /projects": {"name": "Receipts", "flow": CLASSIFY_FLOW},
    "POST /tasks": {"project": "PROJECT", "input": {"text": "a"}},
    "POST /tasks/{task_id}/runs": {},
    "POST /next": {},
}
WITH_BODY = sorted(name for name in ROUTES if not name.startswith(("GET", "DELETE")))
WITH_QUERY = sorted(name for name in ROUTES if name.startswith("GET") and name not in STREAMS)


@pytest.fixture(scope="module")
async def tried(app: FastAPI, desk: Desk, client: httpx.AsyncClient) -> World:
    """A world for these tests alone: some of what is tried succeeds."""
    return World(await open_yard(app, desk, client))


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the same algorithm and little work: a hundred sign-ins are tried here."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    monkeypatch.setattr(passwords, "_nobody", lambda: quick.hash("nobody has this password"))


def verb_of(app: FastAPI, name: str) -> dict[str, Any]:
    method, path = name.split(" ")
    found: dict[str, Any] = app.openapi()["paths"][API + path][method.lower()]
    return found


def fields_of(app: FastAPI, name: str) -> Iterator[tuple[str, ...]]:
    """Go through the fields of a JSON body, those of its parts too."""
    content = verb_of(app, name).get("requestBody", {}).get("content", {})
    if "application/json" in content:
        yield from _fields(content["application/json"]["schema"], app.openapi()["components"]["schemas"])


def _fields(schema: dict[str, Any], known: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for part in schema.get("anyOf", ()):
        yield from _fields(part, known, path)
    for field, part in schema.get("properties", {}).items():
        yield (*path, field)
        yield from _fields(part, known, (*path, field))


def with_value(body: dict[str, Any], path: tuple[str, ...], value: str) -> str:
    """Return the body as JSON, with a field set to a value as it stands."""
    whole: dict[str, Any] = json.loads(json.dumps(body))
    here = whole
    for part in path[:-1]:
        here[part] = here.get(part) if isinstance(here.get(part), dict) else {}
        here = here[part]
    here[path[-1]] = "HERE"
    return json.dumps(whole).replace('"HERE"', value)


async def send(world: World, name: str, content: str) -> tuple[int, str]:
    method, path = name.split(" ")
    for parameter, value in (await ids_in(world, name)).items():
        path = path.replace(f"{{{parameter}}}", value)
    content = content.replace("PROJECT", await world.id_of("project_id"))
    said = await (await world.person("owner")).ask(
        method, path, content=content.encode(), headers={"Content-Type": "application/json"}
    )
    return said.status, said.response.text


@pytest.mark.parametrize("name", WITH_BODY)
async def test_no_value_of_a_field_breaks_the_server(name: str, app: FastAPI, tried: World) -> None:
    for path in fields_of(app, name):
        for value in VALUES:
            status, said = await send(tried, name, with_value(WHOLE.get(name, {}), path, value.replace("\\\\u", "\\u")))
            assert status < 500, f"{'.'.join(path)} = {value[:100]}: {said[:500]}"


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_field_nobody_knows_is_refused(name: str, app: FastAPI, tried: World) -> None:
    if not list(fields_of(app, name)):
        return
    for field in ("colour", "id", "workspace_id", "is_admin", "__proto__", "constructor", ""):
        status, said = await send(tried, name, with_value(WHOLE.get(name, {}), (field,), '"x"'))
        known = (field,) in set(fields_of(app, name))
        assert status == 422 or known, f"{field}: {status}"
        assert known or '"is not known here"' in said or "external_id" in said or "under `tasks`" in said


@pytest.mark.parametrize("name", WITH_BODY)
async def test_no_body_of_another_form_breaks_the_server(name: str, tried: World) -> None:
    for content in ("null", "[]", "7", '"x"', "[[]]", '{"": {}}', "true", "[{}]", "{}", ""):
        status, said = await send(tried, name, content)
        assert status < 500, f"{content}: {said[:500]}"


@pytest.mark.parametrize("name", WITH_QUERY)
async def test_no_value_in_a_query_breaks_the_server(name: str, app: FastAPI, tried: World) -> None:
    path = name.partition(" ")[2]
    for parameter, value in (await ids_in(tried, name)).items():
        path = path.replace(f"{{{parameter}}}", value)
    owner = await tried.person("owner")
    asked = [one["name"] for one in verb_of(app, name).get("parameters", ()) if one["in"] == "query"]
    for parameter in [*asked, "unknown"]:
        for value in TEXTS:
            said = await owner.get(path, params={parameter: value})
            assert said.status < 500, f"{parameter} = {value[:100]!r}: {said.response.text[:500]}"
        twice = await owner.get(path, params={parameter: ["a", "b"]})
        assert twice.status < 500


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if PARAMETERS[name]))
async def test_no_value_of_an_id_breaks_the_server(name: str, tried: World) -> None:
    owner = await tried.person("owner")
    method, address = name.split(" ")
    for value in (
        "x",
        "0",
        "-",
        "%00",
        "%ff",
        "..%2f",
        "💥",
        "x" * 3000,
        "00000000000000000000000000000000",
        "{}",
        "%20",
        "a b",
    ):
        path = address
        for parameter in PARAMETERS[name]:
            path = path.replace(f"{{{parameter}}}", value)
        said = await owner.ask(method, path, **({} if method == "GET" else {"json": BODIES.get(name, {})}))
        assert said.status in {404, 405}, f"{value[:100]!r}: {said.response.text[:300]}"
