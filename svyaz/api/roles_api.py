"""Rights as one table: what each role may do with each object, for who configures."""

from __future__ import annotations

from typing import Any

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.words import load_words
from svyaz.schema.roles import ABILITIES
from svyaz.schema.snapshot import SCOPES, VERBS, Entity, Role, Snapshot
from svyaz.storage import accounts


def show_rights(call: Call) -> Answer:
    """GET /api/rights: what each role grants itself, stars resolved; how it is written is told by GET /api/schema/source."""
    with call.reading() as (session, actor):
        snapshot, language = session.snapshot, actor.language
        holders = list(accounts.all_roles(session).values())
    words = load_words(language)
    body = {
        "revision": snapshot.revision,
        "verbs": [[verb, words.say(f"verbs.{verb}")] for verb in VERBS],
        "scopes": [[scope, words.say(f"scopes.{scope}")] for scope in SCOPES],
        "abilities": [[ability, words.say(f"abilities.{ability}")] for ability in ABILITIES],
        "roles": [
            {
                "key": role.key,
                "title": role.title.say(language),
                "people": sum(role.key in held for held in holders),
                "parent": role.parent,
                "abilities": sorted(role.abilities),
                "grants": _grants(snapshot, role),
            }
            for role in snapshot.roles.values()
        ],
        "entities": [
            _entity(one, language) for one in snapshot.entities.values() if not one.hidden and one.kind != "line"
        ],
    }
    return Answer(body=body)


def _entity(entity: Entity, language: str) -> dict[str, Any]:
    return {
        "key": entity.key,
        "title": entity.title.say(language),
        "kind": entity.kind,
        "fields": [[one.key, one.title.say(language)] for one in entity.fields if not one.hidden and not one.system],
        "stages": [[key, one.title.say(language)] for key, one in entity.stages.items()],
    }


def _grants(snapshot: Snapshot, role: Role) -> dict[str, Any]:
    return {
        key: {
            "verbs": dict(grant.verbs),
            "fields": dict(grant.fields),
            "stages": dict(grant.stages),
            "rule": grant.rule is not None,
            "rules": sorted(grant.rules),
        }
        for key, grant in role.grants.items()
        if key in snapshot.entities and snapshot.entities[key].kind != "line"
    }


ROUTES = (Route("GET", "/api/rights", show_rights, "What each role may do with each object", needs="configure"),)
