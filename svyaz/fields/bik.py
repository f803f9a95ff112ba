"""БИК: nine digits; 04 is a bank of Russia, 00–02 the Bank of Russia and the Treasury.  044525225."""

from __future__ import annotations

from svyaz.fields.digits import Digits
from svyaz.kernel.problem import BadValue


class BikNotUnderstood(BadValue):
    code = "bik_not_understood"  # facts: value


class Bik(Digits):
    name = "bik"
    lengths = (9,)
    wrong = BikNotUnderstood

    def agrees(self, code: str) -> bool:
        return code[:2] in ("00", "01", "02", "04")
