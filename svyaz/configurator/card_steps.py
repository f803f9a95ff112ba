"""What becomes of a card, for the words of a plan: of which look of it, whose that look is, and what comes and goes there.

A fact `whom` or `how` is a list of parts, {"code", "facts"}: each is said by its own words and they are joined by the reader's language
(api/configurator_api.py), for a revision is read years later and by people of two languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal as OneOf

from svyaz.schema.digest import canonical
from svyaz.schema.snapshot import Entity, Form, Snapshot, Tab, Title, Variant

Told = tuple[OneOf["made", "changed", "lost"], str, dict[str, Any]]
Parts = list[dict[str, Any]]


def tell_card(after: Snapshot, before: Snapshot, was: Entity, now: Entity) -> list[Told]:
    """[] for an equal card."""
    found: list[Told] = []
    how = _of_look(now, was.form.tabs, now.form.tabs, was) + _of_whole(was, now)
    if how:
        found.append(("changed", "plan_changed_card", {"entity": now.title, "how": how}))
    old = {one.key: one for one in was.form.variants}
    for one in now.form.variants:
        facts = {"entity": now.title, "variant": one.title, "whom": _whom(after, now, one)}
        known = old.get(one.key)
        if known is None:
            found.append(("made", "plan_made_variant", facts))
        elif changed := _of_variant(now, was, known, one):
            found.append(("changed", "plan_changed_variant", {**facts, "how": changed}))
    left = {one.key for one in now.form.variants}
    for one in was.form.variants:
        if one.key not in left:
            facts = {"entity": now.title, "variant": one.title, "whom": _whom(before, was, one)}
            found.append(("lost", "plan_lost_variant", facts))
    if [key for key in old if key in left] != [one.key for one in now.form.variants if one.key in old]:
        found.append(("changed", "plan_reordered_variants", {"entity": now.title}))
    return found


def _part(code: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "facts": facts}


def _whom(snapshot: Snapshot, entity: Entity, one: Variant) -> Parts:
    parts: Parts = []
    if one.roles:
        parts.append(_part("whom.roles", titles=[snapshot.roles[key].title for key in one.roles]))
    if one.by:
        values = _values(entity, one.by)
        told = [values.get(value, value) for value in one.values]
        parts.append(_part("whom.values", field=entity.by_key[one.by].title, titles=told))
    if one.phone:
        parts.append(_part("whom.phone"))
    return parts or [_part("whom.everybody")]


def _values(entity: Entity, by: str) -> Mapping[str, Any]:
    field = entity.by_key[by]
    if field.type == "stage":
        return {key: stage.title for key, stage in entity.stages.items()}
    if field.type == "yes_no":
        return {"yes": Title("да", "yes"), "no": Title("нет", "no")}
    return {
        one["key"]: Title(one["title"].get("ru", ""), one["title"].get("en", "")) for one in field.options["options"]
    }


def _of_variant(now: Entity, was: Entity, before: Variant, after: Variant) -> Parts:
    parts: Parts = []
    if canonical(before.title) != canonical(after.title):
        parts.append(_part("how.title"))
    whose = [(one.roles, one.by, one.values, one.phone) for one in (before, after)]
    if canonical(whose[0]) != canonical(whose[1]):
        parts.append(_part("how.whom"))
    return parts + _of_look(now, before.tabs, after.tabs, was)


def _of_look(now: Entity, before: Sequence[Tab], after: Sequence[Tab], was: Entity) -> Parts:
    """Fields, buttons and related records that come and go; «stands otherwise» when it is none of these."""
    if canonical(before) == canonical(after):
        return []
    old, new = _placed(was, before), _placed(now, after)
    parts: Parts = []
    for what in ("fields", "buttons", "details"):
        come = [title for key, title in new[what].items() if key not in old[what]]
        gone = [title for key, title in old[what].items() if key not in new[what]]
        parts += [_part(f"how.{what}_on", titles=come)] if come else []
        parts += [_part(f"how.{what}_off", titles=gone)] if gone else []
    return parts or [_part("how.arranged")]


def _placed(entity: Entity, tabs: Sequence[Tab]) -> dict[str, dict[Any, Title]]:
    sections = [part for tab in tabs for part in tab.sections]
    buttons = [one for part in sections if part.block for one in part.block.buttons]
    known = entity.by_key
    return {
        "fields": {known[key].number: known[key].title for part in sections for key in part.fields if key in known},
        "buttons": {one.key: one.title for one in buttons},
        "details": {(one.entity, one.by): one.title for tab in tabs for one in tab.details},
    }


def _of_whole(was: Entity, now: Entity) -> Parts:
    """What is of the card whatever the look: conditions of fields and of buttons, the short form."""
    parts: Parts = []
    fields = _differing(was.form.conditions, now.form.conditions)
    if titles := [now.by_key[key].title for key in fields if key in now.by_key]:
        parts.append(_part("how.conditions", titles=titles))
    buttons = {**_buttons(was.form), **_buttons(now.form)}
    pressed = _differing(was.form.pressed_if, now.form.pressed_if)
    if titles := [buttons[key] for key in pressed if key in buttons]:
        parts.append(_part("how.pressed", titles=titles))
    if was.form.quick != now.form.quick:
        parts.append(_part("how.quick"))
    return parts


def _buttons(form: Form) -> dict[str, Title]:
    return {key: one.title for key, one in form.buttons.items()}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    keys = dict.fromkeys([*after, *before])
    return [key for key in keys if canonical(before.get(key)) != canonical(after.get(key))]
