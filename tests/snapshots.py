"""Snapshots for tests: the shipped solution whole, and small ones made of a few tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot, TraitShape
from svyaz.schema.source import Part, Source, assign_numbers, merge, read_folder
from svyaz.traits.registry import SHAPES

ROOT = Path(__file__).resolve().parent.parent


def org_source() -> Source:
    return read_folder(ROOT / "svyaz" / "org")


def sales_source() -> Source:
    """Employees, departments… and «Продажи» above them, not numbered yet."""
    return merge([org_source(), read_folder(ROOT / "solutions" / "sales")])


@cache
def sales_snapshot(revision: int = 1) -> Snapshot:
    """Frozen and cached: every test gets the same one."""
    source, _ = assign_numbers(sales_source(), 1, SHAPES)
    return resolve(source, SHAPES, revision)


@cache
def org_snapshot(revision: int = 1) -> Snapshot:
    source, _ = assign_numbers(org_source(), 1, SHAPES)
    return resolve(source, SHAPES, revision)


def small_source(
    *entities: Mapping[str, Any],
    dictionaries: Sequence[Mapping[str, Any]] = (),
    roles: Sequence[Mapping[str, Any]] = (),
    settings: Mapping[str, Any] | None = None,
    org: bool = False,
    traits: Sequence[TraitShape] = SHAPES,
    first_free: int = 1,
) -> Source:
    """Tables as in TOML, short: small_source({"key": "book", "title": "Книга", "field": [text("title")]})."""
    source = Source(
        settings=settings or {},
        entities=tuple(Part(f"test/{one.get('key')}.toml", "test", one) for one in entities),
        dictionaries=tuple(Part(f"test/{one.get('key')}.toml", "test", one) for one in dictionaries),
        roles=tuple(Part(f"test/{one.get('key')}.toml", "test", one) for one in roles),
    )
    whole = merge([org_source(), source]) if org else source
    return assign_numbers(whole, first_free, traits)[0]


def small_snapshot(*entities: Mapping[str, Any], revision: int = 1, **rest: Any) -> Snapshot:
    """Resolved; `org=True` puts employee, department… beneath, which fields of people need."""
    return resolve(small_source(*entities, **rest), rest.get("traits", SHAPES), revision)


def entity(key: str, *fields: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    return {"key": key, "title": key.capitalize(), "field": list(fields), **rest}


def field(key: str, kind: str = "text", **rest: Any) -> dict[str, Any]:
    return {"key": key, "title": key.capitalize(), "type": kind, **rest}
