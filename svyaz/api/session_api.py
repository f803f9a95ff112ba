"""Sign in by a password and a second step, sign out, who am I, my tokens, my preferences.

Other ways in are in ways_in_api.py; all of them end in `let_in`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import COOKIE, Call
from svyaz.api.errors import BadRequest, TooLarge
from svyaz.api.route import Route
from svyaz.exchange.active_directory.sign_in import CHECKS
from svyaz.kernel.http import Answer
from svyaz.kernel.problem import NotFound
from svyaz.kernel.text import clean
from svyaz.org import challenges, journal, logo, openid, requisites_lookup, sessions, two_factor
from svyaz.org.password_checks import who_enters
from svyaz.org.passwords import hash_password
from svyaz.org.people import name_of
from svyaz.org.public_address import read_address
from svyaz.storage import accounts, ids, preference
from svyaz.storage.session import Session
from svyaz.tenancy.seal import sealer

LARGEST_PREFERENCE = 64 * 1024
LANGUAGE_COOKIE = "svyaz_language"
# Keys of preferences that the first look at a page needs: the language, and how the shell looks to this person.
LANGUAGE, SHELL = "language", "shell"
# Until the second step is done the first is in a cookie of its own: no session, it opens nothing but the second.
SECOND, SECOND_COOKIE = "second", "svyaz_second"


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    login: str
    password: str


class SecondStep(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    old: str
    new: str


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    scope: str = "all"
    days: int = 365


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    value: Any


class Language(msgspec.Struct, forbid_unknown_fields=True):
    language: str


def show_session(call: Call) -> Answer:
    """GET /api/session: whether the cookie is good, and the CSRF value that goes with it."""
    with call.company.read() as session:
        found = sessions.find_signed_in(session, call.key)
        return Answer(body=_told(call, session, found))


def open_session(call: Call) -> Answer:
    """POST /api/session  body: {"login", "password"}: signed in, or `second_step`, and then POST /api/session/second"""
    body = call.body(SignIn)
    login, address = clean(body.login), call.incoming.address
    with call.company.read() as session:
        sessions.check_attempts(session, login, address)
        known = sessions.find_login(session, login)
    person = who_enters(call.company, login, body.password, known, CHECKS)
    with call.company.write() as session:
        # Counted again in the transaction that notes the failure: parallel guesses share one count.
        sessions.check_attempts(session, login, address)
        if person is not None:
            # What was found before the password was looked at may have been closed meanwhile.
            person = accounts.login_of(session, person.employee)
        if person is not None and person.active:
            answer = let_in(call, session, person, ("password",))
        else:
            sessions.note_failure(session, login, address, call.browser, known)
            answer = None
    if answer is None:
        raise sessions.SignInFailed()
    return answer


def let_in(call: Call, session: Session, person: accounts.Login, by: tuple[str, ...], whole: bool = False) -> Answer:
    """A session; or the second step is asked first.  whole: what let the person in is two steps in one."""
    if not whole and two_factor.is_on(session, person.employee):
        key = challenges.ask(session, SECOND, person.employee, list(by))
        return Answer(body={**_told(call, session, None), "second_step": True}, cookies={SECOND_COOKIE: key})
    opened = sessions.open_session(session, person, call.incoming.address, call.browser, by)
    language = str(preference.read(session, person.employee, LANGUAGE) or "")
    told = _told(call, session, sessions.find_signed_in(session, opened.key))
    cookies = {COOKIE: opened.key, **({LANGUAGE_COOKIE: language} if language else {})}
    if SECOND_COOKIE in call.incoming.cookies:
        cookies[SECOND_COOKIE] = ""
    return Answer(body={**told, "language": language or call.language}, cookies=cookies)


def take_second_step(call: Call) -> Answer:
    """POST /api/session/second  body: {"code"}: six digits of the authenticator, or a recovery code"""
    said, address = call.body(SecondStep).code, call.incoming.address
    key, seal = call.incoming.cookies.get(SECOND_COOKIE, ""), sealer(call.company.home)
    with call.company.write() as session:
        whose, by = challenges.look(session, key, SECOND)
        person = accounts.login_of(session, whose or 0)
        if person is None or not person.active:
            raise challenges.ChallengeGone()
        sessions.check_steps(session, person.employee, address)
        how = two_factor.passes(session, seal, person.employee, said)
        if how:
            challenges.take(session, key, SECOND)
            answer = let_in(call, session, person, (*by, how), whole=True)
        else:
            sessions.note_wrong_step(session, person.employee, address, call.browser)
    if not how:
        raise two_factor.SecondStepWrong()
    return answer


def end_session(call: Call) -> Answer:
    """DELETE /api/session"""
    with call.writing() as (session, actor):
        accounts.end_session(session, sessions.digest(call.key))
        journal.note(session, "left", actor.employee, actor.employee, call.incoming.address, call.browser)
    return Answer(204, cookies={COOKIE: ""})


def show_me(call: Call) -> Answer:
    """GET /api/me"""
    with call.reading() as (session, actor):
        roles = [
            {"key": key, "title": session.snapshot.roles[key].title.say(actor.language)}
            for key in actor.roles
            if key in session.snapshot.roles
        ]
        login = accounts.login_of(session, actor.employee or 0)
        return Answer(
            body={
                "id": actor.employee,
                "label": name_of(session, actor.employee or 0),
                "login": login.login if login else "",
                "language": actor.language,
                "zone": actor.zone,
                "abilities": sorted(actor.abilities),
                "roles": roles,
                "must_change": bool(login and login.must_change),
                "viewing": call.viewing,
                "photo": None,
                "requisites_by_inn": requisites_lookup.read_connector(session) is not None,
                "shell": preference.read(session, actor.employee or 0, SHELL) or {},
            }
        )


def change_password(call: Call) -> Answer:
    """POST /api/me/password  body: {"old", "new"}: ends all other sessions of the person."""
    body, address = call.body(NewPassword), call.incoming.address
    with call.reading() as (session, actor):
        if actor.kind == "token":
            # A token lives on when the password changes, so it must not be what changes it.
            raise sessions.NotSignedIn()
        login = accounts.login_of(session, actor.employee or 0)
        assert login is not None
        sessions.check_attempts(session, login.login, address)
    if not sessions.may_enter(login, body.old):
        with call.writing() as (session, _):
            sessions.note_failure(session, login.login, address, call.browser, login)
        raise sessions.WrongPassword("old")
    if body.new == body.old:
        raise sessions.PasswordSame("new")
    hashed = hash_password(body.new)
    with call.writing() as (session, actor):
        sessions.set_password(session, actor.employee or 0, hashed, keep=call.key)
        journal.note(session, "password_changed", actor.employee, actor.employee, address, call.browser)
    return Answer(204)


def list_sessions(call: Call) -> Answer:
    """GET /api/sessions: where I am signed in."""
    with call.reading() as (session, actor):
        rows = accounts.sessions_of(session, actor.employee or 0, accounts.micros(session.now))
    mine = sessions.digest(call.key)
    return Answer(
        body={
            "sessions": [
                {
                    "id": sessions.session_id(key_hash),
                    "created_at": accounts.moment(created),
                    "seen_at": accounts.moment(seen),
                    "address": address,
                    "browser": browser,
                    "current": key_hash == mine,
                }
                for key_hash, created, seen, address, browser in rows
            ]
        }
    )


def end_other_session(call: Call) -> Answer:
    """DELETE /api/sessions/{id}"""
    id = call.incoming.params["id"]
    with call.writing() as (session, actor):
        if not sessions.end_session(session, actor.employee or 0, id):
            raise NotFound("id", entity="session", id=id[:40])
        journal.note(session, "session_ended", actor.employee, actor.employee, call.incoming.address, count=1)
    return Answer(204)


def set_language(call: Call) -> Answer:
    """PUT /api/me/language  body: {"language": "en"}: on every device, from the next sign-in there"""
    body = call.body(Language)
    if body.language not in ("ru", "en"):
        raise BadRequest("language", expected="ru, en")
    with call.writing() as (session, actor):
        preference.write(session, actor.employee or 0, LANGUAGE, body.language)
    return Answer(body={"language": body.language}, cookies={LANGUAGE_COOKIE: body.language})


def list_tokens(call: Call) -> Answer:
    """GET /api/tokens"""
    with call.reading() as (session, actor):
        rows = accounts.tokens_of(session, actor.employee or 0)
    return Answer(
        body={
            "tokens": [
                {
                    "id": number,
                    "title": title,
                    "scope": scope,
                    "created_at": accounts.moment(created),
                    "expires_at": accounts.moment(expires),
                    "used_at": accounts.moment(used) if used else None,
                }
                for number, title, scope, created, expires, used in rows
            ]
        }
    )


def create_token(call: Call) -> Answer:
    """POST /api/tokens  body: {"title", "scope": "all"|"read", "days"}: the token is shown only now."""
    body = call.body(NewToken)
    if not 1 <= body.days <= 3650:
        raise BadRequest("days", expected="1…3650")
    with call.writing() as (session, actor):
        if actor.kind == "token":
            # A stolen token must not give birth to others that outlive it.
            raise sessions.TokenMakesNoTokens()
        number = ids.take_ids(session, 1)[0]
        token = sessions.create_token(session, actor.employee or 0, clean(body.title), body.scope, body.days, number)
        _note(call, session, actor.employee, "token_made", what=clean(body.title)[:100])
    return Answer(201, {"id": number, "token": token})


def drop_token(call: Call) -> Answer:
    """DELETE /api/tokens/{id}"""
    with call.writing() as (session, actor):
        if not accounts.drop_token(session, actor.employee or 0, call.id()):
            raise NotFound("id", entity="token", id=call.id())
        _note(call, session, actor.employee, "token_dropped")
    return Answer(204)


def read_preference(call: Call) -> Answer:
    """GET /api/preferences/{key}"""
    key = _preference_key(call)
    with call.reading() as (session, actor):
        return Answer(body={"value": preference.read(session, actor.employee or 0, key)})


def write_preference(call: Call) -> Answer:
    """PUT /api/preferences/{key}  body: {"value": any JSON up to 64 KB}"""
    key, body = _preference_key(call), call.body(Kept)
    if len(call.incoming.body) > LARGEST_PREFERENCE:
        raise TooLarge("body", most=LARGEST_PREFERENCE)
    with call.writing() as (session, actor):
        preference.write(session, actor.employee or 0, key, body.value)
    return Answer(204)


def _note(call: Call, session: Session, employee: int | None, kind: str, **facts: Any) -> None:
    journal.note(session, kind, employee, employee, call.incoming.address, call.browser, **facts)


def _preference_key(call: Call) -> str:
    key = clean(call.incoming.params["key"])
    if len(key) > 120:
        raise BadRequest("key", expected="≤ 120")
    return key


def _told(call: Call, session: Session, found: accounts.SignedIn | None) -> dict[str, Any]:
    return {
        "signed_in": found is not None,
        "csrf": found.csrf if found else "",
        "company": session.snapshot.settings.title,
        "logo": logo.find_digest(session),
        "language": call.language,
        "must_change": found is not None and found.must_change,
        "must_second": found is not None and found.must_second,
        "second_step": False,
        "passkeys": bool(read_address(session)),
        "openid": openid.title_of(session),
    }


ROUTES = (
    Route("GET", "/api/session", show_session, "Whether this browser is signed in", needs="nobody"),
    Route("POST", "/api/session", open_session, "Sign in", needs="nobody", body=SignIn),
    Route(
        "POST", "/api/session/second", take_second_step, "The second step of sign-in", needs="nobody", body=SecondStep
    ),
    Route("DELETE", "/api/session", end_session, "Sign out", status=204, early=True, oneself=True),
    Route("GET", "/api/sessions", list_sessions, "Where I am signed in"),
    Route("DELETE", "/api/sessions/{id}", end_other_session, "End one of my sessions", status=204),
    Route("GET", "/api/me", show_me, "Who I am and what I may", early=True),
    Route("POST", "/api/me/password", change_password, "Change my password", body=NewPassword, status=204, early=True),
    Route("PUT", "/api/me/language", set_language, "Choose my language", body=Language, early=True),
    Route("GET", "/api/tokens", list_tokens, "My API tokens"),
    Route("POST", "/api/tokens", create_token, "Make an API token", body=NewToken, status=201),
    Route("DELETE", "/api/tokens/{id}", drop_token, "Revoke an API token", status=204),
    Route("GET", "/api/preferences/{key}", read_preference, "What I keep for myself under a key"),
    Route("PUT", "/api/preferences/{key}", write_preference, "Keep something for myself", body=Kept, status=204),
)
