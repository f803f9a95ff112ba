"""Whatever comes in, a field either keeps it so that it comes back equal, or refuses with a Problem."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import event, given, settings, strategies as st

from svyaz.fields.base import Columns, Rows, Terms
from svyaz.fields.registry import PLAIN as TYPES
from svyaz.kernel.clock import iso
from svyaz.kernel.numbers import NumberAmbiguous
from svyaz.kernel.problem import BadValue
from svyaz.kernel.words import load_words

TERMS = Terms()
OPTION_LIST = [
    {"key": "new", "title": {"ru": "Новая", "en": "New"}},
    {"key": "old", "title": "Старая, но важная", "archived": True},
]
GIVEN = {
    "choice": {"options": OPTION_LIST},
    "choices": {"options": OPTION_LIST},
    "link": {"to": "company"},
    "links": {"to": ["company", "person"]},
    "any_link": {"numbers": {"company": 7, "person": 8}},
}


def options_of(name):
    options, problems = TYPES[name].check_options(GIVEN.get(name, {}), "field")
    assert problems == []
    return (
        {**options, "options": TYPES["choice"].check_options(GIVEN["choice"], "")[0]["options"]}
        if name == "stage"
        else options
    )


OPTIONS = {name: options_of(name) for name in TYPES}

words = st.sampled_from(
    """да нет 1 new Новая company company:5 8 916 123-45-67 a@b.ru example.ru http://a.ru/b 03.11.2026 2026-11-03T10:00Z
    7707083893 044525225 1,200 1200.50 ₽ $5 RUB id label amount currency value entity 1e999999 NaN Infinity -0 0000
    \x00 \ud800 \u202e ＡＢ ١٢٣ İ ß ς ё 𝟙 1_000 0x10""".split()  # noqa: SIM905
)
texts = st.one_of(
    st.text(st.characters(codec=None), max_size=30),
    st.lists(words, max_size=4).map(" ".join),
    st.from_regex(r"\A[-+(]?[0-9 .,']{1,20}[)%₽]?\Z"),
    st.from_regex(
        r"\A[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}([T ][0-9]{1,2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?\Z"
    ),
    st.from_regex(r"\A[a-zA-Zа-я.:]{0,10}@?[a-zа-яİ.]{1,10}(\.ru)?[/?# (а-я)]{0,5}\Z"),
    st.from_regex(r"\A[а-я: ]{0,8}[+8][0-9() -]{5,14}( ?доб\.? ?[0-9]{1,4})?( \([а-я0-9]{0,5}\))?\Z"),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-10, 10**16),
    st.floats(),
    texts,
    st.integers(10**4300, 10**4301),
)
python_only = st.one_of(
    st.decimals(), st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC)), st.binary(max_size=5)
)
keys = st.one_of(st.sampled_from(["id", "label", "amount", "currency", "value", "entity"]), texts)
anything = st.recursive(
    st.one_of(scalars, python_only),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=3).map(tuple), st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)


number_texts = st.from_regex(r"\A[-+−]? ?([0-9]{1,15}|[0-9]{1,3}( [0-9]{3}){1,4})([.,][0-9]{1,2})?\Z")
numbers = st.one_of(
    number_texts,
    st.integers(-(10**17), 10**17),
    st.decimals(places=2, allow_nan=False),
    st.integers(-999, 999).map(lambda n: n / 4),
)
currencies = st.sampled_from(["RUB", "usd", "₽", "JPY", "KWD", "руб.", "", None])
days = st.dates(date(1000, 1, 1))
day_texts = st.builds(
    lambda day, shape: day.strftime(shape),
    days,
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y", "%d/%m/%Y", "%d %B %Y"]),
)
clocks = st.from_regex(
    r"\A[ T](0?[0-9]|1[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?\Z"
)
ids = st.integers(1, 2**53)
cells = st.one_of(ids, ids.map(str), st.tuples(ids, st.one_of(texts, st.none())), st.builds(lambda id: {"id": id}, ids))
phone_texts = st.from_regex(
    r"\A([а-яa-z]{0,9}[: ]{0,2})?(\+7|8) ?\(?9[0-9]{2}\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(,? ?(доб|ext)\.? ?[0-9]{1,4})?( ?\([а-яё0-9 :;,-]{0,9}\))?\Z"
)
email_texts = st.from_regex(
    r"\A([А-Яа-яİ ]{1,9}<)?[a-zA-Zа-яİß+_-]{1,9}(\.[a-z0-9]{1,5})?@[a-zA-Zа-яİ-]{1,9}\.(ru|РФ)>?( \([а-я ]{0,9}\))?\Z"
)
url_texts = st.from_regex(
    r"\A(https?://|HTTP://)?[a-zA-Zа-яİς-]{1,9}\.(ru|РФ|com)\.?(:[0-9]{1,5})?([/?#][^\s]{0,9}[ а-я]?)?\Z"
)
titles = st.sampled_from(["new", "old", "Новая", "NEW", "старая, но важная", "Старая, но важная"])
codes = st.sampled_from(
    [
        "7707083893",
        "500100732259",
        "773601001",
        "7736AB001",
        "1027700132195",
        "304500116000157",
        "044525225",
        "30101810400000000225",
    ]
)
typed_codes = st.one_of(
    codes,
    codes.map(lambda code: f" {code[:3]} {code[3:]} "),
    codes.filter(str.isdigit).map(int),
    st.from_regex(r"\A[0-9]{9}([0-9]{11})?\Z"),
)
labelled = {
    name: st.one_of(
        one,
        st.lists(one, max_size=4).map("; ".join),
        st.lists(
            st.one_of(
                one, st.tuples(one, texts), st.builds(lambda value, label: {"value": value, "label": label}, one, texts)
            ),
            max_size=4,
        ),
    )
    for name, one in (("phone", phone_texts), ("email", email_texts))
}
sums = st.one_of(
    st.tuples(numbers, currencies), st.builds(lambda amount, code: f"{amount} {code or ''}", number_texts, currencies),
    st.builds(lambda amount, code: {"amount": amount, "currency": code}, numbers, currencies), numbers,
)  # fmt: skip
duration_texts = st.one_of(
    st.integers(-(10**7), 10**7),
    st.from_regex(r"\A[-−]?([0-9]{1,4} ?(ч|час|h) ?)?([0-9]{1,3} ?(мин|m) ?)?([0-9]{1,5} ?(с|сек|s))?\Z"),
    st.from_regex(r"\A[0-9]{1,5}:[0-7][0-9](:[0-7][0-9])?\Z"),
)
parts = st.one_of(
    texts,
    st.sampled_from(
        [
            "Иванов",
            "Ольга",
            "Иван",
            "Иванович",
            "Али Гасан оглы",
            "И.",
            "фон Нейман",
            "г. Казань",
            "ул. Мира",
            "д. 5",
            "кв. 3",
            "5",
            "420111",
            "Москва",
            "Московская обл.",
        ]
    ),
)
names = st.one_of(
    parts, st.lists(parts, max_size=5).map(" ".join), st.lists(parts, max_size=4).map(", ".join),
    st.dictionaries(st.sampled_from(["last", "first", "middle"]), parts, max_size=3),
)  # fmt: skip
addresses = st.one_of(
    parts, st.lists(parts, max_size=8).map(", ".join), st.lists(parts, max_size=5).map(" ".join),
    st.dictionaries(st.sampled_from(["postcode", "country", "region", "city", "street", "house", "flat", "more"]), parts, max_size=5),
)  # fmt: skip
degrees = st.from_regex(r"\A-?[0-9]{1,3}(\.[0-9]{1,9})?\Z")
places = st.one_of(
    st.tuples(degrees, degrees).map(", ".join), st.tuples(degrees, degrees).map(list), st.lists(st.floats(-200, 200), min_size=2, max_size=2),
    st.from_regex(r"""\A[0-9]{1,3}°([0-9]{1,2}')?([0-9]{1,2}")?[NS] [0-9]{1,3}°([0-9]{1,2}')?[EWВЗ]\Z"""),
    st.tuples(degrees, degrees).map(lambda pair: f"https://yandex.ru/maps/?ll={pair[0]}%2C{pair[1]}&z=3"),
)  # fmt: skip
many_ids = st.one_of(cells, st.lists(cells, max_size=5), st.lists(ids.map(str), max_size=5).map(", ".join))
LIKELY = {
    "integer": numbers, "decimal": numbers, "percent": st.one_of(numbers, number_texts.map(lambda text: text + " %")),
    "money": sums, "date": st.one_of(day_texts, days), "datetime": st.one_of(st.builds(str.__add__, day_texts, clocks), day_texts, st.datetimes(), st.datetimes(timezones=st.just(UTC))),
    "choice": titles, "stage": titles, "choices": st.one_of(titles, st.lists(titles, max_size=4), st.lists(titles, max_size=4).map("; ".join), st.lists(titles, max_size=4).map(", ".join)),
    "link": cells, "employee": cells, "department": cells, "links": many_ids, "file": many_ids, "image": many_ids,
    "any_link": st.one_of(st.tuples(st.sampled_from(["company", "person", "x"]), ids), st.builds(lambda id: f"company:{id}", ids)),
    "person_name": names, "address": addresses, "place": places, "barcode": st.one_of(texts, typed_codes, st.text(max_size=600)), "duration": duration_texts, "rating": st.one_of(st.integers(-1, 7), st.from_regex(r"\A[0-7] ?(/|из) ?[0-9]{1,2}|[★*]{1,6}☆{0,5}\Z")),
    "colour": st.from_regex(r"\A#?[0-9a-fA-F]{2,7}|rgb\([0-9]{1,3}, ?[0-9]{1,3},[0-9]{1,3}\)|[Сс]иний\Z"),
    "url": url_texts, **labelled, **dict.fromkeys(("inn", "kpp", "ogrn", "bik", "account"), typed_codes),
}  # fmt: skip


def as_drivers_return(value):
    """The same column as SQLite and PostgreSQL give it back."""
    if isinstance(value, bool):
        return int(value), value
    if isinstance(value, datetime):
        return iso(value), value
    if isinstance(value, date):
        return value.isoformat(), value
    return value, value


SAID_BY_LABEL = ("link", "links", "any_link", "employee", "department", "file", "image")  # the far record has it


def check_told(problem):
    """It goes to a browser, in words, and is short whatever came in."""
    json.dumps(problem.facts).encode()
    told = load_words("ru").problem(problem)
    assert told != str(problem), f"no words for {problem.code}"
    assert len(told.encode()) < 3000


def check_kept_or_refused(name, raw):
    field_type, options = TYPES[name], OPTIONS[name]
    try:
        value = field_type.accept(raw, options, TERMS)
    except BadValue as problem:
        check_told(problem)
        return "refused"
    hash(value)
    plain = field_type.plain(value, options)
    assert field_type.accept(json.loads(json.dumps(plain)), options, TERMS) == value
    packed = field_type.pack(value, options)
    storage = field_type.storage(options)
    if isinstance(storage, Columns):
        assert len(packed) == len(storage.columns)
        for driver in (0, 1):
            assert field_type.unpack(tuple(as_drivers_return(one)[driver] for one in packed), options) == value
    else:
        assert isinstance(storage, Rows)
        assert all(len(row) == len(storage.columns) for row in packed)
        assert field_type.unpack([tuple(row) for row in packed], options) == value
    for text in (field_type.say(value, options, load_words("ru")), field_type.key(value, options) or ""):
        text.encode("utf-8")
    cell = field_type.wire(options)
    if name not in SAID_BY_LABEL:
        rows = [packed] if isinstance(storage, Columns) else packed
        cells = [cell(*row) if cell else row[0] for row in rows]
        assert (cells[0] if isinstance(storage, Columns) else cells) == plain
    return "kept" if value else "empty"


TRAPS = [
    "1e999999", Decimal("1e999999"), Decimal("1e-999999"), Decimal("sNaN"), -0.0, float("nan"), float("inf"), 1e300,
    10**5000, "\x00", "\ud800", "x" * 5_000_000, " " * 5_000_000, "1" * 5_000_000, "1," * 500_000, ["1"] * 100_000,
    {"id": True}, [[[[[5]]]]], {"amount": {"amount": 5}}, {"amount": "5", "currency": ["RUB"]}, [["+79161234567", {"a": 1}]],
    date(9999, 12, 31), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001
    b"\xff", object(), {"\ud800": "\ud800"},
]  # fmt: skip
deep: list = []
for _ in range(5_000):
    deep = [deep]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("raw", [*TRAPS, deep], ids=lambda raw: f"{type(raw).__name__}")
def test_known_traps_are_kept_or_refused_with_a_problem(name, raw):
    check_kept_or_refused(name, raw)


@pytest.mark.parametrize("name", TYPES)
@given(raw=anything)
@settings(max_examples=60)
def test_any_json_is_kept_or_refused_with_a_problem(name, raw):
    check_kept_or_refused(name, raw)


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
@settings(max_examples=60)
def test_what_people_type_comes_back_equal_or_is_refused_with_a_problem(name, data):
    raw = data.draw(LIKELY.get(name, texts))
    event(check_kept_or_refused(name, raw))


@pytest.mark.parametrize("name", [name for name in TYPES if name not in SAID_BY_LABEL])
@given(data=st.data())
@settings(max_examples=60)
def test_what_is_said_in_russian_is_understood_again(name, data):
    """An export that a person looks at imports back equal."""
    field_type, options = TYPES[name], OPTIONS[name]
    try:
        value = field_type.accept(data.draw(LIKELY.get(name, texts)), options, TERMS)
    except BadValue:
        return
    said = field_type.say(value, options, load_words("ru"))
    try:
        assert field_type.accept(said, options, TERMS) == value
    except NumberAmbiguous:  # «1,250 KWD»: three minor digits cannot be told from thousands, so nobody guesses
        assert name == "money"
        assert value.currency == "KWD"


@pytest.mark.parametrize("name", TYPES)
def test_blank_is_empty_in_every_type(name):
    empty = {"yes_no": False}.get(name, () if isinstance(TYPES[name].storage(OPTIONS[name]), Rows) else None)
    for raw in (None, "", "   ", "\n"):
        assert TYPES[name].accept(raw, OPTIONS[name], TERMS) == empty
