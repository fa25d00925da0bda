"""Ask everything that can say no: style, types, import rules, the UI, and pytest, whose summary is the last word."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from setup import ROOT, UI, VENV, node

BIN = VENV / "bin"


def main() -> None:
    """Go through every check even when one fails, and end non-zero when any did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["lint", "test"])
    parser.add_argument("--workers", default="2", help="how many processes share the tests")
    parser.add_argument("pytest", nargs="*", help="what else pytest is told, after --")
    asked = parser.parse_args()
    failed = [name for name, command in quick_checks().items() if not passes(name, command)]
    if asked.what == "lint":
        raise SystemExit(f"Failed: {', '.join(failed)}" if failed else 0)
    if not passes("vitest", npm("test", "--silent")):
        failed.append("vitest")
    if failed:
        print(f"Failed before pytest: {', '.join(failed)}", flush=True)
    said = subprocess.run(
        [BIN / "pytest", "-q", "-n", asked.workers, "--dist", "loadfile", *asked.pytest], cwd=ROOT, check=False
    )
    raise SystemExit(said.returncode or bool(failed))


def quick_checks() -> dict[str, Sequence[str]]:
    """Return what needs no server and no browser."""
    return {
        "ruff": [f"{BIN}/ruff", "check", "--quiet", "."],
        "ruff format": [f"{BIN}/ruff", "format", "--quiet", "--check", "."],
        "mypy": [f"{BIN}/mypy", "--no-error-summary", "--explicit-package-bases", "src", "tests"],
        "import rules": [f"{BIN}/lint-imports", "--no-cache"],
        "doors": [f"{BIN}/python", "tools/doors.py"],
        "ui": npm("run", "--silent", "check"),
    }


def npm(*arguments: str) -> Sequence[str]:
    """Return the command that runs npm in the UI's folder."""
    return [*node()[1], "--prefix", str(UI), *arguments]


def passes(name: str, command: Sequence[str]) -> bool:
    """Run one check, show what it says only when it says no."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=node()[0], check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<14} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode != 0:
        sys.stdout.write(done.stdout)
    return done.returncode == 0


if __name__ == "__main__":
    main()
