"""Every route, walked from the router: who is let in, and that another tenant's id is like none at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from taskyard.access import BEYOND_SCOPES, PERMISSIONS, WORDS, Permission, Role
from taskyard.app import API, HOUSES
from taskyard.kit.ids import new_id
from taskyard.web import Router
from taskyard.web.routing import SAFE_METHODS, VerbRoute
from tests.builders import CLASSIFY_FLOW, Person, Said
from tests.builders.served import Served
from tests.house.conftest import NewWorld
from tests.house.world import EXAMPLES, ROLES, World

PUBLIC = {
    "GET /setup",
    "POST /setup",
    "POST /auth/sign-in",
    "GET /invitations/look-up",
    "POST /invitations/accept",
}
# Answered without the route class: no row of a tenant is behind them.
BESIDE_THE_API = {f"{API}/openapi.json", "/health/live", "/health/ready", "/metrics", "/assets", "/{path:path}"}
# Who may, said a second time and by hand: a route that is given another row changes what is written here.
LEADS = "manager owner"
WORKERS = "annotator manager owner reviewer"
LEADS_AND_CLIENTS = "client manager owner"
WHO_MAY = {
    "owner": {"GET /keys", "POST /keys", "DELETE /keys/{key_id}", "PATCH /members/{member_id}", "GET /callbacks/secret",
              "POST /callbacks/secret/rotate"},
    LEADS: {
        "GET /members", "GET /invitations", "POST /invitations", "DELETE /invitations/{invitation_id}", "POST /projects",
        "PATCH /projects/{project_id}", "DELETE /projects/{project_id}", "PUT /projects/{project_id}/draft",
        "POST /projects/{project_id}/draft/check", "POST /projects/{project_id}/publish", "PATCH /tasks/{task_id}",
        "POST /exports/consumers/{consumer_id}/reset",
        "POST /tasks/{task_id}/move", "POST /tasks/{task_id}/send-back", "POST /tasks/{task_id}/complete",
        "POST /bulk/{bulk_id}/undo",
        "POST /archives", "GET /archives", "GET /archives/{archive_id}", "GET /archives/{archive_id}/items",
        "POST /archives/{archive_id}/cancel", "POST /archives/{archive_id}/restore", "DELETE /archives/{archive_id}",
        "GET /archives/{archive_id}/download",
        "GET /tasks/{task_id}/deliveries", "POST /deliveries/{delivery_id}/send-again",
        "GET /reservations/holders", "POST /reservations/release", "POST /tasks/{task_id}/reserve", "POST /kept/release",
    },
    LEADS_AND_CLIENTS: {
        "POST /tasks", "POST /tasks/{task_id}/cancel", "GET /tasks/export", "POST /uploads", "GET /uploads",
        "GET /uploads/{upload_id}", "GET /uploads/{upload_id}/errors", "POST /uploads/{upload_id}/cancel",
        "POST /bulk", "GET /bulk", "GET /bulk/{bulk_id}", "GET /bulk/{bulk_id}/items", "POST /bulk/{bulk_id}/cancel",
        "POST /bulk/{bulk_id}/retry", "POST /tasks/{task_id}/audits", "GET /tasks/{task_id}/audits",
        "GET /tasks/{task_id}/fix",
        "GET /uploads/{upload_id}/failed-rows", "POST /uploads/{upload_id}/mended",
        "POST /exports", "GET /exports", "GET /exports/consumers", "GET /exports/{export_id}",
        "GET /exports/{export_id}/download", "GET /exports/{export_id}/manifest", "POST /exports/{export_id}/cancel",
        "DELETE /exports/{export_id}",
        "POST /uploads/preview",
    },
    WORKERS: {
        "POST /next", "GET /work", "GET /work/next", "GET /kept", "GET /reservations", "GET /reservations/{reservation_id}",
        "PUT /reservations/{reservation_id}/draft", "POST /reservations/{reservation_id}/renew",
        "POST /reservations/{reservation_id}/release", "POST /reservations/{reservation_id}/skip",
        "POST /reservations/{reservation_id}/submit", "POST /apps/{project_id}/runs", "POST /tasks/{task_id}/runs",
        "POST /runs/{run_id}/cancel", "DELETE /tasks/{task_id}",
    },
}  # fmt: skip
# Everybody reads, sees what their role shows them, and changes nothing but this.
EVERYBODY_CHANGES = {
    "POST /auth/sign-out", "POST /auth/switch", "POST /files", "POST /views", "PATCH /views/{view_id}",
    "DELETE /views/{view_id}",
}  # fmt: skip
STREAMS = {"GET /events", "GET /runs/{run_id}/events"}
# Nothing to be shown of the example, which nobody has finished.
OF_FINISHED_TASKS = {"GET /tasks/{task_id}/fix"}

# What a route needs in its body before it looks for the row its address names.
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /members/{member_id}": {"role": "reviewer"},
    "PATCH /projects/{project_id}": {"name": "Renamed"},
    "PUT /projects/{project_id}/draft": {"source": CLASSIFY_FLOW},
    "POST /projects/{project_id}/draft/check": {"source": CLASSIFY_FLOW},
    "PATCH /tasks/{task_id}": {"priority": 1},
    "POST /tasks/{task_id}/audits": {"verdict": "accept"},
    "POST /tasks/{task_id}/move": {"step": "label"},
    "POST /tasks/{task_id}/send-back": {},
    "PATCH /views/{view_id}": {"name": "Renamed"},
    "POST /apps/{project_id}/runs": {"input": {"text": "Where is it?"}},
    "POST /reservations/release": {"all": True},
    "POST /tasks/{task_id}/reserve": {"member": None},
    "POST /kept/release": {"all": True},
    "POST /reservations/{reservation_id}/skip": {"reason": "It is blurred."},
    "PUT /reservations/{reservation_id}/draft": {"answer": {"labels": []}},
    "POST /reservations/{reservation_id}/submit": {"answer": {"labels": ["question"]}},
}

ENDINGS = ("/health", "/ready", ".svg", ".png", "/..%2fhealth", "%00", ";health", "/", "//", "?.svg", "%2ehealth")


def name_of(route: VerbRoute) -> str:
    (method,) = list(route.methods or [])
    return f"{method} {route.path}"


ROUTES: dict[str, VerbRoute] = {name_of(route): route for house in HOUSES for route in house.routes.routes}
PARAMETERS = {name: re.findall(r"{(\w+)}", route.path) for name, route in ROUTES.items()}
WITH_IDS = sorted(name for name, parameters in PARAMETERS.items() if parameters)
every_route = pytest.mark.parametrize("name", sorted(ROUTES))
every_route_with_ids = pytest.mark.parametrize("name", WITH_IDS)


async def ask(who: Person, name: str, ids: dict[str, str], suffix: str = "") -> Said:
    method, path = name.split(" ")
    for parameter, value in ids.items():
        path = path.replace(f"{{{parameter}}}", value)
    body = {} if method == "GET" else {"json": BODIES.get(name, {})}
    return await who.ask(method, path + suffix, **body)


async def ids_in(world: World, name: str) -> dict[str, str]:
    return {parameter: await world.id_of(parameter) for parameter in PARAMETERS[name]}


def missing_ids(name: str) -> dict[str, str]:
    return {parameter: str(new_id()) for parameter in PARAMETERS[name]}


def told(said: Said, *unknown: str) -> tuple[int, str]:
    """Return a refusal without what must differ: the id that was asked for, and the request's own."""
    text = said.response.text.replace(str(said.refusal["request_id"]), "")
    for word in unknown:
        text = text.replace(word, "ID")
    return said.status, text


def all_routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        candidates = getattr(route, "effective_candidates", None)
        if candidates is None:
            yield getattr(route, "original_route", route)
        else:
            yield from all_routes(candidates())


def test_every_route_of_the_server_goes_through_the_route_class(app: FastAPI) -> None:
    others = {getattr(route, "path", "") for route in all_routes(app.routes) if not isinstance(route, VerbRoute)}
    assert others <= BESIDE_THE_API
    walked = [route for route in all_routes(app.routes) if isinstance(route, VerbRoute)]
    assert sorted(map(name_of, walked)) == sorted(ROUTES)
    assert len(walked) > 45


def test_what_stands_beside_the_api_is_only_ever_read(app: FastAPI) -> None:
    beside = [route for route in all_routes(app.routes) if not isinstance(route, VerbRoute)]
    methods = {method for route in beside for method in getattr(route, "methods", None) or ()}
    assert methods <= SAFE_METHODS


def test_a_route_without_a_permission_cannot_be_declared() -> None:
    houses = Router(noun="test")
    with pytest.raises(TypeError, match="declares no permission"):
        houses.get("/open")(lambda: None)
    with pytest.raises(TypeError, match="may"):
        houses.verb("GET", "/open")(lambda: None)  # type: ignore[call-arg]
    assert houses.routes == []


def test_every_permission_has_a_row_and_is_asked_for_or_is_a_scope() -> None:
    assert set(PERMISSIONS) == set(Permission) - {Permission.PUBLIC}
    assert all(roles and Role.OWNER in roles for roles in PERMISSIONS.values())


def test_every_permission_is_said_in_words() -> None:
    assert set(WORDS) == set(Permission)
    for permission, words in WORDS.items():
        assert permission.value not in words
        assert "." not in words
        assert "_" not in words
    assert len(set(WORDS.values())) == len(WORDS)


async def test_a_refusal_speaks_in_words(ours: World) -> None:
    said = (await (await ours.person("annotator")).get("/uploads")).refusal
    assert said["detail"] == "The role annotator may not see uploads here."
    assert said["permission"] == "uploads.read"
    said = (await (await ours.person("no scopes")).get("/uploads")).refusal
    assert said["detail"] == "A key without this scope may not see uploads here."


def test_who_may_do_what_is_what_was_meant() -> None:
    found: dict[str, set[str]] = {}
    for name, route in ROUTES.items():
        if route.permission is not Permission.PUBLIC:
            found.setdefault(" ".join(sorted(PERMISSIONS[route.permission])), set()).add(name)
    everybody = found.pop(" ".join(sorted(Role)))
    assert found == WHO_MAY
    assert {name for name in everybody if not name.startswith("GET")} == EVERYBODY_CHANGES
    assert {name for name, route in ROUTES.items() if route.permission is Permission.PUBLIC} == PUBLIC


def test_every_id_in_an_address_has_an_example() -> None:
    known = {parameter for parameters in PARAMETERS.values() for parameter in parameters}
    assert known == set(EXAMPLES)


@every_route
async def test_nobody_is_asked_to_sign_in(name: str, ours: World) -> None:
    said = await ask(ours.yard.stranger, name, await ids_in(ours, name))
    if name in PUBLIC:
        assert said.status != 401 or name == "POST /auth/sign-in"
        assert ROUTES[name].permission is Permission.PUBLIC
    else:
        assert (said.status, said.problem) == (401, "sign_in_needed")


@every_route
async def test_a_credential_that_is_none_is_nobody(name: str, ours: World) -> None:
    for shown in ("ty_x", f"ty_{ours.yard.workspace_id.hex}_x", f"tys_{ours.yard.workspace_id.hex}_x", "null", " "):
        said = await ask(Person(ours.yard.client, shown), name, await ids_in(ours, name))
        if name in PUBLIC:
            assert said.status == (await ask(ours.yard.stranger, name, {})).status
        else:
            assert (said.status, said.problem) == (401, "key_unknown"), shown


@every_route
async def test_a_role_outside_its_row_is_refused(name: str, ours: World) -> None:
    permission = ROUTES[name].permission
    refused = [role for role in ROLES if permission is not Permission.PUBLIC and role not in PERMISSIONS[permission]]
    if permission not in BEYOND_SCOPES:
        refused.append("no scopes")
    for role in refused:
        said = await ask(await ours.person(role), name, await ids_in(ours, name))
        assert (said.status, said.problem) == (403, "not_allowed"), role


@every_route_with_ids
async def test_an_id_of_another_tenant_is_like_none_at_all(name: str, ours: World, theirs: World) -> None:
    own, foreign = await ids_in(ours, name), await ids_in(theirs, name)
    # Own parent and foreign child, where an address has both, and the other way round.
    for choice in product([True, False], repeat=len(own)):
        if not any(choice):
            continue
        mixed = {key: foreign[key] if far else own[key] for key, far in zip(own, choice, strict=True)}
        nowhere = {key: str(new_id()) if far else own[key] for key, far in zip(own, choice, strict=True)}
        for role in sorted(PERMISSIONS[ROUTES[name].permission]):
            who = await ours.person(role)
            there, missing = await ask(who, name, mixed), await ask(who, name, nowhere)
            assert missing.status == 404, f"{role}: {missing.response.text}: does the route need a body in BODIES?"
            assert told(there, *mixed.values()) == told(missing, *nowhere.values()), role


@every_route_with_ids
async def test_the_owner_reaches_the_row_an_id_names(name: str, ours: World, new_world: NewWorld) -> None:
    """Without this, a 404 above could come from an example that nobody finds."""
    if name in STREAMS:
        return
    world = ours if name.startswith("GET") else await new_world()
    said = await ask(await world.person("owner"), name, await ids_in(world, name))
    assert said.status not in {401, 403, 404, 405}
    assert said.status < 500
    if name.startswith("GET"):
        assert said.status == (409 if name in OF_FINISHED_TASKS else 200)


@every_route
async def test_a_role_in_its_row_is_let_in(name: str, ours: World) -> None:
    route = ROUTES[name]
    if route.permission is Permission.PUBLIC or not name.startswith("GET") or name in STREAMS:
        return
    for role in sorted(PERMISSIONS[route.permission]):
        said = await ask(await ours.person(role), name, await ids_in(ours, name))
        # Which rows a role sees behind its permission is decided with the rows: 404 is theirs to say.
        expected = 409 if name in OF_FINISHED_TASKS else 200
        assert said.status in ({expected, 404} if PARAMETERS[name] else {expected}), role


@every_route
async def test_no_ending_of_an_address_opens_it(name: str, ours: World) -> None:
    if name in PUBLIC:
        return
    for ending in ENDINGS:
        said = await ask(ours.yard.stranger, name, await ids_in(ours, name), ending)
        # A redirect to the address itself is no answer yet.
        assert said.status in {401, 404, 405} or (ending == "/" and said.status == 307), ending


async def test_rows_named_after_a_health_check_are_guarded_too(new_world: NewWorld) -> None:
    world = await new_world()
    project = await world.yard.project(name="health")
    task = await world.yard.task(project, external_id="health.svg", batch="ready")
    for path in ("/tasks?q=health.svg", f"/projects/{project}", f"/tasks/{task['id']}"):
        assert (await world.yard.stranger.get(path)).problem == "sign_in_needed"


# --- streams


def stream(served: Served, who: Person, path: str) -> tuple[int, str, str]:
    headers = {"Authorization": f"Bearer {who.key}"} if who.key else {}
    with httpx.stream("GET", f"{served.url}{API}{path}", headers=headers, timeout=10) as answer:
        kind = answer.headers["content-type"].partition(";")[0]
        first = next(answer.iter_text(), "") if kind == "text/event-stream" else answer.read().decode()
        return answer.status_code, kind, first


async def test_streams_open_for_their_own_and_only_for_them(served: Served, ours: World, theirs: World) -> None:
    run = await ours.id_of("run_id")
    owner, other = await ours.person("owner"), await theirs.person("owner")
    for path in ("/events", f"/runs/{run}/events"):
        assert stream(served, owner, path)[:2] == (200, "text/event-stream")
        assert stream(served, ours.yard.stranger, path)[:2] == (401, "application/problem+json")
        assert stream(served, await ours.person("no scopes"), path)[:2] == (403, "application/problem+json")
    assert stream(served, other, f"/runs/{run}/events")[:2] == (404, "application/problem+json")


def test_every_stream_is_known_here() -> None:
    opened = {name for name in ROUTES if name.endswith("events")}
    assert opened == STREAMS
