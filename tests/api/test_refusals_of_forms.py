"""What a form gets wrong is told where it stands, in our words, with a mend."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import Yard

NO_ID = "Give an id as the API gives it, such as 01a21592-00ff-7666-a090-9bfa04092e5b."


@pytest.mark.parametrize(
    ("path", "place", "says", "mend"),
    [
        ("/tasks?limit=0", "limit", "is less than 1", "Give at least 1."),
        ("/tasks?limit=many", "limit", "is no whole number", "Give one such as 10, without quotes."),
        ("/tasks?status=done", "status[0]", "is not one of those there are",
         "Take 'queued', 'in_progress', 'completed', 'failed' or 'cancelled'."),
        ("/tasks?priority_min=9999999999", "priority_min", "is more than 2147483647", "Give at most 2147483647."),
        ("/tasks?project=mine", "project[0]", "is no id", NO_ID),
        ("/tasks?redo=perhaps", "redo", "is neither true nor false", "Give true or false."),
        ("/tasks?cursor=x", "cursor", "is not of this list", "Leave it out: the first page comes, with a new one."),
    ],
)  # fmt: skip
async def test_a_field_of_an_address_is_told_with_its_mend(
    yard: Yard, path: str, place: str, says: str, mend: str
) -> None:
    (error,) = (await yard.owner.get(path)).refusal["errors"]
    assert (error["place"], error["says"], error["mend"]) == (place, says, mend)


@pytest.mark.parametrize(
    ("body", "place", "says", "mend"),
    [
        ({}, "action", "is missing", "Give it."),
        ({"action": "cancel", "selection": []}, "selection", "is no object",
         "Give an object: names with values, in braces."),
        ({"action": "cancel", "selection": {"ids": []}}, "selection", "holds no task that is here",
         "Choose at least one, or widen the filter."),
        ({"action": "cancel", "selection": {"ids": "all"}}, "selection.ids", "is no list", "Give a list: [ ... ]."),
        ({"action": "set_priority", "selection": {"ids": ["01a21592-00ff-7666-a090-9bfa04092e5b"]},
          "arguments": {"priority": "5"}}, "arguments.priority", "is no whole number",
         "Give one such as 10, without quotes."),
        ({"action": "cancel", "selection": {"filter": {"q": "x" * 501}}}, "selection.filter.q",
         "has more than 500 characters", "Shorten it."),
        ({"action": "cancel", "selection": {"filter": {}}, "now": True}, "now", "is not known here", "Remove it."),
    ],
)  # fmt: skip
async def test_a_field_of_a_body_is_told_with_its_mend(
    yard: Yard, body: dict[str, Any], place: str, says: str, mend: str
) -> None:
    errors = (await yard.owner.post("/bulk", body)).refusal["errors"]
    assert {"place": place, "says": says, "mend": mend}.items() <= errors[0].items()


async def test_what_is_blank_is_told_so(yard: Yard) -> None:
    project = await yard.project()
    task = await yard.task(project)
    rejected = {"verdict": "reject", "reasons": [" "]}
    (error,) = (await yard.owner.post(f"/tasks/{task['id']}/audits", rejected)).refusal["errors"]
    assert (error["says"], error["mend"]) == ("is blank", "Write something.")


async def test_a_zone_that_is_not_known_blames_no_day(yard: Yard) -> None:
    errors = (await yard.owner.get("/tasks?created_from=today&zone=Mars")).refusal["errors"]
    assert [error["place"] for error in errors] == ["zone"]
