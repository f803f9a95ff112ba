"""Second pass of resolve: formulas, look-ups and roll-ups get their trees, and with them the type of what they give.

A formula may use another, so they are settled in the order of their needs: each names the first field on its paths
that is not settled yet and waits for it.  What still waits at the end waits in a circle, which is told by its path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from svyaz.expression.parse import parse
from svyaz.expression.tree import INTEGER, YES_NO, Call, Constant, Node, Path, Type
from svyaz.fields.computed import COMPUTED, shown_as
from svyaz.fields.registry import TYPES
from svyaz.kernel.money import exponent
from svyaz.kernel.problem import Problem
from svyaz.schema.entities import Draft
from svyaz.schema.formulas import PASSING, Bench, functions, paths
from svyaz.schema.problems import EntityUnknown, FieldUnknown
from svyaz.schema.scope import EntityScope, find, walk
from svyaz.schema.snapshot import Computation, Entity, Field

MEASURED = ("sum", "avg", "median")
ORDERED = ("min", "max")
HELD = ("required", "unique")
LETTERS = {"number": "n", "text": "t", "choice": "c", "yes_no": "b", "date": "d", "datetime": "i", "link": "l"}


class FormulaLoop(Problem):
    """Each of these fields is computed from the next, and the last from the first."""

    code = "formula_loop"  # facts: path


class FormulaOfSeveral(Problem):
    """It would give several values: a roll-up or count() makes one of them."""

    code = "formula_of_several"  # facts: field


class FormulaOfNothing(Problem):
    """It always gives nothing, so nobody can tell of what type."""

    code = "formula_of_nothing"  # facts: field


class FormulaOfReader(Problem):
    """A value that is kept is the same for everybody: it may not speak of who reads."""

    code = "formula_of_reader"  # facts: field


class RollupLinkUnclear(Problem):
    """The child points here by several fields, or by none: say by which.  facts: entity, links"""

    code = "rollup_link_unclear"  # facts: entity, links


class RollupImpossible(Problem):
    """A sum of texts, the least of links.  facts: function, field"""

    code = "rollup_impossible"  # facts: function, field


class ComputedHeld(Problem):
    """A computed field is not required, not unique and has no default.  facts: field, setting"""

    code = "computed_held"  # facts: field, setting


Place = tuple[str, str]


@dataclass(slots=True)
class Settling:
    drafts: Mapping[str, Draft]
    bare: dict[str, Entity]
    waiting: dict[Place, Field]
    currency: str
    problems: list[Problem]

    def bench(self, entity: str) -> Bench:
        broken = frozenset(key for one in self.drafts.values() for key in one.broken)
        return Bench(EntityScope(self.bare, entity), broken, self.problems)


def settle_computed(drafts: Mapping[str, Draft], currency: str, problems: list[Problem]) -> None:
    """Give every computed field its tree, its result and its column; problems are told, such fields are broken."""
    waiting = {
        (key, one.key): one
        for key, made in drafts.items()
        for one in made.entity.fields
        if one.type in COMPUTED and one.key not in made.broken
    }
    if not waiting:
        return
    bare = {key: made.entity for key, made in drafts.items()}
    settling = Settling(drafts, bare, waiting, currency, problems)
    behind: dict[Place, list[Place]] = {}
    ready = list(waiting)
    while ready:
        place = ready.pop()
        if place not in waiting:
            continue
        blocker = next((one for one in _needs(settling, place) if one in waiting and one != place), None)
        own = next((one for one in _needs(settling, place) if one == place), None)
        if own is not None:
            continue
        if blocker is not None:
            behind.setdefault(blocker, []).append(place)
            continue
        _settle(settling, place)
        ready += behind.pop(place, [])
    _tell_loops(settling)


def _settle(settling: Settling, place: Place) -> None:
    entity, key = place
    made, field = settling.drafts[entity], settling.waiting.pop(place)
    reading = made.readings[key]
    before = len(settling.problems)
    for setting in (*HELD, "default"):
        if reading.table.get(setting):
            settling.problems.append(ComputedHeld(reading.place, field=key, setting=setting))
    known = _computation(settling, entity, field, reading.place)
    if known is None:
        made.broken.add(key)
    else:
        computation, kind, shown = known
        choices = _choices(settling, computation.entity or entity, computation.node, kind)
        result = _result(settling, kind, shown, choices)
        options = {**field.options, "result": result, "volatile": computation.volatile}
        column = f"{key}__{LETTERS[kind.kind]}{kind.scale or ''}{'m' if shown == 'money' else ''}"
        _put(settling, entity, replace(field, options=options, column=column, computed=computation))
    if len(settling.problems) > before:
        made.broken.add(key)


def _put(settling: Settling, entity: str, field: Field) -> None:
    made = settling.drafts[entity]
    fields = tuple(field if one.key == field.key else one for one in made.entity.fields)
    made.entity = replace(
        made.entity,
        fields=fields,
        by_key={one.key: one for one in reversed(fields)},
        by_number={one.number: one for one in fields},
    )
    settling.bare[entity] = made.entity


# --- what a field needs first


def _needs(settling: Settling, place: Place) -> Iterator[Place]:
    """Computed fields that must be settled before this one can be, as far as they can be seen now."""
    entity = place[0]
    field = settling.waiting[place]
    options = field.options
    if field.type == "lookup":
        yield from _over(settling, entity, tuple(options["path"].split(".")))
        return
    if field.type == "formula":
        yield from _of_text(settling, entity, options["formula"])
        return
    child = options["entity"]
    if child in settling.bare:
        for text in (options["value"], options["where"], options["order"]):
            yield from _of_text(settling, child, text)


def _of_text(settling: Settling, entity: str, text: str) -> Iterator[Place]:
    if not text:
        return
    try:
        tree = parse(text[:4000])
    except Problem:
        return  # told when it is settled
    for path in paths(tree):
        yield from _over(settling, entity, path.keys)


def _over(settling: Settling, entity: str, keys: tuple[str, ...]) -> Iterator[Place]:
    """Computed fields on a path; beyond one that is not settled nobody can look yet."""
    here: list[Entity] = [settling.bare[entity]]
    for key in keys:
        beyond: list[Entity] = []
        for one in here:
            field = find(one, key)
            if field is None:
                continue
            if field.type in COMPUTED:
                yield (one.key, field.key)
                if (one.key, field.key) in settling.waiting:
                    return
            targets = field.targets
            if field.type == "any_link" and not targets:
                targets = tuple(settling.bare)
            beyond += [settling.bare[target] for target in targets if target in settling.bare]
        here = beyond


def _tell_loops(settling: Settling) -> None:
    """What still waits, waits in circles, or for such as do: each circle is told once."""
    told: set[Place] = set()
    for start in settling.waiting:
        path: list[Place] = []
        here: Place | None = start
        while here is not None and here not in path and here not in told:
            path.append(here)
            here = next((one for one in _needs(settling, here) if one in settling.waiting), None)
        if here is not None and here in path:
            loop = [*path[path.index(here) :], here]
            made = settling.drafts[here[0]]
            words = " → ".join(f"{entity}.{key}" for entity, key in loop)
            settling.problems.append(FormulaLoop(made.readings[here[1]].place, path=words))
        told.update(path)
    for entity, key in settling.waiting:
        settling.drafts[entity].broken.add(key)


# --- one field


def _computation(settling: Settling, entity: str, field: Field, place: str) -> tuple[Computation, Type, str] | None:
    if field.type == "rollup":
        return _rollup(settling, entity, field, place)
    text = field.options["formula" if field.type == "formula" else "path"]
    node = settling.bench(entity).typed(text, place, None)
    if node is None or not _fits(settling, field, node, place):
        return None
    node, shown = _shown(settling, entity, field.options.get("shows", ""), node)
    volatile = _volatile(settling, entity, node)
    return Computation(node, volatile=volatile), node.type, shown


def _fits(settling: Settling, field: Field, node: Node, place: str) -> bool:
    if node.type.many:
        settling.problems.append(FormulaOfSeveral(place, field=field.key))
    elif node.type.kind not in LETTERS or (node.type.kind == "link" and not node.type.to):
        settling.problems.append(FormulaOfNothing(place, field=field.key))
    elif "me" in functions(node):
        settling.problems.append(FormulaOfReader(place, field=field.key))
    else:
        return True
    return False


def _rollup(settling: Settling, entity: str, field: Field, place: str) -> tuple[Computation, Type, str] | None:
    options, problems = field.options, settling.problems
    child = settling.bare.get(options["entity"])
    if child is None:
        problems.append(EntityUnknown(place, entity=options["entity"]))
        return None
    links = [one.key for one in child.fields if not one.system and one.type not in COMPUTED and _points(one, entity)]
    if options["by"] and options["by"] not in links:
        problems.append(FieldUnknown(place, field=options["by"], entity=child.key))
        return None
    if not options["by"] and len(links) != 1:
        problems.append(RollupLinkUnclear(place, entity=child.key, links=", ".join(links) or "—"))
        return None
    bench, function = settling.bench(child.key), options["function"]
    node = bench.typed(options["value"], f"{place}: value", None) if options["value"] else None
    where = bench.typed(options["where"], f"{place}: where", YES_NO) if options["where"] else None
    if (options["value"] and node is None) or (options["where"] and where is None):
        return None
    order = tuple(options["order"].split(".")) if options["order"] else ()
    walked = walk(settling.bare, child, order) if order else ()
    if walked is None or any(TYPES[one.type].expression_type(one.options).many for one in walked):
        problems.append(FieldUnknown(place, field=options["order"], entity=child.key))
        return None
    if node is not None and not _fits(settling, field, node, place):
        return None
    if where is not None and not _fits(settling, field, where, place):
        return None
    allowed = ("number",) if function in MEASURED else ("number", "date", "datetime") if function in ORDERED else ()
    if function != "count" and (node is None or (allowed and node.type.kind not in allowed)):
        problems.append(RollupImpossible(place, function=function, field=options["value"] or child.key))
        return None
    shown = options["shows"]
    kind = INTEGER
    if function != "count":
        assert node is not None
        node, shown = _shown(settling, child.key, shown, node)
        kind = node.type
        if function in ("avg", "median") and shown not in ("money", "duration"):
            kind = replace(kind, scale=min(6, max(2, kind.scale)))
    volatile = any(_volatile(settling, child.key, one) for one in (node, where) if one is not None)
    volatile = volatile or bool(order and _volatile(settling, child.key, Path(order)))
    return Computation(node, function, child.key, options["by"] or links[0], where, order, volatile), kind, shown


def _points(one: Field, entity: str) -> bool:
    return entity in one.targets or (one.type == "any_link" and not one.targets)


def _shown(settling: Settling, entity: str, wanted: str, node: Node) -> tuple[Node, str]:
    """How a number is shown: as said, else as the field at the end of a plain path is."""
    if node.type.kind != "number":
        return node, ""
    if not wanted and isinstance(node, Path):
        walked = walk(settling.bare, settling.bare[entity], node.keys)
        last = shown_as(walked[-1].type, walked[-1].options)[0] if walked else ""
        wanted = last if last in ("money", "percent", "duration") else ""
    most = {"money": exponent(settling.currency), "duration": 0}.get(wanted)  # digits after the point
    if most is not None and node.type.scale > most:
        node = Call("round", (node, Constant(most, INTEGER)), Type("number", scale=most))
    return node, wanted


def _volatile(settling: Settling, entity: str, node: Node) -> bool:
    if functions(node) & (set(PASSING) - {"me"}):
        return True
    for path in paths(node):
        for owner, key in _over(settling, entity, path.keys):
            computed = settling.bare[owner].by_key[key].computed
            if computed is not None and computed.volatile:
                return True
    return False


def _choices(settling: Settling, entity: str, node: Node | None, kind: Type) -> list[Any]:
    """The options of a choice, from the first field on the formula's paths that has them all."""
    for path in paths(node) if node is not None and kind.kind == "choice" else ():
        walked = walk(settling.bare, settling.bare[entity], path.keys)
        options = shown_as(walked[-1].type, walked[-1].options)[1].get("options", ()) if walked else ()
        if set(kind.options) <= {one["key"] for one in options}:
            return [dict(one) for one in options]
    return [{"key": one, "title": {"ru": one, "en": ""}, "hue": 250, "archived": False} for one in kind.options]


def _result(settling: Settling, kind: Type, shown: str, choices: list[Any]) -> dict[str, Any]:
    """The plain type that keeps and shows it."""
    if kind.kind == "choice":
        return {"type": "choice", "options": {"options": choices}}
    written: dict[str, Any] = {}
    name: str = kind.kind if kind.kind in ("yes_no", "date", "datetime", "link", "text") else "text"
    if kind.kind == "number":
        name = shown or ("decimal" if kind.scale else "integer")
        written = {} if name in ("money", "integer", "duration") else {"scale": kind.scale}
    elif kind.kind == "link":
        name, written = "link", {"to": list(kind.to)}
    options, _ = TYPES[name].check_options(written, "")
    return {"type": name, "options": {**options, **({"base": settling.currency} if name == "money" else {})}}


def local_formula(field: Field) -> Node | None:
    """The tree of a formula or a look-up; None for a roll-up and for a field people fill."""
    computed = field.computed
    return computed.node if computed is not None and not computed.function else None


def inlined(entity: Entity, node: Node) -> Node:
    """A formula in which other formulas of the same record stand written out, for who has no kept value of them."""
    if isinstance(node, Path) and len(node.keys) == 1 and node.keys[0] in entity.by_key:
        written = local_formula(entity.by_key[node.keys[0]])
        return node if written is None else inlined(entity, written)
    if isinstance(node, Call):
        return replace(node, arguments=tuple(inlined(entity, one) for one in node.arguments))
    return node


def unread(entity: Entity, nodes: Sequence[Node]) -> str:
    """The first computed field that a formula needs kept, or "": roll-ups are known only after the record is."""
    for node in nodes:
        for path in paths(node):
            one = entity.by_key.get(path.keys[0])
            if one is not None and one.computed is not None:
                return ".".join(path.keys)
    return ""
