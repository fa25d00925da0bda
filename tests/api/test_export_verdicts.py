"""What was said of tasks goes out with them: the verdict that is in force, who gave it, when and why."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import pyarrow.parquet as pq

from tests.builders import CLASSIFY_FLOW, Yard


async def judged(yard: Yard) -> list[str]:
    """Return four completed tasks: accepted, rejected for two reasons, rejected and accepted after all, not judged."""
    project = await yard.project(CLASSIFY_FLOW, on_reject="end")
    ids = [(await yard.task(project))["id"] for _ in range(4)]
    ana = await yard.person()
    for _ in ids:
        await yard.answer(ana, {"labels": ["question"]}, project)
    reasons = {"verdict": "reject", "reasons": ["Blurred; in part", "=cmd()"]}
    for task, verdict in (
        (0, {"verdict": "accept"}),
        (1, reasons),
        (2, reasons),
        (2, {"verdict": "accept", "again": True}),
    ):
        said = await yard.owner.post(f"/tasks/{ids[task]}/audits", verdict)
        assert said.status in {200, 201}, said.json
    return ids


async def taken(yard: Yard, form: str) -> bytes:
    said = await yard.owner.get("/tasks/export", params={"format": form})
    assert said.status == 200
    return said.response.content


async def test_json_has_the_verdict_with_who_gave_it_and_why(yard: Yard) -> None:
    await judged(yard)
    lines: list[dict[str, Any]] = [json.loads(line) for line in (await taken(yard, "jsonl")).splitlines()]
    told = [line["verdict"] and (line["verdict"]["verdict"], line["verdict"]["reasons"]) for line in lines]
    assert told == [("accepted", []), ("rejected", ["Blurred; in part", "=cmd()"]), ("accepted", []), None]
    assert [line["audit"] for line in lines] == ["accepted", "rejected", "accepted", None]
    assert lines[0]["verdict"]["by"] == {"id": yard.owner.member_id, "name": "owner"}
    assert datetime.fromisoformat(lines[0]["verdict"]["at"]).tzinfo is not None
    assert json.loads(await taken(yard, "json")) == lines


async def test_tables_have_it_in_columns(yard: Yard) -> None:
    await judged(yard)
    rows = list(csv.DictReader(io.StringIO((await taken(yard, "csv")).decode())))
    assert [(row["audit"], row["audited_by"], row["audit_reasons"]) for row in rows] == [
        ("accepted", "owner", ""),
        ("rejected", "owner", "Blurred; in part; =cmd()"),
        ("accepted", "owner", ""),
        ("", "", ""),
    ]
    assert [bool(row["audited_at"]) for row in rows] == [True, True, True, False]
    table = pq.read_table(io.BytesIO(await taken(yard, "parquet"))).to_pylist()
    assert [row["audit_reasons"] for row in table] == [None, "Blurred; in part; =cmd()", None, None]
    assert [isinstance(row["audited_at"], datetime) for row in table] == [True, True, True, False]
