"""Passkeys: bound to the site, to one question, to their owner; what was touched on the way opens nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.site import HOST, Caller, Site
from tests.passkey_device import PRESENT, Device, bytes_of, text_of


def cookie_of(answer: Any) -> str:
    return str(answer.headers["set-cookie"].split(";")[0])


def add_key(site: Site, device: Device, name: str = "Ольга", status: int = 201) -> dict[str, Any]:
    person = site.browser(name)
    begun = person.send("POST", "/api/me/passkeys/begin", {})
    body = {"title": "Телефон", "credential": device.create(begun.json()["options"])}
    headers = {"Cookie": f"{person.headers['Cookie']}; {cookie_of(begun)}"}
    return person.call("POST", "/api/me/passkeys", body, status, headers=headers)


def ask(site: Site) -> tuple[Caller, dict[str, Any]]:
    begun = site.stranger().send("POST", "/api/session/passkey/begin", {})
    return Caller(site, {"Cookie": cookie_of(begun)}, ""), begun.json()["options"]


@pytest.fixture
def site_at(site: Site) -> Site:
    site.browser("Артём").put("/api/company/sign-in", {"address": HOST}, 204)
    return site


def test_passkey_lets_its_owner_in_and_counts_for_both_steps(site_at: Site) -> None:
    device = Device(HOST)
    add_key(site_at, device)
    site_at.browser("Артём").put("/api/company/sign-in", {"second": "everybody"}, 204)
    stranger, options = ask(site_at)
    told = stranger.post("/api/session/passkey", {"credential": device.get(options)})
    assert (told["signed_in"], told["must_second"]) == (True, False)


def test_question_is_answered_once(site_at: Site) -> None:
    device = Device(HOST)
    add_key(site_at, device)
    stranger, options = ask(site_at)
    stranger.post("/api/session/passkey", {"credential": device.get(options)})
    told = stranger.refused("POST", "/api/session/passkey", 401, {"credential": device.get(options)})
    assert told["code"] == "challenge_gone"
    other, _ = ask(site_at)
    # The question of one browser is no answer to that of another.
    assert other.refused("POST", "/api/session/passkey", 401, {"credential": device.get(options)})["code"] == (
        "passkey_refused"
    )


def test_page_of_another_site_and_an_unverified_owner_are_refused(site_at: Site) -> None:
    for evil in ("https://evil.test", f"{HOST}.evil.test", f"{HOST}:8443", "https://svyaz.test"):
        assert add_key(site_at, Device(evil), status=401)["error"]["code"] == "passkey_refused"
    unverified = Device(HOST)
    unverified.flags = PRESENT
    add_key(site_at, unverified, status=401)
    device = Device(HOST)
    add_key(site_at, device)
    stranger, options = ask(site_at)
    device.origin = "https://evil.test"
    stranger.refused("POST", "/api/session/passkey", 401, {"credential": device.get(options)})
    device.origin = HOST
    stranger, options = ask(site_at)
    stranger.refused("POST", "/api/session/passkey", 401, {"credential": device.get({**options, "rpId": "evil.test"})})


def test_touched_answers_are_refused_and_never_break_the_server(site_at: Site) -> None:
    """Each part in turn: bits turned, cut, emptied, of another kind."""
    device = Device(HOST)
    add_key(site_at, device)
    broken: list[Any] = ["", "####", "AAAA", None, 5, [], {}, text_of(b"{}"), text_of(b"\xff" * 40), text_of(b"\xa1")]
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for at, value in enumerate(["turned", *broken]):
            stranger, options = ask(site_at)
            credential = device.get(options)
            if value == "turned":
                raw = bytearray(bytes_of(credential["response"][part]))
                raw[len(raw) // 2] ^= 1
                value = text_of(bytes(raw))
            credential["response"][part] = value
            site_at.cast.tick(minutes=16)  # the count of wrong guesses from one address is not what is looked at here
            stranger, fresh = ask(site_at)
            client = json.loads(bytes_of(device.get(fresh)["response"]["clientDataJSON"]))
            assert client["challenge"] == fresh["challenge"], at
            answer = stranger.send("POST", "/api/session/passkey", {"credential": credential})
            assert answer.status_code == 401, (part, at, answer.text)
    for credential in ({}, {"id": 5}, {"id": text_of(device.id)}, {"id": text_of(device.id), "response": []}):
        site_at.cast.tick(minutes=16)
        stranger, _ = ask(site_at)
        stranger.refused("POST", "/api/session/passkey", 401, {"credential": credential})


def test_counter_that_went_back_tells_of_a_copy(site_at: Site) -> None:
    device = Device(HOST)
    add_key(site_at, device)
    for _ in range(2):
        stranger, options = ask(site_at)
        stranger.post("/api/session/passkey", {"credential": device.get(options)})
    device.count = 1
    stranger, options = ask(site_at)
    told = stranger.refused("POST", "/api/session/passkey", 401, {"credential": device.get(options)})
    assert told["code"] == "passkey_copied"


def test_device_that_counts_nothing_goes_on_working(site_at: Site) -> None:
    device = Device(HOST, counts=False)
    add_key(site_at, device)
    for _ in range(3):
        stranger, options = ask(site_at)
        stranger.post("/api/session/passkey", {"credential": device.get(options)})


def test_removed_key_and_closed_person_do_not_come_in(site_at: Site) -> None:
    device, other = Device(HOST), Device(HOST)
    made, _ = add_key(site_at, device), add_key(site_at, other, "Пётр")
    site_at.browser("Пётр").refused("DELETE", f"/api/me/passkeys/{made['id']}", 404)
    site_at.browser("Ольга").delete(f"/api/me/passkeys/{made['id']}", 204)
    stranger, options = ask(site_at)
    stranger.refused("POST", "/api/session/passkey", 401, {"credential": device.get(options)})
    site_at.browser("Артём").post(f"/api/people/{site_at.people['Пётр']}/block", status=204)
    stranger, options = ask(site_at)
    stranger.refused("POST", "/api/session/passkey", 401, {"credential": other.get(options)})


def test_registration_is_of_who_began_it_and_needs_the_address(site: Site) -> None:
    assert site.browser("Ольга").refused("POST", "/api/me/passkeys/begin", 409, {})["code"] == "public_address_not_set"
    site.browser("Артём").put("/api/company/sign-in", {"address": HOST}, 204)
    olga, petr, device = site.browser("Ольга"), site.browser("Пётр"), Device(HOST)
    begun = olga.send("POST", "/api/me/passkeys/begin", {})
    body = {"title": "Чужой", "credential": device.create(begun.json()["options"])}
    headers = {"Cookie": f"{petr.headers['Cookie']}; {cookie_of(begun)}"}
    assert petr.call("POST", "/api/me/passkeys", body, 401, headers=headers)["error"]["code"] == "challenge_gone"
