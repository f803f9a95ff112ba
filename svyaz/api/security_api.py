"""How a person comes in, set up by himself: second step, passkeys, his own entries; and what the company asks of all.

Whatever opens a further way in is done in person and freshly confirmed (sessions.check_confirmed): an unlocked screen
or a stolen token is not enough.
"""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange.active_directory.sign_in import CHECKS
from svyaz.kernel.http import Answer
from svyaz.org import journal, openid, passkeys, sessions, two_factor, ways_in
from svyaz.org.password_checks import who_enters
from svyaz.org.people import check_roles, name_of
from svyaz.org.public_address import read_address, set_address
from svyaz.storage import accounts, second_steps
from svyaz.storage.session import Session
from svyaz.tenancy.seal import sealer

REGISTER_COOKIE = "svyaz_register"


class Confirm(msgspec.Struct, forbid_unknown_fields=True):
    password: str


class Code(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class NewPasskey(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    credential: dict[str, Any]


class Title(msgspec.Struct, forbid_unknown_fields=True):
    title: str


class ProviderBody(msgspec.Struct, forbid_unknown_fields=True):
    """issuer "": no provider.  secret absent: the one that is kept."""

    issuer: str
    client_id: str = ""
    secret: str | None = None
    title: str = ""
    private: bool = False
    create: bool = False
    roles: list[str] = []


class SignInRules(msgspec.Struct, forbid_unknown_fields=True):
    address: str | None = None
    second: str | None = None
    second_roles: list[str] | None = None
    journal_months: int | None = None
    openid: ProviderBody | None = None


def show_security(call: Call) -> Answer:
    """GET /api/me/security"""
    with call.reading() as (session, actor):
        me = actor.employee or 0
        factor, login = second_steps.find_factor(session, me), accounts.login_of(session, me)
        on = factor is not None and factor.confirmed
        body = {
            "second": {
                "on": on,
                "since": accounts.moment(factor.created_at) if factor is not None and on else None,
                "codes_left": second_steps.count_recovery_codes(session, me),
                "required": two_factor.is_required(session, me),
            },
            "passkeys": [_passkey(one) for one in second_steps.passkeys_of(session, me)],
            "passkeys_offered": bool(read_address(session)),
            "providers": second_steps.outside_of(session, me),
            "has_password": bool(login and login.password_hash),
        }
    return Answer(body=body)


def confirm(call: Call) -> Answer:
    """POST /api/me/confirm  body: {"password"}: for a quarter of an hour further ways in may be set up"""
    body, address = call.body(Confirm), call.incoming.address
    with call.reading() as (session, actor):
        if actor.kind == "token":
            raise sessions.OnlyInPerson()
        login = accounts.login_of(session, actor.employee or 0)
        assert login is not None
        sessions.check_attempts(session, login.login, address)
    found = who_enters(call.company, login.login, body.password, login, CHECKS)
    with call.writing() as (session, _):
        if found is not None and found.employee == login.employee:
            accounts.confirm_session(session, sessions.digest(call.key))
            return Answer(204)
        sessions.note_failure(session, login.login, address, call.browser, login)
    raise sessions.WrongPassword("password")


def begin_second(call: Call) -> Answer:
    """POST /api/me/second: the secret, shown only now; nothing is asked until its first code is given"""
    with call.writing() as (session, actor):
        me = _myself(call, session, actor)
        login = accounts.login_of(session, me)
        begun = two_factor.begin(session, sealer(call.company.home), me, login.login if login else str(me))
    return Answer(201, {"secret": begun.secret, "address": begun.address})


def turn_second_on(call: Call) -> Answer:
    """PUT /api/me/second  body: {"code"}: on from now; recovery codes, shown only now"""
    body = call.body(Code)
    with call.writing() as (session, actor):
        me = _myself(call, session, actor)
        codes = two_factor.confirm(session, sealer(call.company.home), me, body.code)
        _note(call, session, actor, "second_on")
    return Answer(body={"codes": codes})


def turn_second_off(call: Call) -> Answer:
    """DELETE /api/me/second"""
    with call.writing() as (session, actor):
        if two_factor.turn_off(session, _myself(call, session, actor)):
            _note(call, session, actor, "second_off")
    return Answer(204)


def renew_codes(call: Call) -> Answer:
    """POST /api/me/second/codes: ten new recovery codes; the former ones end"""
    with call.writing() as (session, actor):
        me = _myself(call, session, actor)
        if not two_factor.is_on(session, me):
            raise two_factor.NotBegun()
        codes = two_factor.new_codes(session, me)
        _note(call, session, actor, "recovery_codes")
    return Answer(body={"codes": codes})


def begin_passkey(call: Call) -> Answer:
    """POST /api/me/passkeys/begin: options for navigator.credentials.create"""
    with call.writing() as (session, actor):
        me = _myself(call, session, actor)
        login = accounts.login_of(session, me)
        told = (login.login if login else str(me)), name_of(session, me)
        key, options = passkeys.begin_registration(session, me, *told)
    return Answer(body={"options": options}, cookies={REGISTER_COOKIE: key})


def add_passkey(call: Call) -> Answer:
    """POST /api/me/passkeys  body: {"title", "credential"}"""
    body = call.body(NewPasskey)
    key = call.incoming.cookies.get(REGISTER_COOKIE, "")
    with call.writing() as (session, actor):
        me = _myself(call, session, actor)
        made = passkeys.register(session, me, key, body.title, body.credential)
        _note(call, session, actor, "passkey_added", title=made.title)
    return Answer(201, _passkey(made), cookies={REGISTER_COOKIE: ""})


def rename_passkey(call: Call) -> Answer:
    """PUT /api/me/passkeys/{id}  body: {"title"}"""
    body = call.body(Title)
    with call.writing() as (session, actor):
        if actor.kind == "token":
            raise sessions.OnlyInPerson()
        passkeys.rename(session, actor.employee or 0, call.id(), body.title)
    return Answer(204)


def remove_passkey(call: Call) -> Answer:
    """DELETE /api/me/passkeys/{id}: at once, for it may be lost"""
    with call.writing() as (session, actor):
        if actor.kind == "token":
            raise sessions.OnlyInPerson()
        passkeys.remove(session, actor.employee or 0, call.id())
        _note(call, session, actor, "passkey_removed")
    return Answer(204)


def list_entries(call: Call) -> Answer:
    """GET /api/me/entries?before=&limit=: when and whence I came in, newest first"""
    call.only("before", "limit")
    before, limit = call.number("before", 0, 0, 10**11), call.number("limit", 50, 1, 200)
    with call.reading() as (session, actor):
        kinds = (*journal.ENTRIES, *journal.WAYS)
        found, further = journal.read(session, kinds, actor.employee, before or None, limit, own=True)
    rows = [
        {
            "id": one.id,
            "at": accounts.moment(one.at),
            "kind": one.kind,
            "address": one.address,
            "browser": one.browser,
            "by": one.facts.get("by", []),
        }
        for one in found
    ]
    return Answer(body={"entries": rows, "next": further})


def reset_second(call: Call) -> Answer:
    """DELETE /api/people/{id}/second: of who has lost his authenticator; passkeys go too, and all his sessions end"""
    with call.writing() as (session, actor):
        ways_in.reset_second(session, actor, call.id())
    return Answer(204)


def show_rules(call: Call) -> Answer:
    """GET /api/company/sign-in"""
    with call.reading() as (session, _):
        rule, provider = two_factor.read_rule(session), openid.read_provider(session, sealer(call.company.home))
        body = {
            "address": read_address(session),
            "second": rule.whom,
            "second_roles": list(rule.roles),
            "with_second": len(second_steps.people_with_factor(session)),
            "people": len(accounts.employees_with_login(session)),
            "journal_months": journal.months_kept(session),
            "openid": {
                "issuer": provider.issuer if provider else "",
                "client_id": provider.client_id if provider else "",
                "has_secret": bool(provider and provider.secret),
                "title": provider.title if provider else "",
                "private": bool(provider and provider.private),
                "create": bool(provider and provider.create),
                "roles": list(provider.roles) if provider else [],
                "back": read_address(session) + openid.BACK,
            },
        }
    return Answer(body=body)


def change_rules(call: Call) -> Answer:
    """PUT /api/company/sign-in  body: some of {"address", "second", "second_roles", "journal_months", "openid"}"""
    body = call.body(SignInRules)
    if body.second is not None and body.second not in two_factor.FOR_WHOM:
        raise BadRequest("second", expected=", ".join(two_factor.FOR_WHOM))
    if body.journal_months is not None and body.journal_months not in journal.MONTHS:
        raise BadRequest("journal_months", expected=f"{journal.MONTHS[0]}…{journal.MONTHS[-1]}")
    with call.writing() as (session, actor):
        if body.address is not None:
            set_address(session, body.address)
        if body.second is not None or body.second_roles is not None:
            rule = two_factor.read_rule(session)
            roles = rule.roles if body.second_roles is None else tuple(body.second_roles)
            check_roles(session, roles)
            two_factor.set_rule(session, two_factor.Rule(body.second or rule.whom, roles))
        if body.journal_months is not None:
            journal.keep_months(session, body.journal_months)
        if body.openid is not None:
            one, roles = body.openid, tuple(body.openid.roles)
            check_roles(session, roles)
            ways_in.check_beyond(session, actor, roles)
            asked = openid.Provider(one.issuer, one.client_id, "", one.title, one.private, one.create, roles)
            openid.set_provider(session, sealer(call.company.home), asked, one.secret)
        parts = [name for name in body.__struct_fields__ if getattr(body, name) is not None]
        _note(call, session, actor, "settings_changed", of="sign_in", parts=parts)
    return Answer(204)


def _myself(call: Call, session: Session, actor: Actor) -> int:
    sessions.check_confirmed(session, call.actors.signed_in(session, call.key))
    return actor.employee or 0


def _note(call: Call, session: Session, actor: Actor, kind: str, **facts: Any) -> None:
    journal.note(session, kind, actor.employee, actor.employee, call.incoming.address, call.browser, **facts)


def _passkey(one: second_steps.Passkey) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "created_at": accounts.moment(one.created_at),
        "used_at": accounts.moment(one.used_at) if one.used_at else None,
    }


ROUTES = (
    Route("GET", "/api/me/security", show_security, "How I come in", setup=True),
    Route("POST", "/api/me/confirm", confirm, "Show that it is me", body=Confirm, status=204, setup=True),
    Route("POST", "/api/me/second", begin_second, "Begin a second step", status=201, setup=True),
    Route("PUT", "/api/me/second", turn_second_on, "Turn the second step on", body=Code, setup=True),
    Route("DELETE", "/api/me/second", turn_second_off, "Turn the second step off", status=204),
    Route("POST", "/api/me/second/codes", renew_codes, "New recovery codes"),
    Route("POST", "/api/me/passkeys/begin", begin_passkey, "Begin a passkey", setup=True),
    Route("POST", "/api/me/passkeys", add_passkey, "Keep a passkey", body=NewPasskey, status=201, setup=True),
    Route("PUT", "/api/me/passkeys/{id}", rename_passkey, "Name a passkey", body=Title, status=204),
    Route("DELETE", "/api/me/passkeys/{id}", remove_passkey, "Remove a passkey", status=204),
    Route(
        "GET",
        "/api/me/entries",
        list_entries,
        "When and whence I came in",
        query=(("before", "integer"), ("limit", "integer")),
    ),
    Route(
        "DELETE", "/api/people/{id}/second", reset_second, "Take a lost second step away", needs="people", status=204
    ),
    Route("GET", "/api/company/sign-in", show_rules, "How people come in", needs="configure"),
    Route(
        "PUT",
        "/api/company/sign-in",
        change_rules,
        "Change how people come in",
        needs="configure",
        body=SignInRules,
        status=204,
    ),
)
