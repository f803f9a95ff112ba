"""An object described in lines: types guessed by titles, children and dictionaries made, sums and formulas over them."""

from __future__ import annotations

from typing import Any

from tests.api.site import Site

PROVIDER = """
Лицевой счёт*
- Телефон
Подключён: дата
Кто это: Человек, Организация
Адрес: справочник
Тариф: справочник
  Плата за месяц
Оборудование
  MAC-адрес
  IP-адрес
  Порт
Платёж
\tСумма*
\tДата
Начисление
  Сумма
  Дата
Долг на начало
Оплачено = сумма(Платежи; Сумма)
Начислено = сумма(Начисление; Сумма)
Долг = максимум(иначе([Долг на начало]; 0) + иначе(Начислено; 0) - иначе([Оплачено]; 0); 0)
Плата\tденьги
"""


def object_made(site: Site) -> tuple[Any, str]:
    artem = site.browser("Артём")
    table = {
        "title": {"ru": "Абонент", "plural": "Абоненты"},
        "label": "title",
        "field": [{"key": "title", "title": {"ru": "ФИО"}, "type": "text", "required": True}],
    }
    revision = artem.get("/api/schema/source")["revision"]
    artem.post("/api/schema/apply", {"revision": revision, "edits": [{"do": "add_entity", "table": table}]})
    return artem, "abonent"


def test_object_of_a_provider_is_made_of_twenty_lines_and_its_debt_is_right(site: Site) -> None:
    artem, entity = object_made(site)
    told = artem.post("/api/schema/outline", {"entity": entity, "text": PROVIDER})
    assert [row["problem"] for row in told["rows"]] == [None] * 22
    types = {row["title"]: row["type"] for row in told["rows"] if not row["deep"]}
    assert types == {
        "Лицевой счёт": "text",
        "Телефон": "phone",
        "Подключён": "date",
        "Кто это": "choice",
        "Адрес": "link",
        "Тариф": "link",
        "Оборудование": "child",
        "Платёж": "child",
        "Начисление": "child",
        "Долг на начало": "money",
        "Оплачено": "rollup",
        "Начислено": "rollup",
        "Долг": "formula",
        "Плата": "money",
    }
    revision = artem.get("/api/schema/source")["revision"]
    plan = artem.post("/api/schema/plan", {"revision": revision, "edits": told["edits"]})
    assert plan["risk"] == "safe" and plan["asks"] == []
    artem.post("/api/schema/apply", {"revision": revision, "edits": told["edits"]})
    who = artem.create(entity, title="Иванова", litsevoy_schet="100-1", dolg_na_nachalo=["50", "RUB"])["id"]
    artem.create("platezh", summa=["300", "RUB"], data="2026-03-01", abonent=who)
    artem.create("nachislenie", summa=["400.50", "RUB"], data="2026-03-01", abonent=who)
    read = artem.get(f"/api/records/{entity}/{who}")["values"]
    assert (read["oplacheno"], read["nachisleno"]) == (["300.00", "RUB"], ["400.50", "RUB"])
    assert read["dolg"] == ["150.50", "RUB"]
    unfit = artem.post("/api/records/oborudovanie", {"values": {"mac_adres": "00:zz", "abonent": who}}, 422)
    assert "MAC" in str(unfit)
    artem.create("oborudovanie", mac_adres="00:1a:2b:3c:4d:5e", ip_adres="10.0.4.17", port=7, abonent=who)
    twice = artem.post("/api/records/oborudovanie", {"values": {"ip_adres": "10.0.4.17", "abonent": who}}, 422)
    assert "IP" in str(twice)


def test_what_a_line_does_not_say_clearly_is_told_beside_it_and_the_rest_stands(site: Site) -> None:
    artem, entity = object_made(site)
    text = "ФИО\nЭтаж: этажность\nСальдо = сумма(Счёт; Сумма)\nВдвое = [Нет такого] * 2\n1. Клиент: Контрагент\nСрок"
    told = artem.post("/api/schema/outline", {"entity": entity, "text": text})
    problems = [row["problem"] for row in told["rows"]]
    assert problems[0] == "Поле «ФИО» уже есть."
    assert "этажность" in problems[1] and "Счёт" in problems[2] and "Нет такого" in problems[3]
    assert problems[4:] == [None, None]
    made = {edit["field"]["key"]: edit["field"] for edit in told["edits"]}
    assert list(made) == ["klient", "srok"]
    assert made["klient"]["to"] == "counterparty" and made["srok"]["type"] == "date"


def test_a_list_too_long_or_astray_is_refused_whole(site: Site) -> None:
    artem, entity = object_made(site)
    for text, code in (("  Первая", "line_astray"), ("а\n" * 201, "outline_too_long"), ("а" * 101, "line_title_long")):
        refused = artem.post("/api/schema/outline", {"entity": entity, "text": text}, 422)
        assert refused["error"]["code"] == code
    seller = site.browser("Ольга")
    seller.post("/api/schema/outline", {"entity": entity, "text": "а"}, 403)


def test_lines_of_a_card_are_outlined_as_any_object(site: Site) -> None:
    artem = site.browser("Артём")
    told = artem.post("/api/schema/outline", {"entity": "deal_line", "text": "Гарантия: число"})
    assert [edit["do"] for edit in told["edits"]] == ["add_field"]
    assert told["edits"][0]["entity"] == "deal_line"
