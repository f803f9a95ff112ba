"""Ways in which entities may hold each other so that no record could ever be made, or no card be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from svyaz.kernel.problem import Problem
from svyaz.schema.problems import LineLoop, LinesNotOfThis, LineWithoutParent, RequiredLinkLoop
from svyaz.schema.snapshot import Entity


class Placed(Protocol):
    place: str
    entity: Entity


def check_lines(drafts: Mapping[str, Placed], problems: list[Problem]) -> None:
    """Rows need a required link to one card; a chain of rows of rows ends in a card; traits name their own rows."""
    entities = {key: draft.entity for key, draft in drafts.items()}
    for key, draft in drafts.items():
        entity = draft.entity
        if entity.kind == "line":
            link = entity.by_key.get(entity.parent)
            if link is None or link.type != "link" or len(link.targets) != 1 or not link.required:
                problems.append(LineWithoutParent(draft.place, entity=key))
                continue
            chain = [key]
            while chain.count(chain[-1]) == 1 and (above := _card(entities, chain[-1])):
                chain.append(above)
            if len(set(chain)) < len(chain):
                problems.append(LineLoop(draft.place, path=" → ".join(chain)))
        for options in entity.traits.values():
            lines = options.get("lines")
            if lines and (lines not in entities or _card(entities, lines) != key):
                problems.append(LinesNotOfThis(draft.place, lines=lines, entity=key))


def check_required_links(drafts: Mapping[str, Placed], problems: list[Problem]) -> None:
    """A cycle of required links is told once, where it is closed.  Iterative: a source may hold 500 entities."""
    needs = {
        key: sorted(
            {
                target
                for one in draft.entity.fields
                if one.required and one.type in ("link", "employee", "department") and len(one.targets) == 1
                for target in one.targets
                if target in drafts
            }
        )
        for key, draft in drafts.items()
    }
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            key, depth = waiting.pop()
            del path[depth:]
            if key in path:
                loop = [*path[path.index(key) :], key]
                problems.append(RequiredLinkLoop(drafts[path[-1]].place, path=" → ".join(loop)))
            elif key not in done:
                path.append(key)
                done.add(key)
                waiting += [(one, depth + 1) for one in reversed(needs[key])]


def _card(entities: Mapping[str, Entity], key: str) -> str:
    """The entity whose card these rows live in; "" for what is not rows."""
    entity = entities.get(key)
    if entity is None or entity.kind != "line":
        return ""
    link = entity.by_key.get(entity.parent)
    return link.targets[0] if link is not None and len(link.targets) == 1 and link.targets[0] in entities else ""
