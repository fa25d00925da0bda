"""`taskyard export`: what comes out is whole, or it is not there."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.browser.house import Somebody
from tests.builders import CLASSIFY_FLOW
from tests.cli.terminal import Terminal


@pytest.fixture(scope="module")
def project(house: object, folder: object) -> str:
    return "Exported"


@pytest.fixture(autouse=True, scope="module")
def tasks(request: pytest.FixtureRequest, project: str) -> list[str]:
    """Three tasks, of which the first is answered."""
    owner: Somebody = request.getfixturevalue("house").owner
    made = owner.project(CLASSIFY_FLOW, project)
    ids = [
        task["id"] for task in owner.tasks(made, [{"text": f"Message {number}"} for number in range(3)], batch="may")
    ]
    owner.answer(made, {"labels": ["praise"]})
    return ids


def test_lines_go_to_standard_output_and_nothing_else_does(terminal: Terminal, project: str, tasks: list[str]) -> None:
    done = terminal.run("export", "--project", project)
    assert done.err == ""
    assert [json.loads(line)["id"] for line in done.said.splitlines()] == tasks
    answered = terminal.run("export", "--project", project, "--status", "completed", "--format", "json").json
    assert [task["id"] for task in answered] == tasks[:1]
    assert answered[0]["output"] == {"label": "praise"}


def test_a_file_gets_the_same_and_the_command_says_how_much(terminal: Terminal, project: str) -> None:
    asked = ("export", "--project", project, "--batch", "may", "--status", "queued", "--status", "completed")
    shown = terminal.run(*asked).said
    done = terminal.run(*asked, "--output", "tasks.jsonl")
    assert done.said == ""
    written = (terminal.folder / "tasks.jsonl").read_text("utf-8")
    assert written == shown
    assert done.err == f"tasks.jsonl has 3 tasks, {len(written.encode()):,} bytes.\n"
    assert [path.name for path in terminal.folder.iterdir()] == ["tasks.jsonl"]


def test_a_reader_that_leaves_early_is_no_error_on_the_screen(terminal: Terminal, project: str) -> None:
    command = f"'{sys.executable}' -m taskyard export --project {project} | head -c 1"
    named = {"TASKYARD_URL": terminal.exported["TASKYARD_URL"], "TASKYARD_KEY": terminal.exported["TASKYARD_KEY"]}
    done = subprocess.run(command, shell=True, env=named, capture_output=True, text=True, timeout=90, check=True)  # noqa: S602
    assert (done.stdout, done.stderr) == ("{", "")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("nowhere/tasks.jsonl", "nowhere/tasks.jsonl cannot be written: no such file or directory."),
        (".", ". cannot be written: it is a folder."),
        ("here.jsonl/tasks.jsonl", "here.jsonl/tasks.jsonl cannot be written: not a directory."),
    ],
)
def test_where_nothing_can_be_written_the_command_says_so(
    terminal: Terminal, project: str, output: str, says: str
) -> None:
    terminal.file("here.jsonl", "")
    said = terminal.run("export", "--project", project, "--output", output).refusal
    assert said == f"{says} Give another file with --output."


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            ["--format", "xml"],
            "--format: is not one of those there are. Take 'json', 'jsonl', 'csv', 'parquet', 'coco' or 'yolo'.",
        ),
        (["--status", "done"], "--status: is not one of those there are. Take 'queued', 'in_progress'"),
        (["--task", "nonsense"], "--task: "),
        (["--filter", "priority_min=high", "--background"], "--filter priority_min: "),
        (["--answers", "step"], "`--answers step` needs the step's id in `--answers-of`."),
        (["--answers-of", "lable"], "--answers-of: is no step of theirs. Did you mean `label`? The steps there are: "),
        (["--answers-of", "nosuch", "--background"], "has a step nosuch. --answers-of: is no step of theirs."),
        (["--project", "Nowhere"], "There is no project Nowhere here; there is: "),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_the_file_of_before(
    terminal: Terminal, asked: list[str], says: str
) -> None:
    terminal.file("tasks.jsonl", "from before")
    assert says in terminal.run("export", "--output", "tasks.jsonl", *asked).refusal
    assert {path.name: path.read_text("utf-8") for path in terminal.folder.iterdir()} == {"tasks.jsonl": "from before"}


class _BreaksOff(BaseHTTPRequestHandler):
    """A server whose machine goes away in the middle of an answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b'10\r\n{"id": "first"}\n\r\n')
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keep the screen of the tests."""


@pytest.fixture
def breaking() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _BreaksOff) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_of_an_answer_that_breaks_off_no_file_stays(terminal: Terminal, breaking: str) -> None:
    said = terminal.run("export", "--output", "tasks.jsonl", "--url", breaking).refusal
    assert said.startswith(f"{breaking} does not answer: peer closed connection")
    assert list(terminal.folder.iterdir()) == []
    shown = terminal.run("export", "--url", breaking)
    assert (shown.code, shown.out) == (1, '{"id": "first"}\n')


def test_every_format_and_what_goes_along_can_be_asked_for(terminal: Terminal, project: str) -> None:
    rows = list(csv.DictReader(io.StringIO(terminal.run("export", "--project", project, "--format", "csv").said)))
    assert [row["label.labels"] for row in rows] == ['["praise"]', "", ""]
    asked = ("export", "--project", project, "--format", "csv", "--include", "files", "--include", "events", "--json")
    told = terminal.run(*asked, "--output", "tasks.zip").json
    assert (told["file"], bool(told["snapshot_at"])) == ("tasks.zip", True)
    with zipfile.ZipFile(terminal.folder / "tasks.zip") as found:
        assert found.namelist() == ["tasks.csv", "manifest.json"]
    assert "--output" in terminal.run(*asked).refusal


def test_one_task_and_any_filter_of_the_list(terminal: Terminal, project: str, tasks: list[str]) -> None:
    one = terminal.run("export", "--task", tasks[2]).said
    assert [json.loads(line)["id"] for line in one.splitlines()] == tasks[2:]
    found = terminal.run("export", "--filter", "redo=false", "--contains", "Message 1", "--answers", "all").said
    assert [json.loads(line)["id"] for line in found.splitlines()] == tasks[1:2]
    assert "nothing is not name=value" in terminal.run("export", "--filter", "nothing").refusal


def test_a_consumer_gets_what_changed_since_the_last_time(
    terminal: Terminal, owner: Somebody, project: str, tasks: list[str]
) -> None:
    asked = ("export", "--project", project, "--consumer", "accounting", "--output", "changed.jsonl", "--json")

    def changed() -> list[str]:
        told = terminal.run(*asked).json
        lines = (terminal.folder / "changed.jsonl").read_text("utf-8").splitlines()
        assert (told["state"], told["tasks"], told["consumer"]["name"]) == ("completed", len(lines), "accounting")
        return [json.loads(line)["id"] for line in lines]

    assert changed() == tasks
    assert changed() == []
    owner.ask("PATCH", f"/tasks/{tasks[1]}", json={"batch": "june"})
    assert changed() == tasks[1:2]
    owner.ask("PATCH", f"/tasks/{tasks[1]}", json={"batch": "may"})
    done = terminal.run("export", "--project", project, "--background", "--batch", "may", "--filter", "redo=false")
    assert len(done.said.splitlines()) == 3


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
@pytest.mark.parametrize("status", ["completed", "failed"])
def test_the_tasks_of_a_file_are_counted_however_it_came(
    terminal: Terminal, project: str, form: str, status: str
) -> None:
    asked = ("export", "--project", project, "--status", status, "--format", form, "--output", "tasks.out")
    says = "tasks.out has 1 task, " if status == "completed" else "tasks.out has 0 tasks, "
    for more in ([], ["--include", "files"], ["--background"]):
        done = terminal.run(*asked, *more)
        assert (done.code, done.err.startswith(says)) == (0, True), done.err


@pytest.mark.parametrize("more", [[], ["--background"]])
def test_named_tasks_that_are_not_there_are_told(terminal: Terminal, tasks: list[str], more: list[str]) -> None:
    unknown = "0190a1b2-0000-7000-8000-000000000000"
    done = terminal.run("export", "--task", tasks[0], "--task", unknown, *more)
    assert (done.code, len(done.said.splitlines())) == (0, 1)
    assert done.err == "Left out: 1 not found: deleted, archived or never here.\n"
    assert "None of the named tasks can be exported" in terminal.run("export", "--task", unknown, *more).refusal
