"""A person's name: surname, first name, patronymic.  Sorted by the surname, however it was typed.

«Иванов Иван Иванович», «Иван Иванович Иванов», «Ольга Иванова», «Иванов И. И.», «И. И. Иванов»: which word is which
is known by the patronymic, by initials and by the usual first names; otherwise the surname stands first.  What cannot
be told so is typed with commas: «фон Нейман, Джон, Янош».
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from svyaz.fields.lined import Lined
from svyaz.fields.option import Option, flag
from svyaz.kernel.text import fold
from svyaz.kernel.values import Lined as Value, PersonName as Name

PATRONYMIC = re.compile(
    r".{2,}(?:ович|евич|ьич|мич|кич|тич|овна|евна|ична|инична)|.*[ -](?:оглы|кызы|улы)", re.IGNORECASE
)
TAIL: Final = frozenset({"оглы", "кызы", "улы"})
INITIAL = re.compile(r"[A-ZА-ЯЁ]\.", re.IGNORECASE)
GLUED = re.compile(r"(?<=[A-ZА-ЯЁa-zа-яё]\.)(?=[A-ZА-ЯЁa-zа-яё])")
FIRST_NAMES: Final = """
александр алексей анатолий андрей антон аркадий арсений артём артем артур борис вадим валентин валерий василий виктор
виталий владимир владислав вячеслав геннадий георгий глеб григорий даниил данил денис дмитрий евгений егор иван игорь
илья кирилл константин лев леонид максим марат матвей михаил никита николай олег павел пётр петр роман руслан рустам
савелий семён семен сергей станислав степан тимофей тимур фёдор федор эдуард юрий яков ярослав
алевтина александра алёна алена алина алиса алла анастасия ангелина анна антонина валентина валерия варвара василиса
вера вероника виктория галина дарья диана ева евгения екатерина елена елизавета жанна зинаида зоя инна ирина карина кира
клавдия ксения лариса лидия лилия любовь людмила маргарита марина мария милана надежда наталия наталья нина оксана олеся
ольга полина раиса светлана снежана софия софья таисия тамара татьяна ульяна эльвира юлия яна
"""
USUAL: Final = frozenset(FIRST_NAMES.split())


class PersonName(Lined):
    """initials   lists show «Иванов И. И.»; the card and files have the whole name"""

    name = "person_name"
    made = Name
    marks = ","
    known: ClassVar[Mapping[str, Option]] = {"initials": flag(False)}

    def read(self, line: str) -> Value:
        if "," in line:
            return _by_commas([" ".join(part.split()) for part in line.split(",")])
        words = GLUED.sub(" ", line).split()
        if len(words) > 2 and words[-1].lower() in TAIL:
            words[-2:] = [f"{words[-2]} {words[-1]}"]
        return _by_words(words)

    def exactly(self, value: Value) -> str:
        assert isinstance(value, Name)
        return f"{value.last}, {value.first}, {value.middle}"


def _by_commas(parts: list[str]) -> Name:
    """«Нейман, Джон Янош»: after one comma the first word is the name; after two each part is as it stands."""
    if len(parts) == 2:
        first, _, middle = parts[1].partition(" ")
        return Name(parts[0], first, middle)
    return Name(parts[0], parts[1], " ".join(part for part in parts[2:] if part))


def _by_words(words: list[str]) -> Name:
    if not words:
        return Name()
    if len(words) == 1:
        return Name(first=words[0])
    if len(words) == 2:
        one, two = words
        if PATRONYMIC.fullmatch(two):
            return Name(first=one, middle=two)
        given_first = INITIAL.fullmatch(one) or (_usual(one) and not _usual(two) and not INITIAL.fullmatch(two))
        return Name(two, one) if given_first else Name(one, two)
    one, two, *rest = words
    if len(words) == 3 and not PATRONYMIC.fullmatch(rest[0]) and not INITIAL.fullmatch(rest[0]):
        if PATRONYMIC.fullmatch(two) or (INITIAL.fullmatch(one) and INITIAL.fullmatch(two)):
            return Name(rest[0], one, two)
    return Name(one, two, " ".join(rest))


def _usual(word: str) -> bool:
    return fold(word) in USUAL
