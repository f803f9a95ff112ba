"""An administrator builds and changes objects over HTTP: planned in words, applied whole, taken back."""

from __future__ import annotations

from typing import Any

from tests.api.site import Caller, Site


def plan(caller: Caller, *edits: dict[str, Any]) -> Any:
    revision = caller.get("/api/schema/source")["revision"]
    return caller.post("/api/schema/plan", {"revision": revision, "edits": list(edits)})


def apply(caller: Caller, *edits: dict[str, Any], **rest: Any) -> Any:
    revision = caller.get("/api/schema/source")["revision"]
    return caller.post("/api/schema/apply", {"revision": revision, "edits": list(edits), **rest})


def codes(told: Any) -> list[str]:
    return list(dict.fromkeys(step["code"] for step in told["steps"]))


SUBSCRIBER = {
    "do": "add_entity",
    "table": {
        "title": {"ru": "Абонент", "plural": "Абоненты"},
        "icon": "user",
        "field": [
            {"title": "ФИО", "type": "text", "required": True},
            {"title": "Лицевой счёт", "type": "text", "unique": True},
            {"title": "Лицевой счёт", "type": "integer"},
        ],
    },
}


def test_a_new_object_is_at_once_in_the_menu_and_takes_records_and_keys_come_from_titles(site: Site) -> None:
    artem = site.browser("Артём")
    assert codes(plan(artem, SUBSCRIBER)) == ["plan_made_entity", "plan_changed_role", "plan_changed_menu"]
    assert apply(artem, SUBSCRIBER, title="Абоненты") == {"revision": 2, "kept_back": [], "jobs": []}
    schema = artem.get("/api/schema")
    assert [one["title"] for one in schema["menu"]][-1] == "Абоненты"
    made = artem.create("abonent", fio="Иванов Пётр", litsevoy_schet="100500", litsevoy_schet_2=7)
    assert artem.open("abonent", made["id"])["values"]["litsevoy_schet_2"] == 7
    assert "AbonentValues" in artem.get("/api/openapi.json")["components"]["schemas"]


def test_only_who_may_configure_looks_at_the_source_and_changes_it(site: Site) -> None:
    olga = site.browser("Ольга")
    olga.refused("GET", "/api/schema/source", 403)
    olga.refused("POST", "/api/schema/apply", 403, {"revision": 1, "edits": [SUBSCRIBER]})
    assert site.browser("Артём").get("/api/schema/source")["revision"] == 1


def test_second_of_two_administrators_is_told_who_was_first_and_what_was_done(site: Site) -> None:
    artem, maria = site.browser("Артём"), site.browser("Артём")
    apply(artem, SUBSCRIBER, title="Завели абонентов")
    error = maria.refused("POST", "/api/schema/apply", 409, {"revision": 1, "edits": [SUBSCRIBER]})
    assert error["code"] == "schema_changed_meanwhile"
    assert error["facts"]["who"] == "Артём Зайцев" and error["facts"]["what"] == "Завели абонентов"


def test_hidden_field_keeps_its_values_and_dropping_it_is_confirmed_by_the_digest_of_the_plan(site: Site) -> None:
    artem = site.browser("Артём")
    deal = artem.create("deal", title="Насосы", description="До лета")["id"]
    hide = {"do": "hide_field", "entity": "deal", "field": "description"}
    told = plan(artem, hide)
    assert codes(told) == ["plan_hidden_field"] and told["risk"] == "safe"
    assert {use["kind"] for use in told["steps"][0]["uses"]} == {"form"}
    apply(artem, hide)
    assert "description" not in artem.open("deal", deal)["values"]
    apply(artem, {"do": "show_field", "entity": "deal", "field": "description"})
    assert artem.open("deal", deal)["values"]["description"] == "До лета"

    drop = {"do": "drop_field", "entity": "deal", "field": "description"}
    lost = plan(artem, drop)
    assert lost["risk"] == "loses" and [s["records"] for s in lost["steps"] if s["kind"] == "lost"] == [1]
    error = artem.refused("POST", "/api/schema/apply", 422, {"revision": lost["revision"], "edits": [drop]})
    assert error["code"] == "plan_not_confirmed"
    apply(artem, drop, confirm=lost["digest"])
    assert "description" not in artem.get("/api/schema")["entities"]["deal"]["form"]["tabs"][0]["sections"][4]["fields"]


def test_stage_with_records_on_it_asks_where_they_go_and_undo_brings_them_back(site: Site) -> None:
    artem = site.browser("Артём")
    deal = artem.create("deal", title="Насосы", stage="needs")["id"]
    drop = {"do": "drop_stage", "entity": "deal", "stage": "needs"}
    asked = plan(artem, drop)["asks"]
    assert [(one["code"], one["count"]) for one in asked] == [("stage_has_records", 1)]
    assert ["new", "Новая"] in asked[0]["options"] and "needs" not in dict(asked[0]["options"])
    assert artem.refused("POST", "/api/schema/apply", 422, {"revision": 1, "edits": [drop]})["code"] == "plan_asks"
    apply(artem, {**drop, "to": "offer"})
    assert artem.open("deal", deal)["values"]["stage"] == "offer"
    assert artem.get(f"/api/records/deal/{deal}/history")["items"][0]["cause"] == "schema"
    artem.post("/api/schema/undo", {"revision": 2})
    assert artem.open("deal", deal)["values"]["stage"] == "needs"


def test_option_is_merged_into_another_and_a_choice_is_recoloured(site: Site) -> None:
    artem = site.browser("Артём")
    deal = artem.create("deal", title="Насосы", priority="low")["id"]
    tags = [{"key": one, "title": one.upper()} for one in ("a", "b", "c")]
    field = {"key": "tags", "title": "Метки", "type": "choices", "options": tags}
    apply(artem, {"do": "add_field", "entity": "counterparty", "field": field})
    client = artem.create("counterparty", title="Ромашка", kind="company", tags=["a", "b"])["id"]
    gone = artem.create("counterparty", title="Лютик", kind="company", tags=["a", "c"])["id"]
    artem.delete(f"/api/records/counterparty/{gone}")
    apply(
        artem,
        {"do": "put_option", "entity": "deal", "field": "priority", "option": {"key": "normal", "hue": 10}},
        {"do": "drop_option", "entity": "deal", "field": "priority", "option": "low", "to": "normal"},
        {"do": "drop_option", "entity": "counterparty", "field": "tags", "option": "a", "to": "b"},
    )
    assert artem.open("deal", deal)["values"]["priority"] == "normal"
    assert artem.open("counterparty", client)["values"]["tags"] == ["b"]
    artem.post("/api/trash/restore", {"entity": "counterparty", "ids": [gone]})
    assert artem.open("counterparty", gone)["values"]["tags"] == ["b", "c"]
    filtered = {"do": "drop_option", "entity": "counterparty", "field": "roles", "option": "partner", "to": "client"}
    error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 3, "edits": [filtered]})
    assert error["code"] == "formula_unknown_choice" and "view 4: filter" in error["place"]


def test_values_of_a_new_choice_get_keys_from_their_titles(site: Site) -> None:
    artem = site.browser("Артём")
    said = [{"title": {"ru": "Человек"}, "hue": 85}, {"title": {"ru": "Организация"}}, {"title": {"ru": "Человек"}}]
    field = {"key": "who", "title": "Кто это", "type": "choice", "options": said}
    apply(artem, {"do": "add_field", "entity": "deal", "field": field})
    made = next(one for one in artem.get("/api/schema")["entities"]["deal"]["fields"] if one["key"] == "who")
    assert [one["key"] for one in made["options"]["options"]] == ["chelovek", "organizatsiya", "chelovek_2"]


def test_values_that_do_not_fit_another_type_are_listed_before_applying_and_come_back_with_the_type(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, {"do": "add_field", "entity": "deal", "field": {"key": "rooms", "title": "Комнат", "type": "text"}})
    ids = [artem.create("deal", title=f"Дом {n}", rooms=said)["id"] for n, said in enumerate(("3", "пять", "7"))]
    retype = {"do": "retype_field", "entity": "deal", "field": "rooms", "type": "integer"}
    assert plan(artem, retype)["kept_back"] == [
        {"entity": "deal", "field": "rooms", "count": 1, "examples": [[ids[1], "пять"]]}
    ]
    apply(artem, retype)
    assert [artem.open("deal", id)["values"]["rooms"] for id in ids] == [3, None, 7]
    artem.post("/api/schema/undo", {"revision": 3})
    assert [artem.open("deal", id)["values"]["rooms"] for id in ids] == ["3", "пять", "7"]


def test_trait_that_is_switched_off_hides_its_fields_and_gives_them_back(site: Site) -> None:
    artem = site.browser("Артём")
    client = artem.create("counterparty", title="Ромашка", kind="company", inn="7707083893")["id"]
    apply(artem, {"do": "drop_trait", "entity": "counterparty", "trait": "requisites"})
    assert "inn" not in artem.open("counterparty", client)["values"]
    apply(artem, {"do": "put_trait", "entity": "counterparty", "trait": "requisites"})
    assert artem.open("counterparty", client)["values"]["inn"] == "7707083893"


def test_links_lines_and_many_to_many_stand_on_both_sides(site: Site) -> None:
    artem = site.browser("Артём")
    apply(
        artem,
        SUBSCRIBER,
        {"do": "add_link", "entity": "abonent", "to": "counterparty", "field": {"title": "Плательщик"}},
        {
            "do": "add_lines",
            "entity": "abonent",
            "table": {"title": "Услуга", "field": [{"title": "Имя", "type": "text"}]},
        },
        {
            "do": "add_many_to_many",
            "left": "abonent",
            "right": "product",
            "table": {"title": "Подписка", "field": [{"title": "С какого дня", "type": "date"}]},
        },
    )
    entities = artem.get("/api/schema")["entities"]
    assert entities["usluga"]["kind"] == "line" and entities["usluga"]["parent"] == "abonent"
    details = [one["entity"] for tab in entities["abonent"]["form"]["tabs"] for one in tab["details"]]
    assert {"usluga", "podpiska"} <= set(details)
    assert any(f["key"] == "platelshchik" and f["type"] == "link" for f in entities["abonent"]["fields"])


def test_stage_may_say_where_one_goes_on_from_it(site: Site) -> None:
    artem = site.browser("Артём")
    stage = {"key": "new", "next": ["qualified", "failed"]}
    apply(artem, {"do": "put_stage", "entity": "deal", "pipeline": "sales", "stage": stage})
    deal = artem.create("deal", title="Насосы", stage="new")
    error = artem.refused("PATCH", f"/api/records/deal/{deal['id']}", 422, {"version": 1, "values": {"stage": "talks"}})
    assert error["code"] == "stage_not_next" and "Квалификация" in error["text"]
    artem.change("deal", deal["id"], 1, stage="qualified")


def test_module_that_is_off_is_nowhere_and_keeps_its_data(site: Site) -> None:
    artem = site.browser("Артём")
    product = artem.create("product", title="Насос")["id"]
    apply(
        artem,
        {"do": "change_entity", "entity": "product", "set": {"module": "goods"}},
        {"do": "put_module", "module": "goods", "off": True},
    )
    schema = artem.get("/api/schema")
    assert "product" not in schema["entities"] and "product" not in [one["entity"] for one in schema["menu"]]
    assert "product" not in [field["key"] for field in schema["entities"]["deal"]["fields"]]
    artem.refused("GET", f"/api/records/product/{product}", 404)
    assert "ProductValues" not in artem.get("/api/openapi.json")["components"]["schemas"]
    apply(artem, {"do": "put_module", "module": "goods", "off": False})
    assert artem.open("product", product)["label"] == "Насос"


def test_revisions_are_listed_compared_and_gone_back_to(site: Site) -> None:
    artem = site.browser("Артём")
    apply(artem, SUBSCRIBER, title="Абоненты")
    apply(artem, {"do": "change_entity", "entity": "deal", "set": {"title": "Продажа"}}, title="Имя сделки")
    listed = artem.get("/api/schema/revisions")["revisions"]
    assert [(one["number"], one["title"]) for one in listed] == [(3, "Имя сделки"), (2, "Абоненты"), (1, "")]
    assert "Появится объект «Абонент»." in listed[1]["steps"]
    compared = artem.get("/api/schema/revisions/3", against=1)["changes"]
    assert {"plan_made_entity", "plan_changed_entity"} <= {one["code"] for one in compared}
    back = artem.post("/api/schema/plan", {"revision": 3, "restore": 1})
    assert back["risk"] == "loses"
    artem.post("/api/schema/apply", {"revision": 3, "restore": 1, "confirm": back["digest"]})
    assert "abonent" not in artem.get("/api/schema")["entities"]


def test_what_is_wrong_is_told_all_at_once_and_nothing_is_changed(site: Site) -> None:
    artem = site.browser("Артём")
    error = artem.refused(
        "POST",
        "/api/schema/plan",
        422,
        {
            "revision": 1,
            "edits": [
                {"do": "add_field", "entity": "deal", "field": {"key": "id", "title": "Номер", "type": "text"}},
                {"do": "add_field", "entity": "deal", "field": {"key": "абонент", "title": "Абонент", "type": "text"}},
                {"do": "add_field", "entity": "deal", "field": {"key": "x" * 27, "title": "Длинный", "type": "text"}},
                {"do": "add_field", "entity": "deal", "field": {"title": "Тип", "type": "колдовство"}},
                {"do": "add_field", "entity": "deal", "field": {"title": "A", "type": "text", "check": "(" * 1000}},
            ],
        },
    )
    told = {one["code"] for one in error["problems"]}
    assert {"key_reserved", "bad_key", "key_too_long", "schema_type_unknown"} <= told
    wrong = {"revision": 1, "edits": [{"do": "hide_field", "entity": "deal", "field": "нет"}]}
    error = artem.refused("POST", "/api/schema/plan", 422, wrong)
    assert error["code"] == "schema_field_unknown" and error["place"].startswith("edits[0]")
    assert artem.get("/api/schema/source")["revision"] == 1


def test_field_of_a_trait_is_hidden_and_not_dropped_and_formulas_hold_what_they_compute_with(site: Site) -> None:
    artem = site.browser("Артём")
    for field, code in (("responsible", "field_of_trait"), ("title", "formula_unknown_field")):
        drop = {"do": "drop_field", "entity": "deal", "field": field}
        error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 1, "edits": [drop]})
        assert error["code"] == code


def test_object_that_others_link_to_is_kept_and_they_are_named(site: Site) -> None:
    artem = site.browser("Артём")
    with site.nothing_changes():
        error = artem.refused(
            "POST", "/api/schema/plan", 422, {"revision": 1, "edits": [{"do": "drop_entity", "entity": "product"}]}
        )
    assert error["code"] == "schema_object_linked", error
    assert "«Товар»" in error["text"] and "«Сделка: Продукт»" in error["text"]


def test_unique_over_values_that_repeat_is_refused_in_the_plan_with_examples(site: Site) -> None:
    artem = site.browser("Артём")
    for _ in range(2):
        artem.create("counterparty", title="Ромашка", kind="company", city="Казань")
    unique = {"do": "change_field", "entity": "counterparty", "field": "city", "set": {"unique": True}}
    error = artem.refused("POST", "/api/schema/plan", 422, {"revision": 1, "edits": [unique]})
    assert error["code"] == "unique_has_duplicates" and error["facts"]["count"] == 1


def test_going_back_to_a_configuration_that_lacked_a_stage_asks_where_its_records_go(site: Site) -> None:
    artem = site.browser("Артём")
    stage = {"key": "waiting", "title": "Ждём"}
    apply(artem, {"do": "put_stage", "entity": "deal", "pipeline": "sales", "stage": stage})
    deal = artem.create("deal", title="Насосы", stage="waiting")["id"]
    told = artem.post("/api/schema/plan", {"revision": 2, "restore": 1})
    assert [(one["value"], one["count"]) for one in told["asks"]] == [("waiting", 1)]
    answer = {"do": "drop_stage", "entity": "deal", "stage": "waiting", "to": "new"}
    artem.post("/api/schema/apply", {"revision": 2, "restore": 1, "edits": [answer]})
    assert artem.open("deal", deal)["values"]["stage"] == "new"


def test_values_of_a_dictionary_are_merged_and_the_merge_is_taken_back(site: Site) -> None:
    artem = site.browser("Артём")
    one, two = (artem.create("source", title=said)["id"] for said in ("Сайт", "Наш сайт"))
    deal = artem.create("deal", title="Насосы", source=two)["id"]
    done = artem.post("/api/records/source/merge", {"into": one, "from": [two, one]})
    assert done["moved"] == 1 and artem.open("deal", deal)["values"]["source"] == [one, "Сайт"]
    assert artem.ids("source", filter="title = 'Наш сайт'") == []
    artem.post(f"/api/changes/{done['batch']}/undo")
    assert artem.open("deal", deal)["values"]["source"] == [two, "Наш сайт"]
    artem.refused("POST", "/api/records/deal/merge", 422, {"into": deal, "from": []})
    site.browser("Ольга").refused("POST", "/api/records/source/merge", 403, {"into": one, "from": [two]})


def test_plan_names_the_formulas_look_ups_and_roll_ups_that_use_a_field(site: Site) -> None:
    artem = site.browser("Артём")
    apply(
        artem,
        {"do": "add_field", "entity": "deal", "field": {
            "key": "twice", "title": "Вдвое", "type": "formula", "formula": "amount * 2"}},
        {"do": "add_field", "entity": "counterparty", "field": {
            "key": "total", "title": "Всего", "type": "rollup", "entity": "deal", "function": "sum", "value": "amount"}},
    )  # fmt: skip
    told = plan(artem, {"do": "hide_field", "entity": "deal", "field": "amount"})
    used = {(use["entity"], use["key"]) for step in told["steps"] for use in step["uses"] if use["kind"] == "formula"}
    assert used == {("deal", "twice"), ("counterparty", "total")}
    texts = [use["text"] for step in told["steps"] for use in step["uses"] if use["kind"] == "formula"]
    assert any("Вдвое" in text for text in texts) and any("Всего" in text for text in texts)
