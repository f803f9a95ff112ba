"""Compiled statements are kept by shape, and the least used are let go."""

from __future__ import annotations

from svyaz.storage.statement_cache import StatementCache


def test_least_recently_used_statement_goes_first() -> None:
    cache = StatementCache(size=2)
    made = []

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        assert cache.get(name, lambda name=name: make(name)) == name
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2
