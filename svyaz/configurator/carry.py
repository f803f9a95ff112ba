"""Carry edits out on a source, one after another: Source -> Source, and what must happen to records with it.

Keys that nobody gave come from titles.  An edit that cannot be understood at all (a field that is not there)
is a problem with the place `edits[3]`; what is wrong with the outcome is for schema.resolve to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from svyaz.configurator import edits as op
from svyaz.configurator.edits import Edit, Table
from svyaz.configurator.tidy import forget_entity_paths, forget_field, forget_role, forget_stages, forget_views
from svyaz.kernel.keys import key_from_title
from svyaz.kernel.problem import Problem
from svyaz.schema import arrange, edits
from svyaz.schema.problems import EntityUnknown, FieldUnknown, SettingNotAllowed, SettingNotList, SettingNotTable
from svyaz.schema.shapes import field_tables
from svyaz.schema.snapshot import Snapshot, TraitShape
from svyaz.schema.source import Source

LISTS = ("field", "view", "pipeline", "stages", "options", "tab", "section", "detail", "variant", "buttons")
TABLES = ("form", "grants", "settings", "home")


@dataclass(frozen=True, slots=True)
class Move:
    """Records that have `value` in a stage or a choice get `to`: another key, "" for nothing, None: not said yet.

    what   "stage" or "option"
    """

    what: str
    entity: str
    field: str
    value: str
    to: str | None


@dataclass(slots=True)
class Carried:
    """A source in the making.  before: the configuration in force, for what depends on what is dropped."""

    source: Source
    before: Snapshot
    shapes: Sequence[TraitShape]
    moves: list[Move] = field(default_factory=list)

    def table(self, entity: str) -> Table:
        """Raises EntityUnknown."""
        for part in (*self.source.entities, *self.source.dictionaries):
            if part.table.get("key") == entity:
                return dict(part.table)
        raise EntityUnknown(entity=entity)

    def fields(self, entity: str) -> list[dict[str, Any]]:
        """Every field as it is shown, with what traits bring."""
        dictionary = any(part.table.get("key") == entity for part in self.source.dictionaries)
        return [one for one, _ in field_tables(self.table(entity), "dictionary" if dictionary else "", self.shapes)]

    def field(self, entity: str, key: str) -> dict[str, Any]:
        found = next((one for one in self.fields(entity) if one.get("key") == key), None)
        if found is None:
            raise FieldUnknown(field=key, entity=entity)
        return found

    def keys(self) -> set[str]:
        return {str(part.table.get("key")) for part in (*self.source.entities, *self.source.dictionaries)}

    def edit(self, entity: str, edited: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self.source = edits.edit_entity(self.source, entity, edited)

    def edit_list(self, entity: str, name: str, edited: Callable[[list[Any]], list[Any]]) -> None:
        self.edit(entity, lambda table: {**table, name: edited(arrange.tables(table.get(name, ())))})


def carry(source: Source, before: Snapshot, shapes: Sequence[TraitShape], asked: Sequence[Edit]) -> Carried:
    """Raises the Problem of the first edit that cannot be carried out, with its place."""
    carried = Carried(source, before, shapes)
    for at, one in enumerate(asked):
        check_tables(one, f"edits[{at}]")
        try:
            CARRY[type(one)](carried, one)
        except Problem as problem:
            problem.place = f"edits[{at}]{'.' if problem.place else ''}{problem.place}"
            raise
    return carried


def check_tables(asked: Edit, place: str) -> None:
    """What is a list of tables wherever it stands must be one, or nobody could go on.  Raises SettingNotList."""
    waiting: list[Any] = [{name: getattr(asked, name)} for name in asked.__struct_fields__ if name not in LISTS]
    waiting += [getattr(asked, name) for name in asked.__struct_fields__ if name in LISTS]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for name, value in one.items():
                if name in LISTS and value is not None:
                    if not isinstance(value, list) or any(not isinstance(each, dict) for each in value):
                        raise SettingNotList(place, setting=name)
                if name in TABLES and value is not None and not isinstance(value, dict):
                    raise SettingNotTable(place, setting=name)
                if name != "home":  # of a block `view` is a key
                    waiting.append(value)
        elif isinstance(one, list):
            waiting += one


def keyed(table: Mapping[str, Any], taken: Iterable[str]) -> Mapping[str, Any]:
    """With a key of its own: the given one, or one made of the title that nobody has yet."""
    if table.get("key"):
        return table
    title = table.get("title")
    said = title.get("ru") or title.get("en") if isinstance(title, Mapping) else title
    wanted = key_from_title(str(said or ""))
    known = set(taken)
    key, number = wanted, 2
    while key in known:
        key, number = f"{wanted[: 26 - len(str(number)) - 1].rstrip('_')}_{number}", number + 1
    return {"key": key, **{name: value for name, value in table.items() if name != "key"}}


def with_keys(table: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """A table of an object in which it and its fields have keys, as add_entity would give them."""
    return dict(_keyed_fields(keyed(table, taken)))


def _set(table: Mapping[str, Any]) -> dict[str, Any]:
    """Of a new thing a null is no setting."""
    return {name: value for name, value in table.items() if value is not None}


def _keyed_options(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a choice with keys of their own, as put_option would give them."""
    if "options" not in table:
        return table
    made: list[Mapping[str, Any]] = []
    for one in arrange.tables(table["options"]):
        made.append(keyed(one, [str(each.get("key")) for each in made]))
    return {**table, "options": made}


def _keyed_fields(table: Mapping[str, Any]) -> Mapping[str, Any]:
    made: list[Any] = []
    for one in table.get("field", ()) if isinstance(table.get("field", ()), list) else ():
        known = [each.get("key", "") for each in made]
        made.append(keyed(_keyed_options(_set(one)), known) if isinstance(one, dict) else one)
    return {**table, "field": made} if made else table


# --- objects


def _add_entity(carried: Carried, one: op.AddEntity) -> None:
    table = _keyed_fields(keyed(one.table, carried.keys()))
    carried.source = edits.add_entity(carried.source, table)
    if one.menu and carried.source.menu and table.get("kind") != "line":
        carried.source = edits.put_menu(carried.source, (*carried.source.menu, {"entity": table["key"]}))


def _add_dictionary(carried: Carried, one: op.AddDictionary) -> None:
    table = _keyed_fields(keyed(one.table, carried.keys()))
    carried.source = edits.add_dictionary(carried.source, table)


def _change_entity(carried: Carried, one: op.ChangeEntity) -> None:
    carried.source = edits.set_entity(carried.source, one.entity, one.set)


def _drop_entity(carried: Carried, one: op.DropEntity) -> None:
    carried.source = edits.drop_entity(carried.source, one.entity)
    carried.source = forget_entity_paths(carried.source, carried.before, one.entity)


# --- fields


def _add_field(carried: Carried, one: op.AddField) -> None:
    made = keyed(_keyed_options(_set(one.field)), [str(each.get("key")) for each in carried.fields(one.entity)])
    carried.source = edits.add_field(carried.source, one.entity, made, one.at)


def _change_field(carried: Carried, one: op.ChangeField) -> None:
    changes = {name: value for name, value in one.set.items() if name != "type"}
    carried.source = edits.set_field(carried.source, one.entity, one.field, changes)


def _retype_field(carried: Carried, one: op.RetypeField) -> None:
    carried.field(one.entity, one.field)
    carried.source = edits.retype(carried.source, one.entity, one.field, one.type, _keyed_options(one.options))


def _drop_field(carried: Carried, one: op.DropField) -> None:
    carried.source = edits.drop_field(carried.source, one.entity, one.field, carried.shapes)
    carried.source = forget_field(carried.source, carried.before, one.entity, one.field)


def _move_field(carried: Carried, one: op.MoveField) -> None:
    carried.source = edits.move_field(carried.source, one.entity, one.field, one.at, carried.shapes)


def _add_link(carried: Carried, one: op.AddLink) -> None:
    carried.table(one.to)
    _add_field(carried, op.AddField(one.entity, {"type": "link", **one.field, "to": one.to}))


def _add_lines(carried: Carried, one: op.AddLines) -> None:
    card = carried.table(one.entity)
    link = {"key": one.entity, "title": card.get("title", one.entity), "type": "link", "to": one.entity}
    parent = {**link, "required": True, "on_delete": "delete"}
    table = {**one.table, "kind": "line", "parent": one.entity}
    table["field"] = [parent, *arrange.tables(one.table.get("field", ()))]
    _add_entity(carried, op.AddEntity(table, menu=False))


def _add_many_to_many(carried: Carried, one: op.AddManyToMany) -> None:
    sides = []
    for key, wanted in ((one.left, one.left), (one.right, one.right if one.right != one.left else f"{one.right}_2")):
        title = carried.table(key).get("title", key)
        sides.append(
            {"key": wanted, "title": title, "type": "link", "to": key, "required": True, "on_delete": "delete"}
        )
    table = dict(one.table)
    table["field"] = [*sides, *arrange.tables(one.table.get("field", ()))]
    _add_entity(carried, op.AddEntity(table, menu=False))


# --- traits, stages, options


def _put_trait(carried: Carried, one: op.PutTrait) -> None:
    carried.source = edits.put_trait(carried.source, one.entity, one.trait, one.options, carried.shapes)


def _drop_trait(carried: Carried, one: op.DropTrait) -> None:
    carried.source = edits.drop_trait(carried.source, one.entity, one.trait, carried.shapes)


def _pipelines(carried: Carried, entity: str) -> list[Any]:
    return arrange.tables(carried.table(entity).get("pipeline", ()))


def _stage_keys(carried: Carried, entity: str) -> list[str]:
    return [
        str(stage.get("key"))
        for pipeline in _pipelines(carried, entity)
        for stage in arrange.tables(pipeline.get("stages", ()))
    ]


def _put_pipeline(carried: Carried, one: op.PutPipeline) -> None:
    known = _pipelines(carried, one.entity)
    table = keyed(one.pipeline, [str(each.get("key")) for each in known])
    if "stages" in table:
        taken = _stage_keys(carried, one.entity)
        stages: list[Any] = []
        for stage in arrange.tables(table["stages"]):
            stages.append(keyed(stage, [*taken, *(str(each.get("key")) for each in stages)]))
        table = {**table, "stages": stages}
    carried.edit_list(one.entity, "pipeline", lambda listed: arrange.put(listed, table, one.at))


def _drop_pipeline(carried: Carried, one: op.DropPipeline) -> None:
    found = arrange.find(_pipelines(carried, one.entity), one.pipeline, "pipeline")
    gone = [str(stage.get("key")) for stage in arrange.tables(found.get("stages", ()))]
    carried.edit_list(one.entity, "pipeline", lambda listed: arrange.take_out(listed, one.pipeline, "pipeline"))
    for stage in gone:
        _forget_stage(carried, one.entity, stage, one.to)
    _forget_pipeline(carried, one.entity, one.pipeline)


def _put_stage(carried: Carried, one: op.PutStage) -> None:
    table = keyed(one.stage, _stage_keys(carried, one.entity))
    _edit_stages(carried, one.entity, one.pipeline, lambda stages: arrange.put(stages, table, one.at))


def _move_stage(carried: Carried, one: op.MoveStage) -> None:
    _edit_stages(carried, one.entity, one.pipeline, lambda stages: arrange.move(stages, one.stage, one.at, "stage"))


def _drop_stage(carried: Carried, one: op.DropStage) -> None:
    holder = next(
        (
            str(pipeline.get("key"))
            for pipeline in _pipelines(carried, one.entity)
            if any(stage.get("key") == one.stage for stage in arrange.tables(pipeline.get("stages", ())))
        ),
        None,
    )
    if holder is None:
        raise arrange.PartUnknown(part="stage", key=one.stage)
    _edit_stages(carried, one.entity, holder, lambda stages: arrange.take_out(stages, one.stage, "stage"))
    _forget_stage(carried, one.entity, one.stage, one.to)


def _edit_stages(carried: Carried, entity: str, pipeline: str, edited: Callable[[list[Any]], list[Any]]) -> None:
    def within(table: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**table, "stages": edited(arrange.tables(table.get("stages", ())))}

    carried.edit_list(entity, "pipeline", lambda listed: arrange.edit(listed, pipeline, "pipeline", within))


def _forget_stage(carried: Carried, entity: str, stage: str, to: str) -> None:
    """Its records move, and nobody goes on to it any more."""

    def without(table: Mapping[str, Any]) -> Mapping[str, Any]:
        stages = [
            {**one, "next": [each for each in one["next"] if each != stage]}
            if isinstance(one.get("next"), list)
            else one
            for one in arrange.tables(table.get("stages", ()))
        ]
        return {**table, "stages": stages}

    carried.edit_list(entity, "pipeline", lambda listed: [without(one) for one in listed])
    carried.source = forget_stages(carried.source, entity, (stage,))
    field = next((one for one in carried.fields(entity) if one.get("type") == "stage"), None)
    if field is not None:
        carried.moves.append(Move("stage", entity, str(field["key"]), stage, to or None))


def _forget_pipeline(carried: Carried, entity: str, pipeline: str) -> None:
    carried.source = forget_stages(carried.source, entity, (), pipeline)
    carried.edit_list(entity, "view", lambda views: [one for one in views if one.get("pipeline") != pipeline])


def _options(carried: Carried, entity: str, field: str) -> list[Any]:
    return arrange.tables(carried.field(entity, field).get("options", ()))


def _set_options(carried: Carried, entity: str, field: str, options: list[Any]) -> None:
    carried.source = edits.change_field(carried.source, entity, field, options=options)


def _put_option(carried: Carried, one: op.PutOption) -> None:
    known = _options(carried, one.entity, one.field)
    table = keyed(one.option, [str(each.get("key")) for each in known])
    _set_options(carried, one.entity, one.field, arrange.put(known, table, one.at))


def _move_option(carried: Carried, one: op.MoveOption) -> None:
    known = _options(carried, one.entity, one.field)
    _set_options(carried, one.entity, one.field, arrange.move(known, one.option, one.at, "option"))


def _drop_option(carried: Carried, one: op.DropOption) -> None:
    known = _options(carried, one.entity, one.field)
    _set_options(carried, one.entity, one.field, arrange.take_out(known, one.option, "option"))
    carried.moves.append(Move("option", one.entity, one.field, one.option, one.to))


# --- looks, the company, roles


def _put_view(carried: Carried, one: op.PutView) -> None:
    known = arrange.tables(carried.table(one.entity).get("view", ()))
    table = keyed(one.view, [str(each.get("key")) for each in known])
    carried.edit_list(one.entity, "view", lambda listed: arrange.put(listed, table, one.at))


def _drop_view(carried: Carried, one: op.DropView) -> None:
    carried.edit_list(one.entity, "view", lambda listed: arrange.take_out(listed, one.view, "view"))
    carried.source = forget_views(carried.source)


def _put_home(carried: Carried, one: op.PutHome) -> None:
    if not one.role:
        carried.source = replace(carried.source, home=one.home or {})
        return
    found = next((part.table for part in carried.source.roles if part.table.get("key") == one.role), None)
    if found is None:
        known = ", ".join(str(part.table.get("key")) for part in carried.source.roles)
        raise SettingNotAllowed(setting="role", value=one.role[:60], allowed=known)
    bare = {name: told for name, told in found.items() if name != "home"}
    carried.source = edits.put_role(carried.source, {**bare, "home": one.home} if one.home else bare)


def _put_module(carried: Carried, one: op.PutModule) -> None:
    off = [str(each) for each in carried.source.settings.get("modules_off", ()) if each != one.module]
    carried.source = edits.change_settings(carried.source, modules_off=[*off, one.module] if one.off else off)


def _put_role(carried: Carried, one: op.PutRole) -> None:
    table = keyed(one.role, [str(part.table.get("key")) for part in carried.source.roles])
    carried.source = edits.put_role(carried.source, table)


def _source(edited: Callable[[Source, Any], Source]) -> Callable[[Carried, Any], None]:
    def carry_one(carried: Carried, one: Any) -> None:
        carried.source = edited(carried.source, one)

    return carry_one


CARRY: Mapping[type, Callable[[Carried, Any], None]] = {
    op.AddEntity: _add_entity,
    op.AddDictionary: _add_dictionary,
    op.ChangeEntity: _change_entity,
    op.HideEntity: _source(lambda source, one: edits.hide_entity(source, one.entity)),
    op.ShowEntity: _source(lambda source, one: edits.show_entity(source, one.entity)),
    op.DropEntity: _drop_entity,
    op.AddField: _add_field,
    op.ChangeField: _change_field,
    op.RetypeField: _retype_field,
    op.HideField: _source(lambda source, one: edits.hide_field(source, one.entity, one.field)),
    op.ShowField: _source(lambda source, one: edits.show_field(source, one.entity, one.field)),
    op.DropField: _drop_field,
    op.MoveField: _move_field,
    op.AddLink: _add_link,
    op.AddLines: _add_lines,
    op.AddManyToMany: _add_many_to_many,
    op.PutTrait: _put_trait,
    op.DropTrait: _drop_trait,
    op.PutPipeline: _put_pipeline,
    op.DropPipeline: _drop_pipeline,
    op.PutStage: _put_stage,
    op.MoveStage: _move_stage,
    op.DropStage: _drop_stage,
    op.PutOption: _put_option,
    op.MoveOption: _move_option,
    op.DropOption: _drop_option,
    op.PutView: _put_view,
    op.DropView: _drop_view,
    op.PutForm: _source(lambda source, one: edits.change_entity(source, one.entity, form=one.form)),
    op.PutMenu: _source(lambda source, one: edits.put_menu(source, one.menu)),
    op.PutHome: _put_home,
    op.PutSettings: _source(lambda source, one: edits.set_settings(source, one.set)),
    op.PutModule: _put_module,
    op.PutRole: _put_role,
    op.DropRole: _source(lambda source, one: forget_role(edits.drop_role(source, one.role), one.role)),
}
