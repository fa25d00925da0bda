"""Two servers, and commands, on one data folder at once."""

from __future__ import annotations

import pytest

from tests.chaos.harness import Caller, Taskyard, eventually
from tests.chaos.history import FLOW, Crew, check, loose_ends

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
TASKS = 200


def test_two_servers_share_one_folder_and_the_first_that_stops_takes_nothing_from_the_other(
    yard: Taskyard, owner: Caller
) -> None:
    project = owner.project(FLOW.replace("HOLD", "1h"))
    owner.tasks(project, TASKS)
    members = [owner.member("annotator", f"p{number}") for number in range(6)]
    first, first_address, postmaster = yard.server, yard.address, yard.postmaster()
    second_address = yard.start()
    assert second_address != first_address
    # Half of the people go to either; their hands meet in one line.
    for member in members[::2]:
        member.address = first_address
    with Crew(members, seed=6) as crew:
        eventually(lambda: crew.acknowledged() > 30, 60)
        first.terminate()
        assert first.wait(40) == 0
        for member in members:
            member.address = ""
        eventually(lambda: yard.sql("SELECT count(*) AS n FROM answers")[0]["n"] >= TASKS, 120)
    check(crew.history, yard)
    assert loose_ends(yard) == {}
    assert yard.postmaster() == postmaster
    assert len(yard.workers()) == 1, "each server had its own worker"


def test_a_key_made_from_the_command_line_works_at_the_running_server(yard: Taskyard) -> None:
    reviewer = yard.key("reviewer", "beside")
    me = reviewer.get("/me").json
    assert me["member"]["role"] == "reviewer"
    assert yard.is_ready()


def test_commands_beside_a_server_that_was_killed_do_not_take_the_database_from_the_next(yard: Taskyard) -> None:
    yard.kill(yard.server.pid)
    key = yard.key("owner", "between")
    eventually(lambda: not yard.left(), 30, "the last to leave stops the database")
    yard.start()
    assert key.get("/me").json["member"]["role"] == "owner"
