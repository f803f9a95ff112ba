"""Ways in beyond a password: a passkey and an outside provider.  All end in session_api.let_in."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.api.session_api import let_in
from svyaz.kernel.http import Answer
from svyaz.org import challenges, journal, openid, passkeys, sessions
from svyaz.org.public_address import need_address
from svyaz.storage import accounts
from svyaz.tenancy.seal import sealer

PASSKEY_COOKIE, OPENID_COOKIE = "svyaz_passkey", "svyaz_openid"


class PasskeyEntry(msgspec.Struct, forbid_unknown_fields=True):
    credential: dict[str, Any]


class WayBack(msgspec.Struct, forbid_unknown_fields=True):
    """What the provider gave the browser: state and code, or why not."""

    state: str
    code: str | None = None
    iss: str = ""
    error: str = ""


def begin_passkey(call: Call) -> Answer:
    """POST /api/session/passkey/begin: options for navigator.credentials.get"""
    with call.company.write() as session:
        key, options = passkeys.begin_entry(session)
    return Answer(body={"options": options}, cookies={PASSKEY_COOKIE: key})


def enter_by_passkey(call: Call) -> Answer:
    """POST /api/session/passkey  body: {"credential"}: whose it is, the device has said"""
    body, address = call.body(PasskeyEntry), call.incoming.address
    refusal: Exception | None = None
    with call.company.write() as session:
        # The count of wrong guesses from an address is one for all ways in.
        sessions.check_attempts(session, "", address)
        _, challenge = challenges.take(session, call.incoming.cookies.get(PASSKEY_COOKIE, ""), passkeys.ENTER)
        try:
            found = passkeys.enter(session, challenge, body.credential)
            person = accounts.login_of(session, found.employee)
            if person is None or not person.active:
                raise passkeys.PasskeyRefused()
            answer = let_in(call, session, person, ("passkey",), whole=True)
        except (passkeys.PasskeyRefused, passkeys.PasskeyCopied) as wrong:
            # Noted, and the challenge is spent: so this transaction is kept.
            sessions.note_failure(session, "", address, call.browser)
            refusal = wrong
    if refusal is not None:
        raise refusal
    return Answer(answer.status, answer.body, cookies={**answer.cookies, PASSKEY_COOKIE: ""})


def begin_openid(call: Call) -> Answer:
    """POST /api/session/openid/begin: where the browser goes"""
    with call.company.read() as session:
        provider, address = _provider(call, session), need_address(session)
    to, kept = openid.begin(provider, openid.discover(provider), address)
    with call.company.write() as session:
        key = challenges.ask(session, openid.KIND, None, kept)
    return Answer(body={"address": to}, cookies={OPENID_COOKIE: key})


def enter_by_openid(call: Call) -> Answer:
    """POST /api/session/openid  body: {"state", "code", "iss"?, "error"?}: as the provider sent them with the browser"""
    body, address = call.body(WayBack), call.incoming.address
    with call.company.write() as session:
        sessions.check_attempts(session, "", address)
        _, kept = challenges.take(session, call.incoming.cookies.get(OPENID_COOKIE, ""), openid.KIND)
        provider, here = _provider(call, session), need_address(session)
    openid.check_return(provider, kept, body.state, body.iss)
    if body.error or not body.code:
        raise openid.OpenidRefused(why=body.error[:60] or "code")
    claims = openid.read_claims(provider, here, kept, body.code)
    with call.company.write() as session:
        employee = openid.match(session, provider, claims)
        person = accounts.login_of(session, employee) if employee else None
        if person is None:
            person = accounts.login_of(session, openid.create(session, provider, claims))
        if person is not None and person.active:
            return let_in(call, session, person, ("openid",))
        journal.note(session, "refused_closed", None, employee, address, call.browser)
    raise openid.OpenidUnknown(email=claims.email[:100])


def _provider(call: Call, session: Any) -> openid.Provider:
    found = openid.read_provider(session, sealer(call.company.home))
    if found is None:
        raise openid.OpenidNotSet()
    return found


ROUTES = (
    Route(
        "POST",
        "/api/session/passkey/begin",
        begin_passkey,
        "Begin to sign in by a passkey",
        needs="nobody",
    ),
    Route("POST", "/api/session/passkey", enter_by_passkey, "Sign in by a passkey", needs="nobody", body=PasskeyEntry),
    Route(
        "POST",
        "/api/session/openid/begin",
        begin_openid,
        "Begin to sign in at a provider",
        needs="nobody",
    ),
    Route("POST", "/api/session/openid", enter_by_openid, "Come back from a provider", needs="nobody", body=WayBack),
)
