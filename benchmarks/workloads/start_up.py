"""From nothing to the first 200, and what Taskyard takes while nobody asks for anything."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Figure
from servers import Server, environment

SETTLED_SECONDS = 5


def run(times: int) -> list[Figure]:
    """Measure the best of several first starts, each in a folder of its own, and of several later ones."""
    cold, warm = [], []
    memory: dict[str, float] = {}
    for number in range(times):
        server = Server(Path(tempfile.mkdtemp(prefix="taskyard-bench-")))
        try:
            cold.append(server.start())
            server.stop()
            warm.append(server.start())
            if number == 0:
                time.sleep(SETTLED_SECONDS)
                memory = server.memory()
        finally:
            server.stop()
            shutil.rmtree(server.data, ignore_errors=True)
    return [
        Figure("first 200, cold, with migrations", "s", min(cold), 8, 4),
        Figure("first 200, warm", "s", min(warm), 2, 1),
        Figure("idle memory of the server", "MB", memory["server"]),
        Figure("idle memory of the worker", "MB", memory.get("worker", 0)),
        Figure("idle memory of both", "MB", sum(memory.values()), 200, 120),
        Figure("installed size without models", "MB", _installed(), 400, 150),
    ]


def _installed() -> float:
    """Return the size of what the package needs, and nothing that only this checkout has."""
    said = subprocess.run([sys.executable, "-c", _SIZES], capture_output=True, text=True, check=True, env=environment())
    return float(said.stdout)


_SIZES = """
import importlib.metadata as installed, re
from pathlib import Path
found, left = set(), ["taskyard"]
while left:
    name = re.sub(r"[-_.]+", "-", left.pop()).lower()
    if name in found:
        continue
    try:
        package = installed.distribution(name)
    except installed.PackageNotFoundError:
        continue
    found.add(name)
    for needs in package.requires or []:
        wanted, _, only_if = needs.partition(";")
        extras = re.search(r"\\[(.*?)\\]", wanted)
        asked = re.search(r"extra\\s*==\\s*['\\"](.+?)['\\"]", only_if)
        if asked is None or (asked[1] in {"standard", "binary", "pool", "asyncio", "argon2"} and name != "taskyard"):
            left.append(re.split(r"[ \\[<>=!~;(]", wanted.strip(), maxsplit=1)[0])
import taskyard
size = sum(file.stat().st_size for file in Path(taskyard.__file__).parent.rglob("*") if file.is_file())
for name in found - {"taskyard"}:
    files = [Path(file.locate()) for file in installed.files(name) or []]
    size += sum(file.stat().st_size for file in files if file.is_file())
print(size / 1e6)
"""
