"""One served Taskyard for all page tests of a process, and windows that watch for what must not happen."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.house import House, Somebody
from tests.browser.windows import ARGUMENTS, WAIT_MS, Windows, program

expect.set_options(timeout=WAIT_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a test failed, and show what its windows showed."""
    report = yield
    windows = getattr(item, "funcargs", {}).get("windows")
    if report.when == "call" and report.failed and isinstance(windows, Windows):
        for page in windows.pages:
            report.sections.append((f"Window at {page.url}", page.locator("body").aria_snapshot()[:6000]))
        report.sections.append(("What the windows noted", "\n".join(windows.wrongs)))
    return report


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A served Taskyard with an owner."""
    with House(tmp_path_factory.mktemp("house")) as made:
        assert made.owner
        yield made


@pytest.fixture
def owner(house: House) -> Somebody:
    return house.owner


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser. Not for longer than a module: Playwright's loop runs as long, and other tests bring theirs."""
    with sync_playwright() as playwright:
        # Pages that were left sleep on for the way back, as in everybody's browser; Playwright switches that off.
        asleep = ["--disable-back-forward-cache"]
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS, ignore_default_args=asleep)
        yield browser
        browser.close()


@pytest.fixture
def windows(chromium: Browser, house: House) -> Iterator[Windows]:
    """Windows onto the served Taskyard."""
    house.complaints()
    made = Windows(chromium, house)
    yield made
    made.close()
