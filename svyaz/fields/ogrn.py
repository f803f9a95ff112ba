"""ОГРН of 13 digits, ОГРНИП of 15.  1027700132195, 304500116000157."""

from __future__ import annotations

from svyaz.fields.digits import Digits


class Ogrn(Digits):
    name = "ogrn"
    lengths = (13, 15)

    def agrees(self, code: str) -> bool:
        modulus = 11 if len(code) == 13 else 13
        return int(code[:-1]) % modulus % 10 == int(code[-1])
