"""Numbers as people type them: «1 200,50», "1,200.50", "−7".  Never a float on the way.

"1,200" is refused: it is 1200 in London and 1.2 in Moscow, and a guess here is a thousandfold mistake.
"1.200" is 1.2: the point is the decimal sign of the wire.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

BOUND = 10**18  # a scaled number stays below it in size, so that it fits bigint with room for a sum of nine


class NumberNotUnderstood(BadValue):
    code = "number_not_understood"  # facts: value


class NumberAmbiguous(BadValue):
    code = "number_ambiguous"  # facts: value, thousands, fraction


class NumberTooLarge(BadValue):
    code = "number_too_large"  # facts: value


class NumberTooPrecise(BadValue):
    code = "number_too_precise"  # facts: value, scale


SPACES = re.compile("[\u00a0\u202f\u2009\u2007]")
SHAPES = (
    re.compile(r"(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?"),
    re.compile(r"[.,](?P<part>[0-9]+)(?P<whole>)"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:[ '][0-9]{3})+)(?:[.,](?P<part>[0-9]+))?"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+)\.(?P<part>[0-9]+)"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+),(?P<part>[0-9]+)"),
    re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]{1,3}(?:\.[0-9]{3}){2,})(?P<part>)"),
)
PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
AMBIGUOUS = re.compile(r"[-+]?([1-9][0-9]{0,2}),([0-9]{3})")


def parse_number(text: str) -> Decimal:
    """A finite Decimal, exact.  Raises NumberNotUnderstood, NumberAmbiguous, NumberTooLarge."""
    usual = PLAIN.fullmatch(text)
    if usual:
        return Decimal(text if usual[1] else text + ".0")
    if len(text) > 100:
        raise NumberNotUnderstood(value=shown(text))
    plain = SPACES.sub(" ", text).replace("\u2212", "-").replace("\u2013", "-").strip()
    ambiguous = AMBIGUOUS.fullmatch(plain)
    if ambiguous:
        raise NumberAmbiguous(value=plain, thousands="".join(ambiguous.groups()), fraction=".".join(ambiguous.groups()))
    sign = -1 if plain.startswith("-") else 1
    body = plain[1:].lstrip(" ") if plain[:1] in ("-", "+") else plain
    for shape in SHAPES:
        found = shape.fullmatch(body)
        if found:
            whole = re.sub("[ ',.]", "", found["whole"]).lstrip("0") or "0"
            return sign * Decimal(f"{whole}.{found['part'] or '0'}")
    raise NumberNotUnderstood(value=shown(text))


def number_of(raw: Any) -> Decimal:
    """A JSON number or text -> Decimal.  Yes and no are not numbers; NaN and infinity are not either."""
    if isinstance(raw, str):
        return parse_number(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise NumberNotUnderstood(value=shown(raw))
    if isinstance(raw, int):
        if abs(raw) >= BOUND:
            raise NumberTooLarge(value=shown(raw))
        return Decimal(raw)
    number = raw if isinstance(raw, Decimal) else Decimal(repr(raw))
    if not number.is_finite():
        raise NumberNotUnderstood(value=shown(raw))
    return number


def scaled(number: Decimal, scale: int) -> int:
    """The number as an integer of `scale` digits after the point: scaled(Decimal("12.5"), 2) == 1250.

    Refuses to round: a digit that a person typed is either kept or told about.
    Raises NumberTooLarge, NumberTooPrecise.
    """
    sign, digits, exponent = number.as_tuple()
    if not any(digits):
        return 0
    if not isinstance(exponent, int):
        raise NumberNotUnderstood(value=shown(number))
    if number.adjusted() + scale >= 18:  # looked at before any digit is made: 1e999999 has no right to be long
        raise NumberTooLarge(value=shown(number))
    if exponent >= 0:
        return int(number) * _ten(scale)
    shift = exponent + scale
    kept = int("".join(map(str, digits)))
    if shift < 0:
        if -shift > len(digits):
            raise NumberTooPrecise(value=shown(number), scale=scale)
        kept, rest = divmod(kept, _ten(-shift))
        if rest:
            raise NumberTooPrecise(value=shown(number), scale=scale)
        shift = 0
    return (-kept if sign else kept) * _ten(shift)


def _ten(power: int) -> int:
    return int(10**power)


def scaled_text(units: int, scale: int) -> str:
    """The wire form: scaled_text(1250, 2) == "12.50"."""
    if scale == 0:
        return str(units)
    whole, part = divmod(abs(units), 10**scale)
    return f"{'-' if units < 0 else ''}{whole}.{part:0{scale}d}"
