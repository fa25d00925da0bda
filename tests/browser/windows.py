"""Windows of a real Chromium that notice what must never happen on a page of ours."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from tests.browser.house import COOKIE, PREFIX, House, Somebody

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for elsewhere does not even get a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WAIT_MS = 15_000
# A violation of the content policy is told to the page; the page tells the console, and so us.
TELL_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) =>
  console.error(`CONTENT POLICY ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
"""
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


def program() -> str | None:
    """Return where Chromium is; None means Playwright's own, which is what `make setup` installs without another."""
    made_ready = runpy.run_path(str(ROOT / "tools" / "setup.py"))
    found = [*filter(None, map(shutil.which, made_ready["BROWSERS"]))]
    found += [place for place in made_ready["BROWSER_PLACES"] if Path(place).exists()]
    return found[0] if found else None


class Windows:
    """The windows of one test. What went wrong in any of them is told when the test ends."""

    def __init__(self, browser: Browser, house: House) -> None:
        self._browser = browser
        self._house = house
        self._contexts: list[BrowserContext] = []
        self._expected: list[tuple[int, str]] = []
        self.wrongs: list[str] = []

    @property
    def pages(self) -> list[Page]:
        """All pages that are open."""
        return [page for context in self._contexts for page in context.pages]

    def expect_refusal(self, status: int, path: str = "") -> None:
        """Let the browser note in its console that the server refused something under this path."""
        self._expected.append((status, PREFIX + path))

    def open(
        self,
        path: str = "/",
        *,
        who: Somebody | None = None,
        scheme: Literal["light", "dark"] = "light",
        motion: Literal["reduce", "no-preference"] = "no-preference",
        width: int = 1440,
        height: int = 900,
    ) -> Page:
        """Open a window of a browser of its own, signed in as somebody or as nobody."""
        context = self._browser.new_context(
            base_url=self._house.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion=motion,
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        self.watch(context)
        if who is None:
            self.expect_refusal(401)
        else:
            context.add_cookies([{"name": COOKIE, "value": who.cookie, "url": self._house.url, "httpOnly": True}])
        page = context.new_page()
        page.goto(path)
        return page

    def watch(self, context: BrowserContext) -> None:
        """Note everything that must not happen in a browser."""
        self._contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self._wrong("An error was thrown", error.error))
        context.on("dialog", self._interrupted)
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning", "assert"}:
            return
        refused = REFUSED.match(message.text)
        path = urlsplit(message.location["url"]).path
        if refused and any(path.startswith(place) and int(refused[1]) == status for status, place in self._expected):
            return
        self._wrong(f"The console says ({message.type})", f"{message.text} at {message.location['url']}")

    def _interrupted(self, dialog: Dialog) -> None:
        self._wrong("A dialog opened", dialog.message)
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and f"{url.scheme}://{url.netloc}" != self._house.url:
            self._wrong("A page asked for something elsewhere", request.url)

    def _wrong(self, what: str, says: Any) -> None:
        self.wrongs.append(f"{what}: {says}")

    def close(self) -> None:
        """Close every window, and fail if anything went wrong in one of them or behind it."""
        for context in self._contexts:
            context.close()
        wrongs = [*self.wrongs, *(f"The server logged: {line}" for line in self._house.complaints())]
        self._contexts, self.wrongs = [], []
        assert not wrongs, "\n".join(wrongs)
