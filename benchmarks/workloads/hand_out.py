"""Eight people at work: each takes the next task and answers it, again and again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bare import DATABASE, Bare
from figures import Figure, quantile
from servers import Server, environment

PEOPLE = 8
FLOOR_RATE, AIM_RATE = 200.0, 500.0
FLOOR_P95_MS, AIM_P95_MS = 60.0, 25.0
CROWD = Path(__file__).resolve().parents[1] / "clients.py"


def run(server: Server, rows: int, seconds: float, times: int) -> list[Figure]:
    """Measure the best of several rounds, and look for doubles in all of them."""
    keys = server.people(PEOPLE)
    _crowd(server, keys, seconds / 2)  # plans and caches
    rounds = []
    for _ in range(times):
        before = server.spent()
        said = _crowd(server, keys, seconds)
        after = server.spent()
        assert not said["refusals"], said["refusals"][:3]
        rounds.append((len(said["step_runs"]) / said["seconds"], said, before, after))
    rate, best, before, after = max(rounds, key=lambda each: each[0])
    handed_out = [step_run for _, said, _, _ in rounds for step_run in said["step_runs"]]
    bare = Bare(server.dsn(), server.dsn(DATABASE))
    doubles = len(handed_out) - len(set(handed_out)) + bare.double_hand_outs()
    pairs = len(best["step_runs"])
    both = [taken + given for taken, given in zip(best["next_ms"], best["submit_ms"], strict=True)]
    name = f"next + submit, {PEOPLE} people"
    # A short one for the bare database: it takes thousands of rows a second.
    bare_rate = bare.hand_out(rows, PEOPLE, min(seconds, 5))
    return [
        Figure(f"{name}, a second", "", rate, FLOOR_RATE, AIM_RATE, bare_rate, more_is_better=True),
        Figure(f"{name}, next p50", "ms", quantile(best["next_ms"], 0.5)),
        Figure(f"{name}, next p95", "ms", quantile(best["next_ms"], 0.95), FLOOR_P95_MS, AIM_P95_MS),
        Figure(f"{name}, submit p50", "ms", quantile(best["submit_ms"], 0.5)),
        Figure(f"{name}, submit p95", "ms", quantile(best["submit_ms"], 0.95), FLOOR_P95_MS, AIM_P95_MS),
        Figure(f"{name}, both p95", "ms", quantile(both, 0.95), FLOOR_P95_MS, AIM_P95_MS),
        Figure(f"{name}, handed out twice", "", doubles, 0, 0),
        Figure(f"{name}, processor of server each", "ms", (after.server - before.server) * 1000 / pairs),
        Figure(f"{name}, processor of database each", "ms", (after.database - before.database) * 1000 / pairs),
        Figure(f"{name}, processor of client each", "ms", best["cpu_seconds"] * 1000 / pairs),
    ]


def _crowd(server: Server, keys: list[str], seconds: float) -> dict[str, Any]:
    command = [sys.executable, str(CROWD), str(server.port), str(seconds)]
    ended = subprocess.run(
        command, input="\n".join(keys), capture_output=True, text=True, check=True, env=environment()
    )
    said: dict[str, Any] = json.loads(ended.stdout)
    return said
