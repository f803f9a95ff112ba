"""People of the company and their ways in; the journal of entries and rights."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.covers import roles_beyond
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.mail_api import say_kept
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.problem import NotFound
from svyaz.kernel.text import clean
from svyaz.org import invitations, sessions, ways_in
from svyaz.org.passwords import hash_password, one_time_password
from svyaz.org.people_list import STATES, Asked, Listed, list_people, state_of
from svyaz.records.read import read_record
from svyaz.records.write import create_record
from svyaz.storage import accounts
from svyaz.storage.invitations import last_invitations
from svyaz.storage.session import Session
from svyaz.tenancy.seal import sealer

PEOPLE = "people"
By = Literal["password", "letter", "link"]
MOST = 200


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    """login: "" adds the card alone.  by: as in Access."""

    values: dict[str, Any]
    login: str = ""
    roles: list[str] = []
    by: By = "password"


class Access(msgspec.Struct, forbid_unknown_fields=True):
    """by: a one-time password that is shown, a letter with a link, or the link itself to be handed over."""

    login: str
    roles: list[str] = []
    by: By = "password"


class Roles(msgspec.Struct, forbid_unknown_fields=True):
    roles: list[str]


def show_people(call: Call) -> Answer:
    """GET /api/people?q=&state=&role=&offset=&limit="""
    call.only("q", "state", "role", "offset", "limit")
    asked = Asked(call.query("q"), call.query("state"), call.query("role"))
    if asked.state and asked.state not in STATES:
        raise BadRequest("state", expected=", ".join(STATES))
    offset, limit = call.number("offset", 0, 0, 1_000_000), call.number("limit", 100, 1, MOST)
    with call.reading() as (session, actor):
        found = list_people(session, actor, asked)
        mine, may_write = set(actor.roles), invitations.may_write(session)
        roles = [
            {
                "key": role.key,
                "title": role.title.say(actor.language),
                "may_give": role.key in mine or not roles_beyond(session.snapshot, actor, [role.key]),
            }
            for role in session.snapshot.roles.values()
        ]
    return Answer(
        body={
            "people": [_listed(one) for one in found[offset : offset + limit]],
            "count": len(found),
            "roles": roles,
            "may_write": may_write,
        }
    )


def show_person(call: Call) -> Answer:
    """GET /api/people/{id}: the way in of one person, where he is signed in, and whether the asker may manage him."""
    id = call.id()
    with call.reading() as (session, actor):
        seen = read_record(session, actor, "employee", id)
        login = accounts.login_of(session, id)
        beyond = ways_in.beyond(session, actor, id)
        body = {
            "id": id,
            "label": seen.label,
            "state": state_of(login, seen.deleted_at is None and seen.values.get("active") is not False),
            "login": login.login if login else "",
            "roles": list(accounts.roles_of(session, id)),
            "me": id == actor.employee,
            "beyond": [role.title.say(actor.language) for role in beyond],
            "sessions": [] if beyond else _sessions(session, id, call.key),
            "tokens": len(accounts.tokens_of(session, id)),
            "invitation": _invitation(call, session, id),
            "mailbox": invitations.mailbox_of(session, id) if not beyond else "",
            "may_write": invitations.may_write(session),
        }
    return Answer(body=body)


def add_person(call: Call) -> Answer:
    """POST /api/people  body: {"values": {"surname": "Смирнова"}, "login": "", "roles": []}: all of it or nothing."""
    body = call.body(NewPerson)
    once, hashed = _first_password(body.by) if body.login else ("", None)
    with call.writing() as (session, actor):
        require_ability(session.snapshot, actor, PEOPLE)
        made = create_record(session, actor, "employee", body.values)
        told = {}
        if body.login:
            ways_in.give_access(session, actor, made.id, clean(body.login).strip(), tuple(body.roles), hashed)
            told = _invited(call, session, actor, made.id, body.by)
    return Answer(201, {"id": made.id, "label": made.label, "password": once or None, "link": None, **told})


def give_access(call: Call) -> Answer:
    """PUT /api/people/{id}/access  body: {"login", "roles", "by"}: password and link are shown only now."""
    id, body = call.id(), call.body(Access)
    once, hashed = _first_password(body.by)
    with call.writing() as (session, actor):
        ways_in.give_access(session, actor, id, clean(body.login).strip(), tuple(body.roles), hashed)
        told = _invited(call, session, actor, id, body.by)
    return Answer(body={"password": once or None, "link": None, **told})


def _first_password(by: By) -> tuple[str, str | None]:
    """What is shown and its hash; nobody comes in by the password of a person who is invited."""
    once = one_time_password() if by == "password" else ""
    return once, hash_password(once) if once else None


def _invited(call: Call, session: Session, actor: Actor, id: int, by: By) -> dict[str, Any]:
    if by == "password":
        return {}
    made = invitations.invite(session, sealer(call.company.home), actor, id, by)
    return {"link": f"{invitations.PAGE}{made.token}" if made.token else None}


def change_roles(call: Call) -> Answer:
    """PUT /api/people/{id}/roles  body: {"roles": ["manager"]}: all the roles there will be."""
    id, body = call.id(), call.body(Roles)
    with call.writing() as (session, actor):
        ways_in.change_roles(session, actor, id, tuple(body.roles))
    return Answer(204)


def block(call: Call) -> Answer:
    """POST /api/people/{id}/block: he is out with this answer, wherever he is signed in."""
    with call.writing() as (session, actor):
        ways_in.block(session, actor, call.id())
    return Answer(204)


def let_in(call: Call) -> Answer:
    """POST /api/people/{id}/let-in: with the former password."""
    with call.writing() as (session, actor):
        ways_in.let_in_again(session, actor, call.id())
    return Answer(204)


def reset_password(call: Call) -> Answer:
    """POST /api/people/{id}/password: a new one-time password, shown only now."""
    id, once = call.id(), one_time_password()
    hashed = hash_password(once)
    with call.writing() as (session, actor):
        ways_in.reset_password(session, actor, id, hashed)
    return Answer(body={"password": once})


def end_session(call: Call) -> Answer:
    """DELETE /api/people/{id}/sessions/{session}"""
    said = call.incoming.params["session"]
    with call.writing() as (session, actor):
        if not ways_in.end_sessions(session, actor, call.id(), said):
            raise NotFound("session", entity="session", id=said[:40])
    return Answer(204)


def end_sessions(call: Call) -> Answer:
    """DELETE /api/people/{id}/sessions: all of them, but for the one that asks."""
    with call.writing() as (session, actor):
        ended = ways_in.end_sessions(session, actor, call.id(), keep=sessions.digest(call.key))
    return Answer(body={"ended": ended})


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": one.label,
        "position": one.position,
        "department": one.department,
        "state": one.state,
        "login": one.login,
        "roles": list(one.roles),
        "seen_at": accounts.moment(one.seen_at) if one.seen_at else None,
        "invitation": one.invitation["state"] if one.invitation else "",
    }


def _invitation(call: Call, session: Session, id: int) -> dict[str, Any] | None:
    told = invitations.state_of(last_invitations(session, id).get(id), accounts.micros(session.now))
    if told is None:
        return None
    return {**told, "until": accounts.moment(told["until"]), "problem": say_kept(call.words, told["problem"])}


def _sessions(session: Session, employee: int, key: str) -> list[dict[str, Any]]:
    mine = sessions.digest(key)
    return [
        {
            "id": sessions.session_id(key_hash),
            "created_at": accounts.moment(created),
            "seen_at": accounts.moment(seen),
            "address": address,
            "browser": browser,
            "current": key_hash == mine,
        }
        for key_hash, created, seen, address, browser in accounts.sessions_of(
            session, employee, accounts.micros(session.now)
        )
    ]


ONE = "/api/people/{id}"
ROUTES = (
    Route(
        "GET",
        "/api/people",
        show_people,
        "People and their ways in",
        needs=PEOPLE,
        query=(("q", "string"), ("state", "string"), ("role", "string"), ("offset", "integer"), ("limit", "integer")),
    ),
    Route("POST", "/api/people", add_person, "Add a person", needs=PEOPLE, body=NewPerson, status=201),
    Route("GET", ONE, show_person, "The way in of a person", needs=PEOPLE),
    Route("PUT", f"{ONE}/access", give_access, "Give a way in", needs=PEOPLE, body=Access),
    Route("PUT", f"{ONE}/roles", change_roles, "Change the roles of a person", needs=PEOPLE, body=Roles, status=204),
    Route("POST", f"{ONE}/block", block, "Shut a person out", needs=PEOPLE, status=204),
    Route("POST", f"{ONE}/let-in", let_in, "Let a person in again", needs=PEOPLE, status=204),
    Route("POST", f"{ONE}/password", reset_password, "Give a new one-time password", needs=PEOPLE),
    Route("DELETE", f"{ONE}/sessions", end_sessions, "End all sessions of a person", needs=PEOPLE),
    Route("DELETE", f"{ONE}/sessions/{{session}}", end_session, "End a session of a person", needs=PEOPLE, status=204),
)
