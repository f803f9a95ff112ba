"""Words behind a no: who can do it, and what a role lets a person do (rule 6)."""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.kernel.words import load_words
from svyaz.schema.snapshot import VERBS, Entity, Snapshot


def who_may(snapshot: Snapshot, shape: Entity, verb: str, actor: Actor) -> str:
    """Titles of the roles that grant the verb, in the actor's language: «Директор, Администратор»; "—" when none."""
    key, asked = shape.key, verb
    if shape.kind == "line" and shape.parent and shape.by_key[shape.parent].targets:
        key, asked = shape.by_key[shape.parent].targets[0], "change" if verb in ("add", "delete") else verb
    roles = [
        role.title.say(actor.language)
        for role in snapshot.roles.values()
        if any(asked in one.verbs for one in snapshot.granted_by(role.key, key))
    ]
    return ", ".join(roles) or "—"


def explain_rights(snapshot: Snapshot, actor: Actor, entity: str) -> list[str]:
    """One sentence for each verb a person may or may not do with an entity, and why: for the card of a role.

    «Менять: свои — роль «Менеджер».»  «Удалять: нельзя. Может Директор.»
    """
    words = load_words(actor.language)
    shape = snapshot.entities[entity]
    told: list[str] = []
    for verb in VERBS:
        said = words.say(f"verbs.{verb}")
        found = explain_grants(snapshot, actor, shape, verb, actor.language)
        if actor.is_system:
            told.append(words.say("explain.system", verb=said))
        elif found:
            told.append(words.say("explain.may", verb=said, scopes="; ".join(found)))
        else:
            told.append(words.say("explain.may_not", verb=said, who_may=who_may(snapshot, shape, verb, actor)))
    return told


def explain_grants(snapshot: Snapshot, actor: Actor, shape: Entity, verb: str, language: str) -> list[str]:
    """What each of the actor's roles gives: «свои (роль «Менеджер»)»; [] when none gives the verb."""
    words = load_words(language)
    return [
        words.say(
            "explain.by_role",
            scope=words.say(f"scopes.{role.grants[shape.key].verbs[verb]}"),
            role=role.title.say(language),
        )
        for key in actor.roles
        if (role := snapshot.roles.get(key)) and shape.key in role.grants and verb in role.grants[shape.key].verbs
    ]


def say_own_scopes(snapshot: Snapshot, actor: Actor, shape: Entity, verb: str) -> str:
    """Why the record is out of reach: «вам открыты свои (роль «Менеджер»)»."""
    found = explain_grants(snapshot, actor, shape, verb, actor.language)
    words = load_words(actor.language)
    return words.say("explain.open_to_you", scopes="; ".join(found)) if found else words.say("explain.no_role_gives")
