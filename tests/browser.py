"""A real browser for tests: Debian's Chromium driven by Playwright.

    def test_…(page): page.goto(address) …

`page` has a fresh profile, Russian language and Moscow time.  Two things fail any test that uses it:
an exception that nobody caught in the page, and a request to another site, since Svyaz must
work in a closed network.  No Chromium on the machine is a failure, never a skip.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

AXE = Path(__file__).resolve().parent.parent / "ui" / "node_modules" / "axe-core" / "axe.min.js"

# The whole run keeps every core busy: what takes a second alone may take ten then.
expect.set_options(timeout=20_000)

HERE = ("127.0.0.1", "localhost")
FLAGS = [
    "--no-sandbox",  # tests may run as root, where Chromium refuses its sandbox; pages are only our own
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, {', '.join(f'EXCLUDE {host}' for host in HERE)}",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    troubles: list[str] = []
    context.on("request", lambda request: troubles.extend(abroad(request.url)))
    context.on("weberror", lambda error: troubles.append(f"uncaught in the page: {error.error}"))
    yield context.new_page()
    context.close()
    assert troubles == []


def abroad(url: str) -> list[str]:
    parts = urlsplit(url)
    return [f"asked another site: {url}"] if parts.scheme.startswith("http") and parts.hostname not in HERE else []


def check_accessible(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now, one line each: rule, what it means, where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
