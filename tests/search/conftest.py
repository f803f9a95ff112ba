"""A company whose index is brought up to the log by `find` itself, as the worker would do within a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from svyaz.search.find import Answer, SearchRequest, search
from svyaz.search.follow import catch_up
from tests.cast import Cast, romashka

__all__ = ["romashka"]

Find = Callable[..., dict[str, list[int]]]


def ask(cast: Cast, name: str, text: str, *, follows: bool = True, **asked: object) -> Answer:
    """follows: the index is brought up to the log first."""
    if follows:
        catch_up(cast.company)
    with cast.company.read() as session:
        return search(session, cast.actor(name), SearchRequest(text, **asked))  # type: ignore[arg-type]


@pytest.fixture
def find(romashka: Cast) -> Find:
    """find("Ольга", "насосы") -> {"deal": [ids, the newest first]}"""

    def found(name: str, text: str, **asked: object) -> dict[str, list[int]]:
        answer = ask(romashka, name, text, **asked)
        return {one.entity: [hit.id for hit in one.hits] for one in answer.found}

    return found
