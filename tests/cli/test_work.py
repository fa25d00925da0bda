"""`taskyard next` takes work, and `taskyard run` has an app do some."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.house import Somebody
from tests.builders import BOTH_FLOW, CLASSIFY_FLOW, PICTURE_FLOW
from tests.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
LABELS = BOTH_FLOW.replace("PERFORMER", "local/labels")
# The model's step is skipped, so that the run is over without a model.
COUNTS = """
input:
  type: object
  required: [text]
  properties: {text: {type: string}, number: {type: [integer, "null"]}, list: {type: array, items: {type: string}}}
steps:
  - id: label
    use: classify
    by: local/labels
    when: {input.text: {eq: never}}
    with: {text: "{{ input.text }}", labels: [a, b]}
output: {text: "{{ input.text }}", number: "{{ input.number }}", first: "{{ input.list[0] }}"}
"""


@pytest.fixture
def queue(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The name of a project with one task that waits for people."""
    owner.tasks(owner.project(CLASSIFY_FLOW, request.node.name), [{"text": "Where is my order?"}])
    return str(request.node.name)


@pytest.fixture
def counts(owner: Somebody, request: pytest.FixtureRequest) -> str:
    """The name of an app whose runs end at once."""
    owner.project(COUNTS, request.node.name)
    return str(request.node.name)


def test_next_takes_one_and_says_with_two_that_nothing_is_free(terminal: Terminal, data: str, queue: str) -> None:
    first = terminal.run("next", "--project", queue, "--explain")
    hold = json.loads(first.said)
    assert hold["task"]["input"] == {"text": "Where is my order?"}
    assert hold["reservation"]["token"]
    assert hold["explain"]["why"]
    other = terminal.run("key", "create", "--role", "annotator", "--json", "--data", data).json["key"]
    none = terminal.run("next", "--project", queue, "--key", other, "--json")
    assert (none.code, none.out, none.err) == (2, "", "Nothing is free for you.\n")


def test_next_gives_it_back_at_once_when_asked_to(terminal: Terminal, data: str, queue: str) -> None:
    released = terminal.run("next", "--project", queue, "--step", "label", "--release", "--json")
    assert len(released.said.splitlines()) == 1
    other = terminal.run("key", "create", "--role", "annotator", "--json", "--data", data).json["key"]
    again = terminal.run("next", "--project", queue, "--key", other).json
    assert again["task"]["id"] == released.json["task"]["id"]


def test_next_of_a_project_that_is_not_there_is_no_empty_queue(terminal: Terminal) -> None:
    assert terminal.run("next", "--project", "Nowhere").refusal.startswith("There is no project Nowhere here")


def test_run_prints_the_output_of_an_app(terminal: Terminal, counts: str) -> None:
    # A text is a text, whatever it looks like; what is none is read as JSON.
    done = terminal.run("run", counts, "text=12", "number=12", 'list=["a=b"]')
    assert json.loads(done.said) == {"text": "12", "number": 12, "first": "a=b"}
    whole = terminal.run("run", counts, "text=x", "list=[]", "number=null", "--json")
    assert whole.json["state"] == "failed"


def test_a_run_that_fails_ends_with_two_and_its_reason(terminal: Terminal, counts: str) -> None:
    done = terminal.run("run", counts, "text=x", "list=[]")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("failed: ")
    assert "input.list[0]" in done.err


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["text"], "Invalid value: text is not field=value. `taskyard run --help` shows what it takes."),
        (["number=many", "text=x"], "Invalid value: number takes integer or null, not many. `taskyard run --help`"),
        (["text=@missing.txt"], "Invalid value: There is no file missing.txt. `taskyard run --help`"),
        ([], "input.text is required"),
        (["text=x", "list=1"], "input.list must be a list"),
        (["text=x", "--model", "nobody/none"], "nobody/none"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(terminal: Terminal, counts: str, values: list[str], says: str) -> None:
    assert says in terminal.run("run", counts, *values).refusal


def test_what_needs_people_is_not_run(terminal: Terminal, queue: str) -> None:
    said = terminal.run("run", queue, "text=hello").refusal
    assert said == f"{queue} needs people to finish: send it a task instead."


@pytest.mark.models
def test_an_app_of_a_local_model_gives_its_answer(terminal: Terminal, owner: Somebody) -> None:
    owner.project(LABELS, "Labels")
    done = terminal.run("run", "Labels", "text=Please give me my money back.")
    assert json.loads(done.said) == {"label": "refund request"}


@pytest.mark.models
def test_a_file_is_given_by_its_name(terminal: Terminal, owner: Somebody) -> None:
    flow = PICTURE_FLOW.partition("  - id: label")[0] + 'output: {text: "{{ find.text }}"}'
    owner.project(flow, "Reader")
    photo = "examples/receipts/scan-03-hardware.png"
    done = terminal.run("run", "Reader", f"photo=@{ROOT / photo}", "--json")
    assert (done.code, done.json["state"]) == (0, "completed")
    assert "TOTAL" in done.json["output"]["text"].upper()
