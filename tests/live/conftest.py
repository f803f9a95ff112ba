"""Listening to «Ромашка», with the looks made by hand and over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.conftest import site
from tests.api.site import Site
from tests.cast import romashka
from tests.live.listening import Room, Served


@pytest.fixture
def room(site: Site) -> Iterator[Room]:
    opened = Room(site)
    yield opened
    opened.close()


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    opened = Served(site)
    yield opened
    opened.close()


__all__ = ["romashka", "site"]
