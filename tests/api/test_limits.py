"""Nobody takes the server from the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from svyaz.api import incoming
from svyaz.api.errors import TooManyRequests
from svyaz.api.limits import Limits
from svyaz.app import build_app
from tests.api.site import Site


class Watch:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_bucket_lets_a_burst_through_and_fills_with_time() -> None:
    watch = Watch()
    limits = Limits(per_second=10, burst=20, now=watch)
    for _ in range(20):
        limits.check("10.0.0.1", "key")
    with pytest.raises(TooManyRequests) as refused:
        limits.check("10.0.0.1", "key")
    assert refused.value.facts["seconds"] >= 1
    watch.at += 1.0
    for _ in range(10):
        limits.check("10.0.0.1", "key")


def test_new_key_with_each_guess_buys_nothing() -> None:
    limits = Limits(per_second=10, burst=20, now=Watch())
    with pytest.raises(TooManyRequests):
        for number in range(101):
            limits.check("10.0.0.1", f"guess{number}")
    limits.check("10.0.0.2", "another address")


def test_limits_are_on_unless_switched_off_and_say_when_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 60.  The limits' own clock stands: however slow the machine, nothing is given back meanwhile."""
    monkeypatch.setattr("svyaz.app.Limits", lambda: Limits(now=lambda: 0.0))
    limited = Site(site.cast, limits=True)
    olga = limited.browser("Ольга")
    for _ in range(600):
        answer = olga.send("GET", "/api/session")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert limited.send("GET", "/api/session", address="10.9.9.9").status_code == 200
    limited.close()
    assert build_app.__kwdefaults__["limits"] is True


def test_body_that_stops_half_way_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 60: a slow client."""
    monkeypatch.setattr(incoming, "PATIENCE", 0.05)
    olga = site.browser("Ольга")

    async def stuck() -> Any:
        yield b'{"values": '
        await asyncio.sleep(5)

    headers = {**olga.headers, "X-Svyaz-CSRF": olga.csrf, "Content-Type": "application/json"}
    with site.nothing_changes():
        answer = site.send("POST", "/api/records/deal", headers=headers, content=stuck())
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "too_slow")
