"""What a flow has to meet before it is published: each rule with a flow that breaks it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskyard.domain.projects.flow import Flow, KindInfo, Retry, as_document, from_document
from taskyard.domain.projects.flow_check import flaws_of, understand
from taskyard.kit.problems import Flaw

IMAGE = {"type": "string", "x-kind": "image"}
TEXT = {"type": "string", "x-kind": "text"}
LABELS = {"type": "array", "items": {"type": "string"}}
REGION = {"type": "object", "properties": {"id": {"type": "string"}, "label": {"type": "string"}}}
FOUND = {
    "regions": {"type": "array", "items": REGION},
    "text": TEXT,
    "score": {"type": "number"},
    "image": IMAGE,
}
TAKEN = {
    "image": IMAGE,
    "prompt": TEXT,
    "labels": LABELS,
    "prefill": {"type": "object"},
    "multiple": {"type": "boolean"},
}


def an_object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


KINDS = {
    "annotate": KindInfo.of(an_object(TAKEN, "image"), an_object(FOUND)),
    "classify": KindInfo.of(an_object({**TAKEN, "text": TEXT}, "labels"), an_object({"labels": LABELS})),
    "fill": KindInfo.of(
        an_object({"show": {"type": "array"}, "prompt": TEXT}), {"type": "object"}, supports_output=True
    ),
}
MODELS = {
    "local/text": frozenset({"annotate", "transcribe"}),
    "local/labels": frozenset({"classify"}),
    "ollama/qwen3": frozenset({"fill"}),
}
HEAD = """
input:
  type: object
  required: [photo]
  properties:
    photo: {type: string, x-kind: image}
    note: {type: string, x-kind: text}
    "first name": {type: string}
    pages: {type: array, items: {type: object, properties: {scan: {type: string, x-kind: image}, n: {type: integer}}}}
    open: {type: object}
steps:
"""
FIND = '  - {id: find, use: annotate, by: local/text, with: {image: "{{ input.photo }}"}}\n'
RECEIPTS = (
    HEAD
    + """
  - id: find
    use: annotate
    by: local/text
    with: {image: "{{ input.photo }}", prompt: "every line item"}
  - id: label
    use: annotate
    by: people
    with: {image: "{{ input.photo }}", prompt: "Draw a box", labels: [item, total], prefill: "{{ find }}"}
    people: {hold: 2h, skips: everyone, roles: [annotator, reviewer]}
  - id: amount
    use: fill
    by: [people, ollama/qwen3]
    with: {show: ["{{ input.photo }}", "{{ find.text }}"], prompt: "Total and date of {{ input['first name'] }}"}
    output: {type: object, required: [total], properties: {total: {type: number}, date: {type: string, format: date}}}
    when: {find.score: {lt: 0.8}}
    retry: {max: 2, backoff: 10s}
    timeout: 90s
    on_error: continue
    after: label
output: {regions: "{{ label.regions }}", total: "{{ amount.total }}"}
"""
)


def flaws(steps: str, head: str = HEAD) -> list[Flaw]:
    return flaws_of(head + steps, KINDS, MODELS)


def test_a_whole_flow_is_understood() -> None:
    flow = understand(RECEIPTS, KINDS, MODELS)
    find, label, amount = flow.steps
    assert (find.needs, label.needs, amount.needs) == ((), ("find",), ("find", "label"))
    assert (find.retry, amount.retry) == (Retry(5, 2), Retry(2, 10))
    assert (find.people.hold_seconds, find.people.skips) == (5400, "others")
    assert (label.people.hold_seconds, label.people.skips) == (7200, "everyone")
    assert label.people.roles == ("annotator", "reviewer")
    assert label.prefill == "{{ find }}"
    assert (amount.by, amount.timeout_seconds, amount.on_error) == (("people", "ollama/qwen3"), 90, "continue")
    assert amount.gives["required"] == ["total"]
    assert label.gives == KINDS["annotate"].output_schema
    assert not flow.is_app
    assert from_document(as_document(flow)) == flow


def test_kinds_of_later_versions_are_known_but_refused() -> None:
    found = flaws(
        FIND + "  - {id: check, use: review, of: find, by: people, budget: 3, people: {sample: 20%, on_reject: find}}\n"
    )
    assert [flaw.says for flaw in found] == [
        "This version has no kind `review`.",
        "This version has no `of`.",
        "This version has no `budget`.",
        "This version has no `sample`.",
        "This version has no `on_reject`.",
    ]
    assert {flaw.step for flaw in found} == {"check"}


LABEL = "  - {id: a, use: classify, by: people, with: {labels: [x]}}\n"
STEP = "  - {id: a, use: annotate, by: people, with: {image: '{{ input.photo }}'}, %s}\n"
WITH = "  - {id: a, use: classify, by: people, with: {labels: [x, y], %s}}\n"


@pytest.mark.parametrize(
    ("steps", "place", "says", "mend"),
    [
        ("  []\n", "steps", "at least one step", None),
        ("  - text\n", "steps[0]", "not a mapping", None),
        (FIND.replace("id: find, ", ""), "steps[0].id", "no `id`", None),
        (FIND.replace("id: find", "id: my step"), "steps.my step.id", "cannot be an id", "letters"),
        (FIND.replace("id: find", "id: input"), "steps.input.id", "meaning of its own", None),
        (FIND.replace("id: find", "id: item"), "steps.item.id", "meaning of its own", None),
        (FIND + FIND, "steps.find.id", "Two steps", None),
        (FIND.replace("use: annotate, ", ""), "steps.find.use", "does not say what the work is", "annotate"),
        (FIND.replace("annotate", "anotate"), "steps.find.use", "no kind of work called `anotate`", "`annotate`?"),
        (FIND.replace("by: local/text, ", ""), "steps.find.by", "does not say who", None),
        (FIND.replace("local/text", "local/txt"), "steps.find.by", "no performer", "`local/text`?"),
        (FIND.replace("local/text", "humans"), "steps.find.by", "no performer", "`people`?"),
        (FIND.replace("local/text", "local/labels"), "steps.find.by", "cannot do the work", "local/text, people"),
        (FIND.replace("local/text", "[people, people]"), "steps.find.by[1]", "named twice", None),
        (FIND.replace("local/text", "[]"), "steps.find.by", "a list of names", None),
        (FIND.replace("local/text", "[people, 3]"), "steps.find.by[1]", "not a name", None),
        (FIND.replace("image:", "imge:"), "steps.find.with.imge", "takes nothing called `imge`", "`image`?"),
        ("  - {id: a, use: annotate, by: people}\n", "steps.a.with", "needs `image`", "{{ input.photo }}"),
        (STEP % "wen: {}", "steps.a.wen", "no key `wen`", "`when`?"),
        (STEP % "when: {}", "steps.a.when", "names a path", None),
        (STEP % "when: {input.nte: {exists: true}}", "steps.a.when.input.nte", "no field `nte`", "`note`?"),
        (STEP % "when: {b.score: {lt: 1}}", "steps.a.when.b.score", "no step `b`", None),
        (STEP % "retry: 3", "steps.a.retry", "not a mapping", None),
        (STEP % "retry: {max: 0}", "steps.a.retry.max", "from 1 to 20", None),
        (STEP % "retry: {max: true}", "steps.a.retry.max", "from 1 to 20", None),
        (STEP % "retry: {backoff: soon}", "steps.a.retry.backoff", "not a duration", None),
        (STEP % "timeout: 90", "steps.a.timeout", "not a duration", "90s or 90m"),
        (STEP % "timeout: 2d", "steps.a.timeout", "between 1s and 1d", None),
        (STEP % "on_error: go", "steps.a.on_error", "none of `stop` or `continue`", None),
        (STEP % "after: [b]", "steps.a.after[0]", "no step `b`", None),
        (STEP % "after: 3", "steps.a.after", "a list of names", None),
        (STEP % "people: {hold: 0s}", "steps.a.people.hold", "between 1s", None),
        (STEP % "people: {skips: nobody}", "steps.a.people.skips", "none of `others`", None),
        (STEP % "people: {roles: [boss]}", "steps.a.people.roles", "none of", None),
        (STEP % "people: {role: 3}", "steps.a.people.role", "no key", "`roles`?"),
        (STEP % "people: 3", "steps.a.people", "not a mapping", None),
        (STEP % "output: {type: object}", "steps.a.output", "one form", None),
        (FIND[:-2] + ", people: {hold: 2h}}\n", "steps.find.people", "Nobody is asked", None),
        ("  - {id: a, use: fill, by: people}\n", "steps.a.output", "what an answer looks like", "output:"),
        ("  - {id: a, use: fill, by: people, output: {type: array}}\n", "steps.a.output.type", "to be an object", None),
        ("  - {id: a, use: fill, by: people, output: 3}\n", "steps.a.output", "not an object", None),
        (WITH % "text: '{{ input.nope }}'", "steps.a.with.text", "`input` has no field `nope`", None),
        (WITH % "text: '{{ input.note.x }}'", "steps.a.with.text", "`input.note` is text, so it has no field", None),
        (WITH % "text: '{{ input.note[0] }}'", "steps.a.with.text", "it has no item [0]", None),
        (WITH % "text: 'a {{ input.nte }} b'", "steps.a.with.text", "no field `nte`", "`note`?"),
        (WITH % "text: '{{ 1 + 1 }}'", "steps.a.with.text", "`1 + 1` is not a path", None),
        (WITH % "text: '{{ inptu.note }}'", "steps.a.with.text", "no step `inptu`", "`input`?"),
        (WITH % "text: '{{ input.photo }}'", "steps.a.with.text", "text is wanted", None),
        (WITH % "text: 3", "steps.a.with.text", "must be text, not a whole number", None),
        (WITH % "multiple: '{{ input.note }}'", "steps.a.with.multiple", "true or false is wanted", None),
        (WITH % "image: '{{ input.note }}'", "steps.a.with.image", "of kind `image` is wanted", "x-kind: image"),
        (WITH % "image: '{{ input.pages[0].n }}'", "steps.a.with.image", "is a whole number", None),
        (
            WITH.replace("[x, y]", "'{{ input.pages }}'") % "text: x",
            "steps.a.with.labels",
            "an item is an object",
            None,
        ),
        (WITH % "image: photo.png", "steps.a.with.image", "not a file", "{{ input.photo }}"),
        (WITH % "prefill: '{{ a }}'", "steps.a", "waits for itself", None),
        (WITH.replace("[x, y]", "[]") % "text: x", "steps.a.with.labels", "empty", None),
        (WITH.replace("[x, y]", "[x, x]") % "text: x", "steps.a.with.labels[1]", "twice", None),
        (WITH.replace("[x, y]", "[x, ' ']") % "text: x", "steps.a.with.labels[1]", "not a label", None),
        (WITH.replace("[x, y]", "[1]") % "text: x", "steps.a.with.labels[0]", "not a label", "quotes"),
        (WITH.replace("[x, y]", "x") % "text: x", "steps.a.with.labels", "must be a list", None),
        (FIND + "output: {a: '{{ find.nope }}'}", "output.a", "`find` has no field `nope`", None),
        (FIND + "output: {a: '{{ gone.x }}'}", "output.a", "no step `gone`", None),
        (FIND + "output: {}", "output", "empty", None),
        (FIND + "output: 3", "output", "not a mapping", None),
        (FIND + "step: []", "step", "no key `step`", "`steps`?"),
    ],
)
def test_each_rule_is_told_with_its_place_and_line(steps: Any, place: str, says: str, mend: str | None) -> None:
    found = flaws(steps)
    assert [flaw.place for flaw in found] == [place]
    assert says in found[0].says
    assert mend is None or mend in (found[0].mend or "")
    assert found[0].line is not None


@pytest.mark.parametrize(
    "steps",
    [
        WITH % "text: '{{ input.pages[3].n }} and {{ input.open.any.thing[2] }}'",
        WITH % "text: '{{ input.open.thing }}'",
        WITH % "image: '{{ input.pages[0].scan }}'",
        WITH % "image: 0199e6a4-7c1e-7000-8000-3f2b9c1d5e6f",
        WITH.replace("[x, y]", "'{{ input.open.labels }}'") % "text: x",
        WITH.replace("[x, y]", "[yes, no, '{{ input.note }}']") % "text: x",
        FIND + "  - {id: b, use: annotate, by: agents, with: {image: '{{ find.image }}', prefill: '{{ find }}'}}\n",
    ],
)
def test_what_the_schemas_leave_open_is_allowed(steps: str) -> None:
    assert flaws(steps) == []


@pytest.mark.parametrize(
    ("schema", "place", "says"),
    [
        ("3", "input", "not an object"),
        ("{type: array}", "input.type", "has to be an object"),
        ("{properties: {}}", "input", "has to be an object"),
        ("{type: objekt}", "input.type", "not a JSON Schema"),
        ("{type: object, required: photo}", "input.required", "not a JSON Schema"),
        ("{type: object, $ref: 'http://127.0.0.1/x'}", "input.$ref", "a schema elsewhere"),
        ("{type: object, $id: 'http://x/'}", "input.$id", "moves"),
        ("{type: object, $schema: 'http://json-schema.org/draft-07/schema'}", "input.$schema", "2020-12"),
        ("{type: object, properties: {a: {$ref: '#/$defs/no'}}}", "input", "cannot be used"),
        ("{type: object, properties: {a: {pattern: '(?=x)y'}}}", "input.properties.a.pattern", 'not a "regex"'),
        ("{type: object, properties: {a: {x-kind: imgae}}}", "input.properties.a.x-kind", "no `x-kind`"),
        (
            "{type: object, properties: {a: {type: integer, x-kind: image}}}",
            "input.properties.a.type",
            "of type string",
        ),
    ],
)
def test_the_schema_of_the_input_is_checked(schema: str, place: str, says: str) -> None:
    found = flaws(LABEL, f"input: {schema}\nsteps:\n")
    assert [flaw.place for flaw in found] == [place]
    assert says in found[0].says


def test_a_flow_without_an_input_is_told() -> None:
    assert [(flaw.place, flaw.says) for flaw in flaws(LABEL, "steps:\n")] == [("input", "The flow has no `input`.")]


def test_a_schema_whose_references_multiply_is_refused() -> None:
    twice = "    d{0}: {{allOf: [{{$ref: '#/$defs/d{1}'}}, {{$ref: '#/$defs/d{1}'}}]}}\n"
    doubled = "".join(twice.format(n, n + 1) for n in range(40))
    head = f"input:\n  type: object\n  $ref: '#/$defs/d0'\n  $defs:\n{doubled}    d40: {{type: object}}\nsteps:\n"
    assert "multiply" in flaws(LABEL, head)[0].says


def test_a_circle_of_steps_is_named() -> None:
    step = "  - {{id: {0}, use: classify, by: people, with: {{labels: [x], text: '{{{{ {1}.labels }}}}'}}}}\n"
    found = flaws("".join(step.format(*pair) for pair in ("ab", "bc", "ca", "da")))
    assert [flaw.says for flaw in found if "wait" in flaw.says] == ["These steps wait for one another: a → b → c → a."]


def test_many_things_are_told_at_once_in_the_order_of_the_page() -> None:
    source = RECEIPTS.replace("use: fill", "use: fil").replace("{{ find }}", "{{ fnd }}").replace("90s", "90")
    found = flaws_of(source + "\nsteps: 3", KINDS, MODELS) + flaws_of(source, KINDS, MODELS)
    assert [flaw.says for flaw in found[-3:]] == [
        "There is no step `fnd`.",
        "There is no kind of work called `fil`.",
        "`90` is not a duration.",
    ]


@pytest.mark.parametrize("source", ["3", "[]", "text", "steps: 3\ninput: 4", "{}", "input:\nsteps:\noutput:\n"])
def test_what_is_no_flow_is_refused_in_words(source: str) -> None:
    assert flaws_of(source, KINDS, MODELS)


WORDS = st.sampled_from(RECEIPTS.replace("\n", " ").split(" ")) | st.text("{}[]:- 'a0", max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), WORDS), max_size=4))
def test_no_flow_makes_the_check_fail(changes: list[tuple[int, str]]) -> None:
    words = RECEIPTS.split(" ")
    for at, word in changes:
        words[at * len(words) // 61] = word
    found = flaws_of(" ".join(words), KINDS, MODELS)
    assert found or isinstance(understand(" ".join(words), KINDS, MODELS), Flow)
