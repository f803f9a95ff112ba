"""The home page as the reader has it: a block about what he may not see is not there, as if nobody had drawn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.fields import may_read
from svyaz.api.told_form import readable
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.schema.formulas import paths
from svyaz.schema.home import usual
from svyaz.schema.scope import EntityScope, walk_entities
from svyaz.schema.snapshot import Block, Entity, Snapshot


def told_home(snapshot: Snapshot, actor: Actor, seen: Mapping[str, Entity]) -> dict[str, Any]:
    """The home page of the reader's role, else of the company, else the usual one; what he may not see is left out.

    own: whether it is his role's.
    """
    mine = (snapshot.roles[key].home for key in actor.roles if key in snapshot.roles)
    drawn = next((one for one in mine if one is not None), None)
    page = drawn or snapshot.home or usual(snapshot.entities, snapshot.menu)
    blocks = [told for one in page.blocks if (told := _block(snapshot, actor, one, seen)) is not None]
    return {"own": drawn is not None, "columns": page.columns, "blocks": blocks}


def _block(snapshot: Snapshot, actor: Actor, block: Block, seen: Mapping[str, Entity]) -> dict[str, Any] | None:
    """None: it is about what the reader may not see.  A column of those is left out alone."""
    told: dict[str, Any] = {"key": block.key, "kind": block.kind, "width": block.width}
    told["title"] = block.title.say(actor.language)
    if block.entity:
        if block.entity not in seen:
            return None
        needed = [block.date, block.group.partition(":")[0], block.measure.partition(":")[2]]
        if not all(readable(snapshot, actor, block.entity, path) for path in needed if path):
            return None
        if block.filter and not all(_sees(snapshot, actor, block.entity, path) for path in _spoken_of(snapshot, block)):
            return None
        told["entity"] = block.entity
        told["columns"] = [path for path in block.columns if readable(snapshot, actor, block.entity, path)]
        sort = [path for path in block.sort if readable(snapshot, actor, block.entity, path.removeprefix("-"))]
        told["sort"] = sort
    names = ("view", "filter", "limit", "measure", "group", "look", "date", "period")
    told |= {name: value for name in names if (value := getattr(block, name))}
    if block.kind == "buttons":
        told["entities"] = [one for one in block.entities if one in seen and may(snapshot, actor, one, "add")]
        if not told["entities"]:
            return None
    if block.text:
        told["text"] = block.text.get(actor.language) or next(iter(block.text.values()))
    return told


def _spoken_of(snapshot: Snapshot, block: Block) -> list[tuple[str, ...]]:
    node = formula(block.filter, EntityScope(snapshot.entities, block.entity), YES_NO)
    return [path.keys for path in paths(node)]


def _sees(snapshot: Snapshot, actor: Actor, entity: str, path: tuple[str, ...]) -> bool:
    """Whether every field on the way may be read."""
    return all(
        owner in snapshot.entities and may_read(snapshot, actor, owner, key)
        for owner, key in walk_entities(snapshot.entities, snapshot.entities[entity], path)
    )
