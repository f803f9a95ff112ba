"""Who speaks of a field: views, cards, formulas, labels, rights…  For the words of a plan, and to tidy up after a drop.

A path counts for every field on its way: `counterparty.sector` in a list of orders uses `order.counterparty`
and `counterparty.sector`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO, Node
from svyaz.kernel.problem import Problem
from svyaz.schema.formulas import paths
from svyaz.schema.scope import EntityScope, walk_entities
from svyaz.schema.snapshot import Block, CardBlock, Entity, Field, Snapshot
from svyaz.schema.view_kinds import KINDS

Place = tuple[str, str]  # entity, field


@dataclass(frozen=True, slots=True)
class Use:
    """kind    view, form, formula, label, default, check, role, pipeline, duplicates, home
    entity  whose it is;  key: of the view, the field, the stage, the role;  path: as it is written there
    """

    kind: str
    entity: str
    key: str
    path: str = ""


def uses_of(snapshot: Snapshot, entity: str, field: str) -> list[Use]:
    """Everything in the configuration that speaks of the field, but for itself."""
    found = [use for place, use in every_use(snapshot) if place == (entity, field)]
    return list(dict.fromkeys(use for use in found if (use.entity, use.key) != (entity, field) or use.kind == "role"))


def every_use(snapshot: Snapshot) -> Iterator[tuple[Place, Use]]:
    for entity in snapshot.entities.values():
        yield from _of_entity(snapshot, entity)
    for home in (snapshot.home, *(role.home for role in snapshot.roles.values())):
        for block in home.blocks if home is not None else ():
            yield from _of_block(snapshot, block)
    for role in snapshot.roles.values():
        for grant in role.grants.values():
            for key in grant.fields:
                yield (grant.entity, key), Use("role", grant.entity, role.key, key)
            for rule in (grant.rule, *grant.rules.values()):
                if rule is not None:
                    yield from _of_node(snapshot, grant.entity, rule, Use("role", grant.entity, role.key))


def _of_block(snapshot: Snapshot, block: Block) -> Iterator[tuple[Place, Use]]:
    if block.entity not in snapshot.entities:
        return
    use = Use("home", block.entity, block.key)
    named = [*block.columns, *(one.removeprefix("-") for one in block.sort), block.date]
    for path in [*named, block.group.partition(":")[0], block.measure.partition(":")[2]]:
        yield from _of_path(snapshot, block.entity, path, use)
    if block.filter:
        yield from _of_text(snapshot, block.entity, block.filter, use)


def _of_entity(snapshot: Snapshot, entity: Entity) -> Iterator[tuple[Place, Use]]:
    key = entity.key
    yield from _of_node(snapshot, key, entity.label, Use("label", key, ""))
    for one in entity.fields:
        yield from _of_field(snapshot, key, one)
    for pipeline in entity.pipelines:
        for stage in pipeline.stages:
            for needed in stage.requires:
                yield (key, needed), Use("pipeline", key, stage.key, needed)
    for one_of_them in entity.duplicates:
        yield (key, one_of_them), Use("duplicates", key, "", one_of_them)
    for view in entity.views:
        use = Use("view", key, view.key)
        grouped = view.group.partition(":")[0]
        named = [*view.columns, *(one.removeprefix("-") for one in view.sort), grouped, view.total]
        named += [told for name, told in view.options.items() if not KINDS[view.kind][name].allowed]
        for path in named:
            yield from _of_path(snapshot, key, path, use)
        if view.filter:
            yield from _of_text(snapshot, key, view.filter, use)
    form = Use("form", key, "")
    for path in entity.form.quick:
        yield from _of_path(snapshot, key, path, form)
    for variant in entity.form.variants:
        if variant.by:
            yield from _of_path(snapshot, key, variant.by, form)
    for tab in entity.form.all_tabs:
        for section in tab.sections:
            for path in section.fields:
                yield from _of_path(snapshot, key, path, form)
            if section.block is not None:
                yield from _of_card_block(snapshot, key, section.block, form)
        for details in tab.details:
            for path in (details.by, *details.columns, *(one.removeprefix("-") for one in details.sort)):
                yield from _of_path(snapshot, details.entity, path, form)
            if details.filter:
                yield from _of_text(snapshot, details.entity, details.filter, form)
    for conditions in entity.form.conditions.values():
        for node in (conditions.visible, conditions.required, conditions.read_only):
            if node is not None:
                yield from _of_node(snapshot, key, node, form)
    for node in entity.form.pressed_if.values():
        yield from _of_node(snapshot, key, node, form)


def _of_card_block(snapshot: Snapshot, key: str, block: CardBlock, use: Use) -> Iterator[tuple[Place, Use]]:
    for path in filter(None, (block.by, block.value, block.group.partition(":")[0])):
        yield from _of_path(snapshot, block.entity, path, use)
    if block.filter:
        yield from _of_text(snapshot, block.entity, block.filter, use)
    for button in block.buttons:
        for field, node in button.values.items():
            yield from _of_path(snapshot, key, field, use)
            yield from _of_node(snapshot, key, node, use)
        if button.by:
            yield from _of_path(snapshot, button.entity, button.by, use)
        if button.filter:
            yield from _of_text(snapshot, button.entity, button.filter, use)


def _of_field(snapshot: Snapshot, entity: str, one: Field) -> Iterator[tuple[Place, Use]]:
    for kind, node in (("default", one.default), ("check", one.check)):
        if node is not None:
            yield from _of_node(snapshot, entity, node, Use(kind, entity, one.key))
    computed = one.computed
    if computed is None:
        return
    use, over = Use("formula", entity, one.key), computed.entity or entity
    for node in (computed.node, computed.where):
        if node is not None:
            yield from _of_node(snapshot, over, node, use)
    for path in (computed.by, ".".join(computed.order)):
        yield from _of_path(snapshot, over, path, use)


def _of_text(snapshot: Snapshot, entity: str, text: str, use: Use) -> Iterator[tuple[Place, Use]]:
    try:
        node = formula(text, EntityScope(snapshot.entities, entity), YES_NO)
    except Problem:
        return  # resolve has told it
    yield from _of_node(snapshot, entity, node, use)


def _of_node(snapshot: Snapshot, entity: str, node: Node, use: Use) -> Iterator[tuple[Place, Use]]:
    for path in paths(node):
        yield from _of_path(snapshot, entity, ".".join(path.keys), use)


def _of_path(snapshot: Snapshot, entity: str, path: str, use: Use) -> Iterator[tuple[Place, Use]]:
    if not path:
        return
    for owner, key in walk_entities(snapshot.entities, snapshot.entities[entity], tuple(path.split("."))):
        yield (owner, key), Use(use.kind, use.entity, use.key, path)


__all__ = ["Place", "Use", "every_use", "uses_of"]
