"""After a drop: what merely showed the field is tidied up; formulas that compute with it are left, and refuse.

A list loses a column, a card a line; a board grouped by the field goes, a calendar of that day, and a figure of the home page
that counts it.  A filter, a check, a rule of a role or a computed field that speaks of it stays as it is, and schema.resolve then names each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from svyaz.schema import arrange
from svyaz.schema.edits import each_home
from svyaz.schema.scope import walk_entities
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Part, Source, Table
from svyaz.schema.view_kinds import KINDS

Gone = Callable[[str, str], bool]  # entity, path -> whether the path leads over what is dropped


def forget_field(source: Source, before: Snapshot, entity: str, field: str) -> Source:
    def gone(start: str, path: str) -> bool:
        if start not in before.entities:
            return start == entity and path.split(".")[0] == field
        walked = walk_entities(before.entities, before.entities[start], tuple(path.split(".")))
        return (entity, field) in walked

    return _forget(source, gone)


def forget_entity_paths(source: Source, before: Snapshot, entity: str) -> Source:
    """Columns of others that led through links into an entity that is dropped."""

    def gone(start: str, path: str) -> bool:
        if start not in before.entities:
            return False
        walked = list(walk_entities(before.entities, before.entities[start], tuple(path.split("."))))
        return any(owner == entity for owner, _ in walked[1:])

    return _forget(source, gone)


def forget_role(source: Source, role: str) -> Source:
    """A variant of a card that was for this role alone goes: for nobody's role it would become everybody's."""

    def tidied(part: Part) -> Part:
        form = part.table.get("form")
        if not isinstance(form, Mapping) or "variant" not in form:
            return part
        variants = []
        for one in arrange.tables(form["variant"]):
            roles = one.get("roles")
            left = [key for key in roles if key != role] if isinstance(roles, (list, tuple)) else []
            if left or not roles:
                variants.append({**one, "roles": left} if roles else one)
        return replace(part, table={**part.table, "form": {**form, "variant": variants}})

    return replace(
        source, entities=tuple(map(tidied, source.entities)), dictionaries=tuple(map(tidied, source.dictionaries))
    )


def forget_stages(source: Source, entity: str, stages: Collection[str], pipeline: str = "") -> Source:
    """Rights of roles to stages, and to a pipeline, that are no more."""

    def ungranted(part: Part) -> Part:
        grants = part.table.get("grants")
        grant = grants.get(entity) if isinstance(grants, Mapping) else None
        if not isinstance(grants, Mapping) or not isinstance(grant, Mapping):
            return part
        made = dict(grant)
        for name, gone in (("on_stage", stages), ("in_pipeline", (pipeline,))):
            if isinstance(grant.get(name), Mapping):
                made[name] = {key: right for key, right in grant[name].items() if key not in gone}
        return replace(part, table={**part.table, "grants": {**grants, entity: made}})

    return replace(source, roles=tuple(map(ungranted, source.roles)))


def _forget(source: Source, gone: Gone) -> Source:
    def tidied(part: Part) -> Part:
        return replace(part, table=_entity(part.table, gone))

    made = replace(
        source,
        entities=tuple(map(tidied, source.entities)),
        dictionaries=tuple(map(tidied, source.dictionaries)),
        roles=tuple(replace(part, table=_role(part.table, gone)) for part in source.roles),
    )
    return forget_views(each_home(made, lambda block: _block(block, gone)))


def forget_views(source: Source) -> Source:
    """Blocks of the home page that showed a view which is no more show their object by its columns."""
    known = {
        (str(part.table.get("key")), str(view.get("key")))
        for part in (*source.entities, *source.dictionaries)
        for view in arrange.tables(part.table.get("view", ()))
    }
    drawn = {entity for entity, _ in known}

    def left(block: Table) -> Table:
        place = (str(block.get("entity")), str(block.get("view")))
        if "view" not in block or place in known or place[0] not in drawn:
            return block
        return {name: told for name, told in block.items() if name != "view"}

    return each_home(source, left)


def _block(block: Table, gone: Gone) -> Table | None:
    """A figure of the day or the sum that goes, and a chart by the field that does, have nothing to show."""
    entity = str(block.get("entity") or "")
    group, measure = (str(block.get(name) or "") for name in ("group", "measure"))
    needed = (block.get("date"), group.partition(":")[0], measure.partition(":")[2])
    if not entity or any(gone(entity, str(path)) for path in needed if path):
        return None if entity else block
    lists = {name: _kept(block[name], entity, gone) for name in ("columns", "sort") if name in block}
    return {**block, **lists}


def _entity(table: Table, gone: Gone) -> Table:
    key = str(table.get("key"))
    made = dict(table)
    if "duplicates" in made:
        made["duplicates"] = _kept(made["duplicates"], key, gone)
    if "view" in made:
        views = arrange.tables(made["view"])
        made["view"] = [_view(one, key, gone) for one in views if not any(gone(key, path) for path in _needs(one))]
    if "pipeline" in made:
        made["pipeline"] = [
            {
                **one,
                "stages": [
                    {**stage, "requires": _kept(stage["requires"], key, gone)} if "requires" in stage else stage
                    for stage in arrange.tables(one.get("stages", ()))
                ],
            }
            for one in arrange.tables(made["pipeline"])
        ]
    if isinstance(made.get("form"), Mapping):
        made["form"] = _form(made["form"], key, gone)
    return made


def _needs(view: Table) -> list[str]:
    """Fields without which the view shows nothing."""
    asks = KINDS.get(str(view.get("kind")), {})
    named = [str(view[name]) for name, ask in asks.items() if ask.needed and name in view]
    return [str(view.get("group") or "").partition(":")[0], *named]


def _view(view: Table, entity: str, gone: Gone) -> dict[str, Any]:
    asks = KINDS.get(str(view.get("kind")), {})
    made = {name: told for name, told in view.items() if name not in asks or not gone(entity, str(told))}
    for name in ("columns", "sort"):
        if name in made:
            made[name] = _kept(made[name], entity, gone)
    if gone(entity, str(made.get("total") or "")):
        del made["total"]
    return made


def _form(form: Mapping[str, Any], entity: str, gone: Gone) -> dict[str, Any]:
    made = dict(form)
    if "quick" in made:
        made["quick"] = _kept(made["quick"], entity, gone)
    if "tab" in made:
        made["tab"] = _tabs(made["tab"], entity, gone)
    if "variant" in made:
        made["variant"] = [
            {**one, "tab": _tabs(one.get("tab", ()), entity, gone)}
            for one in arrange.tables(made["variant"])
            if not gone(entity, str(one.get("by") or ""))
        ]
    return made


def _tabs(tabs: Any, entity: str, gone: Gone) -> list[dict[str, Any]]:
    made = []
    for tab in arrange.tables(tabs):
        one = dict(tab)
        if "section" in one:
            parts = (_section(part, entity, gone) for part in arrange.tables(one["section"]))
            one["section"] = [part for part in parts if part is not None]
        if "detail" in one:
            one["detail"] = [
                {
                    **part,
                    **{
                        name: _kept(part[name], str(part.get("entity")), gone)
                        for name in ("columns", "sort")
                        if name in part
                    },
                }
                for part in arrange.tables(one["detail"])
                if not gone(str(part.get("entity")), str(part.get("by") or ""))
            ]
        made.append(one)
    return made


def _section(part: Table, entity: str, gone: Gone) -> dict[str, Any] | None:
    """None for a block that has nothing left to show or to do."""
    if "kind" not in part:
        return {**part, "fields": _placed(part.get("fields", ()), entity, gone)}
    far = str(part.get("entity") or "")
    looked_at = (
        str(part.get("by") or ""),
        str(part.get("value") or ""),
        str(part.get("group") or "").partition(":")[0],
    )
    if any(gone(far, path) for path in looked_at if path):
        return None
    if part["kind"] != "buttons":
        return dict(part)
    buttons = [kept for one in arrange.tables(part.get("buttons", ())) if (kept := _button(one, entity, gone))]
    return {**part, "buttons": buttons} if buttons else None


def _button(one: Table, entity: str, gone: Gone) -> dict[str, Any] | None:
    if gone(str(one.get("entity") or ""), str(one.get("by") or "")):
        return None
    if not isinstance(one.get("values"), Mapping):
        return dict(one)
    values = {key: text for key, text in one["values"].items() if not gone(entity, str(key))}
    return {**one, "values": values} if values else None


def _placed(placed: Any, entity: str, gone: Gone) -> list[Any]:
    """Fields of a section: by key, or by a table that says more of one."""
    left = _kept(placed, entity, gone)
    return [one for one in left if not (isinstance(one, Mapping) and gone(entity, str(one.get("key") or "")))]


def _role(table: Table, gone: Gone) -> Table:
    grants = table.get("grants")
    if not isinstance(grants, Mapping):
        return table
    made = {
        key: {**grant, "fields": {name: right for name, right in grant["fields"].items() if not gone(key, name)}}
        if isinstance(grant, Mapping) and isinstance(grant.get("fields"), Mapping)
        else grant
        for key, grant in grants.items()
    }
    return {**table, "grants": made}


def _kept(paths: Any, entity: str, gone: Gone) -> list[Any]:
    listed = paths if isinstance(paths, (list, tuple)) else []
    return [one for one in listed if not (isinstance(one, str) and gone(entity, one.removeprefix("-")))]
