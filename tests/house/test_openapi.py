"""The document the UI's types are made from is the one the server gives."""

from __future__ import annotations

from pathlib import Path

import orjson
from fastapi import FastAPI

ROOT = Path(__file__).parents[2]


def test_the_uis_copy_of_the_api_is_current(app: FastAPI) -> None:
    given = orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    kept = (ROOT / "ui" / "openapi.json").read_bytes()
    assert kept == given, "run `python tools/openapi.py`, then `npm run api` in ui/"


def test_every_operation_has_a_name_of_its_own(app: FastAPI) -> None:
    names = [verb["operationId"] for path in app.openapi()["paths"].values() for verb in path.values()]
    assert len(names) == len(set(names))
