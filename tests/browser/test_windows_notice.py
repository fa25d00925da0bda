"""The windows themselves: what must never happen on a page fails the test in which it happens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

HAPPENINGS = {
    "A dialog opened: boo": "setTimeout(() => alert('boo'))",
    "The console says (error): boo": "console.error('boo')",
    "An error was thrown: boo": "setTimeout(() => { throw new Error('boo') })",
    "CONTENT POLICY script-src": "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
    "A page asked for something elsewhere: http://127.0.0.1:1/boo.png": "new Image().src = 'http://127.0.0.1:1/boo.png'",
    "A page asked for something elsewhere: https://example.org/": "location.assign('https://example.org/')",
    "status of 404": "fetch('/api/v1/nothing-of-the-kind')",
}


@pytest.mark.parametrize(("says", "happening"), HAPPENINGS.items(), ids=lambda text: text[:30] if ":" in text else "")
def test_what_must_not_happen_is_noticed(windows: Windows, says: str, happening: str) -> None:
    page = signed_out(windows)
    page.evaluate(f"() => {{ {happening} }}")
    while not windows.wrongs:
        page.title()  # lets what has happened be heard
    with pytest.raises(AssertionError, match="boo|CONTENT POLICY|example|404") as failed:
        windows.close()
    assert says in str(failed.value)


def test_a_page_on_which_nothing_happens_is_fine(windows: Windows) -> None:
    signed_out(windows)
    windows.close()


def signed_out(windows: Windows) -> Page:
    page = windows.open("/sign-in")
    expect(page.get_by_role("heading", name="Sign in to Taskyard")).to_be_visible()
    return page
