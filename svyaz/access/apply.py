"""Turn the rules of access into conditions of a query, so the database never returns a forbidden row.

A role grants each verb of an entity a scope (own, taking_part, department, department_below, subordinates, all)
and may add a record rule, a formula over the record, for all verbs or for one, and rights of stages
(narrowing.py).  Scope and these become one condition, joined by AND.  A role has its parent's grants besides.

Nothing is filtered in Python: a page of 50 has 50 rows, and totals, reports, search and
export obey the same conditions as lists.

Decision, first match wins:
    1. actor `system`                      -> no condition
    2. no role grants `see`                -> NotFound, the same as for an entity that does not exist
    3. no role grants the verb             -> Denied, before any SQL
    4. a role grants scope `all`, no rule  -> no condition
    5. otherwise                           -> OR over roles of (scope AND rule)

What may be changed, deleted, exported or looked into must first be seen: the condition of `see`
is joined to that of every other verb, except `add` — a new record is not there to be seen yet,
and one may hand a lead to a department one does not look into.

Entities of kind "line" live inside a card and have no rights of their own: a line may be seen where
its card may be seen, and changed, added or deleted where its card may be changed.  Comments and
activities are seen where the record they are about is seen; an activity also by its responsible and author.

Who stands in for an absent colleague has besides, while that lasts, what the roles of the absent grant to the absent
(not the abilities): the same conditions, with the reach of the absent in place of one's own.

A record shared with the actor is seen, exported and looked into as if it lay in his scope, and changed where it is
shared to be changed: one more branch of the OR, there only while something of the entity is shared with him.

The tables of cases in tests/access/test_apply.py are the specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from svyaz.access.actor import Actor, Standing
from svyaz.access.denials import BY_VERB
from svyaz.access.explain import who_may
from svyaz.access.narrowing import enters, narrowed
from svyaz.access.paths import typed_path, within
from svyaz.expression.tree import (
    ALWAYS,
    INTEGER,
    NEVER,
    SHARED,
    TEXT,
    YES_NO,
    Call,
    Constant,
    Node,
    Path,
    Reach,
    Type,
    any_of,
    both,
)
from svyaz.kernel.problem import NotFound
from svyaz.schema.snapshot import Entity, Grant, Snapshot

TAKING_PART = ("co_executors", "auditors", "participants", "requester")
EMPLOYEE = Type("link", to=("employee",))
ME = Call("me", (), EMPLOYEE)
AUTHOR = Path(("created_by",), EMPLOYEE)
OF_LINE = {"add": "change", "delete": "change"}  # the other verbs are the card's own


def condition(snapshot: Snapshot, actor: Actor, entity: str, verb: str) -> Node | None:
    """What a record of `entity` must satisfy for `actor` to do `verb` with it; None: any record.

    Raises NotFound when the entity is absent or not seen at all, Denied when it is seen but `verb`
    is granted by none of the actor's roles.
    """
    shape = read_entity(snapshot, actor, entity)
    node = _verb_condition(snapshot, actor, shape, verb)
    if node is None:
        raise BY_VERB[verb](entity=shape.title.say(actor.language), who_may=who_may(snapshot, shape, verb, actor))
    if verb not in ("see", "add"):
        node = both(_verb_condition(snapshot, actor, shape, "see"), node) or ALWAYS
    return None if node == ALWAYS else node


def read_entity(snapshot: Snapshot, actor: Actor, entity: str) -> Entity:
    """The entity, if the actor sees any of it; NotFound otherwise, in the same words for both reasons."""
    shape = snapshot.entities.get(entity)
    if shape is None or _verb_condition(snapshot, actor, shape, "see") is None:
        raise NotFound(entity=entity)
    return shape


def require(snapshot: Snapshot, actor: Actor, entity: str, verb: str) -> Entity:
    """The entity, if the actor may `verb` some of its records.  Raises like `condition`."""
    condition(snapshot, actor, entity, verb)
    return snapshot.entities[entity]


def far_conditions(snapshot: Snapshot, actor: Actor, entities: Iterable[str]) -> dict[str, Node]:
    """entity -> what its records must satisfy to be read through a link; an entity seen whole is left out.

    An entity not seen at all is NEVER: its records read as empty, their links as «скрыто».
    Comments and activities are read through a link only by their authors and responsible: what they are about
    may lead to a comment again, and a rule that leads back to itself has no end in SQL.
    """
    far: dict[str, Node] = {}
    for key in entities:
        shape = snapshot.entities.get(key)
        node = NEVER if shape is None else _verb_condition(snapshot, actor, shape, "see", far=True)
        if node != ALWAYS:
            far[key] = NEVER if node is None else node
    return far


def far_of(snapshot: Snapshot, actor: Actor) -> Mapping[str, Node]:
    """far_conditions of every entity; made once for a configuration and a set of roles."""
    return _far_of(snapshot.digest, actor.standing, Carried(snapshot, actor))


class Carried:
    """Brings the snapshot and the actor to a cached function without being part of its key: (digest, standing) is."""

    def __init__(self, snapshot: Snapshot, actor: Actor) -> None:
        self.snapshot = snapshot
        self.actor = actor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Carried)

    def __hash__(self) -> int:
        return 0

    def hand_over(self) -> tuple[Snapshot, Actor]:
        """Once: what stays in the cache as a key must not keep a configuration alive."""
        snapshot, actor = self.snapshot, self.actor
        del self.snapshot, self.actor
        return snapshot, actor


@lru_cache(maxsize=1024)
def _far_of(digest: str, standing: Standing, carried: Carried) -> Mapping[str, Node]:
    snapshot, actor = carried.hand_over()
    return MappingProxyType(far_conditions(snapshot, actor, snapshot.entities))


def may(snapshot: Snapshot, actor: Actor, entity: str, verb: str) -> bool:
    """Whether the verb is granted at all, on some records."""
    shape = snapshot.entities.get(entity)
    if shape is None or _verb_condition(snapshot, actor, shape, "see") is None:
        return False
    return _verb_condition(snapshot, actor, shape, verb) is not None


def beyond_seeing(snapshot: Snapshot, actor: Actor, entity: str, verb: str) -> Node | None:
    """What a record that the actor has seen must satisfy besides for `verb`: ALWAYS: nothing; None: it is not granted."""
    shape = read_entity(snapshot, actor, entity)
    node = _verb_condition(snapshot, actor, shape, verb)
    return ALWAYS if node == _verb_condition(snapshot, actor, shape, "see") else node


def granted(snapshot: Snapshot, actor: Actor, entity: str, verb: str) -> Node | None:
    """What the verb alone asks of a record, whether or not it is seen; ALWAYS: nothing; None: it is not granted."""
    return _verb_condition(snapshot, actor, snapshot.entities[entity], verb)


def scope_node(shape: Entity, actor: Actor, scope: str) -> Node:
    """What a record must be to lie in a scope of the actor."""
    return _scope(shape, actor, scope)


def whose(shape: Entity) -> Path:
    """The field by which own, department and the rest are reckoned."""
    return _owner(shape)


def may_enter(snapshot: Snapshot, actor: Actor, shape: Entity, stage: str) -> bool:
    """Whether a record that may be changed may be moved to the stage; of a new one the condition of `add` asks."""
    if actor.is_system or shape.kind == "line":
        return True
    said = [*grants(snapshot, actor, shape.key), *(one for _, one in stood_grants(snapshot, actor, shape.key))]
    return any(enters(one, stage) for one in said if "change" in one.verbs)


def who_may_enter(snapshot: Snapshot, actor: Actor, shape: Entity, stage: str) -> str:
    """Titles of the roles that let move a record there; "—" when none."""
    told = [
        role.title.say(actor.language)
        for role in snapshot.roles.values()
        if any("change" in one.verbs and enters(one, stage) for one in snapshot.granted_by(role.key, shape.key))
    ]
    return ", ".join(told) or "—"


def grants(snapshot: Snapshot, actor: Actor, entity: str) -> list[Grant]:
    """What the actor's roles say about the entity, in the order of roles."""
    roles = (snapshot.roles[key] for key in actor.roles if key in snapshot.roles)
    return [role.grants[entity] for role in roles if entity in role.grants]


def _verb_condition(snapshot: Snapshot, actor: Actor, shape: Entity, verb: str, far: bool = False) -> Node | None:
    """ALWAYS: any record; None: the verb is not granted.  far: of a record at the end of a link."""
    if actor.is_system or (verb == "bulk" and _does_all_in_bulk(snapshot, actor)):
        return ALWAYS
    return _granted_to(snapshot.digest, actor.standing, shape.key, verb, far, Carried(snapshot, actor))


def _does_all_in_bulk(snapshot: Snapshot, actor: Actor) -> bool:
    """The ability «массовые действия»: with every object, whatever he may change or delete of it."""
    return any("bulk" in snapshot.roles[key].abilities for key in actor.roles if key in snapshot.roles)


@lru_cache(maxsize=8192)
def _granted_to(digest: str, standing: Standing, entity: str, verb: str, far: bool, carried: Carried) -> Node | None:
    """Made once for a configuration and a set of roles: every request asks for a dozen of them."""
    snapshot, actor = carried.hand_over()
    shape = snapshot.entities[entity]
    if shape.hidden:
        return None
    if shape.kind == "line" and shape.parent:
        return _of_line(snapshot, actor, shape, verb)
    granted = [
        _granted(shape, actor, grant, verb, far) for grant in grants(snapshot, actor, shape.key) if verb in grant.verbs
    ]
    granted += [
        _granted(shape, actor, grant, verb, far, role)
        for role, grant in stood_grants(snapshot, actor, shape.key)
        if verb in grant.verbs
    ]
    if granted and (shared := _shared(actor, entity, verb)) is not None:
        granted.append(shared)
    return any_of(tuple(granted)) if granted else None


def _shared(actor: Actor, entity: str, verb: str) -> Node | None:
    """A record opened to the actor is in his reach, whatever the scope and the rule; None: nothing of the entity is."""
    opened = dict(actor.shares)
    if entity not in opened or verb not in ("see", "export", "history", "change"):
        return None
    if verb == "change" and not opened[entity]:
        return None
    return Reach(SHARED[verb == "change"], Path(("id",), INTEGER))


def stood_grants(snapshot: Snapshot, actor: Actor, entity: str) -> list[tuple[str, Grant]]:
    """What the roles of those whom the actor stands in for say about the entity, each with its role."""
    roles = (snapshot.roles[key] for key in actor.stood_roles if key in snapshot.roles)
    return [(role.key, role.grants[entity]) for role in roles if entity in role.grants]


def _granted(shape: Entity, actor: Actor, grant: Grant, verb: str, far: bool, stood: str = "") -> Node:
    """stood: the role of the absent by which it is granted, "" when by a role of one's own."""
    scope = grant.verbs[verb]
    reached = _stood_scope(shape, stood, scope) if stood else _scope(shape, actor, scope)
    node = both(reached, narrowed(shape, grant, verb))
    if verb != "add":
        node = both(node, _about_is_seen(shape, actor, far))
    return node or ALWAYS


def _scope(shape: Entity, actor: Actor, scope: str) -> Node:
    if scope == "all":
        return ALWAYS
    if actor.employee is None:
        return NEVER  # `responsible = me()` of nobody would match every record without a responsible
    owner = _owner(shape)
    mine = Call("=", (owner, ME), YES_NO)
    if scope == "own":
        return mine
    if scope == "taking_part":
        others = tuple(Call("=", (path, ME), YES_NO) for path in _taking_part(shape))
        groups = _groups(shape) if actor.groups else None
        return any_of((mine, *others, *((Reach("group", groups),) if groups else ())))
    return any_of((mine, Reach(scope, owner)))


def _stood_scope(shape: Entity, role: str, scope: str) -> Node:
    """As `_scope` is for the absent: sv_reach has his reach among the rows of who stands in, by his roles."""
    if scope == "all":
        return ALWAYS
    owner = _owner(shape)
    if scope == "own":
        return Reach(f"for:{role}:own", owner)
    if scope == "taking_part":
        groups = _groups(shape)
        people = tuple(Reach(f"for:{role}:own", path) for path in (owner, *_taking_part(shape)))
        return any_of((*people, *((Reach(f"for:{role}:group", groups),) if groups else ())))
    return Reach(f"for:{role}:{scope}", owner)


def _taking_part(shape: Entity) -> list[Path]:
    found = (shape.by_role(role) for role in TAKING_PART)
    return [typed_path(one) for one in found if one and not one.hidden]


def _groups(shape: Entity) -> Path | None:
    """Groups of people that take part in the record."""
    field = shape.by_role("groups")
    return typed_path(field) if field is not None and not field.hidden else None


def _owner(shape: Entity) -> Path:
    """Whose a record is: its responsible; of an employee's card, that employee; else whoever created it."""
    if shape.key == "employee":
        return Path(("id",), EMPLOYEE)
    responsible = shape.by_role("responsible")
    if responsible is not None and not responsible.hidden:
        return typed_path(responsible)
    return AUTHOR


def _about_is_seen(shape: Entity, actor: Actor, far: bool) -> Node | None:
    """A hidden far record reads as empty, so its label is not empty only for those who may see it."""
    about = shape.by_role("about") if "comment" in shape.traits or "activity" in shape.traits else None
    if about is None or about.hidden:
        return None
    seen: tuple[Node, ...] = ()
    if not far:
        seen = (Call("<>", (Path((about.key, "label"), TEXT), Constant(None, TEXT)), YES_NO),)
    if actor.employee is None:
        return any_of(seen)
    authored = Call("=", (AUTHOR, ME), YES_NO)
    if "comment" in shape.traits:
        return any_of((authored,) if far else seen)
    link = typed_path(about)
    free = Call("=", (link, Constant(None, link.type)), YES_NO)
    return any_of((Call("=", (_owner(shape), ME), YES_NO), authored, free, *seen))


def _of_line(snapshot: Snapshot, actor: Actor, shape: Entity, verb: str) -> Node | None:
    link = shape.by_key[shape.parent]
    card = snapshot.entities.get(link.targets[0]) if link.targets else None
    if card is None:
        return None
    node = _verb_condition(snapshot, actor, card, OF_LINE.get(verb, verb))
    return None if node is None else within(link.key, node)
