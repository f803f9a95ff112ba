"""What resolve refuses: each mistake alone is told once, with its place, and does not bring false ones along."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.kernel.problem import Problem, Problems
from svyaz.schema.resolve import resolve
from svyaz.schema.source import Part, Source
from svyaz.traits.registry import SHAPES
from tests.snapshots import entity, field, small_source

BOOK = entity("book", field("title"), field("price", "money"), field("pages", "integer"))
AUTHOR = entity("author", field("title"))
STAGES = [{"key": "new", "title": "Новая"}, {"key": "done", "title": "Готова", "ends": "won"}]


def told(source: Source) -> list[Problem]:
    try:
        resolve(source, SHAPES, 1)
    except Problems as several:
        return list(several.problems)
    except Problem as one:
        return [one]
    return []


def book(*fields: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {**BOOK, "field": [*BOOK["field"], *fields], **rest}


def lines(**rest: Any) -> dict[str, Any]:
    return entity("row", field("book", "link", to="book", required=True), kind="line", parent="book", **rest)


CASES = [
    # what is wrong                  the entities                                    code                      its place
    ("no title", [{**BOOK, "title": None}], "setting_missing", "test/book.toml"),
    ("an empty title", [{**BOOK, "title": {"ru": " "}}], "setting_missing", "test/book.toml: title"),
    ("a title that is a number", [{**BOOK, "title": 5}], "setting_not_table", "test/book.toml: title"),
    ("a key in Russian", [entity("книга", field("title"))], "bad_key", "test/книга.toml"),
    ("a key of 27 letters", [book(field("a" * 27))], "key_too_long", f"test/book.toml: field 4 ({'a' * 27})"),
    ("a word of formulas", [book(field("empty"))], "key_reserved", "test/book.toml: field 4 (empty)"),
    ("a system field's name", [book(field("created_at"))], "key_reserved", "test/book.toml: field 4 (created_at)"),
    ("a table of the engine", [entity("sv_change", field("title"))], "key_reserved", "test/sv_change.toml"),
    ("a column of the database", [book(field("rowid"))], "key_reserved", "test/book.toml: field 4 (rowid)"),
    ("one entity twice", [BOOK, BOOK], "schema_key_taken", "test/book.toml"),
    ("one field twice", [book(field("pages"))], "schema_key_taken", "test/book.toml: field 4 (pages)"),
    ("a setting nobody knows", [{**BOOK, "colour": "red"}], "setting_unknown", "test/book.toml"),
    ("an option nobody knows", [book(field("x", wide=True))], "option_unknown", "test/book.toml: field 4 (x)"),
    ("no type", [book({"key": "x", "title": "X"})], "setting_missing", "test/book.toml: field 4 (x)"),
    ("a type nobody knows", [book(field("x", "teleport"))], "schema_type_unknown", "test/book.toml: field 4 (x)"),
    ("a kind nobody knows", [{**BOOK, "kind": "shelf"}], "setting_not_allowed", "test/book.toml"),
    ("a link to nowhere", [book(field("x", "link", to="shelf"))], "schema_entity_unknown", "test/book.toml: field 4 (x)"),
    ("a link without target", [book(field("x", "link"))], "option_missing", "test/book.toml: field 4 (x)"),
    ("files are not unique", [book(field("x", "file", unique=True))], "schema_unique_impossible", "test/book.toml: field 4 (x)"),
    ("choice of nothing", [book(field("x", "choice", options=[]))], "option_missing", "test/book.toml: field 4 (x)"),
    ("a trait nobody knows", [{**BOOK, "traits": ["flying"]}], "schema_trait_unknown", "test/book.toml: trait flying"),
    ("a trait's option", [{**BOOK, "traits": {"numbered": {"x": 1}}}], "setting_unknown", "test/book.toml: trait numbered"),
    ("a role for two fields", [book(field("x", role="a"), field("y", role="a"))], "schema_role_twice", "test/book.toml: field 5 (y)"),
    ("a label of nothing known", [{**BOOK, "label": "colour"}], None, "test/book.toml: label"),
    ("a label through a link", [book(field("x", "link", to="author"), label="title & x.label"), AUTHOR], "label_through_link", "test/book.toml: label"),
    ("a label of itself", [{**BOOK, "label": "label"}], "label_unfit", "test/book.toml: label"),
    ("a label of today", [{**BOOK, "label": "title & text(today())"}], "label_unfit", "test/book.toml: label"),
    ("a label that is a number", [{**BOOK, "label": "pages > 1"}], None, "test/book.toml: label"),
    ("a default of a field", [book(field("x", "integer", default="pages + 1"))], "default_uses_field", "test/book.toml: field 4 (x): default"),
    ("a default of another type", [book(field("x", "integer", default="'five'"))], None, "test/book.toml: field 4 (x): default"),
    ("a default that is a list", [book(field("x", "integer", default=[1]))], "formula_missing", "test/book.toml: field 4 (x): default"),
    ("a check of another record", [book(field("x", "link", to="author", check="x.title <> ''")), AUTHOR], "check_through_link", "test/book.toml: field 4 (x): check"),
    ("a check that is no condition", [book(field("x", "integer", check="x + 1"))], None, "test/book.toml: field 4 (x): check"),
    ("doubles by no field", [{**BOOK, "duplicates": ["isbn"]}], "schema_field_unknown", "test/book.toml: duplicates"),
    ("stages without the trait", [{**BOOK, "pipeline": [{"key": "p", "title": "П", "stages": STAGES}]}], "schema_stages_without_field", "test/book.toml"),
    ("the trait without stages", [{**BOOK, "traits": ["staged"]}], "schema_field_without_stages", "test/book.toml: trait staged: field 1 (stage)"),
    ("a stage in two pipelines", [{**BOOK, "traits": ["staged"], "pipeline": [{"key": key, "title": key, "stages": STAGES[at:]} for at, key in enumerate("pq")]}], "schema_key_taken", "test/book.toml: pipeline q: stage 1"),
    ("a stage asks for no field", [{**BOOK, "traits": ["staged"], "pipeline": [{"key": "p", "title": "П", "stages": [{**STAGES[0], "requires": ["isbn"]}]}]}], "schema_field_unknown", "test/book.toml: pipeline p: stage new"),
    ("a stage ends in a draw", [{**BOOK, "traits": ["staged"], "pipeline": [{"key": "p", "title": "П", "stages": [{**STAGES[0], "ends": "draw"}]}]}], "setting_not_allowed", "test/book.toml: pipeline 1 (p): stage 1"),
    ("a column of no field", [{**BOOK, "view": [{"key": "v", "title": "В", "columns": ["isbn"]}]}], "schema_field_unknown", "test/book.toml: view 1"),
    ("a column behind a number", [{**BOOK, "view": [{"key": "v", "title": "В", "columns": ["pages.title"]}]}], "schema_field_unknown", "test/book.toml: view 1"),
    ("a sort by pictures", [book(field("x", "image"), view=[{"key": "v", "title": "В", "sort": ["-x"]}])], "schema_sort_impossible", "test/book.toml: view 1"),
    ("a board of nothing", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "board"}]}], "board_without_group", "test/book.toml: view 1"),
    ("a calendar without a date", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "calendar"}]}], "view_needs_field", "test/book.toml: view 1"),
    ("a calendar by pages", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "calendar", "date": "pages"}]}], "setting_not_allowed", "test/book.toml: view 1"),
    ("a gantt until nothing known", [{**book(field("on", "date")), "view": [{"key": "v", "title": "В", "kind": "gantt", "until": "isbn"}]}], "schema_field_unknown", "test/book.toml: view 1"),
    ("a tree without a link to itself", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "tree"}]}], "view_needs_field", "test/book.toml: view 1"),
    ("a map without a place", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "map"}]}], "view_needs_field", "test/book.toml: view 1"),
    ("a picture that is a number", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "gallery", "picture": "pages"}]}], "setting_not_allowed", "test/book.toml: view 1"),
    ("a chart of nothing", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "chart"}]}], "view_needs_field", "test/book.toml: view 1"),
    ("a chart by months of a number", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "chart", "group": "pages:month"}]}], "setting_not_allowed", "test/book.toml: view 1"),
    ("a chart that is a cake", [{**BOOK, "view": [{"key": "v", "title": "В", "kind": "chart", "group": "pages", "look": "cake"}]}], "setting_not_allowed", "test/book.toml: view 1"),
    ("a list by a date", [{**book(field("on", "date")), "view": [{"key": "v", "title": "В", "date": "on"}]}], "setting_unknown", "test/book.toml: view 1"),
    ("a total of titles", [{**BOOK, "view": [{"key": "v", "title": "В", "total": "title"}]}], "setting_not_allowed", "test/book.toml: view 1"),
    ("a filter of no condition", [{**BOOK, "view": [{"key": "v", "title": "В", "filter": "pages + 1"}]}], None, "test/book.toml: view 1: filter"),
    ("one view twice", [{**BOOK, "view": [{"key": "v", "title": "В"}, {"key": "v", "title": "Г"}]}], "schema_key_taken", "test/book.toml: view 2"),
    ("a card of no field", [{**BOOK, "form": {"tab": [{"title": "Т", "section": [{"title": "С", "fields": ["isbn"]}]}]}}], "schema_field_unknown", "test/book.toml: form: tab 1: section 1"),
    ("details of strangers", [{**BOOK, "form": {"tab": [{"title": "Т", "detail": [{"title": "Д", "entity": "author", "by": "title"}]}]}}, AUTHOR], "detail_not_linked", "test/book.toml: form: tab 1: detail 1"),
    ("rows without a card", [entity("row", field("title"), kind="line")], "line_without_parent", "test/row.toml"),
    ("rows of rows in a circle", [entity(key, field("up", "link", to=up, required=True), field("title"), kind="line", parent="up") for key, up in (("a", "b"), ("b", "a"))], "line_loop", "test/a.toml"),
    ("a card with rows of another", [BOOK, lines(), entity("shop", traits={"positions": {"lines": "row"}})], "lines_not_of_this", "test/shop.toml"),
    ("eggs need hens", [entity("egg", field("hen", "link", to="hen", required=True)), entity("hen", field("egg", "link", to="egg", required=True))], "required_link_loop", "test/hen.toml"),
]  # fmt: skip


@pytest.mark.parametrize(("entities", "code", "place"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_mistake_is_named_with_its_place(entities: list[dict[str, Any]], code: str | None, place: str) -> None:
    problems = told(small_source(*entities))
    if code is None:  # a formula: what is wrong in it is the language's to name, where it stands is ours
        assert [one.place for one in problems if one.place.startswith(place)], problems
    else:
        assert (code, place) in [(one.code, one.place) for one in problems], problems
    if code not in ("schema_key_taken", "line_loop"):
        assert len(problems) == 1, problems


def test_every_mistake_of_a_file_is_told_in_one_go() -> None:
    problems = told(
        small_source(
            book(field("x", "teleport"), field("y", "link", to="nowhere"), label="colour", icon=3),
            entity("author", field("title", default="price")),
            roles=[{"key": "reader", "title": "Читатель", "grants": {"shelf": "all"}}],
            settings={"currency": "ZZZ"},
        )
    )
    assert {one.code for one in problems} >= {
        "schema_type_unknown",
        "schema_entity_unknown",
        "setting_not_text",
        "default_uses_field",
        "setting_not_allowed",
    }
    assert len({one.place for one in problems}) == 7


def test_what_speaks_of_a_broken_field_is_not_told_as_well() -> None:
    broken = book(field("x", "teleport"), label="title & x", view=[{"key": "v", "title": "В", "columns": ["x"]}])
    assert [one.code for one in told(small_source(broken))] == ["schema_type_unknown"]


def test_source_that_was_not_numbered_is_refused() -> None:
    source = Source(entities=(Part("test/book.toml", "test", BOOK),))
    assert {one.code for one in told(source)} == {"schema_number_missing"}


def test_number_given_twice_is_refused() -> None:
    numbered = {**BOOK, "number": 1, "numbers": {"title": 2, "price": 2, "pages": 3}}
    assert [one.code for one in told(small_source(numbered))] == ["schema_number_taken"]
    twin = {**AUTHOR, "number": 3, "numbers": {"title": 9}}
    assert [
        one.code for one in told(small_source({**numbered, "numbers": {"title": 2, "price": 4, "pages": 3}}, twin))
    ] == ["schema_number_taken"]


SETTINGS = [
    ({"currency": "RUR"}, "setting_not_allowed"),
    ({"zone": "Europe/Ryazan"}, "setting_not_allowed"),
    ({"zone": "../../etc/passwd"}, "setting_not_allowed"),
    ({"zone": ""}, "setting_not_allowed"),
    ({"region": "Россия"}, "setting_not_allowed"),
    ({"language": "tlh"}, "setting_not_allowed"),
    ({"first_weekday": 0}, "setting_not_allowed"),
    ({"first_weekday": True}, "setting_not_whole"),
    ({"planet": "Earth"}, "setting_unknown"),
]


@pytest.mark.parametrize(("settings", "code"), SETTINGS)
def test_settings_of_the_company_are_checked(settings: dict[str, Any], code: str) -> None:
    (problem,) = told(small_source(BOOK, settings=settings))
    assert (problem.code, problem.place) == (code, "settings")


GRANTS = [
    # the grants                                                     code
    ({"shelf": "all"}, "schema_entity_unknown"),
    ({"book": "everything"}, "setting_not_allowed"),
    ({"book": {"see": "some"}}, "setting_not_allowed"),
    ({"book": {"burn": "all"}}, "setting_unknown"),
    ({"book": {"see": "all", "fields": {"isbn": "read"}}}, "schema_field_unknown"),
    ({"book": {"see": "all", "fields": {"pages": "write"}}}, "setting_not_allowed"),
    ({"book": {"see": "all", "rule": "pages + 1"}}, None),
    ({"book": 5}, "setting_not_table"),
    ({"row": {"see": "all"}}, "line_rights_apart"),
]


@pytest.mark.parametrize(("grants", "code"), GRANTS)
def test_grant_of_a_role_is_checked(grants: dict[str, Any], code: str | None) -> None:
    (problem,) = told(small_source(BOOK, lines(), roles=[{"key": "reader", "title": "Читатель", "grants": grants}]))
    assert problem.code == (code or problem.code)
    assert problem.place.startswith("test/reader.toml: grants")


def test_role_twice_or_with_an_ability_nobody_knows_is_refused() -> None:
    role = {"key": "reader", "title": "Читатель"}
    assert [one.code for one in told(small_source(BOOK, roles=[role, role]))] == ["schema_key_taken"]
    assert [one.code for one in told(small_source(BOOK, roles=[{**role, "abilities": ["fly"]}]))] == [
        "setting_not_allowed"
    ]


@pytest.mark.parametrize("letter", ["\x00", "\ud800"])
def test_character_no_database_keeps_is_refused_wherever_it_stands(letter: str) -> None:
    spoilt = book(field("x", "autonumber", pattern=f"{letter}{{0000}}"), icon=f"book{letter}")
    problems = told(small_source(spoilt, settings={"title": letter}))
    assert {(one.code, one.place) for one in problems} >= {
        ("schema_text_broken", "test/book.toml"),
        ("schema_text_broken", "settings"),
    }


def test_menu_names_entities_that_exist() -> None:
    source = small_source(BOOK)
    wrong = Source(entities=source.entities, menu=({"entity": "shelf"}, {"entity": "book"}))
    assert [(one.code, one.place) for one in told(wrong)] == [("schema_entity_unknown", "menu 1")]


def test_too_many_fields_are_refused() -> None:
    wide = entity("book", *(field(f"f{at}") for at in range(301)))
    assert [one.code for one in told(small_source(wide))] == ["schema_too_large"]
