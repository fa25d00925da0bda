"""Tasks as they are sent in, one or many."""

from __future__ import annotations

from typing import Any

from tests.builders.yard import Yard


def new(project: str, text: str = "Where is my order?", **named: Any) -> dict[str, Any]:
    """Return what is sent to make a task of one text."""
    return {"project": project, "input": {"text": text}, **named}


async def many(yard: Yard, project: str, number: int, **named: Any) -> list[str]:
    """Make tasks in one request; return their ids in its order."""
    bodies = [new(project, f"Message {n}", external_id=f"m-{n}", **named) for n in range(number)]
    return [task["id"] for task in (await yard.owner.post("/tasks", {"tasks": bodies})).json["tasks"]]
