"""A domain of 605 people that Samba serves, and the same company in slapd; each is started once for its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.site import Caller, Site
from tests.cast import Cast, romashka
from tests.directory_servers import RunningDirectory, domain
from tests.exchange.active_directory.firm import ALL, plan

__all__ = ["romashka"]


@pytest.fixture
def site(romashka: Cast) -> Iterator[Site]:
    site = Site(romashka)
    yield site
    site.close()


@pytest.fixture
def admin(site: Site) -> Caller:
    return site.browser("Артём")


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDirectory]:
    with domain(tmp_path_factory.mktemp("samba") / "domain", plan()) as running:
        yield running


def settings(running: RunningDirectory, **more: Any) -> dict[str, Any]:
    """As a person fills them in: everybody in the group «CRM» and in the groups within it."""
    told = {
        "host": running.host,
        "port": running.port,
        "login": running.login,
        "password": running.password,
        "base": running.base,
        "ca": running.ca,
        "groups": [ALL],
    }
    return {**told, **more}
