"""The commands of README.md and docs/developer.md, pasted as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.house import House

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("bash", "curl", "jq", "uuidgen")
SECONDS_MAX = 150

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"the documents use {', '.join(NEEDED)}"),
    pytest.mark.skipif(not (ROOT / ".venv/bin/taskyard").exists(), reason="the documents are about a checkout"),
]


def pasted(document: str, house: House, data: str, folder: Path) -> tuple[str, list[str]]:
    """Paste all that a document says from its first `export` on, at this server; return what is shown, and complaints."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / document).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    said = "".join(blocks[next(n for n, block in enumerate(blocks) if block.startswith("export")) :])
    # What a demo has by itself; and one stream is followed a little less long.
    for theirs, ours in (
        ("http://127.0.0.1:8750", house.url),
        ("/tmp/", f"{folder}/"),  # noqa: S108 - a text of the document
        (".demo", data),
        ("--max-time 20", "--max-time 8"),
    ):
        said = said.replace(theirs, ours)
    done = subprocess.run(
        ["bash", "-c", said], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=SECONDS_MAX, check=False
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "curl: (28)" not in line]


def test_the_readme_goes_from_a_flow_to_an_export(house: House, data: str, tmp_path: Path) -> None:
    shown, complaints = pasted("README.md", house, data, tmp_path)
    assert complaints == []
    assert '"created": 500' in shown
    assert re.search(r'"suggested": \[\s+"\w+"\s+\]', shown)
    assert '"answer":{"id":' in shown
    assert '"tasks": 500' in shown


def test_the_developers_page_goes_from_a_picture_to_a_list(house: House, data: str, tmp_path: Path) -> None:
    shown, complaints = pasted("docs/developer.md", house, data, tmp_path)
    exported, changed = tmp_path / "messages.jsonl", tmp_path / "changed.csv"
    assert [re.sub(r" has [\d,]+ tasks, [\d,]+ bytes\.$", "", line) for line in complaints] == [
        str(exported),
        str(changed),
    ]
    assert re.search(r'"verdict": "rejected",\s+"task": "in_progress"', shown)
    assert "command line answered label." in shown
    assert re.search(r'"created": 34,\s+"failed": 6,', shown)
    assert "completed: 500 rows, 466 created, 34 there before, 0 refused." in shown
    assert len(exported.read_text("utf-8").splitlines()) == 502
