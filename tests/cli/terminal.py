"""A terminal: the real command in a process of its own, and what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS_MAX = 90


@dataclass
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Return what it printed, or fail the test with its refusal."""
        assert self.code == 0, f"{self.code}: {self.err}"
        return self.out

    @property
    def json(self) -> Any:
        """Return the JSON it printed; a program that reads it wants no other line beside it."""
        assert "Traceback" not in self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """Return the one sentence of a refusal, or fail the test when it is no such thing."""
        assert (self.code, self.out) == (1, ""), self
        (line,) = self.err.splitlines()
        assert line.startswith("taskyard: "), line
        assert line.endswith("."), line
        return line.removeprefix("taskyard: ")


class Terminal:
    """Somebody at a prompt, with what they have exported."""

    def __init__(self, folder: Path, **exported: str) -> None:
        self.folder = folder
        self.exported = exported

    def run(self, *command: str, **exported: str) -> Done:
        """Run a command to its end. Nobody sits there to answer a question."""
        ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL" and "TASKYARD" not in name}
        done = subprocess.run(
            [sys.executable, "-m", "taskyard", *command],
            cwd=self.folder,
            env={**ours, **self.exported, **exported},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS_MAX,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def file(self, name: str, content: str) -> str:
        """Return the name of a file that has just been written beside the prompt."""
        (self.folder / name).write_text(content, "utf-8")
        return name
