"""«Ромашка» behind its real ASGI application: what a browser or a program may do there.

    def test_…(site):
        olga = site.browser("Ольга")                     # signed in, sends the CSRF value by itself
        made = olga.post("/api/records/deal", {"values": {"title": "Насосы"}}, 201)
        olga.get(f"/api/records/deal/{made['id']}")      # expects 200 and answers the parsed body
        olga.refused("GET", "/api/records/deal/5", 404)  # expects a refusal and answers its `error`

Logins are the first names in Latin, the password is one for all and hashed once.
"""

from __future__ import annotations

import json
import threading
from base64 import b32decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from svyaz.api.server import WRITING_THREADS
from svyaz.app import RUNNERS, Opened, build_app
from svyaz.jobs.worker import Worker
from svyaz.org import sessions, two_factor
from svyaz.org.passwords import hash_password
from svyaz.storage import accounts
from tests.cast import Cast
from tests.own_loop import OwnLoop

PASSWORD = "верный-пароль-7"
LOGINS = {
    "Ольга": "olga",
    "Пётр": "petr",
    "Анна": "anna",
    "Игорь": "igor",
    "Мария Сергеевна": "maria",
    "Артём": "artem",
}
HOST = "http://svyaz.test"


def code_now(site: Site, secret: str, steps: int = 0) -> str:
    """What an authenticator shows that keeps this secret; steps: so many times thirty seconds later."""
    at = int(site.company.clock.now().timestamp()) // two_factor.STEP_SECONDS + steps
    return two_factor.code_at(b32decode(secret), at)


@cache
def hashed() -> str:
    """argon2id is slow on purpose; the cast need not wait for it in every test."""
    return hash_password(PASSWORD)


class Site:
    """The application over a cast, and a worker to be run by hand."""

    def __init__(self, cast: Cast, limits: bool = False, secure: bool = False) -> None:
        self.cast = cast
        self.company = cast.company
        self.worker = Worker(cast.company, RUNNERS, cast.company.clock)
        self.app = build_app(Opened(cast.company, self.worker, cast.company.clock), limits=limits, secure=secure)
        self.people = cast.people
        with self.company.write() as session:
            for name, login in LOGINS.items():
                accounts.put_login(session, cast.people[name], login, login, hashed(), must_change=False)
        self._loop = OwnLoop()

    def close(self) -> None:
        self._loop.close()
        self.app.state.pool.shutdown()

    def send(self, method: str, path: str, address: str = "10.0.0.1", **more: Any) -> Response:
        """One request, straight into the application; cookies are never kept between two."""

        async def go() -> Response:
            transport = ASGITransport(self.app, client=(address, 50_000))
            async with AsyncClient(transport=transport, base_url=HOST) as client:
                return await client.request(method, path, **more)

        return self._loop.run(go())

    def stranger(self) -> Caller:
        return Caller(self, {}, "")

    def browser(self, name: str) -> Caller:
        """As after signing in, without the price of argon2id."""
        with self.company.write() as session:
            login = accounts.login_of(session, self.people[name])
            assert login is not None
            opened = sessions.open_session(session, login, "testclient", "tests")
        return Caller(self, {"Cookie": f"svyaz_session={opened.key}"}, opened.csrf)

    def token(self, name: str, scope: str = "all", days: int = 30) -> Caller:
        made = self.browser(name).post("/api/tokens", {"title": "проверка", "scope": scope, "days": days}, 201)
        return self.bearer(made["token"])

    def bearer(self, token: str) -> Caller:
        return Caller(self, {"Authorization": f"Bearer {token}"}, "")

    def settle(self) -> None:
        """What is noted after the answer has been noted: every thread that writes is free."""
        gathered = threading.Barrier(WRITING_THREADS)
        for one in [self.app.state.pool.writing.submit(gathered.wait, 60) for _ in range(WRITING_THREADS)]:
            one.result()

    def run_jobs(self) -> None:
        self.worker.run_all()

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        """Not in records, not in the log, not in the queue.  Sessions are left aside: looking at one may prolong it."""
        with self.cast.nothing_changes():
            yield


class Caller:
    """Who calls: with a cookie and its CSRF value, with a token, or as nobody."""

    def __init__(self, site: Site, headers: Mapping[str, str], csrf: str) -> None:
        self.site = site
        self.headers = dict(headers)
        self.csrf = csrf

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        """Whatever comes back.  more: for httpx, and `address`, whence the call comes."""
        told = {**self.headers, **({"X-Svyaz-CSRF": self.csrf} if self.csrf else {}), **(headers or {})}
        if body is not None:
            more["content"] = body if isinstance(body, bytes) else json.dumps(body).encode()
            told.setdefault("Content-Type", "application/json")
        elif method in ("POST", "PUT", "PATCH", "DELETE") and "files" not in more:
            told.setdefault("Content-Type", "application/json")
        return self.site.send(method, path, headers=told, **more)

    def call(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = self.send(method, path, body, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:1500]}"
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.content

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        return self.call("GET", path, status=status, params=params or None)

    def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        return self.call("POST", path, {} if body is None else body, status, **more)

    def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return self.call("PATCH", path, body, status)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        return self.call("PUT", path, body, status)

    def delete(self, path: str, status: int = 200) -> Any:
        return self.call("DELETE", path, status=status)

    def refused(self, method: str, path: str, status: int, body: Any = None, **more: Any) -> dict[str, Any]:
        return self.call(method, path, body, status, **more)["error"]

    # --- shorter words for what most tests do

    def create(self, entity: str, **values: Any) -> dict[str, Any]:
        return self.post(f"/api/records/{entity}", {"values": values}, 201)

    def change(self, entity: str, id: int, version: int, **values: Any) -> dict[str, Any]:
        return self.patch(f"/api/records/{entity}/{id}", {"version": version, "values": values})

    def open(self, entity: str, id: int) -> dict[str, Any]:
        return self.get(f"/api/records/{entity}/{id}")

    def ids(self, entity: str, **asked: Any) -> list[int]:
        return [row[0] for row in self.get(f"/api/records/{entity}", limit=1000, **asked)["rows"]]

    def upload(
        self, path: str, name: str, content: bytes, media_type: str = "text/plain", status: int = 201, **form: str
    ) -> Any:
        return self.call("POST", path, status=status, files={"file": (name, content, media_type)}, data=form)
