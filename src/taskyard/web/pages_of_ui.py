"""Serve the built UI: hashed assets for a year, the page itself never from a cache."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from taskyard.kit.problems import Kind

EVERY_PATH = "/{path:path}"
# As they were packed at build time, the smallest first.
PACKED = {"br": ".br", "gzip": ".gz"}
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
YEAR = "public, max-age=31536000, immutable"


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


def mount_ui(app: FastAPI, static: Path) -> None:
    """Answer every path that is not the API's with the page, which knows its own paths."""
    page = static / "index.html"
    is_built = page.is_file()
    # What lies beside the page is named once, at start: no path of a request is ever looked up on the disk.
    public = {file.relative_to(static).as_posix() for file in static.rglob("*") if file.is_file()} - {page.name}
    if (static / "assets").is_dir():
        app.mount("/assets", HashedAssets(directory=static / "assets"), name="assets")

    @app.get(EVERY_PATH, include_in_schema=False)
    async def ui(path: str) -> Response:
        if path.startswith(("api/", "health/", "assets/")) or not is_built:
            raise HTTPException(Kind.MISSING.value)
        if path in public:
            return FileResponse(static / path)
        return FileResponse(page, headers={"Cache-Control": "no-cache"})
