"""What the registry promises of every type: complete options, columns, comparison, retyping."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from svyaz.fields.account import fits_bank
from svyaz.fields.autonumber import count_of, is_pattern, number_text, period_of
from svyaz.fields.base import Columns, Rows, Terms
from svyaz.fields.registry import ALL, PLAIN as TYPES
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import sort_key
from svyaz.kernel.values import Address, Labelled, Money, PersonName, Ref

TERMS = Terms()
NAMES = (
    "text long_text integer decimal money percent date datetime duration yes_no choice choices stage link links any_link employee "
    "department person_name address place phone email url rating colour file image autonumber barcode inn kpp ogrn bik account"
)
OPERATORS = {"=", "<>", "<", "<=", ">", ">=", "in", "contains", "starts", "empty"}
ON_OFF = [
    {"key": "on", "title": "Вкл"},
    {"key": "off", "title": {"ru": "Выкл", "en": "Off"}, "hue": 5, "archived": True},
]
NEEDED = {
    "choice": {"options": ON_OFF},
    "choices": {"options": ON_OFF},
    "link": {"to": "company"},
    "links": {"to": "company"},
}


def complete(name, **given):
    options, problems = TYPES[name].check_options(given or NEEDED.get(name, {}), "deal.toml: field 3")
    assert problems == []
    return options


def wrong(name, **given):
    return [(one.code, one.facts.get("option"), one.place) for one in TYPES[name].check_options(given, "f")[1]]


def test_every_type_of_the_first_step_is_there_once():
    assert [one.name for one in ALL] == NAMES.split()


@pytest.mark.parametrize("name", TYPES)
def test_resolved_options_are_complete_and_resolve_to_themselves(name):
    options = complete(name)
    if name != "stage":  # its options are given by the pipelines afterwards
        again, problems = TYPES[name].check_options(options, "again")
        assert (again, problems) == (options, [])


@pytest.mark.parametrize("name", TYPES)
def test_unknown_option_is_named_with_its_place(name):
    assert ("option_unknown", "colour", "f") in wrong(name, **NEEDED.get(name, {}), colour=5)


@pytest.mark.parametrize("name", TYPES)
def test_comparison_and_columns_hold_together(name):
    options = complete(name)
    compare, storage = TYPES[name].compare(options), TYPES[name].storage(options)
    assert set(compare.operators) <= OPERATORS
    assert set(compare.aggregates) <= {"sum", "avg", "min", "max", "median"}
    assert isinstance(storage, Columns | Rows)
    assert storage.columns[0].part == ""
    assert isinstance(storage, Rows) is TYPES[name].expression_type(options).many
    assert not (isinstance(storage, Rows) and compare.unique)
    if compare.aggregates and "sum" in compare.aggregates:
        assert TYPES[name].expression_type(options).kind == "number"
    if isinstance(storage, Columns) and storage.value_part:
        assert storage.value_part in [column.part for column in storage.columns]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "Счёт 10"),
        ("integer", 5),
        ("decimal", Decimal("5.10")),
        ("link", 5),
        ("employee", 5),
        ("inn", "7707083893"),
        ("url", "https://a.ru"),
    ],
)
def test_type_that_may_be_unique_has_a_key(name, value):
    options = complete(name)
    assert TYPES[name].compare(options).unique
    assert isinstance(TYPES[name].key(value, options), str)
    assert TYPES[name].key(None, options) is None


def test_texts_are_sorted_by_the_key_and_phones_by_the_first_one():
    assert TYPES["text"].key("Ёлка 7", complete("text")) == sort_key("ёлка 7")
    phones = (Labelled("+74951234567"), Labelled("+79161234567"))
    assert TYPES["phone"].key(phones, complete("phone")) == sort_key("+74951234567")
    assert TYPES["phone"].key((), complete("phone")) is None


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("text", {"max": 0}, ("option_wrong", "max", "f")),
        ("text", {"max": True}, ("option_wrong", "max", "f")),
        ("decimal", {"scale": 7}, ("option_wrong", "scale", "f")),
        ("money", {"currency": "QQQ"}, ("option_wrong", "currency", "f")),
        ("link", {}, ("option_missing", "to", "f")),
        ("link", {"to": 5}, ("option_wrong", "to", "f")),
        ("link", {"to": "a", "on_delete": "explode"}, ("option_wrong", "on_delete", "f")),
        ("choice", {}, ("option_missing", "options", "f")),
        ("choice", {"options": "a, b"}, ("option_wrong", "options", "f")),
        ("choice", {"options": [{"key": "A", "title": "А"}]}, ("option_wrong", "key", "f: options[1]")),
        ("choice", {"options": [{"key": "a"}]}, ("option_missing", "title", "f: options[1]")),
        ("choice", {"options": [{"key": "a", "title": {"en": "A"}}]}, ("option_wrong", "title", "f: options[1]")),
        ("choice", {"options": [*ON_OFF, ON_OFF[0]]}, ("option_repeated", None, "f: options[3]")),
        ("choice", {"options": [{"key": "a", "title": "А", "hue": 360}]}, ("option_wrong", "hue", "f: options[1]")),
        ("choice", {"options": [5]}, ("option_wrong", "options", "f: options[1]")),
        ("autonumber", {"pattern": "СЧ"}, ("option_wrong", "pattern", "f")),
        ("autonumber", {"pattern": "{00}", "reset": "year"}, ("pattern_without_year", None, "f")),
        ("file", {"max": 0}, ("option_wrong", "max", "f")),
        ("rating", {"max": 11}, ("option_wrong", "max", "f")),
        ("barcode", {"kind": "pdf417"}, ("option_wrong", "kind", "f")),
    ],
)
def test_wrong_option_is_told_by_its_name_and_place(name, given, expected):
    assert expected in wrong(name, **given)


def test_options_of_a_choice_are_filled_in_and_keep_their_order():
    assert complete("choice", options=ON_OFF)["options"] == [
        {"key": "on", "title": {"ru": "Вкл", "en": ""}, "hue": 0, "archived": False},
        {"key": "off", "title": {"ru": "Выкл", "en": "Off"}, "hue": 5, "archived": True},
    ]


def test_employee_and_department_are_links_to_their_own_objects():
    assert complete("employee")["to"] == ("employee",)
    assert complete("department")["to"] == ("department",)
    assert wrong("employee", to=["company"]) == [("option_unknown", "to", "f")]


@pytest.mark.parametrize("name", TYPES)
def test_type_can_be_retyped_to_itself_and_only_to_types_there_are(name):
    assert TYPES[name].convert(name)
    assert TYPES[name].convert("no such type") is None


@pytest.mark.parametrize(
    ("source", "value", "target", "expected"),
    [
        ("text", "1 200,50", "decimal", Decimal("1200.50")),
        ("text", "1 200,50 $", "money", Money(120050, "USD")),
        ("text", "3 ноября 2026", "date", date(2026, 11, 3)),
        ("text", "да", "yes_no", True),
        ("text", "8 916 123-45-67", "phone", (Labelled("+79161234567"),)),
        ("text", "вкл", "choice", "on"),
        ("integer", 5, "text", "5"),
        ("integer", 5, "money", Money(500, "RUB")),
        ("decimal", Decimal("5.00"), "integer", 5),
        ("money", Money(120050, "RUB"), "text", "1200.50 RUB"),
        ("date", date(2026, 11, 3), "datetime", datetime(2026, 11, 2, 21, tzinfo=UTC)),
        ("datetime", datetime(2026, 11, 2, 22, tzinfo=UTC), "date", date(2026, 11, 3)),
        ("datetime", datetime(2026, 11, 2, 22, tzinfo=UTC), "text", "2026-11-02T22:00:00Z"),
        ("yes_no", True, "integer", 1),
        ("text", "1 ч 30 мин", "duration", 5400),
        ("integer", 5400, "duration", 5400),
        ("duration", 5400, "text", "1\u00a0ч 30\u00a0мин"),
        ("duration", 5400, "integer", 5400),
        ("text", "4 из 5", "rating", 4),
        ("integer", 4, "rating", 4),
        ("decimal", Decimal("4.00"), "rating", 4),
        ("rating", 4, "integer", 4),
        ("text", "синий", "colour", "#1e5bd6"),
        ("colour", "#1e5bd6", "text", "#1e5bd6"),
        ("text", "Иван Иванович Иванов", "person_name", PersonName("Иванов", "Иван", "Иванович")),
        ("person_name", PersonName("Иванов", "Иван", "Иванович"), "text", "Иванов Иван Иванович"),
        ("text", "г. Казань, ул. Баумана, 5", "address", Address(city="г. Казань", street="ул. Баумана", house="5")),
        ("address", Address(city="г. Казань", house="5"), "text", "г. Казань, д. 5"),
        ("choice", "on", "choices", ("on",)),
        ("link", 5, "links", (5,)),
        ("phone", (Labelled("+79161234567", "x"),), "text", "+79161234567"),
        ("inn", "7707083893", "text", "7707083893"),
    ],
)
def test_value_is_carried_to_another_type(source, value, target, expected):
    carried = TYPES[source].convert(target)(value)
    assert TYPES[target].accept(carried, complete(target), TERMS) == expected


@pytest.mark.parametrize(
    ("source", "target"),
    [("money", "decimal"), ("file", "text"), ("links", "link"), ("link", "text"), ("stage", "text")],
)
def test_retyping_that_would_lose_meaning_is_refused(source, target):
    assert TYPES[source].convert(target) is None


def test_fraction_that_a_whole_number_cannot_hold_is_refused_and_not_cut():
    with pytest.raises(BadValue) as refused:
        TYPES["integer"].accept(TYPES["decimal"].convert("integer")(Decimal("5.10")), {}, TERMS)
    assert refused.value.code == "number_not_whole"


def test_money_without_a_currency_takes_the_fields_own_and_then_the_companys():
    accept = TYPES["money"].accept
    assert accept("5", complete("money"), Terms(currency="KZT")) == Money(500, "KZT")
    assert accept("5", complete("money", currency="USD"), Terms(currency="KZT")) == Money(500, "USD")
    assert accept("5 €", complete("money", currency="USD"), Terms(currency="KZT")) == Money(500, "EUR")


def test_sum_in_formulas_has_the_digits_of_the_companys_currency():
    assert TYPES["money"].expression_type(complete("money")).scale == 2
    assert TYPES["money"].expression_type({**complete("money"), "base": "JPY"}).scale == 0


def test_money_keeps_a_place_for_the_sum_in_the_companys_currency():
    options = complete("money")
    assert TYPES["money"].pack(Money(5, "USD"), options) == (5, "USD", None)
    assert TYPES["money"].unpack((5, "USD", 450), options) == Money(5, "USD")
    assert TYPES["money"].wire(options)(5, "USD", 450) == ["0.05", "USD"]
    assert TYPES["money"].wire(options)(None, None, None) is None


def test_time_typed_without_a_zone_is_on_the_companys_clock():
    accept = TYPES["datetime"].accept
    assert accept("03.11.2026 14:05", {}, Terms(zone="Asia/Vladivostok")) == datetime(2026, 11, 3, 4, 5, tzinfo=UTC)
    assert accept(datetime(2026, 11, 3, 14, 5), {}, Terms(zone="UTC")) == datetime(2026, 11, 3, 14, 5, tzinfo=UTC)  # noqa: DTZ001


def test_wire_of_a_date_is_the_same_from_both_databases():
    assert TYPES["date"].wire({})("2026-11-03") == TYPES["date"].wire({})(date(2026, 11, 3)) == "2026-11-03"
    at = datetime(2026, 11, 3, 11, 5, tzinfo=UTC)
    assert (
        TYPES["datetime"].wire({})("2026-11-03T11:05:00Z") == TYPES["datetime"].wire({})(at) == "2026-11-03T11:05:00Z"
    )
    assert TYPES["yes_no"].wire({})(1) is TYPES["yes_no"].wire({})(True) is True


def test_link_to_any_object_is_kept_as_id_and_number_of_the_object():
    options = {**complete("any_link"), "numbers": {"company": 7}}
    assert TYPES["any_link"].pack(Ref("company", 5), options) == (5, 7)
    assert TYPES["any_link"].unpack((5, 7), options) == Ref("company", 5)
    assert TYPES["any_link"].unpack((5, 99), options) is None
    assert TYPES["any_link"].wire(options)(5, 7) == ["company", 5]


def test_archived_option_may_be_kept_but_a_living_one_of_the_same_title_comes_first():
    entries = [{"key": "old", "title": "Да", "archived": True}, {"key": "new", "title": "Да"}]
    options = complete("choice", options=entries)
    assert TYPES["choice"].accept("да", options, TERMS) == "new"
    assert TYPES["choice"].accept("old", options, TERMS) == "old"


def test_number_from_a_spreadsheet_gets_its_lost_zero_back_only_when_check_digits_agree():
    accept = TYPES["inn"].accept
    assert accept(105032730, {}, TERMS) == "0105032730"
    with pytest.raises(BadValue):
        accept(105032731, {}, TERMS)
    with pytest.raises(BadValue):
        accept("105032730", {}, TERMS)


@pytest.mark.parametrize(
    ("account", "bik", "fits"),
    [
        ("30101810400000000225", "044525225", True),
        ("40702810200000000001", "044525225", True),
        ("40702810200000000002", "044525225", False),
        ("40702810200000000001", "044525974", False),
        ("30101810145250000974", "044525974", True),
        ("03100643000000017300", "004525988", True),
    ],
)
def test_account_agrees_with_its_bank_or_not(account, bik, fits):
    assert fits_bank(account, bik) is fits


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("СЧ-{год}-{0000}", "СЧ-2026-0042"), ("INV-{year}-{000}", "INV-2026-042"), ("{0}", "42"), ("{yy}/{month}-{00000}", "26/11-00042"),
        ("{гг}{месяц}-{0}", "2611-42"), ("№ {000} (б)", "№ 042 (б)"),
    ],
)  # fmt: skip
def test_pattern_makes_a_number_and_finds_its_count_again(pattern, text):
    assert is_pattern(pattern)
    assert number_text(pattern, 42, date(2026, 11, 3)) == text
    assert count_of(pattern, text) == 42
    assert count_of(pattern, "другое") is None


def test_count_that_outgrew_its_zeros_is_never_cut():
    assert number_text("{00}", 12345, date(2026, 1, 1)) == "12345"
    assert count_of("{00}", "12345") == 12345


@pytest.mark.parametrize("pattern", ["", "СЧ", "{0}{0}", "{что}{0}", "{", "x" * 61 + "{0}"])
def test_pattern_needs_exactly_one_count_and_known_places(pattern):
    assert not is_pattern(pattern)


def test_period_begins_anew_with_the_year_or_never():
    assert (period_of("year", date(2026, 11, 3)), period_of("never", date(2026, 11, 3))) == ("2026", "")


def test_instant_read_in_the_zone_of_a_connection_is_utc_again():
    there = datetime(2026, 11, 3, 14, 5, tzinfo=ZoneInfo("Europe/Moscow"))
    assert TYPES["datetime"].unpack((there,), {}).utcoffset().total_seconds() == 0
