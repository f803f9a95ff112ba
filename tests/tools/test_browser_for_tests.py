"""The browser that tests drive: it shows a page, sees what is inaccessible, and reaches no other site."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import abroad, check_accessible

pytestmark = pytest.mark.e2e

PAGE = "<!doctype html><html lang='ru'><title>Связь</title><main><h1>Сделки</h1><img src='data:,'></main></html>"


class OnePage(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_page_is_shown_and_a_picture_without_words_is_told(page: Page, address: str) -> None:
    page.goto(address)
    assert page.get_by_role("heading").inner_text() == "Сделки"
    (problem,) = check_accessible(page)
    assert problem.startswith("image-alt")


def test_request_to_another_site_is_told() -> None:
    assert abroad("https://fonts.example.com/inter.css") != []
    assert abroad("http://127.0.0.1:8000/api/me") == []
    assert abroad("data:image/png;base64,") == []
