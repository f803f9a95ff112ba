"""What a line of an outline may call a type of field, and what its title alone says of it, in both languages.

«Срок: дата»      TYPES says what «дата» is
«MAC-адрес»       nothing is said: GUESSES knows that such a field is unique and how it is checked
"""

from __future__ import annotations

import re
from typing import Any

from svyaz.kernel.text import fold

Settings = dict[str, Any]

REQUIRED = {"обязательно", "обязательное", "обязательный", "required"}
UNIQUE = {"уникально", "уникальное", "уникальный", "unique"}
DICTIONARY = {"справочник", "dictionary"}
OBJECT = {"объект", "object"}
TYPES: dict[str, str] = {
    word: kind
    for kind, words in {
        "text": "текст, строка, text",
        "long_text": "длинный текст, заметка, long text",
        "integer": "число, целое, целое число, integer, number",
        "decimal": "дробное, дробное число, decimal",
        "money": "деньги, сумма, money",
        "percent": "процент, percent",
        "date": "дата, date",
        "datetime": "дата и время, date and time",
        "duration": "длительность, duration",
        "yes_no": "да или нет, да/нет, флажок, yes or no, yes/no",
        "employee": "сотрудник, employee",
        "department": "отдел, department",
        "phone": "телефон, phone",
        "email": "почта, e-mail, email",
        "url": "сайт, ссылка, веб-адрес, url, web address",
        "address": "почтовый адрес, address",
        "person_name": "имя, имя человека, фио, name",
        "place": "место, место на карте, place",
        "rating": "оценка, rating",
        "colour": "цвет, colour, color",
        "file": "файл, файлы, file, files",
        "image": "фото, картинка, изображение, изображения, image, photo",
        "autonumber": "номер, номер по порядку, auto number",
        "barcode": "штрихкод, qr, barcode",
        "inn": "инн, inn",
        "kpp": "кпп, kpp",
        "ogrn": "огрн, ogrn",
        "bik": "бик, bik",
        "account": "расчётный счёт, account",
    }.items()
    for word in map(fold, words.split(", "))
}
FUNCTIONS: dict[str, str] = {
    word: function
    for function, words in {
        "count": "количество, count",
        "sum": "сумма, sum",
        "avg": "среднее, avg, average",
        "min": "минимум, min",
        "max": "максимум, max",
        "median": "медиана, median",
    }.items()
    for word in words.split(", ")
}

HEX = " and ".join(
    f"contains('0123456789abcdef', lower(mid({{key}}, {at}, 1)))" for at in range(1, 18) if at % 3
) + "".join(f" and mid({{key}}, {at}, 1) = ':'" for at in range(3, 17, 3))
MAC: Settings = {
    "type": "text",
    "unique": True,
    "max": 17,
    "check": f"{{key}} = empty or (length({{key}}) = 17 and {HEX})",
    "check_title": {
        "ru": "MAC — шесть пар через двоеточие, например 00:1a:2b:3c:4d:5e",
        "en": "A MAC is six pairs with colons, as 00:1a:2b:3c:4d:5e",
    },
}
IP: Settings = {
    "type": "text",
    "unique": True,
    "max": 15,
    "check": "{key} = empty or (length({key}) >= 7 and lower({key}) = upper({key}) and contains({key}, '.') "
    "and not contains({key}, ' ') and not contains({key}, ','))",
    "check_title": {"ru": "IP — четыре числа через точку, например 10.0.4.17", "en": "An IP is four numbers with dots"},
}
PORT: Settings = {
    "type": "integer",
    "check": "{key} = empty or ({key} >= 1 and {key} <= 65535)",
    "check_title": {"ru": "Порт — от 1 до 65535", "en": "A port is 1 to 65535"},
}

GUESSES: tuple[tuple[re.Pattern[str], Settings], ...] = tuple(
    (re.compile(pattern), settings)
    for pattern, settings in (
        (r"\b(mac|мак)\b", MAC),
        (r"\bip\b", IP),
        (r"\b(порт|port)\b", PORT),
        (r"лицевой сч[её]т|номер договора|серийный номер|артикул|contract number|serial|\bsku\b",
         {"type": "text", "unique": True, "max": 100}),
        (r"телефон|мобильный|phone", {"type": "phone"}),
        (r"почта|e-?mail", {"type": "email"}),
        (r"\bсайт\b|web ?site", {"type": "url"}),
        (r"\bдата\b|день рождения|\bсрок\b|подключ[её]н|\bdate\b|birthday|deadline", {"type": "date"}),
        (r"сумма|цена|стоимость|\bплата\b|долг|баланс|бюджет|зарплата|\b(amount|price|cost|sum|fee|debt|balance|budget)\b",
         {"type": "money"}),
        (r"скидка|процент|наценка|discount|percent", {"type": "percent"}),
        (r"количество|кол-во|\bэтаж|подъезд|\bvlan\b|quantity|\bfloor\b|\bage\b|возраст", {"type": "integer"}),
        (r"площадь|\bвес\b|об[ъь][её]м|\barea\b|weight", {"type": "decimal"}),
        (r"комментар|примечан|описание|заметк|\bnotes?\b|comment|description", {"type": "long_text"}),
        (r"фото|изображен|photo|picture", {"type": "image"}),
        (r"файл|\bскан|документы|\bfiles?\b|attachment", {"type": "file"}),
        (r"менеджер|ответственный|исполнитель|мастер|монт[её]р|manager|assignee", {"type": "employee"}),
        (r"\bинн\b", {"type": "inn"}),
        (r"\bкпп\b", {"type": "kpp"}),
        (r"\bогрн", {"type": "ogrn"}),
        (r"\bбик\b", {"type": "bik"}),
        (r"\bфио\b|full name", {"type": "person_name"}),
        (r"\bадрес\b|\baddress\b", {"type": "address"}),
        (r"координат|на карте|\bmap\b", {"type": "place"}),
        (r"штрихкод|barcode|\bqr\b", {"type": "barcode"}),
        (r"цвет|\bcolou?r\b", {"type": "colour"}),
    )
)  # fmt: skip


def guessed(title: str) -> Settings:
    """Settings that the title alone speaks for; a text when it says nothing.  Checks speak of the key as {key}."""
    said = fold(title)
    return dict(next((settings for pattern, settings in GUESSES if pattern.search(said)), {"type": "text"}))
