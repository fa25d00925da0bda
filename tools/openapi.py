"""Write the API's OpenAPI document, from which the UI's types are generated. Needs no database."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import orjson

from taskyard.app import make_app, make_desk
from taskyard.kit.settings import Settings

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "ui" / "openapi.json"


def document() -> bytes:
    """Return the document, the same bytes for the same routes."""
    with tempfile.TemporaryDirectory() as folder:
        desk = make_desk(Settings.load({}, data=folder), "postgresql://nobody@/nothing")
        described = make_app(desk).openapi()
    return orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_bytes(document())
    print(f"{target.name} was written; `npm run api` in ui/ makes the types from it.")
