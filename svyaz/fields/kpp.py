"""КПП: nine signs NNNNPPNNN, PP may be Latin letters; it has no check digit.  773601001."""

from __future__ import annotations

import re

from svyaz.fields.base import Compare, Options
from svyaz.fields.digits import Digits
from svyaz.fields.single import WORDED
from svyaz.kernel.problem import BadValue


class KppNotUnderstood(BadValue):
    code = "kpp_not_understood"  # facts: value


class Kpp(Digits):
    name = "kpp"
    lengths = (9,)
    wrong = KppNotUnderstood
    shape = re.compile("[0-9A-Z]+")

    def compare(self, options: Options) -> Compare:
        """Not unique: all companies of one inspection share it."""
        return Compare(WORDED, sort="key")

    def agrees(self, code: str) -> bool:
        return re.fullmatch("[0-9]{4}[0-9A-Z]{2}[0-9]{3}", code) is not None
