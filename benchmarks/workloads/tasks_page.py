"""The page of tasks in a real Chromium: from the address to the first task that can be read, and the script it took.

Cold is a browser that was never here; warm is its second visit. Needs what `make setup` installs for the page tests.
"""

from __future__ import annotations

import json
import runpy
import secrets
import shutil
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from bare import DATABASE, Bare
from figures import Figure
from servers import Server, taskyard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

ROOT = Path(__file__).parents[2]
SETUP = runpy.run_path(str(ROOT / "tools" / "setup.py"))
EMAIL = "reader@example.org"
COOKIE = "taskyard_session"
FLOOR_SECONDS, AIM_COLD_SECONDS, AIM_WARM_SECONDS = 0.6, 0.4, 0.25
FLOOR_KB, AIM_KB = 250, 180
VISITS_MIN = 5
SEARCH_SECONDS_MAX = 120
# The row counts when it has been painted: a task that is begun in the frame it stands in ends after that frame.
WATCH = """
new MutationObserver((_, watcher) => {
  if (!document.querySelector('tr[data-row]')) return
  watcher.disconnect()
  requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.firstRowsMs = performance.now() }))
}).observe(document, { childList: true, subtree: true })
"""
SCRIPTS = """
performance.getEntriesByType('resource').filter((one) => new URL(one.name).pathname.endsWith('.js'))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)
"""


def run(server: Server, rows: int, times: int) -> list[Figure]:
    """Measure the median of some visits of new browsers, and of the second visit of each."""
    from playwright.sync_api import sync_playwright  # heavy, and only this workload's

    # What follows an upload in the background takes half of a small machine for some seconds.
    bare = Bare(server.dsn(), server.dsn(DATABASE))
    bare.wait_for_search(SEARCH_SECONDS_MAX)
    bare.settle(["tasks", "task_texts"])
    url, session = _signed_in(server)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox", "--disable-gpu"])
        visits = [_visit(browser, url, session) for _ in range(max(VISITS_MIN, times) + 1)]
        browser.close()
    # The first of all also starts the browser's own parts.
    cold, warm, scripts = zip(*visits[1:], strict=True)
    what = f"page of {rows:,} tasks, first rows"
    return [
        Figure(f"{what}, cold", "s", median(cold), FLOOR_SECONDS, AIM_COLD_SECONDS),
        Figure(f"{what}, warm", "s", median(warm), FLOOR_SECONDS, AIM_WARM_SECONDS),
        Figure("page of tasks, script as sent", "kB", median(scripts) / 1000, FLOOR_KB, AIM_KB),
    ]


def _visit(browser: Browser, url: str, session: str) -> tuple[float, float, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": session, "url": url, "httpOnly": True}])
    context.add_init_script(WATCH)
    cold, scripts = _first_rows(context, url)
    warm, _ = _first_rows(context, url)
    context.close()
    return cold, warm, scripts


def _first_rows(context: BrowserContext, url: str) -> tuple[float, float]:
    page = context.new_page()
    page.goto(f"{url}/tasks")
    shown = page.wait_for_selector("html[data-first-rows-ms]")
    seconds = float((shown and shown.get_attribute("data-first-rows-ms")) or "nan") / 1000
    page.wait_for_load_state("load")
    scripts: float = page.evaluate(SCRIPTS)
    page.close()
    return seconds, scripts


def _signed_in(server: Server) -> tuple[str, str]:
    """Make a lead with a password, and return the address with the secret of their session."""
    password = secrets.token_urlsafe(24)
    where = ("--data", str(server.data))
    taskyard("user", "add", EMAIL, "--role", "manager", "--name", "Reader", "--password", password, *where)
    url = f"http://127.0.0.1:{server.port}"
    body: dict[str, Any] = {"email": EMAIL, "password": password}
    headers = {"Content-Type": "application/json", "Origin": url}
    asked = Request(f"{url}/api/v1/auth/sign-in", json.dumps(body).encode(), headers)  # noqa: S310 - our own server
    with urlopen(asked, timeout=30) as said:  # noqa: S310 - as above
        cookies: str = said.headers["Set-Cookie"]
    return url, cookies.partition(f"{COOKIE}=")[2].partition(";")[0]


def _program() -> str | None:
    found = [*filter(None, map(shutil.which, SETUP["BROWSERS"]))]
    found += [place for place in SETUP["BROWSER_PLACES"] if Path(place).exists()]
    return found[0] if found else None
