"""A postal address: typed as one line or by parts.

«420111, г. Казань, ул. Баумана, 5, кв. 12» is taken apart by commas and by what is written before the names; what is
not recognised is kept as it is among `more`.  A line that cannot be told by its commas is written with the names of
its parts: «Город: Казань; Улица: Баумана».
"""

from __future__ import annotations

import re
from typing import Final

from svyaz.fields.lined import Lined
from svyaz.kernel.text import fold
from svyaz.kernel.values import Address as Place, Lined as Value

NAMED: Final = {
    "postcode": "Индекс", "country": "Страна", "region": "Регион", "city": "Город", "street": "Улица", "house": "Дом",
    "flat": "Квартира", "more": "Ещё",
}  # fmt: skip
BY_NAME: Final = {fold(title): part for part, title in NAMED.items()}
NUMBERED: Final = r"[0-9]{1,5}\s?[a-zа-яё]?(?:\s?(?:/|-|к|корп|стр|с)\.?\s?[0-9]{1,4}[a-zа-яё]?)?"
RUN_ON: Final = re.compile(  # «420111 Казань», «ул. Мира д. 5»: parts without a comma between them
    r"(?<=^[0-9]{6})\s+(?=[^\s,])|(?<![,\s])\s+(?=(?:д|дом|кв|оф)\.\s*[0-9])", re.IGNORECASE
)
SHAPES: Final = tuple(
    (part, re.compile(shape, re.IGNORECASE))
    for part, shape in (
        ("postcode", r"[0-9]{6}"),
        ("country", r"россия|российская федерация|рф|казахстан|беларусь|белоруссия|армения|киргизия|узбекистан|грузия"),
        ("flat", r"(?:кв|квартира|оф|офис|пом|помещение|комн|комната)\b\.?.+"),
        ("house", r"(?:д|дом|вл|владение|уч|участок)(?:\.|\s)\s*[0-9].*"),
        ("street", r"(?:ул|улица|пр|просп|проспект|пр-т|пр-д|проезд|пер|переулок|б-р|бульвар|наб|набережная|ш|шоссе|пл|площадь|тракт|аллея|линия|мкр|микрорайон|кв-л)\b\.?.+"),
        ("street", r".+\s(?:улица|проспект|переулок|проезд|бульвар|набережная|шоссе|площадь|тракт|аллея|ул\.?|пр-т|пер\.?|б-р|наб\.?|ш\.)"),
        ("city", r"(?:г|гор|город|пос|п|пгт|посёлок|поселок|с|село|дер|деревня|станица|ст-ца|хутор|х|д(?=\.\s*[а-яё]))(?:\.|\s).+"),
        ("region", r".*\b(?:обл(?:асть)?|край|респ(?:ублика)?|р-н|район|ао|автономный округ)\b\.?.*"),
    )
)  # fmt: skip
BARE: Final = {
    "house": re.compile(r"(?:д|дом)(?:\.|\s)\s*(" + NUMBERED + ")", re.IGNORECASE),
    "flat": re.compile(r"(?:кв|квартира)(?:\.|\s)\s*(" + NUMBERED + ")", re.IGNORECASE),
}
NUMBER = re.compile(NUMBERED, re.IGNORECASE)


class Address(Lined):
    name = "address"
    made = Place
    marks = ";"

    def read(self, line: str) -> Value:
        labelled = _by_names(line)
        return labelled or _by_commas(
            [segment for one in RUN_ON.sub(", ", line).split(",") if (segment := " ".join(one.split()))]
        )

    def settle(self, **parts: str) -> Value:
        return Place(**{part: _bare(part, text) for part, text in parts.items()})

    def exactly(self, value: Value) -> str:
        told = ((title, getattr(value, part)) for part, title in NAMED.items())
        return "; ".join(f"{title}: {text}" for title, text in told if text)


def _by_names(line: str) -> Place | None:
    """None when not every part is named."""
    parts: dict[str, str] = {}
    for segment in line.split(";"):
        title, colon, text = segment.partition(":")
        part = BY_NAME.get(fold(title).strip())
        if not colon or part is None or part in parts:
            return None
        parts[part] = " ".join(text.split())
    return Place(**parts)


def _by_commas(segments: list[str]) -> Place:
    parts: dict[str, str] = {}
    more: list[str] = []
    for segment in segments:
        part = _part_of(segment, parts)
        if part is None:
            more.append(segment)
        elif part in parts:
            parts[part] += f", {segment}"
        else:
            parts[part] = _bare(part, segment)
    return Place(**parts, more=", ".join(more))


def _bare(part: str, text: str) -> str:
    """«д. 5» -> «5»: of a house and a flat only the number is kept when it is one."""
    bare = BARE[part].fullmatch(text) if part in BARE else None
    return bare[1] if bare else text


def _part_of(segment: str, known: dict[str, str]) -> str | None:
    """Which part it is; None when it is none of those that are still free."""
    for part, shape in SHAPES:
        if shape.fullmatch(segment) and (part not in known or part in ("region", "street")):
            return part
    if NUMBER.fullmatch(segment):
        if "street" in known and "house" not in known:
            return "house"
        return "flat" if "house" in known and "flat" not in known else None
    if "city" not in known and "street" not in known and not any(sign.isdigit() for sign in segment):
        return "city"
    return None
