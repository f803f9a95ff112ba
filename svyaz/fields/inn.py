"""ИНН: 10 digits of a legal entity, 12 of a person.  7707083893, 500100732259."""

from __future__ import annotations

from svyaz.fields.digits import Digits, weighed

TENTH = (2, 4, 10, 3, 5, 9, 4, 6, 8)
ELEVENTH = (7, *TENTH)
TWELFTH = (3, *ELEVENTH)


class Inn(Digits):
    name = "inn"
    lengths = (10, 12)

    def agrees(self, code: str) -> bool:
        if len(code) == 10:
            return weighed(code, TENTH) % 11 % 10 == int(code[9])
        return weighed(code, ELEVENTH) % 11 % 10 == int(code[10]) and weighed(code, TWELFTH) % 11 % 10 == int(code[11])
