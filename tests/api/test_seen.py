"""A session that is used lives on, and noting so never stands in the way of an answer."""

from __future__ import annotations

import pytest

from svyaz.storage import accounts
from svyaz.storage.problems import DiskFull
from tests.api.site import Caller, Site


def seen_at(site: Site, name: str) -> int:
    with site.company.read() as session:
        found = accounts.sessions_of(session, site.people[name], accounts.micros(session.now))
        return max(one[2] for one in found)


def test_session_used_every_week_is_still_open_after_two_months(site: Site) -> None:
    olga = site.browser("Ольга")
    for _ in range(8):
        site.cast.tick(days=7)
        assert olga.get("/api/me")["label"] == "Ольга Смирнова"
        site.settle()
    site.cast.tick(days=15)
    olga.get("/api/me", 401)


def test_reader_is_answered_where_nothing_can_be_written(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    olga: Caller = site.browser("Ольга")
    before = seen_at(site, "Ольга")
    site.cast.tick(minutes=20)

    def full() -> None:
        raise DiskFull()

    with monkeypatch.context() as patched:
        patched.setattr(site.company, "write", full)
        olga.get("/api/me")
        site.settle()
    assert seen_at(site, "Ольга") == before
    olga.get("/api/me")
    site.settle()
    assert seen_at(site, "Ольга") > before
