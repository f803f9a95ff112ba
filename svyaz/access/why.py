"""Why a person may do something with a record or may not, and what would change it: «Почему?».

The verdict is what `apply.condition` answers about the record: there is no second reckoning of rights.  Each of the
person's roles is then asked alone, so that the words name the role, the scope, the rule as its author wrote it and
the place in the record that decided; other roles and wider scopes are tried in the same way.

Nothing is told of the record but its number, the department of whoever answers for it and which of its fields
name people: never a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.apply import TAKING_PART, far_of, granted, scope_node, whose
from svyaz.access.explain import explain_grants
from svyaz.access.narrowing import narrowed
from svyaz.expression.ground import Ground
from svyaz.expression.say import show_titles, to_text
from svyaz.expression.tree import ALWAYS, INTEGER, NEVER, YES_NO, Call, Constant, Node, Path, both
from svyaz.kernel.words import load_words
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import SCOPES, VERBS, Entity, Grant, Role, Snapshot
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

OF_RECORDS = tuple(verb for verb in VERBS if verb != "add")
MOST_ROLES = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """why: sentences, what decided;  help: sentences, what would change a no; () where the answer is yes."""

    verb: str
    title: str
    may: bool
    why: tuple[str, ...]
    help: tuple[str, ...] = ()


@dataclass(slots=True)
class Inquiry:
    """One person and one record.  department: label of that of whoever answers for the record, "" when none."""

    session: Session
    asked: Actor
    shape: Entity
    stored: Stored
    language: str
    department: str = ""
    _held: dict[Node, bool] = field(default_factory=dict)

    @property
    def snapshot(self) -> Snapshot:
        return self.session.snapshot

    def holds(self, node: Node | None) -> bool:
        """Whether the record, living or in the trash, satisfies a condition of the person."""
        if node is None or node in (ALWAYS, NEVER):
            return node == ALWAYS
        if node not in self._held:
            one = Call("=", (Path(("id",), INTEGER), Constant(self.stored.id, INTEGER)), YES_NO)
            far = far_of(self.snapshot, self.asked)
            query = Query(self.shape.key, (), both(one, node), limit=1, far=far, kept="all")
            ground = Ground(self.asked.employee, self.session.now, self.snapshot.settings.zone)
            self._held[node] = bool(run_query.ids(self.session, query, ground))
        return self._held[node]

    def may(self, actor: Actor, verb: str) -> bool:
        seen, node = granted(self.snapshot, actor, self.shape.key, "see"), None
        if seen is not None:
            node = granted(self.snapshot, actor, self.shape.key, verb)
        return node is not None and self.holds(seen) and self.holds(node)

    def say(self, word: str, **facts: Any) -> str:
        return load_words(self.language).say(word, **facts)


def alone(actor: Actor, role: str) -> Actor:
    """The same person with one role and nothing else."""
    return replace(actor, roles=(role,), stood_roles=(), shares=())


def explain_record(asking: Inquiry, verbs: Iterable[str] = OF_RECORDS) -> list[Verdict]:
    """In the order of `verbs`."""
    return [_verdict(asking, verb) for verb in verbs]


def explain_entity(snapshot: Snapshot, actor: Actor, shape: Entity, language: str) -> list[Verdict]:
    """Without a record: which verbs are granted on some records, and by which roles in which scope."""
    words = load_words(language)
    found = []
    for verb in VERBS:
        may = granted(snapshot, actor, shape.key, "see") is not None
        may = may and granted(snapshot, actor, shape.key, verb) is not None
        told = tuple(explain_grants(snapshot, actor, shape, verb, language)) if may else ()
        none = words.say("why.no_role", verb=words.say(f"verbs.{verb}"), entity=shape.title.say(language))
        roles = [] if may else [role for role in snapshot.roles.values() if _gives(role, shape, verb)]
        help = (words.say("why.role_would", roles=_titles(roles, language)),) if roles else ()
        found.append(Verdict(verb, words.say(f"verbs.{verb}"), may, told or (none,), help))
    return found


def _verdict(asking: Inquiry, verb: str) -> Verdict:
    actor, title = asking.asked, asking.say(f"verbs.{verb}")
    if asking.shape.kind == "line":
        return Verdict(verb, title, asking.may(actor, verb), (asking.say("why.line"),))
    own = [
        (role, role.grants[asking.shape.key])
        for key in actor.roles
        if (role := asking.snapshot.roles.get(key)) and _gives(role, asking.shape, verb)
    ]
    if asking.may(actor, verb):
        told = [_yes(asking, role, grant, verb) for role, grant in own if _passes(asking, role, verb)]
        return Verdict(verb, title, True, tuple(told) or _otherwise(asking, verb))
    if verb != "see" and not asking.may(actor, "see"):
        return Verdict(verb, title, False, (asking.say("why.not_seen"),), tuple(_help(asking, own, verb)))
    told = [_no(asking, role, grant, verb) for role, grant in own if not _passes(asking, role, verb)]
    if not told:
        told = [asking.say("why.no_role", verb=title, entity=asking.shape.title.say(asking.language))]
    return Verdict(verb, title, False, tuple(told), tuple(_help(asking, own, verb)))


def _passes(asking: Inquiry, role: Role, verb: str) -> bool:
    return asking.holds(granted(asking.snapshot, alone(asking.asked, role.key), asking.shape.key, verb))


def _otherwise(asking: Inquiry, verb: str) -> tuple[str, ...]:
    """No role of one's own decided: the record is shared, or it is a role of whom he stands in for."""
    if asking.asked.shares and not asking.may(replace(asking.asked, shares=()), verb):
        return (asking.say("why.shared"),)
    for key in asking.asked.stood_roles:
        stands = replace(asking.asked, roles=(), stood_roles=(key,), shares=())
        role = asking.snapshot.roles.get(key)
        if role and asking.holds(granted(asking.snapshot, stands, asking.shape.key, verb)):
            return (asking.say("why.stands_in", role=role.title.say(asking.language)),)
    return (asking.say("why.together"),)


def _yes(asking: Inquiry, role: Role, grant: Grant, verb: str) -> str:
    scope = grant.verbs[verb]
    told = asking.say("why.gives", role=role.title.say(asking.language), scope=asking.say(f"scopes.{scope}"))
    if scope != "all":
        told += f": {_place(asking, scope)}"
    rule = _rule(asking, grant, verb)
    return f"{told}; {asking.say('why.rule_holds', rule=rule)}" if rule else told


def _no(asking: Inquiry, role: Role, grant: Grant, verb: str) -> str:
    scope, rule = grant.verbs[verb], _rule(asking, grant, verb)
    facts = {"role": role.title.say(asking.language), "scope": asking.say(f"scopes.{scope}")}
    if rule and not asking.holds(narrowed(asking.shape, grant, verb)):
        return asking.say("why.rule_fails", rule=rule, **facts)
    return asking.say("why.beyond", field=_whose_title(asking), department=asking.department or "—", **facts)


def _place(asking: Inquiry, scope: str) -> str:
    """Through which place of the record it is the person's: a field that names him, or the department."""
    named = _names(asking, (whose(asking.shape).keys[0],))
    if scope in ("own", "taking_part") and not named:
        parts = (asking.shape.by_role(role) for role in TAKING_PART)
        named = _names(asking, [one.key for one in parts if one is not None and not one.hidden])
    if named:
        return asking.say("why.named", field=named)
    if scope in ("own", "taking_part"):
        return asking.say("why.in_group")
    return asking.say("why.reached", field=_whose_title(asking), department=asking.department or "—")


def _names(asking: Inquiry, keys: Iterable[str]) -> str:
    """The title of the first of these fields that names the person, "" when none does."""
    for key in keys:
        value = _value(asking.stored, key)
        if asking.asked.employee in (value if isinstance(value, tuple | list) else (value,)):
            return asking.shape.by_key[key].title.say(asking.language)
    return ""


def _value(stored: Stored, key: str) -> Any:
    return getattr(stored, key) if key in ("id", "created_by") else stored.values.get(key)


def _whose_title(asking: Inquiry) -> str:
    return asking.shape.by_key[whose(asking.shape).keys[0]].title.say(asking.language)


def _rule(asking: Inquiry, grant: Grant, verb: str) -> str:
    """All that narrows the verb, as its author wrote it, by titles; "" when nothing does."""
    rule = narrowed(asking.shape, grant, verb)
    if rule is None:
        return ""
    scope = EntityScope(asking.snapshot.entities, asking.shape.key, asking.language)
    return show_titles(to_text(rule), scope)


def _help(asking: Inquiry, own: list[tuple[Role, Grant]], verb: str) -> Iterable[str]:
    """A wider scope of a role one has; roles that would be enough by themselves."""
    key, seen = asking.shape.key, asking.may(asking.asked, "see")
    for role, grant in own:
        if verb != "see" and not seen:
            continue
        for scope in SCOPES:
            wider = both(scope_node(asking.shape, asking.asked, scope), narrowed(asking.shape, grant, verb)) or ALWAYS
            if scope != grant.verbs[verb] and asking.holds(wider):
                title = role.title.say(asking.language)
                yield asking.say("why.scope_would", role=title, scope=asking.say(f"scopes.{scope}"))
                break
    enough = [
        role
        for role in asking.snapshot.roles.values()
        if role.key not in asking.asked.roles and _passes_with(asking, role, key, verb)
    ]
    if own and verb in ("see", "change"):
        yield asking.say("why.share_would")
    if enough:
        yield asking.say("why.role_would", roles=_titles(enough, asking.language))


def _passes_with(asking: Inquiry, role: Role, entity: str, verb: str) -> bool:
    other = replace(alone(asking.asked, role.key), roles=asking.snapshot.with_ancestors((role.key,)))
    return asking.holds(granted(asking.snapshot, other, entity, verb)) and (
        asking.may(asking.asked, "see") or asking.holds(granted(asking.snapshot, other, entity, "see"))
    )


def _gives(role: Role, shape: Entity, verb: str) -> bool:
    return shape.key in role.grants and verb in role.grants[shape.key].verbs


def _titles(roles: list[Role], language: str) -> str:
    told = ", ".join(f"«{role.title.say(language)}»" for role in roles[:MOST_ROLES])
    return told + (", …" if len(roles) > MOST_ROLES else "")


def department_of(session: Session, shape: Entity, record: Stored) -> str:
    """The label of the department of whoever answers for the record, "" when nobody does or he is in none."""
    responsible = shape.by_role("responsible")
    owner = record.values.get(responsible.key) if responsible else record.created_by
    employee = session.snapshot.entities.get("employee")
    link = next((one for one in employee.fields if one.type == "department"), None) if employee else None
    if not isinstance(owner, int) or link is None:
        return ""
    person = record_tables.fetch(session, "employee", [owner], [link.key]).get(owner)
    at = person.values.get(link.key) if person else None
    return (record_tables.labels(session, "department", [at]).get(at) or "") if isinstance(at, int) else ""
