"""Run the server and the UI side by side while they are being written; both reload, and both end together."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from setup import ROOT, UI, VENV, node

PORT = os.environ.get("PORT", "8750")


def main() -> None:
    """Start both and wait for the first to end, or for Ctrl-C."""
    environment, npm = node()
    environment |= {"TASKYARD_URL": f"http://127.0.0.1:{PORT}", "CI": ""}
    serve = f"{VENV}/bin/taskyard serve --data {ROOT}/.demo/dev --port {PORT}"
    commands = [
        ([f"{VENV}/bin/watchfiles", "--filter", "python", serve, str(ROOT / "src")], ROOT),
        ([*npm, "run", "dev"], UI),
    ]
    both = [
        subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True) for command, folder in commands
    ]
    try:
        while all(process.poll() is None for process in both):
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        for process in both:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in both:
            process.wait()


if __name__ == "__main__":
    main()
