"""Flows whose model does as it is told."""

from __future__ import annotations

LABELS = "[question, problem, praise]"


def slow_flow(*extra: str, by: str = "test/slow", then: str = "") -> str:
    """Return a flow of one step done by the third party's model; `extra` are further keys of that step."""
    keys = "".join(f"    {line}\n" for line in extra)
    return (
        "input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}\n"
        "steps:\n"
        "  - id: label\n"
        "    use: classify\n"
        f"    by: {by}\n"
        f'    with: {{text: "{{{{ input.text }}}}", labels: {LABELS}}}\n'
        f"{keys}{then}"
        'output: {label: "{{ label.labels[0] }}"}\n'
    )


RATE_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: stars
    use: rate
    by: PERFORMER
    with: {text: "{{ input.text }}"}
output: {stars: "{{ stars.stars }}"}
"""
