"""Serve the built UI: hashed assets for a year, the page itself never from a cache, naming what its address needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypedDict

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from taskyard.kit.problems import Kind
from taskyard.web.credentials import COOKIE

EVERY_PATH = "/{path:path}"
# The page, which is served with more in its head, and what that is.
HTML, NEEDS = "index.html", "ahead.json"
NOT_SERVED = {HTML, NEEDS}
# As they were packed at build time, the smallest first.
PACKED = {"br": ".br", "gzip": ".gz"}
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
LINKS = {
    "css": 'rel="stylesheet"',
    "js": 'rel="modulepreload"',
    "woff2": 'rel="preload" as="font" type="font/woff2"',
}
YEAR = "public, max-age=31536000, immutable"
# Set by the page of tasks where it asks for other rows or columns than usual at first.
OWN_WAY = "taskyard_own_way"


class HashedAssets(StaticFiles):
    """Files whose names change with their content."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        """Answer with a long life."""
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = YEAR
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Prefer the copy compressed at build time, where the client takes it."""
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"").split(b",")
        taken = {word.partition(b";")[0].strip() for word in accepted}
        for encoding, ending in PACKED.items():
            if encoding.encode() in taken and self.lookup_path(path + ending)[1] is not None:
                response = await super().get_response(path + ending, scope)
                kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
                response.headers.update({"Content-Encoding": encoding, "Content-Type": kind, "Vary": "Accept-Encoding"})
                return response
        return await super().get_response(path, scope)


class Ahead(TypedDict):
    """What the UI's build says of an address: the files of its page, and what that asks the API for first."""

    files: Collection[str]
    # Of whoever has a session; and where the list is shown in the usual way, at an address without a search.
    asks: Collection[str]
    asks_usually: Collection[str]


class Page:
    """The one page of the UI, with what its address will need named in its head.

    The browser then fetches scripts, styles and first rows at once, instead of one after the other has run.
    """

    def __init__(self, html: str, ahead: Mapping[str, Ahead]) -> None:
        self._html = html
        self._ahead = ahead

    def of(self, path: str, cookies: Mapping[str, str], *, has_search: bool) -> str:
        """Return the page for an address. What the API would refuse to strangers is named to those with a session."""
        first, *others = path.strip("/").split("/")
        said = self._ahead.get("/".join([first, *("*" for _ in others)]))
        if said is None:
            return self._html
        named = [*map(_of_file, said["files"])]
        if COOKIE in cookies:
            named += map(_of_ask, said["asks"])
            named += [] if has_search or OWN_WAY in cookies else map(_of_ask, said["asks_usually"])
        return self._html.replace("</head>", "\n".join([*named, "</head>"]), 1)


def _of_file(name: str) -> str:
    return f'<link {LINKS[name.rpartition(".")[2]]} crossorigin href="/{name}">'


def _of_ask(path: str) -> str:
    # A fetch of the page takes this up only if mode and credentials are the same: CORS, own cookies.
    return f'<link rel="preload" as="fetch" crossorigin href="{path}">'


def mount_ui(app: FastAPI, static: Path, page: Page | None) -> None:
    """Answer every path that is not the API's with the page, which knows its own paths; without one there is no UI."""
    # What lies beside the page is named once, at start: no path of a request is ever looked up on the disk.
    public = {file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file()} - NOT_SERVED
    if (static / "assets").is_dir():
        app.mount("/assets", HashedAssets(directory=static / "assets"), name="assets")

    @app.get(EVERY_PATH, include_in_schema=False)
    async def ui(path: str, request: Request) -> Response:
        if path.startswith(("api/", "health/", "assets/")) or page is None:
            raise HTTPException(Kind.MISSING.value)
        if path in public:
            return FileResponse(static / path)
        shown = page.of(path, request.cookies, has_search=bool(request.url.query))
        return HTMLResponse(shown, headers={"Cache-Control": "no-cache"})
