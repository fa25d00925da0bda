"""`serve`, `migrate`, `doctor` and `version`, sound and unsound, and what every command has in common."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import psycopg
import pytest

from taskyard.gateways.postgres import EmbeddedPostgres
from tests.browser.house import House
from tests.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
NO_DATABASE = "postgresql://nobody:secret@127.0.0.1:1/none"


@pytest.fixture
def prompt(tmp_path: Path) -> Terminal:
    """A terminal with nothing exported and nothing running."""
    return Terminal(tmp_path)


def test_the_version_is_that_of_the_package(prompt: Terminal) -> None:
    assert prompt.run("version").said == f"{VERSION}\n"
    assert prompt.run("version", "--json").json == {"version": VERSION}


def test_a_fresh_database_is_migrated_once_and_sound_afterwards(prompt: Terminal) -> None:
    unsound = prompt.run("doctor", "--json")
    assert unsound.code == 1
    assert {finding["what"] for finding in unsound.json if not finding["is_well"]} == {"schema"}
    assert prompt.run("migrate").said == "The schema was brought up to date.\n"
    assert prompt.run("migrate").said == "The schema is up to date.\n"
    sound = prompt.run("doctor")
    assert "WRONG" not in sound.said
    assert sound.err == ""
    # The default folder, made for this user alone.
    assert (prompt.folder / "taskyard-data").stat().st_mode & 0o777 == 0o700


def test_the_doctor_looks_beside_a_running_server(prompt: Terminal, house: House, data: str) -> None:
    assert house.url
    found = {finding["what"]: finding for finding in prompt.run("doctor", "--data", data, "--json").json}
    assert {name for name in found if not name.startswith("model ")} == {
        "python",
        "data folder",
        "files",
        "database",
        "schema",
        "tenant walls",
        "durability",
        "pages",
    }
    assert all(finding["mend"] is None for finding in found.values())


@pytest.mark.parametrize(
    ("exported", "what", "says", "mend"),
    [
        ({"DATABASE_URL": NO_DATABASE}, "database", "The database does not answer", "Check DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "database", "not the address of a PostgreSQL", "Check DATABASE_URL"),
        ({"DATABASE_URL": "mysql://a@b/c"}, "database", "not the address of a PostgreSQL", "Check DATABASE_URL"),
        ({"TASKYARD_PORT": "eighty"}, "settings", "port: Input should be a valid integer", "Set TASKYARD_PORT."),
        ({"TASKYARD_PROT": "1"}, "settings", "TASKYARD_PROT: is not a setting", "Did you mean TASKYARD_PORT?"),
        ({"TASKYARD_DATA": "file"}, "settings", "it is a file", "name another one with --data"),
        ({"TASKYARD_FILES_URL": "bucket"}, "files", "bucket", "Check TASKYARD_FILES_URL"),
    ],
)
def test_the_doctor_names_what_is_wrong_with_its_mend(
    prompt: Terminal, exported: dict[str, str], what: str, says: str, mend: str
) -> None:
    prompt.file("file", "")
    # Nothing needs a database of its own here.
    exported = {"DATABASE_URL": NO_DATABASE, **exported}
    done = prompt.run("doctor", "--json", **exported)
    assert done.code == 1
    found = {finding["what"]: finding for finding in done.json if not finding["is_well"]}
    assert says in found[what]["says"]
    assert mend in found[what]["mend"]
    assert "secret" not in done.out + done.err


def test_the_doctor_tells_people_the_same(prompt: Terminal) -> None:
    told = prompt.run("doctor", TASKYARD_PORT="eighty")
    assert (told.code, told.err) == (1, "")
    assert re.search(r"^WRONG  settings: .*port: .*\n       Set TASKYARD_PORT\.$", told.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "exported", "says"),
    [
        (["serve"], {"DATABASE_URL": NO_DATABASE}, "The database does not answer: "),
        (["worker"], {"TASKYARD_PORT": "eighty"}, "integer, unable to parse string as an integer. Set TASKYARD_PORT."),
        (["migrate"], {"DATABASE_URL": NO_DATABASE}, "Start it, or correct DATABASE_URL."),
        (["migrate"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL is not the address of a PostgreSQL: write it as"),
        (["serve"], {"TASKYARD_DATA": "file"}, "it is a file. Give it to this user, or name another one with --data."),
        (["key", "create", "--role", "owner"], {"TASKYARD_DATA": "file/below"}, "cannot be used: it is a file."),
    ],
)
def test_where_nothing_can_stand_a_command_says_what_to_mend(
    prompt: Terminal, command: list[str], exported: dict[str, str], says: str
) -> None:
    prompt.file("file", "")
    assert says in prompt.run(*command, **exported).refusal


def test_a_database_of_somebody_else_is_told_so(prompt: Terminal, postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE of_somebody_else")
    said = prompt.run("migrate", DATABASE_URL=postgres.dsn("of_somebody_else")).refusal
    assert said.startswith("The database refuses: permission denied")
    assert said.endswith("The role in DATABASE_URL has to own the database, see docs/operator.md.")


def test_a_taken_port_is_named(prompt: Terminal, house: House, data: str) -> None:
    port = house.url.rpartition(":")[2]
    said = prompt.run("serve", "--no-worker", "--data", data, "--port", port).refusal
    assert said == (
        f"Nobody can listen at 127.0.0.1, port {port}: Address already in use. "
        "Choose another with --port, or --port 0 for a free one."
    )


def test_a_wrong_word_is_told_in_one_sentence(prompt: Terminal) -> None:
    for command, says in (
        (["uplaod"], "No such command 'uplaod'"),
        (["version", "--yaml"], "No such option: --yaml"),
        (["upload"], "Missing argument 'file'"),
    ):
        assert prompt.run(*command).refusal.startswith(says)


@pytest.mark.parametrize("command", [[], ["user"], ["key"]])
def test_a_command_that_is_half_said_shows_what_there_is(prompt: Terminal, command: list[str]) -> None:
    shown = prompt.run(*command)
    assert "Commands" in shown.out + shown.err
    assert prompt.run(*command, "--help").code == 0
