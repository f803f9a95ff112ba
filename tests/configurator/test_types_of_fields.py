"""A field of each newer type, made in the constructor, does all that a field does; on both databases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from svyaz.search.follow import catch_up
from tests.api.site import Caller, Site
from tests.configurator.test_over_http import apply

BEFORE = "2026-03-03T09:00:00Z"


@dataclass(frozen=True)
class Kind:
    """typed -> cell of three records in the order of sorting; finds: a filter that only the first two pass."""

    type: str
    typed: tuple[Any, Any, Any]
    cells: tuple[Any, Any, Any]
    finds: str
    file: str  # how the first one stands in a Russian .csv
    wrong: Any
    code: str
    total: tuple[str, Any] | None = None  # of a measure over the three
    options: dict[str, Any] = field(default_factory=dict)
    word: str = ""  # finds the first one by full text
    sorts: bool = True


KINDS = [
    Kind(
        "duration", ("45 мин", "1:30", "2 ч"), (2700, 5400, 7200), "x < 7200", "45 мин", "90",
        "duration_not_understood", ("sum", 15300),
    ),
    Kind("rating", (2, "3 из 7", "★★★★★"), (2, 3, 5), "x <= 3", "2", 8, "rating_not_understood", ("avg", "3.33"), {"max": 7}),
    Kind(
        "colour", ("чёрный", "#1E5BD6", "белый"), ("#000000", "#1e5bd6", "#ffffff"), 'x <> "#ffffff"', "#000000",
        "хаки в крапинку", "colour_not_understood",
    ),
    Kind(
        "person_name", ("Иван Петрович Алёхин", {"last": "Борисова", "first": "Яна"}, "Якин А."),
        ({"last": "Алёхин", "first": "Иван", "middle": "Петрович"}, {"last": "Борисова", "first": "Яна"}, {"last": "Якин", "first": "А."}),
        'not contains(x, "якин")', "Алёхин Иван Петрович", {"surname": "А"}, "part_unknown", word="Алехин",
    ),
    Kind(
        "address", ("420111, г. Казань, ул. Баумана, 5, кв. 12", {"city": "Москва", "street": "ул. Мира"}, "Тверь"),
        (
            {"postcode": "420111", "city": "г. Казань", "street": "ул. Баумана", "house": "5", "flat": "12"},
            {"city": "Москва", "street": "ул. Мира"}, {"city": "Тверь"},
        ),
        'contains(x, "ул. ")', "420111, г. Казань, ул. Баумана, д. 5, кв. 12", ["Казань"], "text_expected", word="баумана",
    ),
    Kind(
        "place", ("55.751244, 37.618423", [55.8, 49.1], "56°50'N 60°36'E"),
        ("55.751244, 37.618423", "55.8, 49.1", "56.833333, 60.6"), 'x <> "56.833333, 60.6"', "55.751244, 37.618423", "91, 0",
        "place_off_earth", sorts=False,
    ),
    Kind(
        "barcode", ("036000291452", "4600051000057", 4820024700016), ("0036000291452", "4600051000057", "4820024700016"),
        'x <> "4820024700016"', "0036000291452", "4600051000058", "check_digits_wrong", options={"kind": "ean13"}, word="0036000291452",
    ),
]  # fmt: skip


def with_field(site: Site, kind: Kind) -> Caller:
    artem = site.browser("Артём")
    apply(artem, {"do": "add_entity", "table": {"key": "thing", "title": "Вещь", "field": [
        {"key": "title", "title": "Имя", "type": "text"},
        {"key": "x", "title": "Икс", "type": kind.type, **kind.options},
    ]}})  # fmt: skip
    return artem


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_field_of_a_newer_type_is_kept_found_sorted_grouped_and_totalled(site: Site, kind: Kind) -> None:
    artem = with_field(site, kind)
    ids = [artem.create("thing", title=f"В{at}", x=typed)["id"] for at, typed in enumerate(kind.typed)]
    empty = artem.create("thing", title="Пустая")["id"]
    assert [artem.open("thing", id)["values"]["x"] for id in ids] == list(kind.cells)
    if kind.sorts:
        assert artem.ids("thing", sort="x") == [*ids, empty]
        assert artem.ids("thing", sort="-x") == [*reversed(ids), empty]
    assert artem.ids("thing", filter=f"({kind.finds}) and not (x = empty)", sort="title") == ids[:2]
    assert artem.ids("thing", filter="x = empty") == [empty]
    told = artem.post("/api/records/thing/query", {"group": "x", "first": 5})
    assert [one["count"] for one in told["groups"]] == [1, 1, 1, 1]
    if kind.total:
        how, figure = kind.total
        told = artem.post("/api/records/thing/query", {"totals": [{"function": how, "field": "x"}]})
        assert told["totals"] == [figure]
    with site.nothing_changes():
        error = artem.refused("POST", "/api/records/thing", 422, {"values": {"title": "Нет", "x": kind.wrong}})
        assert error["code"] == kind.code and error["place"] == "values.x"
    if kind.word:
        catch_up(site.company)
        (group,) = artem.get("/api/search", q=kind.word, entity="thing")["groups"]
        assert [one["id"] for one in group["items"]] == ids[:1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_field_of_a_newer_type_has_a_history_a_past_and_comes_back_from_a_file(site: Site, kind: Kind) -> None:
    artem = with_field(site, kind)
    made = artem.create("thing", title="Вещь", x=kind.typed[0])
    site.cast.tick(hours=1)
    artem.change("thing", made["id"], 1, x=kind.typed[1])
    assert artem.get(f"/api/records/thing/{made['id']}", as_of=BEFORE)["values"]["x"] == kind.cells[0]
    past = artem.get("/api/records/thing", as_of=BEFORE, fields="x")
    assert past["rows"][0][2] == kind.cells[0]
    artem.change("thing", made["id"], 2, x=kind.typed[0])

    text = artem.call("GET", "/api/records/thing?fields=title,x", headers={"Accept": "text/csv"})
    assert text.decode("utf-8-sig").replace("\u00a0", " ").splitlines()[1].split(";", 1)[1].strip('"') == kind.file
    artem.delete(f"/api/records/thing/{made['id']}")
    run = artem.upload("/api/imports", "вещи.csv", text, entity="thing")
    artem.put(f"/api/imports/{run['id']}", run["plan"])
    artem.post(f"/api/imports/{run['id']}/run", status=202)
    site.run_jobs()
    assert [row[2:] for row in artem.get("/api/records/thing", fields="title,x")["rows"]] == [["Вещь", kind.cells[0]]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_field_of_a_newer_type_becomes_a_text_and_comes_back_unharmed(site: Site, kind: Kind) -> None:
    artem = with_field(site, kind)
    ids = [artem.create("thing", title=f"В{at}", x=typed)["id"] for at, typed in enumerate(kind.typed)]
    for type_, options in (("text", {}), (kind.type, kind.options)):
        edit = {"do": "retype_field", "entity": "thing", "field": "x", "type": type_, "options": options}
        revision = artem.get("/api/schema/source")["revision"]
        plan = artem.post("/api/schema/plan", {"revision": revision, "edits": [edit]})
        artem.post("/api/schema/apply", {"revision": revision, "edits": [edit], "confirm": plan["digest"]})
    assert [artem.open("thing", id)["values"]["x"] for id in ids] == list(kind.cells)


def test_sum_of_lengths_over_child_records_and_a_formula_of_it_are_lengths(site: Site) -> None:
    artem = site.browser("Артём")
    apply(
        artem,
        {"do": "add_entity", "table": {"key": "work", "title": "Работа", "field": [
            {"key": "title", "title": "Имя", "type": "text"}, {"key": "planned", "title": "План", "type": "duration"}]}},
        {"do": "add_entity", "table": {"key": "spent", "title": "Затрата", "field": [
            {"key": "work", "title": "Работа", "type": "link", "to": "work", "on_delete": "delete"},
            {"key": "took", "title": "Время", "type": "duration"}]}},
        {"do": "add_field", "entity": "work", "field": {
            "key": "fact", "title": "Факт", "type": "rollup", "entity": "spent", "function": "sum", "value": "took"}},
        {"do": "add_field", "entity": "work", "field": {
            "key": "usual", "title": "В среднем", "type": "rollup", "entity": "spent", "function": "avg", "value": "took"}},
        {"do": "add_field", "entity": "work", "field": {
            "key": "left", "title": "Осталось", "type": "formula", "formula": "planned - fact", "shows": "duration"}},
    )  # fmt: skip
    work = artem.create("work", title="Сайт", planned="2 ч")["id"]
    for took in ("1:30", "45 мин", "0:00:01"):
        artem.create("spent", work=work, took=took)
    values = artem.open("work", work)["values"]
    assert (values["fact"], values["usual"], values["left"]) == (8101, 2700, -901)
    fields = {one["key"]: one for one in artem.get("/api/schema")["entities"]["work"]["fields"]}
    assert {fields[key]["options"]["result"]["type"] for key in ("fact", "usual", "left")} == {"duration"}
    assert artem.ids("work", filter="left < 0") == [work]


def test_name_of_a_person_names_the_card_and_is_a_text_in_formulas(site: Site) -> None:
    artem = site.browser("Артём")
    apply(
        artem,
        {"do": "add_entity", "table": {"key": "patient", "title": "Пациент", "label": "who", "field": [
            {"key": "who", "title": "ФИО", "type": "person_name", "required": True},
            {"key": "home", "title": "Адрес", "type": "address"},
            {"key": "letter", "title": "Конверт", "type": "formula", "formula": "who & \", \" & home"}]}},
    )  # fmt: skip
    made = artem.create("patient", who="Ольга Иванова", home="Казань, ул. Мира, 5")
    assert made["label"] == "Иванова Ольга"
    assert artem.open("patient", made["id"])["values"]["letter"] == "Иванова Ольга, Казань, ул. Мира, д. 5"
    assert artem.ids("patient", filter='starts_with(letter, "иванова")') == [made["id"]]
    changed = artem.change("patient", made["id"], 1, who={"last": "Петрова", "first": "Ольга"})
    assert changed["label"] == "Петрова Ольга"
    assert artem.open("patient", made["id"])["values"]["letter"].startswith("Петрова Ольга")
