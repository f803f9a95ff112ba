"""What codes of Russian registers share: digits, of certain lengths, with check digits.

A spreadsheet keeps them as numbers and loses the zero in front: a *number* one digit short gets it
back when the check digits then agree; text is taken as typed.
Rules and vectors: facts of the Federal Tax Service and the Bank of Russia, in each file.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from svyaz.fields.base import Options, Terms
from svyaz.fields.single import Conversions, Single, same
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown


class DigitsExpected(BadValue):
    code = "digits_expected"  # facts: value


class DigitsCount(BadValue):
    code = "digits_count"  # facts: value, length, lengths


class CheckDigitsWrong(BadValue):
    code = "check_digits_wrong"  # facts: value


class Digits(Single):
    lengths: tuple[int, ...] = ()
    shape = re.compile("[0-9]+")
    wrong: type[BadValue] = CheckDigitsWrong
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def agrees(self, code: str) -> bool:
        """Whether a code of a right length can be: mostly, whether its check digits agree."""
        raise NotImplementedError

    def understand(self, raw: Any, options: Options, terms: Terms) -> str:
        code = self._written(raw)
        if not self.shape.fullmatch(code):
            raise DigitsExpected(value=shown(raw))
        if len(code) not in self.lengths:
            raise DigitsCount(value=shown(code), length=len(code), lengths=" / ".join(map(str, self.lengths)))
        if not self.agrees(code) or not code.strip("0"):
            raise self.wrong(value=code)
        return code

    def _written(self, raw: Any) -> str:
        if type(raw) is int and 0 < raw < 10**20:
            code = str(raw)
            padded = "0" + code
            return padded if len(code) not in self.lengths and len(padded) in self.lengths else code
        if not isinstance(raw, str) or len(raw) > 60:
            raise DigitsExpected(value=shown(raw))
        return re.sub(r"[\s\u00a0-]", "", raw).upper()


def weighed(code: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(code, weights, strict=False))
