"""Formulas of a configuration as they are kept: by keys, however they were typed.

A person or a program may write «[Сумма сделки] * 2» and «этап = "Выиграна"»; kept as typed it would break with the
first rename.  So what an edit has written is read by the titles of the outcome and kept by its keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from svyaz.expression.parse import parse
from svyaz.expression.say import read_titles
from svyaz.kernel.problem import Problem
from svyaz.schema.scope import EntityScope, walk
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Part, Source

OF_FORM = ("filter", "visible_if", "required_if", "read_only_if")
OF_BUTTON = "values"  # field -> formula over the record itself;  of a variant it is a list of values
OF_CHILD = ("value", "where")  # of a roll-up, over its `entity`


@dataclass(frozen=True, slots=True)
class How:
    """spared: texts that stood in the part before: what an edit has not written it does not rewrite."""

    after: Snapshot
    spared: frozenset[str]


def by_keys(before: Source, source: Source, after: Snapshot) -> Source:
    """`source` with the formulas of the parts that are other than in `before` said by keys; itself when none changes."""
    parts = (*before.entities, *before.dictionaries, *before.roles)
    known = {(part in before.roles, part.table.get("key")): part.table for part in parts}

    def kept(part: Part, role: bool = False) -> Part:
        was = known.get((role, part.table.get("key")), {})
        if part.table == was:
            return part
        how = How(after, frozenset(("", *_texts(was))))
        table = _role(how, part.table) if role else _entity(how, part.table)
        return part if table == part.table else replace(part, table=table)

    made = replace(
        source,
        entities=tuple(map(kept, source.entities)),
        dictionaries=tuple(map(kept, source.dictionaries)),
        roles=tuple(kept(part, role=True) for part in source.roles),
    )
    if made.home != before.home:
        made = replace(made, home=_home(How(after, frozenset(("", *_texts(before.home)))), made.home))
    return source if made == source else made


def _entity(how: How, table: Mapping[str, Any]) -> dict[str, Any]:
    key = str(table.get("key"))
    made = dict(table)
    if isinstance(made.get("label"), str):
        made["label"] = _text(how, key, made["label"])
    if isinstance(made.get("field"), Sequence):
        made["field"] = [_field(how, key, one) if isinstance(one, Mapping) else one for one in made["field"]]
    if isinstance(made.get("view"), Sequence):
        made["view"] = [_filtered(how, key, one) if isinstance(one, Mapping) else one for one in made["view"]]
    if isinstance(made.get("form"), Mapping):
        made["form"] = _form(how, key, made["form"])
    return made


def _field(how: How, entity: str, one: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(one)
    for name in ("formula", "check"):
        if isinstance(made.get(name), str):
            made[name] = _text(how, entity, made[name])
    if isinstance(made.get("path"), str):
        made["path"] = _path(how, entity, made["path"])
    child = str(made.get("entity"))
    if made.get("type") == "rollup":
        for name in OF_CHILD:
            if isinstance(made.get(name), str):
                made[name] = _text(how, child, made[name])
        if isinstance(made.get("order"), str):
            made["order"] = _path(how, child, made["order"])
    return made


def _filtered(how: How, entity: str, one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "filter": _text(how, entity, one["filter"])} if isinstance(one.get("filter"), str) else dict(one)


def _form(how: How, entity: str, whole: Any) -> Any:
    """Conditions of fields and filters of details, wherever they stand in the drawing."""
    if isinstance(whole, list | tuple):
        return [_form(how, entity, one) for one in whole]
    if not isinstance(whole, Mapping):
        return whole
    about = str(whole["entity"]) if isinstance(whole.get("entity"), str) else entity
    made: dict[str, Any] = {}
    for name, told in whole.items():
        if isinstance(told, str) and name in OF_FORM:
            made[name] = _text(how, about if name == "filter" else entity, told)
        elif name == OF_BUTTON and isinstance(told, Mapping):
            made[name] = {key: _text(how, entity, one) if isinstance(one, str) else one for key, one in told.items()}
        else:
            made[name] = _form(how, entity, told)
    return made


def _home(how: How, page: Any) -> Any:
    """Conditions of the blocks of «Главная»."""
    if not isinstance(page, Mapping) or not isinstance(page.get("block"), list | tuple):
        return page
    blocks = [_filtered(how, str(one.get("entity")), one) if isinstance(one, Mapping) else one for one in page["block"]]
    return {**page, "block": blocks}


def _role(how: How, table: Mapping[str, Any]) -> dict[str, Any]:
    if "home" in table:
        table = {**table, "home": _home(how, table["home"])}
    grants = table.get("grants")
    if not isinstance(grants, Mapping):
        return dict(table)
    return {**table, "grants": {entity: _grant(how, str(entity), grant) for entity, grant in grants.items()}}


def _grant(how: How, entity: str, grant: Any) -> Any:
    if not isinstance(grant, Mapping):
        return grant
    told = dict(grant)
    if isinstance(grant.get("rule"), str):
        told["rule"] = _text(how, entity, grant["rule"])
    if isinstance(grant.get("rules"), Mapping):
        rules = grant["rules"].items()
        told["rules"] = {verb: _text(how, entity, one) if isinstance(one, str) else one for verb, one in rules}
    return told


def _text(how: How, entity: str, text: str) -> str:
    if entity not in how.after.entities or text in how.spared:
        return text
    try:
        said = read_titles(text, EntityScope(how.after.entities, entity))
        return text if parse(said) == parse(text) else said  # other quotes are not another formula
    except Problem:
        return text  # resolve has told it, if it is one


def _path(how: How, entity: str, path: str) -> str:
    if path in how.spared:
        return path
    start = how.after.entities.get(entity)
    walked = walk(how.after.entities, start, tuple(path.split("."))) if start is not None else None
    return ".".join(one.key for one in walked) if walked else path


def _texts(whole: Any) -> Iterator[str]:
    if isinstance(whole, str):
        yield whole
    elif isinstance(whole, Mapping):
        for one in whole.values():
            yield from _texts(one)
    elif isinstance(whole, list | tuple):
        for one in whole:
            yield from _texts(one)
