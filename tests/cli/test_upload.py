"""`taskyard upload`: every format goes the whole way, and whatever is refused says what to do."""

from __future__ import annotations

import pytest

from tests.browser.house import House, Somebody
from tests.builders import CLASSIFY_FLOW, a_picture
from tests.builders.zips import a_zip
from tests.cli.terminal import Terminal

FILES = {
    "rows.csv": "text,external_id\nhello,a\nworld,b\n",
    "rows.json": '[{"text": "hello", "external_id": "a"}, {"text": "world", "external_id": "b"}]',
    "rows.jsonl": '{"text": "hello", "external_id": "a"}\n{"text": "world", "external_id": "b"}\n',
}
PHOTO_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - {id: look, use: annotate, by: people, with: {image: "{{ input.photo }}", prompt: Draw a box}}
"""
SOME_BAD = "text,external_id\nhello,a\n,b\nworld,a\n"


@pytest.fixture
def project(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The name of a project of the test's own."""
    owner.project(CLASSIFY_FLOW, request.node.name)
    return str(request.node.name)


@pytest.mark.parametrize("name", FILES)
def test_every_format_becomes_tasks_and_again_nothing_new(terminal: Terminal, project: str, name: str) -> None:
    file = terminal.file(name, FILES[name])
    done = terminal.run("upload", file, "--project", project)
    assert done.said == "completed: 2 rows, 2 created, 0 there before, 0 refused.\n"
    again = terminal.run("upload", file, "--project", project)
    assert again.said == "completed: 2 rows, 0 created, 2 there before, 0 refused.\n"


def test_a_zip_of_pictures_goes_the_whole_way(
    terminal: Terminal, owner: Somebody, request: pytest.FixtureRequest
) -> None:
    owner.project(PHOTO_FLOW, request.node.name)
    file = terminal.folder / "pets.zip"
    file.write_bytes(a_zip({"cat.png": a_picture("cat"), "not.txt": b"no picture"}))
    done = terminal.run("upload", str(file), "--project", request.node.name)
    assert (done.code, done.out) == (2, "completed with errors: 2 rows, 1 created, 0 there before, 1 refused.\n")
    assert "row 2, photo: " in done.err
    file.write_bytes(a_zip({"../cat.png": a_picture("cat")}))
    refused = terminal.run("upload", str(file), "--project", request.node.name)
    assert refused.code == 1
    assert "../cat.png" in refused.err


def test_json_is_the_record_of_the_upload_and_nothing_else(terminal: Terminal, owner: Somebody, project: str) -> None:
    done = terminal.run("upload", terminal.file("rows.csv", FILES["rows.csv"]), "--project", project, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {**owner.get(f"/uploads/{done.json['id']}"), "errors": []}
    assert (done.json["state"], done.json["rows"], done.json["created"]) == ("completed", 2, 2)


def test_refused_rows_are_told_and_end_with_two(terminal: Terminal, project: str) -> None:
    file = terminal.file("rows.csv", SOME_BAD)
    done = terminal.run("upload", file, "--project", project)
    assert (done.code, done.out) == (
        2,
        "completed with errors: 3 rows, 1 created, 0 there before, 2 refused.\n",
    )
    assert "  row 2, text: " in done.err
    assert "  row 3, external_id: is the same as in row 1." in done.err
    told = terminal.run("upload", file, "--project", project, "--json")
    assert told.code == 2
    assert [(error["row"], error["field"]) for error in told.json["errors"]] == [(2, "text"), (3, "external_id")]


def test_all_or_nothing_makes_nothing_of_a_file_with_a_bad_row(terminal: Terminal, project: str) -> None:
    file = terminal.file("rows.csv", SOME_BAD)
    done = terminal.run("upload", file, "--project", project, "--all-or-nothing")
    assert (done.code, done.out) == (2, "failed: 3 rows, 0 created, 0 there before, 2 refused.\n")
    assert "nothing was created" in done.err


def test_a_file_whose_columns_do_not_fit_says_which(terminal: Terminal, project: str) -> None:
    file = terminal.file("rows.csv", "texte\nhello\n")
    done = terminal.run("upload", file, "--project", project)
    assert done.code == 2
    assert "The columns of rows.csv do not fit the input of this project." in done.err
    assert "Did you mean `text`?" in done.err
    assert terminal.run("upload", file, "--project", project, "--json").json["errors"][0]["row"] == 0


def test_without_waiting_the_upload_is_only_queued(terminal: Terminal, owner: Somebody, project: str) -> None:
    file = terminal.file("rows.csv", FILES["rows.csv"])
    done = terminal.run("upload", file, "--project", project, "--no-wait", "--json")
    assert (done.code, done.json["state"]) == (0, "queued")
    owner.until(f"/uploads/{done.json['id']}", lambda shown: shown["state"] == "completed")


def test_what_is_no_file_of_tasks_is_refused(terminal: Terminal, project: str) -> None:
    (terminal.folder / "photo.csv").write_bytes(a_picture())
    said = terminal.run("upload", "photo.csv", "--project", project).refusal
    assert "a PNG picture, not CSV, JSON, JSON Lines, Parquet or a ZIP of files" in said
    assert said.endswith("Pack pictures as a ZIP: each becomes a task.")
    missing = terminal.run("upload", "missing.csv", "--project", project).refusal
    assert "'missing.csv' does not exist. `taskyard upload --help` shows" in missing
    assert "is a directory" in terminal.run("upload", ".", "--project", project).refusal


def test_a_project_that_is_not_one_is_refused_with_those_there_are(terminal: Terminal, owner: Somebody) -> None:
    file = terminal.file("rows.csv", FILES["rows.csv"])
    ids = [owner.project(CLASSIFY_FLOW, "Twins") for _ in range(2)]
    said = terminal.run("upload", file, "--project", "Nowhere").refusal
    assert said.startswith("There is no project Nowhere here; there is: ")
    assert "Twins" in said
    shared = terminal.run("upload", file, "--project", "Twins").refusal
    assert shared.startswith("2 projects are called Twins; name one by its id: ")
    assert all(project in shared for project in ids)
    assert terminal.run("upload", file, "--project", ids[0]).code == 0


@pytest.mark.parametrize("key", ["ty_x", f"ty_{'0' * 32}_{'x' * 32}", "ключ", "two words"])
def test_a_key_that_is_none_is_refused_and_not_repeated(terminal: Terminal, house: House, key: str) -> None:
    said = terminal.run("next", "--key", key).refusal
    assert said == (
        f"{house.url} does not take this key: it is wrong, revoked or expired. `taskyard key create` makes another."
    )


def test_without_a_key_the_command_says_where_one_comes_from(terminal: Terminal) -> None:
    said = terminal.run("export", TASKYARD_KEY="").refusal
    assert said == "No key was given: set TASKYARD_KEY, or give one with --key. `taskyard key create` makes one."


def test_a_key_of_too_small_a_role_is_told_so(terminal: Terminal, data: str) -> None:
    key = terminal.run("key", "create", "--role", "annotator", "--json", "--data", data).json["key"]
    assert terminal.run("export", "--key", key).refusal == "The role annotator may not export tasks here."


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "http://127.0.0.1:1",
            "http://127.0.0.1:1 does not answer: Connection refused. Start it with `taskyard serve`",
        ),
        ("http://nowhere.invalid", "http://nowhere.invalid does not answer: "),
        ("127.0.0.1:8750", "127.0.0.1:8750 is not the address of a server: write it like http://127.0.0.1:8750."),
        ("http://[::1", "http://[::1 is not the address of a server"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1 is not the address of a server"),
        ("", "Nothing is not the address of a server"),
    ],
)
def test_where_no_server_is_the_command_says_what_to_do(terminal: Terminal, url: str, says: str) -> None:
    assert terminal.run("next", "--url", url).refusal.startswith(says)


def test_an_address_below_the_servers_is_not_taken_for_a_taskyard(terminal: Terminal, house: House) -> None:
    said = terminal.run("next", "--project", "Any", "--url", f"{house.url}/first-start").refusal
    assert said.startswith(f"{house.url}/first-start answers, but not as a Taskyard does: 200 OK. Give the address")


def test_refused_rows_are_saved_mended_and_given_to_the_same_upload(terminal: Terminal, project: str) -> None:
    file = terminal.file("rows.csv", SOME_BAD)
    first = terminal.run("upload", file, "--project", project, "--failed-rows", "refused.csv", "--json")
    refused = terminal.folder / "refused.csv"
    assert (first.code, refused.read_text().splitlines()[0]) == (2, "_row,_error,text,external_id")
    mended = terminal.file("mended.csv", "_row,text,external_id\n2,now,b\n3,now,c\n")
    done = terminal.run("upload", mended, "--mends", first.json["id"])
    assert (done.code, done.said) == (0, "completed: 3 rows, 3 created, 0 there before, 0 refused.\n")
    assert "cannot be given" in terminal.run("upload", mended, "--mends", first.json["id"]).refusal
    assert "either --project" in terminal.run("upload", mended).refusal


def test_columns_go_where_map_says(terminal: Terminal, project: str) -> None:
    file = terminal.file("rows.csv", "Body,junk\nhello,1\n")
    done = terminal.run("upload", file, "--project", project, "--map", "Body=text", "--map", "junk=")
    assert done.said == "completed: 1 rows, 1 created, 0 there before, 0 refused.\n"
    assert "is not COLUMN=FIELD" in terminal.run("upload", file, "--project", project, "--map", "Body").refusal
