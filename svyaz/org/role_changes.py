"""What a change of roles must not do: give more than its author has, or leave the company without an administrator.

Asked whenever a configuration is applied, whoever made it: the configurator, a solution, an undo.
"""

from __future__ import annotations

from svyaz.access.actor import Actor
from svyaz.access.covers import HOLDS, covers_grant
from svyaz.org.administrators import LastAdministrator, administrators
from svyaz.org.ways_in import RightsBeyondYours
from svyaz.schema.snapshot import Grant, Role, Snapshot
from svyaz.storage import accounts
from svyaz.storage.session import Session


def check_given(actor: Actor, before: Snapshot, after: Snapshot) -> None:
    """before: in force.  An object that is new has no rights yet that somebody could lack.  Raises RightsBeyondYours."""
    beyond = [role for role in after.roles.values() if not _may_make(actor, before, after, role)]
    if beyond:
        told = ", ".join(role.title.say(actor.language) for role in beyond)
        raise RightsBeyondYours(roles=told, who_may=told)


def keep_administrator(session: Session, before: Snapshot, after: Snapshot) -> None:
    """Raises LastAdministrator when somebody ruled all by the former roles and nobody does by the new."""
    if before.roles == after.roles or not administrators(session, before):
        return
    accounts.bump_org_revision(
        session
    )  # waits for whoever changes people at this moment: organisation and roles as one
    if not administrators(session, after):
        raise LastAdministrator()


def _may_make(actor: Actor, before: Snapshot, after: Snapshot, role: Role) -> bool:
    """Of a role that now inherits from another, all that the other gives is gained."""
    if actor.is_system:
        return True
    was = before.roles.get(role.key)
    if not role.abilities - (was.abilities if was else frozenset[str]()) <= actor.abilities:
        return False
    former = set(before.with_ancestors((role.key,))) if was else set[str]()
    return all(
        covers_grant(before, actor, gained)
        for one in after.with_ancestors((role.key,))
        for key, grant in after.roles[one].grants.items()
        if key in before.entities
        and (gained := _gained(before.roles[one].grants.get(key) if one in former else None, grant)) is not None
    )


def _gained(was: Grant | None, grant: Grant) -> Grant | None:
    """What the grant gives that the former did not; None: nothing."""
    if was is None or (was.rule, was.rules, was.stages) != (grant.rule, grant.rules, grant.stages):
        return grant
    verbs = {
        verb: scope
        for verb, scope in grant.verbs.items()
        if verb not in was.verbs or scope not in HOLDS[was.verbs[verb]]
    }
    if was.fields != grant.fields or verbs:
        see = {"see": grant.verbs["see"]} if "see" in grant.verbs else {}
        return Grant(grant.entity, {**see, **verbs}, grant.rule, grant.fields)
    return None
