"""An OpenID Connect provider, on a free port: its own discovery, consent form, codes with PKCE, keys and tokens.

with provider() as issuer:                    # "http://localhost:40123"
    put_person(issuer, "artem", email="artem@example.ru", email_verified=True)
    back = consent(address, "artem")          # {"code": …, "state": …, "iss"?: …}, as the browser brings them
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import httpx
from oidc_provider_mock import app
from werkzeug.serving import make_server


@contextmanager
def provider() -> Iterator[str]:
    server = make_server("localhost", 0, app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


@cache
def lasting_provider() -> str:
    """One for all tests of a process that need no more than that it answers; it ends with the process."""
    server = make_server("localhost", 0, app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://localhost:{server.server_port}"


def put_person(issuer: str, subject: str, **claims: object) -> None:
    httpx.put(f"{issuer}/users/{subject}", json=claims, timeout=60).raise_for_status()


def consent(address: str, subject: str) -> dict[str, str]:
    answer = httpx.post(address, data={"sub": subject}, timeout=60)
    assert answer.status_code in (302, 303), answer.text[:500]
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
