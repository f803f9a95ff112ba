"""A company to call over HTTP, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.site import Site
from tests.cast import Cast, romashka


@pytest.fixture
def site(romashka: Cast) -> Iterator[Site]:
    opened = Site(romashka)
    yield opened
    opened.close()


__all__ = ["romashka", "site"]
