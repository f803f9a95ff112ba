"""One typed line becomes the record that was meant; on the real engine, both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svyaz.search.follow import catch_up
from svyaz.search.said_line import NothingToAdd, SaidLine, read_line
from tests.cast import Cast

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def office(romashka: Cast) -> Cast:
    """Whom lines speak of: a contact, two companies, a deal."""
    with romashka.acting_as("Ольга") as olga:
        client = olga.create("counterparty", title="ООО «Ромашка-Юг»")
        olga.create("counterparty", title="ООО «Вектор»")
        olga.create("contact", first_name="Пётр", surname="Иванов", counterparty=client.id)
        olga.create("contact", first_name="Мария", surname="Петрова")
        olga.create("deal", title="Поставка насосов", counterparty=client.id)
    return romashka


def said(cast: Cast, line: str, who: str = "Ольга", entity: str = "") -> SaidLine:
    with cast.company.read() as session:
        return read_line(session, cast.actor(who), line, entity)


def hour_of(told: SaidLine, key: str = "due_at") -> str:
    return datetime.fromisoformat(told.values[key]).astimezone(MOSCOW).strftime("%H:%M")


def words_taken(line: str, told: SaidLine) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in told.parts:
        found.setdefault(part.field, []).append(line[part.start : part.end])
    return found


@pytest.mark.parametrize("indexed", [False, True], ids=["just saved", "in the index"])
def test_call_to_a_person_tomorrow_is_a_call_about_him_at_that_hour(office: Cast, indexed: bool) -> None:
    if indexed:
        catch_up(office.company)
    line = "Позвонить Иванову завтра в 15"
    told = said(office, line)

    assert told.entity == "activity"
    assert told.values["kind"] == "call"
    assert told.values["subject"] == "Позвонить Иванову"
    assert told.values["about"][::2] == ["contact", "Пётр Иванов"]
    assert hour_of(told) == "15:00"
    assert words_taken(line, told) == {"about": ["Иванову"], "due_at": ["завтра в 15"]}


KINDS = [
    ("Встретиться с Марией Петровой в пятницу", "meeting", "Мария Петрова"),
    ("Написать письмо Вектору", "letter", "ООО «Вектор»"),
    ("Подготовить КП для Ромашки-Юг", "task", "ООО «Ромашка-Юг»"),
    ("заметка: у Вектора новый директор", "note", "ООО «Вектор»"),
    ("позвонить иванову", "call", "Пётр Иванов"),
    ("Проверить остатки на складе", "task", None),
]


@pytest.mark.parametrize(("line", "kind", "about"), KINDS)
def test_verb_tells_the_kind_and_a_name_in_any_case_tells_whom(office: Cast, line: str, kind: str, about: Any) -> None:
    told = said(office, line)
    assert told.values["kind"] == kind
    assert (told.values["about"][2] if about else told.values.get("about")) == about


def test_day_without_an_hour_is_due_by_the_evening(office: Cast) -> None:
    assert hour_of(said(office, "Отправить счёт Вектору в пятницу")) == "18:00"


def test_deal_is_named_with_its_client_and_sum(office: Cast) -> None:
    line = "Сделка Вектор 250 000"
    told = said(office, line)
    assert told.entity == "deal"
    assert told.values["title"] == "Вектор"
    assert told.values["amount"] == ["250000.00", "RUB"]
    assert told.values["counterparty"][1] == "ООО «Вектор»"
    assert words_taken(line, told) == {"": ["Сделка "], "counterparty": ["Вектор"], "amount": ["250 000"]}


def test_common_word_of_a_title_is_no_client(office: Cast) -> None:
    with office.acting_as("Ольга") as olga:
        olga.create("counterparty", title="ООО «Насосы и трубы»")
    assert "counterparty" not in said(office, "Сделка Насосы для склада 250 000").values
    assert said(office, "Сделка Поставка труб Вектор").values["counterparty"][1] == "ООО «Вектор»"
    assert said(office, "Сделка Насосы и трубы").values["counterparty"][1] == "ООО «Насосы и трубы»"


SUMS = [
    ("Новая сделка Насосы 1,5 млн", ["1500000.00", "RUB"]),
    ("Создать сделку Насосы 40 тыс. руб.", ["40000.00", "RUB"]),
    ("Сделка: Насосы 900 $", ["900.00", "USD"]),
    ("Сделка Насосы 12 500,50 ₽", ["12500.50", "RUB"]),
    ("Сделка 3 насоса", None),
]


@pytest.mark.parametrize(("line", "amount"), SUMS)
def test_sums_are_read_as_people_write_them(office: Cast, line: str, amount: Any) -> None:
    assert said(office, line).values.get("amount") == amount


def test_new_contact_has_his_name_phone_and_mail(office: Cast) -> None:
    told = said(office, "Контакт Анна Белова +7 916 123-45-67 belova@example.ru")
    assert told.entity == "contact"
    assert told.values["first_name"] == "Анна"
    assert told.values["surname"] == "Белова"
    assert told.values["phones"] == [["+79161234567", ""]]
    assert told.values["emails"] == [["belova@example.ru", ""]]


def test_company_is_known_by_a_right_inn_and_a_wrong_one_stays_in_the_title(office: Cast) -> None:
    assert said(office, "Контрагент Сбербанк ИНН 7707083893").values["inn"] == "7707083893"
    wrong = said(office, "Контрагент Сбербанк 7707083894")
    assert "inn" not in wrong.values
    assert "7707083894" in wrong.values["title"]


def test_person_after_the_sign_is_responsible(office: Cast) -> None:
    told = said(office, "Подготовить договор @Анна к пятнице", who="Игорь")
    assert told.values["responsible"][1] == "Анна Волкова"
    assert told.values["subject"] == "Подготовить договор"


def test_several_people_of_one_name_are_all_offered(office: Cast) -> None:
    with office.acting_as("Ольга") as olga:
        olga.create("contact", first_name="Семён", surname="Иванов")
    told = said(office, "Позвонить Иванову")
    assert {one[2] for one in told.choices["about"]} == {"Пётр Иванов", "Семён Иванов"}


def test_line_finds_only_what_its_reader_sees(office: Cast) -> None:
    told = said(office, "Позвонить Иванову", who="Анна")  # of another department
    assert "about" not in told.values
    assert told.values["subject"] == "Позвонить Иванову"


REACHED = [
    ("Позвонить 8 (903) 555-12-34 завтра в 15", "8 (903) 555-12-34"),
    ("Перезвонить +7 903 5551234 через 1,5 часа", "+7 903 5551234"),
    ("Ответить sidorova@example.ru", "sidorova@example.ru"),
]


@pytest.mark.parametrize(("line", "by"), REACHED)
def test_phone_or_address_in_a_line_is_whoever_is_reached_by_it(office: Cast, line: str, by: str) -> None:
    with office.acting_as("Ольга") as olga:
        olga.create(
            "contact",
            first_name="Алла",
            surname="Сидорова",
            phones=[["+79035551234", ""]],
            emails=[["sidorova@example.ru", ""]],
        )
    catch_up(office.company)
    told = said(office, line)
    assert told.values["about"][::2] == ["contact", "Алла Сидорова"]
    assert words_taken(line, told)["about"] == [by]
    assert "about" not in said(office, line, who="Анна").values  # of another department


def test_phone_that_is_nobodys_stays_in_the_subject(office: Cast) -> None:
    told = said(office, "Позвонить 8 903 556-12-34 завтра")
    assert "about" not in told.values
    assert told.values["subject"] == "Позвонить 8 903 556-12-34"


def test_what_is_read_is_accepted_by_the_door_of_records(office: Cast) -> None:
    for line in ("Позвонить Иванову завтра в 15", "Сделка Вектор 250 000", "Контакт Анна Белова 89161234567"):
        told = said(office, line)
        with office.acting_as("Ольга") as olga:
            assert olga.create(told.entity, **told.values).id


def test_who_may_add_nothing_is_told_so(office: Cast) -> None:
    with office.company.read() as session:
        nobody = office.actor("Ольга")
        nobody = type(nobody)(employee=nobody.employee, roles=())
        with pytest.raises(NothingToAdd):
            read_line(session, nobody, "Позвонить Иванову")


STRANGE = [
    "",
    "   ",
    "«»",
    "@",
    "@@@@",
    "'; drop table deal; --",
    "\u202e\u200bпозвонить",
    "в в в в",
    "a" * 600,
    "🙂🙂",
    "в 99",
    "100%",
]


@pytest.mark.parametrize("line", STRANGE)
def test_strange_lines_break_nothing_and_lose_no_words(office: Cast, line: str) -> None:
    told = said(office, line)
    assert all(0 <= part.start < part.end <= len(line) for part in told.parts)


@pytest.mark.parametrize("line", ["Напомнить через 2 часа", "напомни завтра в 9 про счёт", "Remind me tomorrow at 9"])
def test_asked_to_remind_sets_the_bell_to_that_moment_too(office: Cast, line: str) -> None:
    told = said(office, line)
    assert told.entity == "activity"
    assert told.values["remind_at"] == told.values["due_at"]
    assert "remind_at" not in said(office, "Позвонить завтра в 9").values


@pytest.mark.parametrize(
    ("line", "entity", "amount"),
    [
        ("Счёт 150 тыс", "deal", "150000.00"),
        ("насосы Вектору 900 000 ₽", "deal", "900000.00"),
        ("Позвонить про счёт 150 тыс", "activity", None),
        ("Завтра получить 150 тыс", "activity", None),
        ("Купить 3 насоса", "activity", None),
        ("Разобрать 12 писем", "activity", None),
    ],
)
def test_sum_and_nothing_to_be_done_is_a_sale(office: Cast, line: str, entity: str, amount: str | None) -> None:
    told = said(office, line)
    assert told.entity == entity
    assert (told.values.get("amount") or [None])[0] == amount
