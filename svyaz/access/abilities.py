"""Rights that are not about one entity: configure, bulk, import, people, views."""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.denials import DeniedAbility
from svyaz.kernel.words import load_words
from svyaz.schema.snapshot import Snapshot


def require_ability(snapshot: Snapshot, actor: Actor, ability: str) -> None:
    """Raises DeniedAbility, naming the roles that have it."""
    if actor.is_system or ability in actor.abilities:
        return
    who = [role.title.say(actor.language) for role in snapshot.roles.values() if ability in role.abilities]
    words = load_words(actor.language)
    raise DeniedAbility(ability=words.say(f"abilities.{ability}"), who_may=", ".join(who) or "—")
