"""The server: assembles routes, pages and the desk, and answers for its health."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from taskyard import __version__, views, wiring
from taskyard.domain import (
    archives,
    audits,
    bulk,
    callbacks,
    exports,
    files,
    projects,
    reservations,
    runs,
    saved_views,
    uploads,
    workspaces,
)
from taskyard.gateways.objects import ObjectStore
from taskyard.gateways.pictures import Pictures
from taskyard.gateways.pictures_header import Limits
from taskyard.kit.db.engine import Database
from taskyard.kit.problems import Kind, Problem
from taskyard.kit.settings import Settings
from taskyard.ledger import Hub
from taskyard.web.desk import Desk
from taskyard.web.metrics import Metrics
from taskyard.web.middleware import Threshold
from taskyard.web.pages_of_ui import EVERY_PATH, HTML, NEEDS, Page, mount_ui
from taskyard.web.problems import BodyInvalid, NoSuchPath, as_response, of_validation

API = "/api/v1"
# Exports before the views: their path is longer than that of a task. The hand-out first: a request is held against
# one house after another, and nobody asks as often as people at work.
HOUSES = (
    reservations,
    workspaces,
    projects,
    files,
    runs,
    audits,
    uploads,
    exports,
    bulk,
    archives,
    saved_views,
    callbacks,
    views,
)
STATIC = Path(__file__).parent / "static"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class MethodNotAllowed(Problem):
    """{method} is not something {path} does."""

    kind = Kind.METHOD


class NotReady(Problem):
    """Not ready: {why}."""

    kind = Kind.UNAVAILABLE
    retry_after_seconds = 1


def make_desk(settings: Settings, database_url: str) -> Desk:
    """Return what one server process has at hand."""
    database = Database(
        database_url,
        connections=settings.database_connections,
        statement_seconds=settings.statement_seconds_max,
        lock_seconds=settings.lock_seconds_max,
        application="taskyard serve",
    )
    wiring.connect(database)
    hub = Hub(database, settings.live_poll_seconds)
    database.after_commit(hub.poke)
    return Desk(
        settings=settings,
        database=database,
        hub=hub,
        identify=workspaces.identify,
        objects=ObjectStore.open(settings),
        pictures=Pictures(picture_limits(settings)),
    )


def picture_limits(settings: Settings) -> Limits:
    """Return what a picture may be, as the operator set it. All frames together may have twice the pixels of one."""
    return Limits(
        bytes=settings.picture_bytes_max,
        pixels=settings.picture_pixels_max,
        side=settings.picture_side_max,
        frame_pixels=2 * settings.picture_pixels_max,
    )


def built_page(static: Path) -> Page | None:
    """Return the page as the UI's build left it, with what each address needs; None before it was built."""
    html, needs = static / HTML, static / NEEDS
    if not (html.is_file() and needs.is_file()):
        return None
    return Page(html.read_text("utf-8"), json.loads(needs.read_text("utf-8")))


def make_app(desk: Desk) -> FastAPI:
    """Return the application around a desk. A route without a permission keeps it from starting."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await desk.hub.close()
        await desk.pictures.close()
        await desk.database.close()

    app = FastAPI(
        title="Taskyard",
        version=__version__,
        description="People and models stand at the same line.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: f"{route.tags[0] if route.tags else 'app'}.{route.name}",
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.stopping = False
    for house in HOUSES:
        app.include_router(house.routes, prefix=API)
    _add_refusals(app)
    metrics = Metrics()
    _add_health(app, desk)
    _add_metrics(app, desk, metrics)
    mount_ui(app, STATIC, built_page(STATIC))
    app.add_middleware(Threshold, request_seconds_max=desk.settings.request_seconds_max, metrics=metrics)
    return app


def _add_refusals(app: FastAPI) -> None:
    def request_id(request: Request) -> str:
        return str(request.scope.get("taskyard.request_id", ""))

    @app.exception_handler(Problem)
    async def refuse(request: Request, problem: Problem) -> Response:
        return as_response(problem, request_id(request))

    @app.exception_handler(RequestValidationError)
    async def refuse_form(request: Request, error: RequestValidationError) -> Response:
        return as_response(of_validation(error, request.url.path), request_id(request))

    @app.exception_handler(HTTPException)
    async def refuse_path(request: Request, error: HTTPException) -> Response:
        if error.status_code not in {Kind.MISSING.value, Kind.METHOD.value}:
            return as_response(BodyInvalid(summary=str(error.detail)), request_id(request))
        allowed = _methods_at(app, request)
        if not allowed or request.method in allowed:
            return as_response(NoSuchPath(path=request.url.path), request_id(request))
        problem = MethodNotAllowed(method=request.method, path=request.url.path)
        response = as_response(problem, request_id(request))
        response.headers["Allow"] = ", ".join(allowed)
        return response


def _methods_at(app: FastAPI, request: Request) -> list[str]:
    """Return what a path takes. The pages' own route, which takes every path, does not count."""
    routes = [route for route in app.routes if getattr(route, "path", "") != EVERY_PATH]
    return [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _add_health(app: FastAPI, desk: Desk) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return JSONResponse({"status": "live"})

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        if app.state.stopping:
            raise NotReady(why="the server is stopping")
        try:
            async with desk.database.transaction() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise NotReady(why="the database does not answer") from error
        return JSONResponse({"status": "ready", "version": __version__})


def _add_metrics(app: FastAPI, desk: Desk, metrics: Metrics) -> None:
    metrics.watch("taskyard_live_listeners", "Streams of events that are open.", lambda: desk.hub.listener_count)
    metrics.watch("taskyard_database_connections_in_use", "Of this process.", lambda: desk.database.connections_in_use)

    @app.get("/metrics", include_in_schema=False)
    async def page() -> Response:
        return metrics.page()
