"""The steps of a plan as codes and facts; words for them are in the locale, [words], under the code.

    made  changed  hidden  shown  moved  lost

A step that touches records says how many and for how long; one that touches a field says who uses it.  Seconds are
estimates from measured prices for a record, on the slower of the two databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal as OneOf

from svyaz.configurator.card_steps import tell_card
from svyaz.configurator.carry import Move
from svyaz.configurator.role_steps import role_steps, same_rights
from svyaz.configurator.uses import Place, Use, every_use
from svyaz.schema import diff
from svyaz.schema.diff import SchemaChange
from svyaz.schema.snapshot import Entity, Field, Snapshot, Title
from svyaz.storage.ddl import Plan as TablePlan
from svyaz.storage.session import Session
from svyaz.storage.tallies import count_filled, count_records

Kind = OneOf["made", "changed", "hidden", "shown", "moved", "lost"]
SECONDS = {"convert": 40e-6, "unique_index": 4e-6, "create_index": 4e-6, "drop_field": 3e-6, "drop_table": 1e-6}
SECONDS_OF_MOVE = 300e-6
USED = ("options", "default", "check", "required", "unique")


@dataclass(frozen=True, slots=True)
class Step:
    """facts: Title of things, keys, numbers; `what` a tuple of names of settings; `whom`, `how` as in card_steps.  records: touched by it.
    seconds: how long it takes;  holds: for how many of them others' writes wait."""

    kind: Kind
    code: str
    facts: Mapping[str, Any]
    entity: str = ""
    field: str = ""
    records: int = 0
    seconds: float = 0.0
    holds: float = 0.0
    risk: str = "safe"
    uses: tuple[Use, ...] = ()


@dataclass(slots=True)
class Telling:
    """session: None when nothing is counted."""

    session: Session | None
    before: Snapshot
    after: Snapshot
    uses: dict[Place, list[Use]]

    def uses_of(self, entity: str, field: str) -> tuple[Use, ...]:
        found = self.uses.get((entity, field), ())
        return tuple(
            dict.fromkeys(use for use in found if use.kind == "role" or (use.entity, use.key) != (entity, field))
        )

    def count(self, entity: str) -> int:
        return count_records(self.session, entity) if self.session and entity in self.before.entities else 0

    def filled(self, entity: str, field: str) -> int:
        return count_filled(self.session, entity, field) if self.session and entity in self.before.entities else 0


def tell_steps(
    session: Session,
    before: Snapshot,
    after: Snapshot,
    changes: Sequence[SchemaChange],
    tables: TablePlan,
    moves: Mapping[Move, int],
) -> tuple[Step, ...]:
    """session: of a reading transaction on `before`."""
    by_place: dict[Place, list[Use]] = {}
    for place, use in every_use(before):
        by_place.setdefault(place, []).append(use)
    telling = Telling(session, before, after, by_place)
    steps = [step for change in changes for step in _of_change(telling, change)]
    steps += [_of_move(after, before, move, count) for move, count in moves.items() if count]
    return tuple(_timed(telling, steps, tables))


def tell_changes(changes: Iterable[SchemaChange], after: Snapshot, before: Snapshot) -> list[Step]:
    """The same without counting anything: what one revision differs in from another."""
    telling = Telling(None, before, after, {})
    return [step for change in changes for step in _of_change(telling, change)]


def _of_change(telling: Telling, change: SchemaChange) -> list[Step]:
    match change:
        case diff.EntityAdded(entity):
            code = "plan_made_dictionary" if entity.kind == "dictionary" else "plan_made_entity"
            return [Step("made", code, {"entity": entity.title}, entity.key)]
        case diff.EntityDropped(entity):
            count = telling.count(entity.key)
            facts = {"entity": entity.title, "n": count}
            return [Step("lost", "plan_lost_entity", facts, entity.key, records=count, risk="loses")]
        case diff.EntityHidden(entity):
            return [Step("hidden", "plan_hidden_entity", {"entity": entity.title}, entity.key)]
        case diff.EntityShown(entity):
            return [Step("shown", "plan_shown_entity", {"entity": entity.title}, entity.key)]
        case diff.EntityChanged(was, entity, what):
            card = tell_card(telling.after, telling.before, was, entity) if "form" in what else []
            rest = tuple(name for name in what if name != "form" or not card)
            facts = {"entity": entity.title, "what": rest}
            told = [Step(kind, code, of_card, entity.key) for kind, code, of_card in card]
            return [*([Step("changed", "plan_changed_entity", facts, entity.key)] if rest else []), *told]
        case diff.FieldsReordered(entity_key):
            title = _title(telling, entity_key)
            return [Step("changed", "plan_reordered", {"entity": title}, entity_key)]
        case diff.RoleChanged(key, kind):
            spoken: dict[str, tuple[Kind, str]] = {
                "added": ("made", "plan_made_role"),
                "changed": ("changed", "plan_changed_role"),
                "dropped": ("lost", "plan_lost_role"),
            }
            role = telling.after.roles.get(key) or telling.before.roles[key]
            if kind == "changed":
                former = telling.before.roles[key]
                if same_rights(former, role):
                    return [Step("changed", "plan_changed_role_home", {"role": role.title})]
                if rights := role_steps(telling.before, telling.after, former, role):
                    return [Step("changed", code, facts, entity) for code, facts, entity in rights]
            return [Step(*spoken[kind], {"role": role.title})]
        case diff.MenuChanged():
            return [Step("changed", "plan_changed_menu", {})]
        case diff.HomeChanged():
            return [Step("changed", "plan_changed_home", {})]
        case diff.SettingsChanged(what):
            return [Step("changed", "plan_changed_settings", {"what": what})]
        case _:
            return [_of_field(telling, change)]


def _of_field(telling: Telling, change: Any) -> Step:
    entity: str = change.entity
    facts: dict[str, Any] = {"entity": _title(telling, entity)}
    match change:
        case diff.FieldAdded(_, field):
            step = Step("made", "plan_made_field", {**facts, "field": field.title}, entity, field.key)
        case diff.FieldHidden(_, field):
            step = Step("hidden", "plan_hidden_field", {**facts, "field": field.title}, entity, field.key)
        case diff.FieldShown(_, field):
            step = Step("shown", "plan_shown_field", {**facts, "field": field.title}, entity, field.key)
        case diff.FieldDropped(_, field):
            count = telling.filled(entity, field.key)
            told = {**facts, "field": field.title, "n": count}
            step = Step("lost", "plan_lost_field", told, entity, field.key, records=count, risk="loses")
        case diff.FieldRetyped(_, before, field):
            told = {**facts, "field": field.title, "before": before.type, "after": field.type}
            step = Step("changed", "plan_retyped_field", told, entity, field.key)
        case diff.FieldChanged(_, before, field, what):
            step = _changed(telling, facts, entity, before, field, what)
        case _:
            raise AssertionError(change)
    touching = step.kind in ("hidden", "lost") or step.code == "plan_retyped_field" or _touches(change)
    return replace(step, uses=telling.uses_of(entity, step.field)) if touching else step


def _touches(change: Any) -> bool:
    return isinstance(change, diff.FieldChanged) and bool(set(change.what) & set(USED))


def _changed(
    telling: Telling, facts: dict[str, Any], entity: str, before: Field, field: Field, what: tuple[str, ...]
) -> Step:
    told = {**facts, "field": field.title, "what": what}
    if field.required and not before.required and not field.system:
        empty = telling.count(entity) - telling.filled(entity, field.key)
        if empty > 0:
            return Step("changed", "plan_required_field", {**told, "n": empty}, entity, field.key, records=empty)
    return Step("changed", "plan_changed_field", told, entity, field.key)


def _of_move(after: Snapshot, before: Snapshot, move: Move, count: int) -> Step:
    was = before.entities[move.entity]
    titles = _option_titles(was, move.field)
    now = _option_titles(after.entities.get(move.entity), move.field)
    facts = {"entity": was.title, "value": titles.get(move.value, move.value), "n": count}
    code = "plan_emptied_option" if not move.to else "plan_moved_option"
    if move.to:
        facts["to"] = now.get(move.to, move.to)
    if move.to is None:
        code, facts = "plan_asks_option", facts
    seconds = count * SECONDS_OF_MOVE
    return Step("moved", code, facts, move.entity, move.field, records=count, seconds=seconds, holds=seconds)


def _option_titles(entity: Entity | None, field: str) -> dict[str, Any]:
    one = entity.by_key.get(field) if entity else None
    options = one.options.get("options", ()) if one else ()
    return {option["key"]: Title(option["title"].get("ru", ""), option["title"].get("en", "")) for option in options}


def _timed(telling: Telling, steps: list[Step], tables: TablePlan) -> list[Step]:
    """Put the price of the work on tables to the step it comes from; what has none gets a step of its own."""
    timed = list(steps)
    for work in tables.steps:
        price = SECONDS.get(work.kind, 0.0)
        entity, key = str(work.facts.get("entity", "")), str(work.facts.get("field", ""))
        if not price or entity not in telling.before.entities:
            continue
        count = telling.count(entity)
        at = next((at for at, one in enumerate(timed) if (one.entity, one.field) == (entity, key)), None)
        if at is None:
            continue
        one = timed[at]
        risk = "loses" if "loses" in (one.risk, work.risk) else "slow" if count and work.risk == "slow" else one.risk
        records = max(one.records, count if work.risk == "slow" else one.records)
        held = 0.0 if work.outside and tables.dialect == "postgresql" else price * count
        seconds, holds = round(one.seconds + price * count, 3), round(one.holds + held, 3)
        timed[at] = replace(one, seconds=seconds, holds=holds, records=records, risk=risk)
    return timed


def _title(telling: Telling, entity: str) -> Any:
    found = telling.after.entities.get(entity)
    return found.title if found else entity
