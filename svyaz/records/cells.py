"""From values as the log keeps them to cells as a reader sees them: links get labels of what he may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal as OneOf

from svyaz.access.actor import Actor
from svyaz.access.apply import condition, far_of
from svyaz.expression.ground import Ground
from svyaz.expression.tree import INTEGER, YES_NO, Call, Constant, Node, Path, both
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import Denied, NotFound
from svyaz.kernel.values import Ref
from svyaz.schema.snapshot import Field
from svyaz.storage import blobs, run_query
from svyaz.storage.query import Query
from svyaz.storage.session import Session

Kept = OneOf["living", "deleted", "all"]
FILES = ("file", "image")
Links = dict[tuple[str, int], str | None]


def id_in(ids: Iterable[int]) -> Node:
    """`id in (…)`: the list goes to the database as one parameter."""
    return Call("in", (Path(("id",), INTEGER), *(Constant(id, INTEGER) for id in ids)), YES_NO)


def seen_labels(
    session: Session, actor: Actor, ground: Ground, entity: str, ids: Iterable[int], kept: Kept = "living"
) -> dict[int, str]:
    """Labels of those records of `entity` that the actor may see."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    try:
        allowed = condition(session.snapshot, actor, entity, "see")
    except (NotFound, Denied):
        return {}
    far = far_of(session.snapshot, actor)
    query = Query(entity, (("label",),), where=both(allowed, id_in(wanted)), limit=len(wanted), far=far, kept=kept)
    return {row[0]: row[2] for row in run_query.page(session, query, ground).rows}


def collect_links(session: Session, found: Iterable[tuple[Field, Any]]) -> Links:
    """Every record that these plain values point to; labels are not known yet."""
    links: Links = {}
    for field, plain in found:
        for ref in _refs(session, field, plain):
            links[ref.entity, ref.id] = None
    return links


def name_links(session: Session, actor: Actor, ground: Ground, links: Links) -> Links:
    """The same with labels of what the actor may see; one query for each entity."""
    by_entity: dict[str, list[int]] = {}
    for entity, id in links:
        by_entity.setdefault(entity, []).append(id)
    for entity, ids in by_entity.items():
        for id, label in seen_labels(session, actor, ground, entity, ids).items():
            links[entity, id] = label
    return links


def plain_cell(
    session: Session,
    actor: Actor,
    ground: Ground,
    field: Field,
    plain: Any,
    links: Mapping[tuple[str, int], str | None] | None = None,
) -> Any:
    """A cell of house.md §10.  links: what name_links has gathered already."""
    if links is None:
        links = name_links(session, actor, ground, collect_links(session, [(field, plain)]))
    kind = TYPES[field.type]
    if field.type in FILES:
        held = blobs.find_files(session, [int(id) for id in plain or ()])
        return [[one.id, one.name, one.size] for one in held]
    refs = _refs(session, field, plain)
    if kind.expression_type(field.options).kind != "link":
        return plain
    cells = [_link_cell(field, ref, links.get((ref.entity, ref.id))) for ref in refs]
    return cells if kind.expression_type(field.options).many else (cells[0] if cells else None)


def _link_cell(field: Field, ref: Ref, label: str | None) -> list[Any]:
    return [ref.entity, ref.id, label] if field.type == "any_link" else [ref.id, label]


def _refs(session: Session, field: Field, plain: Any) -> list[Ref]:
    kind = TYPES[field.type].expression_type(field.options)
    if kind.kind != "link" or plain in (None, []) or field.type in FILES:
        return []
    value = TYPES[field.type].accept(plain, field.options, session.terms)
    if isinstance(value, Ref):
        return [value]
    return [Ref(kind.to[0], id) for id in (value if isinstance(value, tuple) else (value,))]
