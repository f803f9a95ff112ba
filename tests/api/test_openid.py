"""Sign-in by an outside provider, against a provider that runs: what is checked, and who is let in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from svyaz.kernel.outgoing import AddressInside, NotSecure
from svyaz.org.openid import OpenidRefused, Provider, discover, verify_token
from svyaz.storage import accounts, second_steps
from tests.api.site import HOST, Caller, Site
from tests.provider import consent, provider, put_person

ISSUER, CLIENT, NONCE = "https://id.example.ru", "svyaz", "n" * 43
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HERE = Provider(ISSUER, CLIENT, "тайна")


def keys_of(key: Any = KEY) -> dict[str, Any]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": ISSUER, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300, "nonce": NONCE, **other}
    return {key: value for key, value in told.items() if value is not None}


def token(key: Any = KEY, alg: str = "RS256", kid: str = "one", **other: Any) -> str:
    return jwt.encode(claims(**other), key, algorithm=alg, headers={"kid": kid})


def test_token_of_the_provider_is_taken() -> None:
    assert verify_token(HERE, token(), keys_of(), NONCE)["sub"] == "1"
    assert verify_token(HERE, token(aud=[CLIENT, "other"], azp=CLIENT), keys_of(), NONCE)["sub"] == "1"


@pytest.mark.parametrize(
    "wrong",
    [
        token(STRANGER),
        token(kid="two"),
        token("тайна" * 10, "HS256"),
        jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"}),
        token(iss="https://evil.test"),
        token(aud="other"),
        token(aud=[CLIENT, "other"]),
        token(aud=[CLIENT, "other"], azp="other"),
        token(azp="other"),
        token(exp=int(time.time()) - 3600),
        token(iat=int(time.time()) + 3600),
        token(nonce="m" * 43),
        token(nonce=None),
        token(exp=None),
        token(sub=None),
        token(sub=""),
        token()[:-4] + "AAAA",
        token().replace(".", "", 1),
        "",
        None,
        5,
    ],
)
def test_row_61_token_that_is_not_right_in_every_part_is_refused(wrong: Any) -> None:
    with pytest.raises(OpenidRefused):
        verify_token(HERE, wrong, keys_of(), NONCE)


def test_provider_inside_the_network_is_asked_only_when_that_was_allowed() -> None:
    with pytest.raises(NotSecure):
        discover(Provider("http://localhost:1", CLIENT, ""))
    with pytest.raises(AddressInside):
        discover(Provider("https://127.0.0.1:1", CLIENT, ""))


@pytest.fixture
def issuer(site: Site) -> Iterator[str]:
    with provider() as address:
        told = {"issuer": address, "client_id": CLIENT, "secret": "тайна", "private": True}
        site.browser("Артём").put("/api/company/sign-in", {"address": HOST, "openid": told}, 204)
        yield address


def go(site: Site, subject: str) -> tuple[Caller, dict[str, str]]:
    """As far as the browser has come back from the provider."""
    begun = site.stranger().send("POST", "/api/session/openid/begin", {})
    assert begun.status_code == 200, begun.text
    return Caller(site, {"Cookie": begun.headers["set-cookie"].split(";")[0]}, ""), consent(
        begun.json()["address"], subject
    )


def test_person_is_known_by_a_verified_email_and_then_by_the_provider_s_own_name(site: Site, issuer: str) -> None:
    with site.company.write() as session:
        accounts.put_login(session, site.people["Ольга"], "olga@example.ru", "olga@example.ru", None, must_change=False)
    put_person(issuer, "u-1", email="Olga@Example.ru", email_verified=True)
    browser, back = go(site, "u-1")
    assert browser.post("/api/session/openid", back)["signed_in"] is True
    put_person(issuer, "u-1", email="new@example.ru", email_verified=False)
    browser, back = go(site, "u-1")
    assert browser.post("/api/session/openid", back)["signed_in"] is True
    last = site.browser("Ольга").get("/api/me/entries")["entries"][1]
    assert last["by"] == ["openid"]


def test_row_61_email_that_is_not_verified_is_nobody_s(site: Site, issuer: str) -> None:
    for number, told in enumerate(({"email_verified": False}, {}, {"email_verified": "yes"})):
        put_person(issuer, f"u-{number}", email="artem", **told)
        browser, back = go(site, f"u-{number}")
        code = browser.refused("POST", "/api/session/openid", 401, back)["code"]
        assert code == "openid_email_not_verified"
    with site.company.read() as session:
        assert second_steps.outside_of(session, site.people["Артём"]) == []


def test_row_61_state_code_and_browser_belong_together_and_serve_once(site: Site, issuer: str) -> None:
    put_person(issuer, "u-1", email="olga", email_verified=True)
    browser, back = go(site, "u-1")
    other, foreign = go(site, "u-1")
    # Login CSRF: what came back to one browser is given to another.
    assert browser.refused("POST", "/api/session/openid", 401, foreign)["code"] == "openid_refused"
    assert browser.refused("POST", "/api/session/openid", 401, back)["code"] == "challenge_gone"
    assert site.stranger().refused("POST", "/api/session/openid", 401, foreign)["code"] == "challenge_gone"
    assert other.post("/api/session/openid", foreign)["signed_in"] is True
    browser, back = go(site, "u-1")
    code = browser.refused("POST", "/api/session/openid", 401, {**back, "iss": "https://evil.test"})["code"]
    assert code == "openid_refused"
    browser, back = go(site, "u-1")
    # A code of another question: the verifier does not fit.
    _, later = go(site, "u-1")
    assert browser.refused("POST", "/api/session/openid", 401, {**back, "code": later["code"]})["code"] == (
        "openid_refused"
    )


def test_unknown_person_is_added_only_where_the_company_wants_it(site: Site, issuer: str) -> None:
    put_person(issuer, "n-1", email="new@example.ru", email_verified=True, family_name="Новиков", given_name="Иван")
    browser, back = go(site, "n-1")
    assert browser.refused("POST", "/api/session/openid", 401, back)["code"] == "openid_unknown"
    artem = site.browser("Артём")
    told = {"issuer": issuer, "client_id": CLIENT, "private": True, "create": True, "roles": ["manager"]}
    artem.put("/api/company/sign-in", {"openid": told}, 204)
    browser, back = go(site, "n-1")
    answer = browser.send("POST", "/api/session/openid", back)
    key = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("svyaz_session="))
    me = Caller(site, {"Cookie": key.split(";")[0]}, "").get("/api/me")
    assert (me["label"], me["login"], [one["key"] for one in me["roles"]]) == (
        "Иван Новиков",
        "new@example.ru",
        ["manager"],
    )
    # The second step, where it is on, is asked after the provider too.


def test_secret_of_the_client_is_sealed_and_never_told(site: Site, issuer: str) -> None:
    told = site.browser("Артём").get("/api/company/sign-in")
    assert told["openid"]["has_secret"] is True and "тайна" not in str(told)
    with site.company.read() as session:
        kept = str(session.fetch("SELECT value FROM sv_setting"))
    assert "sealed:1:" in kept and "тайна" not in kept
