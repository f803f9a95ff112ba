"""The configuration as the reader sees it: titles in his language, hidden fields absent, his rights beside."""

from __future__ import annotations

from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.fields import may_edit, may_read
from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.api.told_form import told_form
from svyaz.api.told_home import told_home
from svyaz.fields.registry import TYPES
from svyaz.kernel.http import Answer
from svyaz.schema.snapshot import VERBS, Entity, Field, Snapshot, Title, View
from svyaz.schema.view_kinds import KINDS


def show_schema(call: Call) -> Answer:
    """GET /api/schema"""
    with call.reading() as (session, actor):
        return Answer(body=told_schema(session.snapshot, actor))


def told_schema(snapshot: Snapshot, actor: Actor) -> dict[str, Any]:
    """Entities the reader may see; those he may not are absent, as if they did not exist."""
    language = actor.language
    seen = {key: one for key, one in snapshot.entities.items() if may(snapshot, actor, key, "see")}
    return {
        "revision": snapshot.revision,
        "digest": snapshot.digest,
        "settings": {
            "title": snapshot.settings.title,
            "currency": snapshot.settings.currency,
            "zone": snapshot.settings.zone,
            "first_weekday": snapshot.settings.first_weekday,
            "locked": snapshot.settings.locked,
        },
        "menu": [
            {
                "entity": item.entity,
                "title": _plural(seen[item.entity].title, language),
                "icon": seen[item.entity].icon,
                "hue": seen[item.entity].hue,
                "group": item.group,
            }
            for item in snapshot.menu
            if item.entity in seen
        ],
        "home": told_home(snapshot, actor, seen),
        "entities": {key: _entity(snapshot, actor, one, frozenset(seen)) for key, one in seen.items()},
    }


def _entity(snapshot: Snapshot, actor: Actor, entity: Entity, seen: frozenset[str]) -> dict[str, Any]:
    language = actor.language
    fields = [one for one in entity.fields if not one.hidden and may_read(snapshot, actor, entity.key, one.key)]
    known = {one.key for one in fields}
    return {
        "key": entity.key,
        "number": entity.number,
        "kind": entity.kind,
        "title": entity.title.say(language),
        "plural": _plural(entity.title, language),
        "forms": dict(entity.title.forms),
        "icon": entity.icon,
        "hue": entity.hue,
        "label_field": _label_field(entity),
        "duplicates": [key for key in entity.duplicates if key in known],
        "parent": entity.parent or None,
        "fields": [_field(snapshot, actor, entity, one) for one in fields],
        "traits": {key: dict(options) for key, options in entity.traits.items()},
        "pipelines": [
            {
                "key": pipeline.key,
                "title": pipeline.title.say(language),
                "stages": [
                    {
                        "key": stage.key,
                        "title": stage.title.say(language),
                        "hue": stage.hue,
                        "probability_percent": stage.probability_percent,
                        "ends": stage.ends,
                        "requires": list(stage.requires),
                        "next": list(stage.next),
                    }
                    for stage in pipeline.stages
                ],
            }
            for pipeline in entity.pipelines
        ],
        "views": [_view(one, language, known) for one in entity.views],
        "form": told_form(snapshot, actor, entity, seen, frozenset(known)),
        "rights": {verb: may(snapshot, actor, entity.key, verb) for verb in VERBS},
    }


def _field(snapshot: Snapshot, actor: Actor, entity: Entity, field: Field) -> dict[str, Any]:
    compare = TYPES[field.type].compare(field.options)
    editable = not field.system and may_edit(snapshot, actor, entity.key, field.key)
    return {
        "key": field.key,
        "number": field.number,
        "title": field.title.say(actor.language),
        "type": field.type,
        "options": _options(field, actor.language),
        "required": field.required,
        "unique": field.unique,
        "role": field.role,
        "right": "edit" if editable else "read",
        "system": field.system,
        "hint": field.hint.say(actor.language) if field.hint else "",
        "operators": list(compare.operators),
        "sortable": compare.sort is not None,
        "aggregates": list(compare.aggregates),
    }


def _options(field: Field, language: str) -> dict[str, Any]:
    return {key: _plain(value, language) for key, value in field.options.items() if key != "numbers"}


def _plain(value: Any, language: str) -> Any:
    """Options as JSON, titles said in the reader's language."""
    if isinstance(value, Title):
        return value.say(language)
    if isinstance(value, dict) or hasattr(value, "items"):
        if set(value) and set(value) <= {"ru", "en"}:
            return value.get(language) or value.get("ru") or next(iter(value.values()))
        return {str(key): _plain(one, language) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, language) for one in value]
    return value


def _view(view: View, language: str, known: set[str]) -> dict[str, Any]:
    return {
        "key": view.key,
        "title": view.title.say(language),
        "kind": view.kind,
        "columns": [path for path in view.columns if path.split(".", 1)[0] in known],
        "filter": view.filter,
        "sort": [one for one in view.sort if one.lstrip("-").split(".", 1)[0] in known],
        "group": view.group,
        "total": view.total,
        "pipeline": view.pipeline,
        # A field the reader may not see is no option of his; words that name none are left.
        "options": {
            name: told for name, told in view.options.items() if told in known or KINDS[view.kind][name].allowed
        },
    }


def _label_field(entity: Entity) -> str | None:
    """The text field that mostly names the record: a single path as label, else the first text of the label."""
    keys = getattr(entity.label, "keys", None)
    return keys[0] if keys else None


def _plural(title: Title, language: str) -> str:
    if language == "en":
        return title.forms.get("plural_en") or title.en or title.ru
    return title.forms.get("plural") or title.ru


ROUTES = (Route("GET", "/api/schema", show_schema, "The configuration, as the reader may see it"),)
