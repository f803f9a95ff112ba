"""Requests out of the house, against a real server of this machine: what is refused, what is cut, what is said."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from svyaz.kernel.outgoing import (
    AddressInside,
    AnswerTooLarge,
    Limits,
    LoginInAddress,
    NotSecure,
    OutgoingFailed,
    OutgoingRefused,
    OutgoingSilent,
    Redirected,
    check_address,
    is_public,
    send,
)


class Service(BaseHTTPRequestHandler):
    heard: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.heard.append((self.path, self.headers.get("Authorization", ""), body))  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/inside")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/large":
            self.wfile.write(b"x" * 5000)
        elif self.path == "/slow":
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.02)
        else:
            self.wfile.write(b'{"ok": true}')

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.heard = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def url(server: ThreadingHTTPServer, path: str = "/") -> str:
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def test_allowed_service_of_the_office_is_asked_and_answers(service: Any) -> None:
    heard = send(
        "POST",
        url(service, "/find?a=1"),
        headers={"Authorization": "Token тайна"},
        body=b"{}",
        private=True,
    )
    assert (heard.status, heard.body) == (200, b'{"ok": true}')
    assert service.heard[-1][0] == "/find?a=1"
    assert service.heard[-1][1:] == ("Token тайна".encode().decode("latin-1"), b"{}")


REFUSED = [
    ("http://example.com/", NotSecure),
    ("ftp://example.com/", NotSecure),
    ("file:///etc/passwd", OutgoingRefused),
    ("https://user:word@example.com/", LoginInAddress),
    ("https:///path", OutgoingRefused),
    ("https://пример.рф/", OutgoingRefused),
    ("https://example.com/a b", OutgoingRefused),
    ("https://example.com:99999/", OutgoingRefused),
    ("https://127.0.0.1/", AddressInside),
    ("https://localhost/", AddressInside),
    ("https://[::1]/", AddressInside),
    ("https://169.254.169.254/latest/meta-data/", AddressInside),
    ("https://10.0.0.1/", AddressInside),
    ("https://2130706433/", AddressInside),
    ("https://0x7f000001/", AddressInside),
    ("https://0/", AddressInside),
]


@pytest.mark.parametrize(("address", "why"), REFUSED)
def test_address_that_leads_inside_or_nowhere_is_refused_before_anything_is_sent(
    address: str, why: type[OutgoingRefused]
) -> None:
    with pytest.raises(OutgoingRefused) as refusal:
        send("POST", address, headers={"Authorization": "тайна"}, body=b"{}")
    assert type(refusal.value) is why
    assert "тайна" not in str(refusal.value.facts)


INSIDE = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_address_of_this_machine_or_of_the_office_is_not_public_in_any_form(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "77.88.8.8", "2a02:6b8::feed:ff", "64:ff9b::808:808"])
def test_address_of_the_world_is_public(address: str) -> None:
    assert is_public(address)


def test_header_of_two_lines_is_refused(service: Any) -> None:
    with pytest.raises(OutgoingRefused):
        send("POST", url(service), headers={"Authorization": "Token a\r\nX-Other: b"}, body=b"", private=True)


def test_redirect_is_not_followed(service: Any) -> None:
    with pytest.raises(Redirected):
        send("POST", url(service, "/away"), body=b"", private=True)


def test_answer_too_large_is_cut(service: Any) -> None:
    with pytest.raises(AnswerTooLarge):
        send("POST", url(service, "/large"), body=b"", private=True, limits=Limits(most_bytes=1000))


def test_answer_that_drips_is_cut_at_the_time_of_the_whole(service: Any) -> None:
    with pytest.raises(OutgoingSilent):
        send("POST", url(service, "/slow"), body=b"", private=True, limits=Limits(seconds=0.3))


def test_service_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutgoingFailed):
        send("POST", f"http://127.0.0.1:{port}/", body=b"", private=True)


def test_certificate_nobody_vouches_for_is_refused(service: Any) -> None:
    with pytest.raises(OutgoingFailed):
        send("POST", url(service).replace("http://", "https://"), body=b"", private=True)


def test_secrets_are_in_no_log_and_no_words(service: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        heard = send(
            "POST", url(service, "/key/s3cret"), headers={"Authorization": "Token s3cret"}, body=b"s3cret", private=True
        )
    assert "s3cret" not in caplog.text + repr(heard)


def test_address_is_checked_without_asking_it() -> None:
    check_address("https://suggestions.example.ru/party", private=False)
    with pytest.raises(OutgoingRefused):
        check_address("http://suggestions.example.ru/party", private=False)
