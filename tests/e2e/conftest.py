"""A real server on a fresh home with the sample company, and a real browser before it.

Each file of tests has a company of its own, so that no file leans on what another left; within a file
each test works on records of its own choice.  A request to any host but this machine fails the test,
and so does an error in the page.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser import abroad

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "svyaz" / "static" / "index.html"
PASSWORD = "ромашка-и-лютик-2026"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Site:
    """The server: its address, the administrator's login, a client signed in as him, and the home of the company."""

    url: str
    login: str
    http: httpx.Client
    home: Path | None = None

    def query(self, entity: str, **body: object) -> dict[str, object]:
        settle()
        answer = self.http.post(f"/api/records/{entity}/query", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self, entity: str, id: int) -> dict[str, object]:
        settle()
        answer = self.http.get(f"/api/records/{entity}/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, entity: str, **values: object) -> int:
        answer = self.http.post(f"/api/records/{entity}", json={"values": values})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def change(self, entity: str, id: int, **values: object) -> None:
        seen = self.read(entity, id)["version"]
        answer = self.http.patch(f"/api/records/{entity}/{id}", json={"version": seen, "values": values})
        assert answer.status_code == 200, answer.text


PAGES: list[Page] = []
UNDER_WAY: set[Request] = set()


def settle() -> None:
    """Until the open pages have been answered: a page shows what was typed before the server has kept it."""
    until = time.monotonic() + 20
    for page in PAGES:
        if not page.is_closed():
            page.wait_for_timeout(50)
            while UNDER_WAY and time.monotonic() < until and not page.is_closed():
                page.wait_for_timeout(50)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("browser")
    with served(folder) as (url, printed):
        yield replace(sign_in_first(url, printed), home=folder / "home")


@contextmanager
def served(folder: Path, program: str = "svyaz.cli") -> Iterator[tuple[str, str]]:
    """A server with the sample company in the folder: its address, and what it printed at the start."""
    assert STATIC.is_file(), "the interface is not built: run `make setup`"
    log, port = folder / "server.log", free_port()
    command = [sys.executable, "-m", program, "serve", "--home", str(folder / "home"), "--demo", "--no-limits"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, server, log)
        yield url, log.read_text()
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, f"the server stopped:\n{log.read_text()}"
        try:
            if httpx.get(f"{url}/api/session").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"the server did not answer in two minutes:\n{log.read_text()}")


def sign_in_first(url: str, printed: str) -> Site:
    """With the one-time password that the server prints, which is then changed, as a person does."""
    login, once = first_password(printed)
    http = httpx.Client(base_url=url)
    open_session(http, login, once)
    changed = http.post("/api/me/password", json={"old": once, "new": PASSWORD})
    assert changed.status_code == 204, changed.text
    return Site(url, login, http)


def add_person(site: Site, login: str, title: str, role: str = "admin") -> httpx.Client:
    """A new person of the running company, an administrator unless said, signed in with a password of his own."""
    command = [sys.executable, "-m", "svyaz.cli", "--language", "ru", "user", "add", "--home", str(site.home)]
    made = subprocess.run(
        [*command, "--login", login, "--name", title, "--role", role],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sign_in_first(site.url, made.stdout).http


def first_password(printed: str) -> tuple[str, str]:
    login = re.search(r"(?:Вход|Login): (\S+)", printed)
    once = re.search(r"(?:пароль|password): (\S+)", printed)
    assert login and once, printed
    return login[1], once[1]


def open_session(http: httpx.Client, login: str, password: str) -> None:
    answer = http.post("/api/session", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    http.headers["X-Svyaz-CSRF"] = answer.json()["csrf"]


Opener = Callable[..., Page]


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Opener]:
    """`open_page("/deal", size=PHONE, theme="dark", signed_in=False)` -> a page watched for errors and strangers."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(
        path: str, *, size: dict[str, int] = DESKTOP, theme: str = "light", signed_in: bool = True, **more: object
    ) -> Page:
        context = browser.new_context(
            viewport=size,
            color_scheme=theme,
            locale="ru-RU",
            timezone_id="Europe/Moscow",
            has_touch=size is PHONE,
            reduced_motion="reduce",
            **{"service_workers": "block"} | more,  # what a test answers in place of the server must reach the page
        )
        contexts.append(context)
        if signed_in:
            context.add_cookies(
                [
                    {"name": cookie.name, "value": cookie.value or "", "url": site.url}
                    for cookie in site.http.cookies.jar
                ]
            )
        page = context.new_page()
        page.set_default_timeout(30_000)
        PAGES.append(page)
        context.on("request", lambda request: wrong.extend(abroad(request.url)))
        context.on("request", lambda request: None if "/api/live" in request.url else UNDER_WAY.add(request))
        context.on("requestfinished", lambda request: UNDER_WAY.discard(request))
        context.on("requestfailed", lambda request: UNDER_WAY.discard(request))
        page.on("pageerror", lambda error: wrong.append(f"error in the page: {error}"))
        page.on(
            "console",
            lambda message: wrong.append(f"console: {message.text}") if is_bad(message.type, message.text) else None,
        )
        page.goto(site.url + path)
        return page

    def is_bad(kind: str, text: str) -> bool:
        # A refusal (401, 404, 409, 422) is told to the person; the browser writes it to the console as well.
        told = ("Failed to load resource", "Service Worker registration blocked")
        return kind in ("error", "warning") and not any(one in text for one in told)

    yield opened
    PAGES.clear()
    for context in contexts:
        context.close()
    UNDER_WAY.clear()
    assert not wrong, "\n".join(wrong)
