"""The web floor: refusals as problem+json, safe headers, health that does not lie, and the pages beside it."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text

from taskyard.app import built_page, make_app, make_desk
from taskyard.gateways.postgres import EmbeddedPostgres
from taskyard.kit import logs
from taskyard.kit.db.engine import Database
from taskyard.kit.ids import new_id
from taskyard.kit.settings import Settings
from taskyard.web.middleware import Threshold
from taskyard.web.pages_of_ui import mount_ui
from tests.builders import Person, Yard
from tests.builders.served import own_database
from tests.conftest import TEMPLATE

# --- types, methods and paths


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/html", "application/xml", "application/x-yaml", "multipart/form-data; boundary=x", "json", "", "application/jso",
     "application/x-www-form-urlencoded", "text/json", "application/json+xml", "image/svg+xml"],
)  # fmt: skip
async def test_only_json_is_read_as_json(yard: Yard, kind: str) -> None:
    said = await yard.owner.post("/projects", content=b'{"name": "Receipts"}', headers={"Content-Type": kind})
    assert (said.status, said.problem) == (415, "wrong_content_type")
    assert said.refusal["detail"].startswith("Send the body as application/json")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.a+json"]
)
async def test_json_goes_by_several_names(yard: Yard, kind: str) -> None:
    said = await yard.owner.post(
        "/projects", content=b'\xef\xbb\xbf{"name": "Receipts"}', headers={"Content-Type": kind}
    )
    assert said.status == 201


async def test_a_body_shaped_like_a_file_reads_nothing_of_the_server(yard: Yard) -> None:
    shaped = {"file": {"path": "/etc/passwd", "filename": "a", "filepath": "/etc/passwd"}, "name": "/etc/passwd"}
    made = await yard.owner.post("/files", json=shaped, params={"name": "/etc/passwd"})
    content = (await yard.owner.get(f"/files/{made.json['id']}")).response.content
    assert json.loads(content) == shaped


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/tasks", "GET, POST"),
        ("PUT", "/api/v1/projects", "GET, POST"),
        ("POST", "/api/v1/tasks/01a20000-0000-7000-8000-000000000001/timeline", "GET"),
        ("GET", "/api/v1/next", "POST"),
        ("PATCH", "/api/v1/auth/sign-in", "POST"),
        ("POST", "/health/live", "GET"),
        ("TRACE", "/api/v1/tasks", "GET, POST"),
        ("BREW", "/api/v1/tasks", "GET, POST"),
        ("OPTIONS", "/api/v1/tasks", "GET, POST"),
    ],
)
async def test_a_method_a_path_does_not_take_is_405_and_names_those_it_does(
    yard: Yard, method: str, path: str, allowed: str
) -> None:
    said = await yard.client.request(method, path, headers={"Authorization": f"Bearer {yard.owner.key}"})
    assert (said.status_code, said.headers["content-type"]) == (405, "application/problem+json")
    assert said.json()["code"] == "method_not_allowed"
    assert said.headers["allow"] == allowed


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/api/v1/tasks/1/2/3", "/api/v2/tasks", "/api/", "/api/v1", "/health/else", "/api/v1/..%2f..%2fetc/passwd",
     "/assets/%2e%2e/%2e%2e/etc/passwd", "/api/v1/tasks%00", "/api/v1//tasks"],
)  # fmt: skip
async def test_what_is_not_there_is_404_for_every_method(yard: Yard, method: str, path: str) -> None:
    said = await yard.client.request(method, path, headers={"Authorization": f"Bearer {yard.owner.key}"})
    assert (said.status_code, said.headers["content-type"]) == (404, "application/problem+json")
    assert said.json()["code"] == "no_such_path"


@pytest.mark.parametrize(
    "said_id", ["1", "null", "undefined", "%20", "00000000-0000-0000-0000-00000000000g", "{id}", "x" * 5000]
)
async def test_what_is_no_id_is_not_there(yard: Yard, said_id: str) -> None:
    for path in (f"/tasks/{said_id}/timeline", f"/reservations/{said_id}/submit"):
        said = await yard.owner.ask(
            "POST" if "submit" in path else "GET", path, **({"json": {}} if "submit" in path else {})
        )
        assert (said.status, said.problem) == (404, "no_such_path")


async def test_a_refusal_has_the_form_of_problem_json(yard: Yard) -> None:
    said = (await yard.owner.post("/projects", {"name": "", "colour": "red"})).refusal
    assert {"type", "title", "status", "code", "detail", "request_id", "errors"} <= set(said)
    assert (said["type"], said["title"]) == ("urn:taskyard:problem:body_invalid", "Body invalid")
    places = {flaw["place"]: flaw for flaw in said["errors"]}
    assert set(places) == {"name", "colour"}
    assert places["colour"] == {"place": "colour", "says": "is not known here", "mend": "Remove it.", "value": "red"}


# --- ids and headers


@pytest.mark.parametrize("given", ["abc", "5d5c3b1e-8f3b-4d0e-9d5c-1d2e3f4a5b6c", "x" * 64])
async def test_the_id_of_a_request_is_echoed_and_stands_in_its_refusal(yard: Yard, given: str) -> None:
    said = await yard.owner.get(f"/tasks/{new_id()}", headers={"X-Request-Id": given})
    assert said.headers["x-request-id"] == said.refusal["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "<script>", "a;b", "é", "-", "../x", "a\\nb"])
async def test_an_id_that_does_not_look_like_one_is_replaced(yard: Yard, given: str) -> None:
    said = await yard.owner.get("/me", headers={b"X-Request-Id": given.encode()})
    assert re.fullmatch(r"[0-9a-f]{32}", said.headers["x-request-id"])


async def test_every_answer_carries_the_safe_headers(yard: Yard) -> None:
    made = await yard.file()
    bearer = {"Authorization": f"Bearer {yard.owner.key}"}
    for path in (
        "/",
        "/tasks",
        "/health/live",
        "/api/v1/me",
        "/api/v1/nothing",
        "/api/v1/openapi.json",
        f"/api/v1/files/{made}",
    ):
        headers = (await yard.client.get(path, headers=bearer)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy or "default-src 'none'" in policy
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts is None or scripts.group(1) == "'self'"
        assert "server" not in headers
        assert "x-powered-by" not in headers
        assert len(headers.get_list("x-request-id")) == 1


async def test_answers_about_people_are_not_kept_by_caches(yard: Yard) -> None:
    for said in (await yard.owner.get("/nothing"), await yard.stranger.get("/me")):
        assert said.headers["cache-control"] == "no-store"


# --- what breaks


async def test_a_defect_of_ours_tells_nothing_of_itself(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The log keeps the stream it is given; the one of this test would be closed after it.
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    logs.set_up("warning")
    broken = FastAPI()

    @broken.get("/boom")
    async def boom() -> None:
        raise RuntimeError("the password is hunter2 at /srv/secret.py")

    broken.add_middleware(Threshold, request_seconds_max=5)
    transport = httpx.ASGITransport(broken, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        said = await client.get("/boom")
    assert (said.status_code, said.json()["code"]) == (500, "broken")
    assert "hunter2" not in said.text
    assert "secret.py" not in said.text
    assert said.json()["request_id"] in capfd.readouterr().err


async def test_a_lock_that_is_not_had_in_time_is_told_as_a_wait(
    yard: Yard, settings: Settings, database_url: str
) -> None:
    project = await yard.project()
    impatient = make_desk(settings.model_copy(update={"lock_seconds_max": 0.2}), database_url)
    blocker = await yard.desk.database.begin(yard.workspace_id)
    await blocker.execute(text("SELECT 1 FROM projects WHERE id = :id FOR UPDATE"), {"id": project})
    try:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(make_app(impatient)), base_url="http://testserver"
        ) as client:
            said = await Person(client, yard.owner.key).patch(f"/projects/{project}", {"name": "New"})
    finally:
        await yard.desk.database.rollback(blocker)
        await impatient.pictures.close()
        await impatient.database.close()
    assert said.status == 503
    assert int(said.headers["retry-after"]) >= 1
    assert (await yard.owner.get(f"/projects/{project}")).json["name"] == "Messages"


async def test_a_connection_comes_back_after_every_refusal(settings: Settings, database_url: str, yard: Yard) -> None:
    """Each way a request may end gives its connection back: with one connection, the next request still gets it."""
    one = make_desk(settings, database_url)
    await one.database.close()
    one.database = Database(database_url, connections=1, lock_seconds=0.2)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(one)), base_url="http://testserver") as client:
        owner = Person(client, yard.owner.key)
        asked: list[Any] = [
            owner.post("/projects", {"name": ""}, headers={"Idempotency-Key": "a"}),
            owner.get(f"/tasks/{new_id()}"),
            owner.post("/projects", content=b"{", headers={"Content-Type": "application/json"}),
            owner.get("/tasks", params={"cursor": "x"}),
            owner.post(f"/tasks/{new_id()}/cancel", headers={"Idempotency-Key": "b"}),
            owner.get("/nothing"),
            Person(client, "ty_x").get("/me"),
        ]
        for ask in asked:
            assert (await ask).status >= 400
            assert (await asyncio.wait_for(owner.get("/me"), 5)).status == 200
        assert one.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    await one.pictures.close()
    await one.database.close()


# --- health


async def test_the_server_is_live_and_ready(yard: Yard) -> None:
    assert (await yard.client.get("/health/live")).json() == {"status": "live"}
    ready = await yard.client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


async def test_without_its_database_the_server_is_live_and_not_ready(settings: Settings, tmp_path: Path) -> None:
    away = make_desk(settings, f"postgresql://taskyard@/none?host={tmp_path}")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(away)), base_url="http://testserver") as client:
        assert (await client.get("/health/live")).status_code == 200
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
        assert ready.headers["retry-after"] == "1"
        said = await Person(client, f"ty_{new_id().hex}_x").get("/me")
        assert (said.status, said.problem, said.headers["retry-after"]) == (503, "unreachable", "2")
        assert str(tmp_path) not in said.response.text
    await away.pictures.close()
    await away.database.close()


async def test_the_server_heals_when_its_database_is_back(
    postgres: EmbeddedPostgres, database_url: str, settings: Settings
) -> None:
    assert database_url, "the template is there"
    with own_database(postgres, TEMPLATE) as url:
        desk = make_desk(settings, url)
        name = make_url(url).database
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(make_app(desk)), base_url="http://testserver"
        ) as client:
            assert (await client.get("/health/ready")).status_code == 200
            with psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as admin:
                admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                assert (await client.get("/health/ready")).status_code == 503
                assert (await client.get("/health/live")).status_code == 200
                assert (await client.get("/health/ready")).status_code == 503
                admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            assert (await client.get("/health/ready")).status_code == 200
        await desk.pictures.close()
        await desk.database.close()


async def test_a_stopping_server_is_live_and_not_ready(
    app: FastAPI, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "stopping", True)
    assert (await yard.client.get("/health/live")).status_code == 200
    ready = await yard.client.get("/health/ready")
    assert (ready.status_code, ready.json()["detail"]) == (503, "Not ready: the server is stopping.")


async def test_what_was_answered_is_counted_by_route_and_no_id_makes_a_series(yard: Yard) -> None:
    await yard.owner.get(f"/tasks/{new_id()}")
    await yard.owner.get(f"/tasks/{new_id()}")
    await yard.owner.get("/nothing/here")
    said = await yard.client.get("/metrics")
    assert (said.status_code, said.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    lines = said.text.splitlines()
    found = 'taskyard_requests_total{method="GET",route="/tasks/{task_id}",status="404"}'
    assert [float(line.rpartition(" ")[2]) >= 2 for line in lines if line.startswith(found)] == [True]
    assert any(line.startswith('taskyard_request_seconds_count{method="GET",route="elsewhere"}') for line in lines)
    assert any(line.startswith("taskyard_live_listeners ") for line in lines)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", said.text)


# --- the pages


AHEAD = {
    "tasks": {
        "files": ["assets/inter-1.woff2", "assets/tasks-1.js", "assets/tasks-1.css"],
        "asks": ["/api/v1/me"],
        "asks_usually": ["/api/v1/tasks?limit=9"],
    },
    "tasks/*": {"files": ["assets/tasks-1.js"], "asks": ["/api/v1/me"], "asks_usually": []},
}


@pytest.fixture
def with_pages(tmp_path: Path) -> FastAPI:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><head><title>Taskyard</title></head>")
    (tmp_path / "ahead.json").write_text(json.dumps(AHEAD))
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "app-1.js").write_text("plain")
    (tmp_path / "assets" / "app-1.js.gz").write_bytes(gzip.compress(b"plain", mtime=0))
    (tmp_path.parent / "secret.txt").write_text("hunter2")
    made = FastAPI()
    mount_ui(made, tmp_path, built_page(tmp_path))
    return made


async def test_pages_are_served_by_their_own_paths_and_nothing_beside_them(with_pages: FastAPI) -> None:
    transport = httpx.ASGITransport(Threshold(with_pages, 5), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for path in ("/", "/tasks", f"/tasks/{new_id()}", "/index.html", "/work?project=1"):
            said = await client.get(path)
            assert (said.status_code, said.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert said.headers["cache-control"] == "no-cache"
        assert (await client.get("/favicon.svg")).headers["content-type"].startswith("image/svg+xml")
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
                     "/assets/..%2f..%2fsecret.txt", "//etc/passwd", "/assets//etc/passwd", "/..%5csecret.txt"):  # fmt: skip
            assert "hunter2" not in (await client.get(path)).text
            assert "root:" not in (await client.get(path)).text


async def test_the_page_names_what_its_address_will_need(with_pages: FastAPI) -> None:
    transport = httpx.ASGITransport(with_pages)
    font = '<link rel="preload" as="font" type="font/woff2" crossorigin href="/assets/inter-1.woff2">'
    script = '<link rel="modulepreload" crossorigin href="/assets/tasks-1.js">'
    style = '<link rel="stylesheet" crossorigin href="/assets/tasks-1.css">'
    me, rows = (
        f'<link rel="preload" as="fetch" crossorigin href="{asked}">'
        for asked in ("/api/v1/me", "/api/v1/tasks?limit=9")
    )
    known, own = "taskyard_session=x", "taskyard_own_way=1"
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        for path, cookies, named in (
            ("/tasks", "", [font, script, style]),
            ("/tasks/", known, [font, script, style, me, rows]),
            ("/tasks?q=1", known, [font, script, style, me]),
            ("/tasks", f"{known}; {own}", [font, script, style, me]),
            ("/tasks/1", known, [script, me]),
            ("/tasks/1/2", known, []),
            ("/elsewhere", known, []),
        ):
            said = await client.get(path, headers={"Cookie": cookies})
            head = said.text.removeprefix("<!doctype html><head><title>Taskyard</title>").removesuffix("</head>")
            assert head.splitlines() == named, (path, cookies)
        assert (await client.get("/ahead.json")).headers["content-type"] == "text/html; charset=utf-8"


async def test_assets_are_kept_for_a_year_and_sent_packed_where_that_is_taken(with_pages: FastAPI) -> None:
    transport = httpx.ASGITransport(with_pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        plain = await client.get("/assets/app-1.js", headers={"Accept-Encoding": "identity"})
        packed = await client.get("/assets/app-1.js", headers={"Accept-Encoding": "gzip, br"})
    assert plain.text == packed.text == "plain"
    assert ("content-encoding" in plain.headers, packed.headers["content-encoding"]) == (False, "gzip")
    assert packed.headers["content-type"].startswith("text/javascript")
    assert packed.headers["vary"] == "Accept-Encoding"
    assert {one.headers["cache-control"] for one in (plain, packed)} == {"public, max-age=31536000, immutable"}
