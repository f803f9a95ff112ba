"""The card of an object: its variants, and what stands on it besides fields."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.configurator.tidy import forget_field, forget_role
from svyaz.kernel.problem import Problem, Problems
from svyaz.schema.edits import drop_entity
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import Source
from tests.snapshots import entity, field, small_snapshot, small_source

KIND = field("kind", "choice", options=[{"key": "person", "title": "Человек"}, {"key": "firm", "title": "Фирма"}])
CLIENT = [field("name"), KIND, field("debt", "money"), field("closed_on", "date"), field("vip", "yes_no")]
VISIT = entity(
    "visit", field("title"), field("client", "link", to="client"), field("sum", "money"), field("day", "date")
)
BASE = {"title": "Общее", "section": [{"title": "О клиенте", "fields": ["name", "kind"]}]}
SHORT = {"title": "Коротко", "section": [{"title": "Главное", "fields": ["name"]}]}


def client(form: Any) -> dict[str, Any]:
    return {**entity("client", *CLIENT), "form": form}


def card(**form: Any) -> Snapshot:
    return small_snapshot(client({"tab": [BASE], **form}), VISIT)


def block(**told: Any) -> dict[str, Any]:
    return {"tab": [{"title": "Общее", "section": [told]}]}


def buttons(*told: dict[str, Any]) -> dict[str, Any]:
    return block(kind="buttons", buttons=[{"key": f"b{at}", "title": "Кнопка", **one} for at, one in enumerate(told)])


def refused(form: Any) -> set[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        small_snapshot(client(form), VISIT)
    problem = caught.value
    found = problem.problems if isinstance(problem, Problems) else [problem]
    return {(one.code, one.place.partition(": form")[2]) for one in found}


def test_variant_has_tabs_of_its_own_and_says_whom_and_which_records_it_is_for() -> None:
    shop = card(
        variant=[
            {"key": "phone", "title": "Телефон", "phone": True, "tab": [SHORT]},
            {"key": "firm", "title": "Фирма", "by": "kind", "values": ["firm"], "tab": [SHORT]},
        ]
    )
    form = shop.entities["client"].form
    assert [one.fields for one in form.tabs[0].sections] == [("name", "kind")]
    assert [(one.key, one.phone, one.by, one.values) for one in form.variants] == [
        ("phone", True, "", ()),
        ("firm", False, "kind", ("firm",)),
    ]
    assert form.variants[1].tabs[0].sections[0].fields == ("name",)


def test_usual_card_may_have_variants_too() -> None:
    form = (
        small_snapshot(client({"variant": [{"key": "short", "title": "К", "tab": [SHORT]}]}), VISIT)
        .entities["client"]
        .form
    )
    assert form.tabs[0].sections[0].fields == ("name", "kind", "debt", "closed_on", "vip")
    assert form.variants[0].key == "short"


def test_condition_belongs_to_the_field_whatever_the_variant() -> None:
    placed = [{"key": "closed_on", "visible_if": "vip = true"}]
    only = {"title": "К", "section": [{"title": "С", "fields": placed}]}
    form = card(variant=[{"key": "short", "title": "К", "tab": [only]}]).entities["client"].form
    assert list(form.conditions) == ["closed_on"]


def test_blocks_are_read_whole() -> None:
    form = (
        card(
            tab=[
                {
                    "title": "Общее",
                    "section": [
                        {"kind": "text", "title": "Памятка", "text": {"ru": "# Важно\n- позвонить", "en": "Call"}},
                        {
                            "kind": "buttons",
                            "buttons": [
                                {
                                    "key": "close",
                                    "title": "Закрыть",
                                    "do": "set",
                                    "values": {"closed_on": "today()", "kind": '"firm"'},
                                },
                                {"key": "visit", "title": "Визит", "do": "create", "entity": "visit", "by": "client"},
                                {
                                    "key": "list",
                                    "title": "Визиты",
                                    "do": "open",
                                    "entity": "visit",
                                    "by": "client",
                                    "filter": "sum > 0",
                                },
                                {"key": "go", "title": "Отчёты", "do": "go", "address": "/-/reports"},
                            ],
                        },
                        {
                            "kind": "figure",
                            "title": "Оплачено",
                            "entity": "visit",
                            "by": "client",
                            "function": "sum",
                            "value": "sum",
                        },
                        {
                            "kind": "chart",
                            "title": "По месяцам",
                            "entity": "visit",
                            "by": "client",
                            "group": "day:month",
                            "look": "line",
                        },
                        {"kind": "timeline"},
                    ],
                }
            ]
        )
        .entities["client"]
        .form
    )
    text, acts, figure, chart, feed = (part.block for part in form.tabs[0].sections)
    assert text and text.text and text.text.say("en") == "Call"
    assert acts and [one.do for one in acts.buttons] == ["set", "create", "open", "go"]
    assert list(form.buttons["close"].values) == ["closed_on", "kind"]
    assert figure and (figure.function, figure.value) == ("sum", "sum")
    assert chart and (chart.group, chart.look, chart.function) == ("day:month", "line", "count")
    assert feed and feed.kind == "timeline"


PART = ": tab 1: section 1"
BUTTON = f"{PART}: button 1"
WRONG: list[tuple[str, Any, tuple[str, str]]] = [
    ("a kind nobody knows", block(kind="script", text="x"), ("setting_not_allowed", PART)),
    ("fields in a block", block(kind="text", text="x", fields=["name"]), ("setting_unknown", PART)),
    ("words too long", block(kind="text", text="я" * 4001), ("setting_not_allowed", PART)),
    ("another site", buttons({"do": "go", "address": "//evil.example"}), ("setting_not_allowed", BUTTON)),
    ("a script", buttons({"do": "go", "address": "javascript:alert(1)"}), ("setting_not_allowed", BUTTON)),
    ("a door of the program", buttons({"do": "go", "address": "/api/session"}), ("setting_not_allowed", BUTTON)),
    ("a value of another type", buttons({"values": {"closed_on": "'вчера'"}}), ("formula_wants_date", f"{BUTTON}: closed_on")),
    ("an unknown field", buttons({"values": {"no": "1"}}), ("schema_field_unknown", f"{BUTTON}: no")),
    ("nothing to write", buttons({"do": "set"}), ("setting_missing", BUTTON)),
    ("a stranger", buttons({"do": "create", "entity": "visit", "by": "title"}), ("detail_not_linked", BUTTON)),
    ("a sum of words", block(kind="figure", entity="visit", by="client", function="sum", value="title"), ("setting_not_allowed", PART)),
    ("a chart by nothing", block(kind="chart", entity="visit", by="client"), ("setting_missing", PART)),
    ("a variant of nothing", {"variant": [{"key": "a", "title": "А"}]}, ("setting_missing", ": variant 1")),
    ("a variant by words", {"variant": [{"key": "a", "title": "А", "by": "name", "values": ["x"], "tab": [SHORT]}]}, ("setting_not_allowed", ": variant 1")),
    ("an option that is not there", {"variant": [{"key": "a", "title": "А", "by": "kind", "values": ["x"], "tab": [SHORT]}]}, ("setting_not_allowed", ": variant 1")),
    ("two of one key", {"variant": [{"key": "a", "title": "А", "tab": [SHORT]}] * 2}, ("schema_key_taken", ": variant 2")),
    ("a role nobody made", {"variant": [{"key": "a", "title": "А", "roles": ["ghost"], "tab": [SHORT]}]}, ("schema_role_unknown", "")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "form", "problem"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_on_a_card_is_told_by_its_place(what: str, form: Any, problem: tuple[str, str]) -> None:
    assert problem in refused(form)


def test_button_may_not_read_another_record() -> None:
    shop = entity("client", *CLIENT, field("boss", "link", to="client"))
    form = buttons({"values": {"name": "boss.name"}})
    with pytest.raises(Problem) as caught:
        small_snapshot({**shop, "form": form}, VISIT)
    assert caught.value.code == "button_through_link"


def source_of(form: Any) -> Source:
    return small_source(client(form), VISIT, roles=[{"key": "boss", "title": "Б"}])


def form_after(source: Source) -> Any:
    return source.entities[0].table["form"]


def test_dropped_field_takes_what_only_showed_it_and_leaves_the_rest() -> None:
    form = {
        "tab": [{"title": "О", "section": [
            {"title": "С", "fields": ["name", "vip"]},
            {"kind": "figure", "title": "Ф", "entity": "visit", "by": "client", "function": "sum", "value": "sum"},
            {"kind": "buttons", "title": "К", "buttons": [
                {"key": "a", "title": "А", "do": "set", "values": {"vip": "true"}},
                {"key": "b", "title": "Б", "do": "set", "values": {"vip": "true", "name": "'x'"}},
            ]},
        ]}],
        "variant": [{"key": "v", "title": "В", "by": "vip", "values": ["yes"], "tab": [SHORT]}],
    }  # fmt: skip
    source = source_of(form)
    before = resolve(source, (), 1)
    left = form_after(forget_field(source, before, "client", "vip"))
    assert left["variant"] == []
    assert [one.get("fields") for one in left["tab"][0]["section"]] == [["name"], None, None]
    assert left["tab"][0]["section"][2]["buttons"] == [
        {"key": "b", "title": "Б", "do": "set", "values": {"name": "'x'"}}
    ]
    assert [one.get("kind") for one in form_after(forget_field(source, before, "visit", "sum"))["tab"][0]["section"]] == [None, "buttons"]  # fmt: skip


def test_dropped_object_takes_its_figures_and_buttons_from_cards_of_others() -> None:
    parts = [
        {"kind": "figure", "title": "Ф", "entity": "visit", "by": "client"},
        {"kind": "buttons", "title": "К", "buttons": [
            {"key": "a", "title": "А", "do": "create", "entity": "visit", "by": "client"},
            {"key": "b", "title": "Б", "do": "go", "address": "/-/reports"},
        ]},
    ]  # fmt: skip
    tab = {"title": "О", "section": parts}
    variants = [{"key": "v", "title": "В", "tab": [{"title": "О", "section": parts[:1]}, BASE]}]
    left = form_after(drop_entity(source_of({"tab": [tab], "variant": variants}), "visit"))
    assert [[one["key"] for one in part["buttons"]] for part in left["tab"][0]["section"]] == [["b"]]
    assert left["variant"][0]["tab"][0]["section"] == []


def test_variant_of_a_dropped_role_goes_rather_than_becoming_everybodys() -> None:
    variants = [
        {"key": "a", "title": "А", "roles": ["boss"], "tab": [SHORT]},
        {"key": "b", "title": "Б", "tab": [SHORT]},
    ]
    left = form_after(forget_role(source_of({"tab": [BASE], "variant": variants}), "boss"))
    assert [one["key"] for one in left["variant"]] == ["b"]
