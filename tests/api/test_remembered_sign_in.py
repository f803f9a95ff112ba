"""Who is signed in is remembered between requests, and forgotten in the very commit that ends it, by whomever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from svyaz.org import sessions
from svyaz.storage import accounts
from svyaz.storage.session import Session
from tests.api.site import Site

# What another process of the same company may do to a session that this one remembers, and the answer from then on.
ENDS: list[tuple[str, Callable[[Session, int, str], object], int]] = [
    ("the session is ended", lambda session, person, key: accounts.end_session(session, sessions.digest(key)), 401),
    ("all his sessions are ended", lambda session, person, key: accounts.end_sessions_of(session, person), 401),
    ("his way in is closed", lambda session, person, key: accounts.close_login(session, person), 401),
    ("he must change his password", lambda session, person, key: accounts.set_password(session, person, "", True), 403),
    (
        "he gets another login",
        lambda session, person, key: accounts.put_login(session, person, "o", "o", "", True),
        403,
    ),
]


@pytest.mark.parametrize(("what", "end", "status"), ENDS, ids=[one[0] for one in ENDS])
def test_session_that_is_remembered_ends_with_the_next_request(
    site: Site, what: str, end: Callable, status: int
) -> None:
    olga = site.browser("Ольга")
    for _ in range(3):
        olga.get("/api/records/deal")
    key = olga.headers["Cookie"].partition("=")[2]
    with site.company.write() as session:
        end(session, site.people["Ольга"], key)
    olga.call("GET", "/api/records/deal", status=status)


def test_token_that_is_remembered_ends_when_it_is_dropped_elsewhere(site: Site) -> None:
    token = site.token("Ольга")
    token.get("/api/records/deal")
    with site.company.write() as session:
        [(id, *_)] = accounts.tokens_of(session, site.people["Ольга"])
        accounts.drop_token(session, site.people["Ольга"], id)
    token.call("GET", "/api/records/deal", status=401)


def test_remembered_session_still_ends_when_its_days_are_over(site: Site) -> None:
    olga = site.browser("Ольга")
    olga.get("/api/records/deal")
    site.company.clock.move(days=sessions.LIFE.days, minutes=1)
    olga.call("GET", "/api/records/deal", status=401)
