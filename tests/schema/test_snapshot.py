"""What a resolved configuration holds that nobody wrote: system fields, dictionaries, merged traits, usual views."""

from __future__ import annotations

from svyaz.expression.say import to_text
from svyaz.schema.snapshot import VERBS
from tests.snapshots import entity, field, sales_snapshot, small_snapshot

STAGES = [{"key": "new", "title": "Новая"}, {"key": "done", "title": "Готова", "ends": "won"}]


def test_every_entity_has_the_system_fields() -> None:
    for one in sales_snapshot().entities.values():
        system = {field.number: (field.key, field.column) for field in one.fields if field.system}
        assert system == {
            -1: ("id", "sv_id"),
            -2: ("label", "sv_label"),
            -3: ("created_at", "sv_created_at"),
            -4: ("created_by", "sv_created_by"),
            -5: ("changed_at", "sv_changed_at"),
            -6: ("changed_by", "sv_changed_by"),
        }
        assert one.by_key["created_by"].targets == ("employee",)


def test_dictionary_is_an_entity_with_order_colour_archive_and_hierarchy() -> None:
    shop = small_snapshot(dictionaries=[{"key": "genre", "title": "Жанр", "field": [field("code")]}])
    genre = shop.entities["genre"]
    assert genre.kind == "dictionary"
    assert [one.key for one in genre.fields if not one.system] == [
        "title",
        "order",
        "hue",
        "archived",
        "parent",
        "code",
    ]
    assert genre.by_key["title"].required
    assert genre.by_key["title"].unique
    assert genre.by_key["parent"].targets == ("genre",)
    assert genre.views[0].sort == ("order", "title")
    assert to_text(genre.label) == "title"


def test_own_settings_of_a_trait_field_win_one_by_one() -> None:
    renamed = entity(
        "book", {"key": "seller", "role": "responsible", "title": "Продавец", "required": True}, traits=["participants"]
    )
    shop = small_snapshot(renamed, org=True)
    seller = shop.entities["book"].by_role("responsible")
    assert seller is not None
    assert (seller.key, seller.title.ru, seller.type, seller.required) == ("seller", "Продавец", "employee", True)
    assert seller.default is not None
    assert "responsible" not in shop.entities["book"].by_key
    assert "auditors" in shop.entities["book"].by_key


def test_entity_that_says_nothing_gets_a_label_views_and_a_card() -> None:
    shop = small_snapshot(
        entity("author", field("title")),
        entity(
            "book",
            field("pages", "integer"),
            field("name", required=True),
            field("author", "link", to="author"),
            traits=["staged"],
            pipeline=[{"key": "print", "title": "Печать", "stages": STAGES}],
        ),
    )
    book, author = shop.entities["book"], shop.entities["author"]
    assert to_text(book.label) == "name"
    assert [(one.kind, one.group, one.pipeline) for one in book.views] == [
        ("list", "", ""),
        ("board", "stage", "print"),
    ]
    assert book.form.tabs[0].sections[0].fields == ("pages", "name", "author", "stage", "closed_on")
    assert book.form.quick == ("name", "stage")
    assert [(one.entity, one.by) for one in author.form.tabs[1].details] == [("book", "author")]
    assert shop.children["author"] == (("book", "author"),)
    assert [one.entity for one in shop.menu] == ["author", "book"]


def test_entity_without_any_text_is_called_by_its_number() -> None:
    book = small_snapshot(entity("book", field("pages", "integer"))).entities["book"]
    assert to_text(book.label) == "text(id)"


def test_star_of_a_role_gives_way_to_kind_and_kind_to_key() -> None:
    shop = small_snapshot(
        entity("book", field("title")),
        entity("shelf", field("title")),
        dictionaries=[{"key": "genre", "title": "Жанр"}],
        roles=[
            {
                "key": "reader",
                "title": "Читатель",
                "grants": {"*": {"see": "own"}, "*dictionary": {"see": "all"}, "book": "department"},
            },
            {"key": "guest", "title": "Гость"},
        ],
    )
    grants = shop.roles["reader"].grants
    assert grants["shelf"].verbs == {"see": "own"}
    assert grants["genre"].verbs == {"see": "all"}
    assert grants["book"].verbs == dict.fromkeys(VERBS, "department")
    assert shop.roles["guest"].grants == {}


def test_digest_knows_what_is_said_and_not_when_or_in_what_order_of_keys() -> None:
    book = entity("book", field("title"), hue=10, icon="book")
    same = {key: book[key] for key in reversed(book)}
    assert small_snapshot(book).digest == small_snapshot(same, revision=9).digest
    assert small_snapshot(book).digest != small_snapshot({**book, "hue": 11}).digest
    assert small_snapshot(book, settings={"zone": "Asia/Omsk"}).digest != small_snapshot(book).digest


def test_default_and_check_are_typed() -> None:
    snapshot = small_snapshot(
        entity(
            "book", field("pages", "integer", default=12, check="pages > 0"), field("on_sale", "yes_no", default=True)
        )
    )
    book = snapshot.entities["book"]
    pages, on_sale = book.by_key["pages"], book.by_key["on_sale"]
    assert pages.default is not None
    assert pages.check is not None
    assert on_sale.default is not None
    assert (to_text(pages.default), to_text(pages.check), to_text(on_sale.default)) == ("12", "pages > 0", "true")
    assert pages.check.type.kind == "yes_no"
