"""The card of an object as the reader has it: variants that may be his, fields and buttons that are his to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.fields import may_edit, may_read
from svyaz.schema.snapshot import Button, CardBlock, DetailSet, Entity, Section, Snapshot, Tab


def told_form(
    snapshot: Snapshot, actor: Actor, entity: Entity, seen: frozenset[str], known: frozenset[str]
) -> dict[str, Any]:
    """seen: entities, known: fields of this one that the reader may read.

    A variant by a field that he may not read is not for him: which card is shown would tell the value.
    """
    form, roles = entity.form, frozenset(actor.roles)

    def tabs(listed: Sequence[Tab]) -> list[dict[str, Any]]:
        return [
            {
                "title": tab.title.say(actor.language),
                "sections": [
                    told
                    for part in tab.sections
                    if (told := _section(snapshot, actor, entity, part, seen, known)) is not None
                ],
                "details": [_detail(snapshot, actor, one) for one in tab.details if one.entity in seen],
            }
            for tab in listed
        ]

    return {
        "tabs": tabs(form.tabs),
        "quick": [key for key in form.quick if key in known],
        "conditional": [key for key in form.conditions if key in known],
        "conditional_buttons": list(form.pressed_if),
        "variants": [
            {
                "key": one.key,
                "title": one.title.say(actor.language),
                "by": one.by or None,
                "values": list(one.values),
                "phone": one.phone,
                "tabs": tabs(one.tabs),
            }
            for one in form.variants
            if (not one.roles or roles.intersection(one.roles)) and (not one.by or one.by in known)
        ],
    }


def _section(
    snapshot: Snapshot,
    actor: Actor,
    entity: Entity,
    part: Section,
    seen: frozenset[str],
    known: frozenset[str],
) -> Mapping[str, Any] | None:
    title = part.title.say(actor.language)
    if part.block is not None:
        block = _block(snapshot, actor, entity, part.block, seen)
        return None if block is None else {"title": title, "columns": 1, "fields": [], "wide": [], "block": block}
    return {
        "title": title,
        "columns": part.columns,
        "fields": [key for key in part.fields if key in known],
        "wide": [key for key in part.wide if key in known],
        "block": None,
    }


def _detail(snapshot: Snapshot, actor: Actor, one: DetailSet) -> dict[str, Any]:
    return {
        "entity": one.entity,
        "by": one.by,
        "title": one.title.say(actor.language),
        "columns": [path for path in one.columns if readable(snapshot, actor, one.entity, path)],
        "sort": [path for path in one.sort if readable(snapshot, actor, one.entity, path.removeprefix("-"))],
        "filter": one.filter,
    }


def _block(
    snapshot: Snapshot, actor: Actor, entity: Entity, block: CardBlock, seen: frozenset[str]
) -> dict[str, Any] | None:
    """None: nothing of it is for him."""
    if block.kind == "text":
        return {"kind": block.kind, "text": block.text.say(actor.language) if block.text else ""}
    if block.kind == "buttons":
        own = [one for one in block.buttons if _may_press(snapshot, actor, entity, one, seen)]
        return {"kind": block.kind, "buttons": [_button(one, actor.language) for one in own]} if own else None
    if block.kind not in ("figure", "chart"):
        return {"kind": block.kind}
    looked_at = [path for path in (block.by, block.value, block.group.partition(":")[0]) if path]
    if block.entity not in seen or not all(readable(snapshot, actor, block.entity, path) for path in looked_at):
        return None
    return {
        "kind": block.kind,
        "entity": block.entity,
        "by": block.by,
        "filter": block.filter,
        "function": block.function,
        "value": block.value,
        "group": block.group,
        "look": block.look,
    }


def _may_press(snapshot: Snapshot, actor: Actor, entity: Entity, one: Button, seen: frozenset[str]) -> bool:
    if one.do == "go":
        return True
    if one.do == "set":
        return may(snapshot, actor, entity.key, "change") and all(
            may_edit(snapshot, actor, entity.key, key) for key in one.values
        )
    return (
        one.entity in seen
        and readable(snapshot, actor, one.entity, one.by)
        and (one.do == "open" or may(snapshot, actor, one.entity, "add"))
    )


def _button(one: Button, language: str) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title.say(language),
        "do": one.do,
        "fields": list(one.values),
        "entity": one.entity,
        "by": one.by,
        "filter": one.filter,
        "address": one.address,
    }


def readable(snapshot: Snapshot, actor: Actor, entity_key: str, path: str) -> bool:
    entity = snapshot.entities[entity_key]
    field = entity.by_key.get(path.split(".", 1)[0])
    return field is not None and not field.hidden and may_read(snapshot, actor, entity_key, field.key)
