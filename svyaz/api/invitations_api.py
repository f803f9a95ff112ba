"""Invitations of people, and the page their links open: before sign-in, by the link alone."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from svyaz.api.call import COOKIE, Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.org import invitations, sessions
from svyaz.org.passwords import hash_password
from svyaz.org.people import name_of
from svyaz.storage import accounts
from svyaz.tenancy.seal import sealer

PEOPLE = "people"


class Invite(msgspec.Struct, forbid_unknown_fields=True):
    by: Literal["letter", "link"] = "letter"


class Token(msgspec.Struct, forbid_unknown_fields=True):
    token: str


class Accept(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    password: str


class Forgotten(msgspec.Struct, forbid_unknown_fields=True):
    login: str


def invite(call: Call) -> Answer:
    """POST /api/people/{id}/invitation  body: {"by": "letter"|"link"}: a new link; the former one is worth nothing"""
    id, body = call.id(), call.body(Invite)
    with call.writing() as (session, actor):
        made = invitations.invite(session, sealer(call.company.home), actor, id, body.by)
    link = f"{invitations.PAGE}{made.token}" if made.token else None
    return Answer(body={"link": link, "until": accounts.moment(made.expires_at)})


def revoke(call: Call) -> Answer:
    """DELETE /api/people/{id}/invitation"""
    with call.writing() as (session, actor):
        invitations.revoke(session, actor, call.id())
    return Answer(204)


def look(call: Call) -> Answer:
    """POST /api/invitations/look  body: {"token"}: whom the link lets in; nothing is used up"""
    body = call.body(Token)
    opened = _opened(call, body.token)
    with call.company.read() as session:
        told = {
            "kind": opened.kind,
            "label": name_of(session, opened.login.employee),
            "login": opened.login.login,
            "company": session.snapshot.settings.title,
        }
    return Answer(body=told)


def accept(call: Call) -> Answer:
    """POST /api/invitations/accept  body: {"token", "password"}: an invitation signs in; after a forgotten password one
    signs in anew, with whatever second step is asked of him"""
    body = call.body(Accept)
    _opened(call, body.token)
    hashed = hash_password(body.password)
    with call.company.write() as session:
        done = invitations.accept(session, body.token, hashed, call.incoming.address, call.browser)
        told: dict[str, Any] = {"signed_in": False, "login": done.login.login}
        cookies: dict[str, str] = {}
        if done.kind == invitations.INVITATION:
            login = accounts.login_of(session, done.login.employee)
            assert login is not None
            opened = sessions.open_session(session, login, call.incoming.address, call.browser)
            told["signed_in"], cookies = True, {COOKIE: opened.key}
    return Answer(body=told, cookies=cookies)


def _opened(call: Call, token: str) -> invitations.Opened:
    """Raises InvitationGone, counted for the address it came from; LinksTooOften."""
    address = call.incoming.address
    try:
        with call.company.read() as session:
            invitations.check_tries(session, address)
            return invitations.open_link(session, token)
    except invitations.InvitationGone:
        with call.company.write() as session:
            invitations.note_wrong(session, address)
        raise


def may_forget(call: Call) -> Answer:
    """GET /api/invitations/forgotten: whether a letter can be asked for"""
    with call.company.read() as session:
        return Answer(body={"by_letter": invitations.may_write(session)})


def forgotten(call: Call) -> Answer:
    """POST /api/invitations/forgotten  body: {"login"}: the same answer whether or not there is such a login"""
    body = call.body(Forgotten)
    with call.company.write() as session:
        invitations.ask_reset(session, clean(body.login).strip(), call.incoming.address, call.browser)
    return Answer(202, {"by_letter": True})


ONE = "/api/people/{id}/invitation"
ROUTES = (
    Route("POST", ONE, invite, "Invite a person, or invite anew", needs=PEOPLE, body=Invite),
    Route("DELETE", ONE, revoke, "Revoke an invitation", needs=PEOPLE, status=204),
    Route("POST", "/api/invitations/look", look, "Whom a link lets in", needs="nobody", body=Token),
    Route("POST", "/api/invitations/accept", accept, "Set a password by a link", needs="nobody", body=Accept),
    Route("GET", "/api/invitations/forgotten", may_forget, "Whether a letter can be asked for", needs="nobody"),
    Route(
        "POST",
        "/api/invitations/forgotten",
        forgotten,
        "Ask for a letter to set a new password",
        needs="nobody",
        body=Forgotten,
        status=202,
    ),
)
