"""A place on the map: latitude and longitude in degrees, to a tenth of a metre.

Kept as the text «55.751244, 37.618423», latitude first, so it is told, compared and exported as people paste it.
Understood are degrees with a point or a comma, degrees with minutes and seconds, geo: and what maps put in a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from svyaz.fields.base import Compare, Options, Terms
from svyaz.fields.single import Conversions, Single, same
from svyaz.kernel.numbers import NumberNotUnderstood, number_of
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

STEP: Final = Decimal("0.000001")
LONGEST: Final = 2000  # a link of a map
NUMBER: Final = r"[-+−]?[0-9]{1,3}(?:\.[0-9]{1,20})?"
PAIRS: Final = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"(?:geo:)?\s*(?P<lat>{NUMBER})°?\s*[,;\s]\s*(?P<lon>{NUMBER})°?(?:[?;].*)?",
        r"(?P<lat>[-+−]?[0-9]{1,3},[0-9]{1,20})\s*[;\s]\s*(?P<lon>[-+−]?[0-9]{1,3},[0-9]{1,20})",
        rf"https?://.*?[?&](?:ll|pt)=(?P<lon>{NUMBER}),(?P<lat>{NUMBER})(?:[,&].*)?",
        rf"https?://.*?(?:@|[?&](?:q|query|mlat)=)(?P<lat>{NUMBER})(?:,|&mlon=)(?P<lon>{NUMBER})(?:[,&#/].*)?",
    )
)
ANGLE: Final = r"([0-9]{1,3})°\s*(?:([0-9]{1,2})['′’]\s*)?(?:([0-9]{1,2}(?:[.,][0-9]{1,6})?)(?:[\"″”]|''))?\s*"
ANGLES: Final = re.compile(rf"{ANGLE}([NSСЮ])[,;\s]*{ANGLE}([EWВЗ])", re.IGNORECASE)
SOUTH_WEST: Final = frozenset("SЮWЗ")


class PlaceNotUnderstood(BadValue):
    code = "place_not_understood"  # facts: value


class PlaceOffEarth(BadValue):
    code = "place_off_earth"  # facts: latitude, longitude


class Place(Single):
    name = "place"
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def compare(self, options: Options) -> Compare:
        return Compare(("=", "<>", "in", "empty"), sort=None)

    def understand(self, raw: Any, options: Options, terms: Terms) -> str:
        """Text, [latitude, longitude] or {"lat", "lon"}; numbers in degrees."""
        latitude, longitude = _read(raw) if isinstance(raw, str) else _pair(raw)
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise PlaceOffEarth(latitude=shown(str(latitude)), longitude=shown(str(longitude)))
        return f"{_told(latitude)}, {_told(longitude)}"


def _told(degrees: Decimal) -> str:
    kept = degrees.quantize(STEP, ROUND_HALF_EVEN).normalize()
    return f"{kept if kept else Decimal(0):f}"


def _pair(raw: Any) -> tuple[Decimal, Decimal]:
    if isinstance(raw, Mapping) and raw.keys() == {"lat", "lon"}:
        raw = [raw["lat"], raw["lon"]]
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise PlaceNotUnderstood(value=shown(raw))
    try:
        latitude, longitude = (number_of(one) for one in raw)
    except BadValue:
        raise PlaceNotUnderstood(value=shown(raw)) from None
    return latitude, longitude


def _read(text: str) -> tuple[Decimal, Decimal]:
    plain = unquote(text.strip(), errors="replace") if len(text) <= LONGEST else ""
    angles = ANGLES.fullmatch(plain)
    if angles:
        return _angle(*angles.group(1, 2, 3, 4)), _angle(*angles.group(5, 6, 7, 8))
    for pair in PAIRS:
        found = pair.fullmatch(plain)
        if found:
            return _number(found["lat"]), _number(found["lon"])
    raise PlaceNotUnderstood(value=shown(text))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace("−", "-").replace(",", "."))
    except ArithmeticError:
        raise NumberNotUnderstood(value=shown(text)) from None


def _angle(degrees: str, minutes: str | None, seconds: str | None, side: str) -> Decimal:
    told = Decimal(degrees) + Decimal(minutes or 0) / 60 + Decimal((seconds or "0").replace(",", ".")) / 3600
    return -told if side.upper() in SOUTH_WEST else told
