"""Sign-in by an outside provider: OpenID Connect, authorization code with PKCE.

    begin        where the browser goes, and what waits for its return: state, nonce, verifier
    read_claims  the code is exchanged, the token is verified by the provider's keys
    match        whose claims they are: the subject seen before, else an e-mail that the provider has verified

All requests go out through the guarded client, outside of any transaction.  The provider says where its endpoints are,
and its own name in what it says must be the one that was configured.  Only signatures by keys are taken: «none» and
those by a shared secret are not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from svyaz.access.actor import SYSTEM
from svyaz.kernel.outgoing import AnswerNotUnderstood, Heard, Limits, check_address, send
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean, fold
from svyaz.org import journal
from svyaz.org.people import put_way_in
from svyaz.org.public_address import AddressNotSet, read_address
from svyaz.records.read import ListRequest, read_page
from svyaz.records.write import create_record
from svyaz.storage import accounts, second_steps, settings
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer

KEY, KIND, PURPOSE = "openid", "openid", "openid.secret"
LIMITS = Limits(seconds=10, most_bytes=512 * 1024)
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS = 60
BACK = "/-/login/openid"
LONGEST = 500
# Goes into a filter: no quotes, no blanks.
EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w.-]{1,190}", re.ASCII)


class OpenidNotSet(Problem):
    code = "openid_not_set"
    status = 404


class OpenidRefused(Problem):
    """The provider, or whoever speaks for it, told what does not fit.  why: a word for the administrator."""

    code = "openid_refused"  # facts: why
    status = 401


class OpenidUnknown(Problem):
    """The provider has let in a person of whom nobody here knows."""

    code = "openid_unknown"  # facts: email
    status = 401


class EmailNotVerified(Problem):
    code = "openid_email_not_verified"  # facts: email
    status = 401


class SettingsWrong(Problem):
    code = "openid_settings_wrong"


@dataclass(frozen=True, slots=True)
class Provider:
    """private: stands in the office's own network.  create: who is not known gets a card and these roles."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    title: str = ""
    private: bool = False
    create: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoints:
    authorize: str
    token: str
    keys: str
    userinfo: str
    by_post: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """email: "" when there is none; verified: the provider says that it is his."""

    subject: str
    email: str
    verified: bool
    surname: str
    first_name: str


# --- settings


def read_provider(session: Session, sealer: Sealer) -> Provider | None:
    kept = settings.read(session, KEY)
    if not kept:
        return None
    return Provider(
        kept["issuer"],
        kept["client_id"],
        sealer.open(kept["secret"], PURPOSE),
        kept["title"],
        kept["private"],
        kept["create"],
        tuple(kept["roles"]),
    )


def title_of(session: Session) -> str | None:
    """What the button says; None: no provider.  Without reading the secret: asked before anybody has signed in."""
    kept = settings.read(session, KEY)
    return str(kept["title"]) if kept and read_address(session) else None


def set_provider(session: Session, sealer: Sealer, asked: Provider, secret: str | None) -> None:
    """asked.issuer "": no provider.  secret None: the one that is kept, if the provider and the client are the same."""
    if not asked.issuer:
        settings.write(session, KEY, None)
        return
    issuer, client_id = asked.issuer.strip(), clean(asked.client_id, lines=False).strip()
    if not client_id or len(client_id) > LONGEST or len(issuer) > LONGEST or "?" in issuer or "#" in issuer:
        raise SettingsWrong("openid")
    check_address(issuer, asked.private)
    if not read_address(session):
        raise AddressNotSet()
    before = read_provider(session, sealer)
    if secret is None:
        same = before is not None and (before.issuer, before.client_id) == (issuer, client_id)
        secret = before.secret if before is not None and same else ""
    settings.write(
        session,
        KEY,
        {
            "issuer": issuer,
            "client_id": client_id,
            "secret": sealer.seal(secret.strip()[:LONGEST], PURPOSE),
            "title": clean(asked.title, lines=False)[:60] or check_title(issuer),
            "private": asked.private,
            "create": asked.create,
            "roles": sorted(set(asked.roles)),
        },
    )


def check_title(issuer: str) -> str:
    return issuer.split("://", 1)[-1].split("/", 1)[0][:60]


# --- to the provider and back


def discover(provider: Provider) -> Endpoints:
    """Raises OutgoingRefused, OutgoingFailed, OpenidRefused."""
    told = _json(_ask(provider, "GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration"))
    if told.get("issuer") != provider.issuer:
        raise OpenidRefused(why="issuer")
    ends = [told.get(f"{name}") for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(one, str) and one for one in ends):
        raise OpenidRefused(why="discovery")
    authorize, token, keys = (str(one) for one in ends)
    check_address(authorize, provider.private)
    ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    userinfo = told.get("userinfo_endpoint")
    by_post = "client_secret_basic" not in ways and "client_secret_post" in ways
    return Endpoints(authorize, token, keys, userinfo if isinstance(userinfo, str) else "", by_post)


def begin(provider: Provider, endpoints: Endpoints, address: str) -> tuple[str, dict[str, str]]:
    """(where the browser goes, what is kept until it returns)."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": address + BACK,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    sign = "&" if "?" in endpoints.authorize else "?"
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "issuer": provider.issuer}
    return endpoints.authorize + sign + urlencode(asked), kept


def check_return(provider: Provider, kept: Mapping[str, str], state: str, issuer: str) -> None:
    """Of the browser that began, and of the provider that was asked.  Raises OpenidRefused."""
    if kept["issuer"] != provider.issuer or (issuer and issuer != provider.issuer):
        raise OpenidRefused(why="issuer")
    if not hmac.compare_digest(kept["state"].encode(), state.encode()):
        raise OpenidRefused(why="state")


def read_claims(provider: Provider, address: str, kept: Mapping[str, str], code: str) -> Claims:
    """Raises OutgoingRefused, OutgoingFailed, OpenidRefused."""
    ends = discover(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": address + BACK,
        "code_verifier": kept["verifier"],
        "client_id": provider.client_id,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if ends.by_post:
        form["client_secret"] = provider.secret
    elif provider.secret:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    told = _json(_ask(provider, "POST", ends.token, headers, urlencode(form).encode()))
    claims = verify_token(provider, told.get("id_token"), _json(_ask(provider, "GET", ends.keys)), kept["nonce"])
    if not claims.get("email") and ends.userinfo and isinstance(told.get("access_token"), str):
        more = _json(_ask(provider, "GET", ends.userinfo, {"Authorization": f"Bearer {told['access_token']}"}))
        if more.get("sub") == claims["sub"]:
            claims = {**more, **claims}
    return Claims(
        claims["sub"],
        _text(claims.get("email")).strip().lower(),
        claims.get("email_verified") in (True, "true"),
        _text(claims.get("family_name")) or _text(claims.get("name")),
        _text(claims.get("given_name")),
    )


def verify_token(provider: Provider, token: Any, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """Claims of an ID token whose signature, issuer, audience, time and nonce are right.  Raises OpenidRefused."""
    if not isinstance(token, str):
        raise OpenidRefused(why="id_token")
    try:
        head = jwt.get_unverified_header(token)
        named, alg = head.get("kid"), head.get("alg")
        if alg not in SIGNED_BY:
            raise OpenidRefused(why="alg")
        known = [one for one in jwt.PyJWKSet.from_dict(dict(keys)).keys if one.public_key_use in (None, "sig")]
        fits = [one for one in known if one.key_id == named] if named else known
        if len(fits) != 1:
            raise OpenidRefused(why="kid")
        claims: dict[str, Any] = jwt.decode(
            token,
            fits[0].key,
            algorithms=[alg],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise OpenidRefused(why=type(wrong).__name__) from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise OpenidRefused(why="azp")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise OpenidRefused(why="nonce")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= LONGEST:
        raise OpenidRefused(why="sub")
    return claims


def match(session: Session, provider: Provider, claims: Claims) -> int | None:
    """The employee; the subject is kept from now on.  None: of nobody here.

    Raises EmailNotVerified: an e-mail that anybody could have typed at the provider is nobody's.
    """
    kept = second_steps.find_outside(session, provider.issuer, claims.subject)
    if kept is not None:
        return kept
    if not claims.email:
        return None
    login = accounts.find_login(session, fold(claims.email))
    found = login.employee if login else _whose_email(session, claims.email)
    if found is None:
        return None
    if not claims.verified:
        raise EmailNotVerified(email=claims.email[:100])
    second_steps.put_outside(session, provider.issuer, claims.subject, found)
    return found


def create(session: Session, provider: Provider, claims: Claims) -> int:
    """A card and a way in of who is not known, or a way in of who has only a card; with no password of ours.

    Raises OpenidUnknown where the company does not want it, EmailNotVerified, LoginTaken.
    """
    if not provider.create or not claims.email:
        raise OpenidUnknown(email=claims.email[:100])
    if not claims.verified:
        raise EmailNotVerified(email=claims.email[:100])
    values = {"surname": claims.surname or claims.email, "first_name": claims.first_name, "email": claims.email}
    employee = _whose_email(session, claims.email) or create_record(session, SYSTEM, "employee", values).id
    put_way_in(session, employee, claims.email, None, must_change=False)
    roles = tuple(one for one in provider.roles if one in session.snapshot.roles)
    accounts.set_roles(session, employee, roles)
    if second_steps.find_outside(session, provider.issuer, claims.subject) is None:
        second_steps.put_outside(session, provider.issuer, claims.subject, employee)
    journal.note(session, "access_given", None, employee, login=claims.email, roles=list(roles))
    return employee


def _whose_email(session: Session, email: str) -> int | None:
    """The one living person on whose card it stands; of two with one e-mail it is nobody's."""
    if not EMAIL.fullmatch(email):
        return None
    asked = ListRequest(filter=f'email = "{email}"', fields=("label",), limit=2)
    found = [row[0] for row in read_page(session, SYSTEM, "employee", asked).rows]
    return int(found[0]) if len(found) == 1 else None


def _ask(
    provider: Provider, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Heard:
    told = {"Accept": "application/json", **(headers or {})}
    heard = send(method, url, headers=told, body=body, limits=LIMITS, private=provider.private)
    if heard.status != 200:
        raise OpenidRefused(why=f"{heard.status}")
    return heard


def _json(heard: Heard) -> dict[str, Any]:
    try:
        told = json.loads(heard.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise AnswerNotUnderstood(host="openid")
    return told


def _text(value: Any) -> str:
    return " ".join(value.split())[:100] if isinstance(value, str) and "\0" not in value else ""
