"""Codes of the second step are those of the standards, and each is taken once."""

from __future__ import annotations

from base64 import b32decode
from pathlib import Path

import pytest

from svyaz.org import two_factor
from svyaz.org.two_factor import CodeWrong, code_at, find_step
from svyaz.tenancy.seal import sealer
from tests.cast import Cast

RFC = b"12345678901234567890"
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def test_codes_are_those_of_the_standard_for_counters() -> None:
    """RFC 4226, appendix D."""
    assert [code_at(RFC, step) for step in range(10)] == RFC_4226


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_codes_are_those_of_the_standard_for_time(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1."""
    assert code_at(RFC, seconds // 30, digits=8) == code


def test_clock_may_differ_by_one_step_and_no_more() -> None:
    assert [find_step(RFC, code_at(RFC, 100 + off), 100) for off in (-2, -1, 0, 1, 2)] == [None, 99, 100, 101, None]


def _on(cast: Cast, name: str = "Ольга") -> tuple[bytes, list[str]]:
    seal, who = sealer(cast.company.home), cast.people[name]
    with cast.company.write() as session:
        begun = two_factor.begin(session, seal, who, name)
        secret = b32decode(begun.secret)
        return secret, two_factor.confirm(session, seal, who, code_at(secret, two_factor.step_now(session)))


def _passes(cast: Cast, said: str, name: str = "Ольга") -> str:
    with cast.company.write() as session:
        return two_factor.passes(session, sealer(cast.company.home), cast.people[name], said)


def test_code_is_taken_once_and_so_is_none_before_it(romashka: Cast) -> None:
    secret, _ = _on(romashka)
    with romashka.company.read() as session:
        now = two_factor.step_now(session)
    assert _passes(romashka, code_at(secret, now)) == ""  # it has turned the second step on
    later = code_at(secret, now + 1)
    assert (_passes(romashka, f"{later[:3]} {later[3:]}"), _passes(romashka, later)) == ("code", "")
    assert _passes(romashka, code_at(secret, now - 1)) == ""
    romashka.tick(seconds=60)
    assert _passes(romashka, code_at(secret, now + 2)) == "code"


def test_recovery_code_is_taken_once_however_it_is_typed_and_only_of_its_owner(romashka: Cast) -> None:
    _, codes = _on(romashka)
    _, others = _on(romashka, "Пётр")
    assert len(set(codes)) == 10
    assert _passes(romashka, others[0]) == ""
    assert _passes(romashka, codes[0].upper().replace("-", " ")) == "recovery"
    assert _passes(romashka, codes[0]) == ""
    with romashka.company.write() as session:
        renewed = two_factor.new_codes(session, romashka.people["Ольга"])
    assert (_passes(romashka, codes[1]), _passes(romashka, renewed[1])) == ("", "recovery")


def test_second_step_asks_nothing_until_its_first_code(romashka: Cast) -> None:
    seal, olga = sealer(romashka.company.home), romashka.people["Ольга"]
    with romashka.company.write() as session:
        begun = two_factor.begin(session, seal, olga, "olga")
        assert not two_factor.is_on(session, olga)
        with pytest.raises(CodeWrong):
            two_factor.confirm(session, seal, olga, "000000")
        assert not two_factor.is_on(session, olga)
    assert begun.address.startswith("otpauth://totp/") and f"secret={begun.secret}" in begun.address


def test_secret_lies_in_the_base_sealed_and_for_its_owner_only(romashka: Cast, tmp_path: Path) -> None:
    """Row 59: a dump of the base alone makes no codes, nor does a secret put into the row of another."""
    secret, _ = _on(romashka)
    _on(romashka, "Пётр")
    olga, petr = romashka.people["Ольга"], romashka.people["Пётр"]
    with romashka.company.read() as session:
        kept = dict(session.fetch("SELECT employee, secret FROM sv_second_factor"))
        now = two_factor.step_now(session)
    assert all(one.startswith("sealed:1:") for one in kept.values())
    seal = sealer(romashka.company.home)
    assert b32decode(seal.open(kept[olga], f"second_step:{olga}")) == secret
    assert seal.open(kept[olga], f"second_step:{petr}") == ""
    assert sealer(tmp_path).open(kept[olga], f"second_step:{olga}") == ""
    with romashka.company.write() as session:
        session.run("UPDATE sv_second_factor SET secret = ? WHERE employee = ?", (kept[olga], petr))
    assert _passes(romashka, code_at(secret, now + 1), "Пётр") == ""
