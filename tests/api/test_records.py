"""Records over HTTP: every type of field, lists, two editors, repeats, many at once."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.fields.registry import PLAIN
from svyaz.schema.snapshot import Grant
from tests.api.site import Site
from tests.configurator.test_types_of_fields import KINDS

# One value of every type as a person or a program sends it, and the cell it comes back as.
EVERY_TYPE: list[tuple[str, str, Any, Any]] = [
    # entity, field, sent, answered
    ("deal", "title", "  Насосы «Вихрь» 😀 ", "Насосы «Вихрь» 😀"),
    ("deal", "description", "первая\nвторая", "первая\nвторая"),
    ("deal", "amount", "1200.5", ["1200.50", "RUB"]),
    ("deal", "amount", {"amount": "10", "currency": "USD"}, ["10.00", "USD"]),
    ("deal", "amount", ["7.00", "EUR"], ["7.00", "EUR"]),
    ("deal", "close_on", "2026-05-01", "2026-05-01"),
    ("deal", "priority", "high", "high"),
    ("deal", "stage", "needs", "needs"),
    ("deal", "responsible", "Пётр", "Пётр"),
    ("deal", "contacts", "contact", "contact"),
    ("deal", "counterparty", "counterparty", "counterparty"),
    ("activity", "due_at", "2026-03-04T12:30:00+03:00", "2026-03-04T09:30:00Z"),
    ("activity", "about", "counterparty", "about"),
    ("employee", "active", False, False),
    ("employee", "email", ["ivan@romashka.ru"], [["ivan@romashka.ru", ""]]),
    ("employee", "phones", "8 (916) 123-45-67", [["+79161234567", ""]]),
    ("employee", "department", "Опт", "Опт"),
    ("employee", "birthday", "1990-12-31", "1990-12-31"),
    ("currency_rate", "rate", "91.25", "91.250000"),
    ("counterparty", "roles", ["Партнёр", "supplier"], ["partner", "supplier"]),
    ("counterparty", "website", "romashka.ru", "https://romashka.ru"),
    ("counterparty", "founded_year", "1999", 1999),
    ("counterparty", "revenue", "1 000,5", "1000.50"),
    ("counterparty", "inn", "7707083893", "7707083893"),
    ("counterparty", "kpp", "773601001", "773601001"),
    ("counterparty", "ogrn", "1027700132195", "1027700132195"),
    ("counterparty", "bik", "044525225", "044525225"),
    ("counterparty", "settlement_account", "30301810000006000001", "30301810000006000001"),
    ("product", "vat_percent", "20", "20.00"),
]


def test_value_of_every_type_is_written_and_read_back_as_a_cell(site: Site) -> None:
    maria = site.token("Мария Сергеевна")
    client = maria.create("counterparty", title="ООО «Лютик»")["id"]
    person = maria.create("contact", first_name="Иван", surname="Сидоров")["id"]
    made = {
        "deal": maria.create("deal")["id"],
        "counterparty": client,
        "product": maria.create("product", title="Насос")["id"],
        "activity": maria.create("activity", kind="call")["id"],
        "employee": maria.create("employee", surname="Иванов")["id"],
        "currency_rate": maria.create("currency_rate", currency="USD", rated_on="2026-01-01", rate="90")["id"],
    }
    department = site.cast.departments["Опт"]
    sent_as = {
        "Пётр": site.people["Пётр"],
        "contact": [person],
        "counterparty": client,
        "Опт": department,
    }
    answered_as = {
        "Пётр": [site.people["Пётр"], "Пётр Кузнецов"],
        "contact": [[person, "Иван Сидоров"]],
        "counterparty": [client, "ООО «Лютик»"],
        "about": ["counterparty", client, "ООО «Лютик»"],
        "Опт": [department, "Опт"],
    }
    for entity, field, sent, expected in EVERY_TYPE:
        value = sent_as.get(sent, sent) if isinstance(sent, str) else sent
        if field == "about":
            value = ["counterparty", client]
        version = maria.open(entity, made[entity])["version"]
        answer = maria.change(entity, made[entity], version, **{field: value})
        want = answered_as.get(expected, expected) if isinstance(expected, str) else expected
        assert answer["values"][field] == want, (entity, field)
        assert maria.open(entity, made[entity])["values"][field] == want, (entity, field)
        # What was answered is understood when sent back as it is.
        again = maria.change(entity, made[entity], answer["version"], **{field: answer["values"][field]})
        assert again["version"] == answer["version"], (entity, field)


def test_every_type_of_field_is_written_over_http_somewhere_here(site: Site) -> None:
    """Files have their own tests; the number of a record is given, and what is computed is not written.
    What no ready object has is made and written in tests/configurator/test_types_of_fields.py."""
    fields = {(e.key, f.key): f.type for e in site.company.snapshot.entities.values() for f in e.fields if not f.system}
    here = {fields[entity, field] for entity, field, *_ in EVERY_TYPE}
    made = {kind.type for kind in KINDS}
    assert set(PLAIN) - here - made == {"file", "image", "autonumber"}
    assert not here & made


def test_check_digits_are_checked_at_the_door(site: Site) -> None:
    maria = site.token("Мария Сергеевна")
    told = maria.refused("POST", "/api/records/counterparty", 422, {"values": {"title": "Х", "inn": "7707083894"}})
    assert told["place"] == "values.inn" and told["code"] == "check_digits_wrong"


def test_all_that_is_wrong_is_told_at_once_with_its_places(site: Site) -> None:
    olga = site.browser("Ольга")
    with site.nothing_changes():
        told = olga.refused(
            "POST",
            "/api/records/deal",
            422,
            {"values": {"amount": "много", "close_on": "вчера", "nonsense": 1, "priority": "urgent"}},
        )
    assert told["code"] == "several_problems"
    assert {one["place"] for one in told["problems"]} == {
        f"values.{key}" for key in ("amount", "close_on", "nonsense", "priority")
    }
    assert all(one["text"] and one["code"] for one in told["problems"])


def test_list_has_columns_once_and_pages_by_cursor_and_by_offset(site: Site) -> None:
    olga = site.browser("Ольга")
    made = [olga.create("deal", title=f"Сделка {n}")["id"] for n in range(7)]
    asked = {"fields": "title,responsible.surname", "sort": "title", "limit": 3}
    first = olga.get("/api/records/deal", **asked, count="capped")
    assert first["columns"] == ["id", "version", "title", "responsible.surname"]
    assert first["rows"][0] == [made[0], 1, "Сделка 0", "Смирнова"]
    assert first["count"] == {"value": 7, "capped": False}
    second = olga.get("/api/records/deal", **asked, after=first["next"])
    third = olga.get("/api/records/deal", **asked, after=second["next"])
    assert [row[0] for page in (first, second, third) for row in page["rows"]] == made
    assert third["next"] is None
    assert [row[0] for row in olga.get("/api/records/deal", **asked, offset=4)["rows"]] == made[4:]
    objects = olga.get("/api/records/deal", **asked, format="objects")["records"]
    assert objects[0] == {
        "id": made[0],
        "version": 1,
        "values": {"title": "Сделка 0", "responsible.surname": "Смирнова"},
    }


def test_query_tells_groups_of_a_board_with_totals_equal_to_the_list(site: Site) -> None:
    olga = site.browser("Ольга")
    for amount, stage in (("100", "new"), ("250.50", "new"), ("1000", "needs")):
        olga.create("deal", title=amount, amount=amount, stage=stage)
    asked = {"totals": [{"function": "count"}, {"function": "sum", "field": "amount"}]}
    whole = olga.post("/api/records/deal/query", {**asked, "limit": 0, "count": "exact"})
    assert whole["count"] == {"value": 3, "capped": False}
    assert whole["totals"] == [3, ["1350.50", "RUB"]]
    groups = olga.post("/api/records/deal/query", {**asked, "group": "stage", "first": 1})["groups"]
    assert {one["value"]: one["count"] for one in groups if one["count"]} == {"new": 2, "needs": 1}
    assert all(len(one["rows"]) <= 1 for one in groups)


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"fliter": "x"}, "fliter"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"count": "roughly"}, "count"),
        ({"kept": "all"}, "kept"),
        ({"format": "pdf"}, "format"),
    ],
)
def test_list_refuses_what_nobody_reads(site: Site, asked: dict[str, str], place: str) -> None:
    told = site.browser("Ольга").refused("GET", "/api/records/deal", 400, params=asked)
    assert (told["code"], told["place"]) == ("bad_request", place)


def test_two_editors_of_different_fields_both_get_what_they_wrote(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    deal = olga.create("deal", title="Насосы", description="раз")
    igor.change("deal", deal["id"], 1, description="два")
    both = olga.change("deal", deal["id"], 1, title="Трубы")
    assert (both["values"]["title"], both["values"]["description"], both["version"]) == ("Трубы", "два", 3)


def test_second_of_two_people_changing_one_field_is_told_both_values_and_who_was_first(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    deal = olga.create("deal", title="Насосы")
    igor.change("deal", deal["id"], 1, title="Насосы и трубы")
    with site.nothing_changes():
        told = olga.refused(
            "PATCH", f"/api/records/deal/{deal['id']}", 409, {"version": 1, "values": {"title": "Краны"}}
        )
    assert told["code"] == "record_changed_meanwhile"
    (field,) = told["facts"]["fields"]
    assert (field["field"], field["seen"], field["now"], field["mine"]) == (
        "title",
        "Насосы",
        "Насосы и трубы",
        "Краны",
    )
    assert told["facts"]["who"] == "Игорь Орлов" and told["facts"]["version"] == 2
    assert "Игорь Орлов" in told["text"]


def test_version_the_record_never_had_is_refused(site: Site) -> None:
    olga = site.browser("Ольга")
    deal = olga.create("deal", title="Насосы")
    told = olga.refused("PATCH", f"/api/records/deal/{deal['id']}", 409, {"version": 99, "values": {"title": "Краны"}})
    assert told["code"] == "version_ahead"


def test_repeat_with_the_same_key_makes_nothing_twice(site: Site) -> None:
    olga, petr = site.browser("Ольга"), site.browser("Пётр")
    body, key = {"values": {"title": "Насосы"}}, {"Idempotency-Key": "заказ-17".encode().hex()}
    first = olga.post("/api/records/deal", body, 201, headers=key)
    with site.nothing_changes():
        assert olga.post("/api/records/deal", body, 201, headers=key) == first
        told = olga.refused("POST", "/api/records/deal", 409, {"values": {"title": "Другое"}}, headers=key)
        assert told["code"] == "idempotency_key_reused"
        assert olga.refused("POST", "/api/records/deal", 422, body, headers={"Idempotency-Key": "k" * 201})["code"]
    assert petr.post("/api/records/deal", body, 201, headers=key)["id"] != first["id"]


def test_many_at_once_is_all_or_nothing_unless_asked_each(site: Site) -> None:
    olga = site.browser("Ольга")
    mine = olga.create("deal", title="Моя")["id"]
    operations = [
        {"do": "create", "values": {"title": "Новая"}},
        {"do": "change", "id": mine, "version": 1, "values": {"title": "Наша"}},
        {"do": "create", "values": {"amount": "много"}},
    ]
    with site.nothing_changes():
        told = olga.refused("POST", "/api/records/deal/bulk", 422, {"operations": operations})
    assert told["place"] == "operations[2].values.amount"
    done = olga.post("/api/records/deal/bulk", {"operations": operations, "atomic": False})
    assert [bool(one["problems"]) for one in done["results"]] == [False, False, True]
    assert done["results"][2]["problems"][0]["place"] == "operations[2].values.amount"
    assert olga.open("deal", mine)["values"]["title"] == "Наша"
    assert olga.post(f"/api/changes/{done['batch']}/undo", {})["back"] >= 1
    assert olga.open("deal", mine)["values"]["title"] == "Моя"


def test_more_than_a_thousand_at_once_is_refused(site: Site) -> None:
    operations = [{"do": "create", "values": {}}] * 1001
    olga = site.browser("Ольга")
    with site.nothing_changes():
        told = olga.refused("POST", "/api/records/deal/bulk", 422, {"operations": operations})
    assert (told["code"], told["facts"]["limit"]) == ("too_many_records", 1000)


def test_change_of_all_that_match_is_a_job_with_progress_and_an_undo(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    made = [olga.create("deal", title=f"Сделка {n}", priority="low")["id"] for n in range(5)]
    body = {"filter": 'priority = "low"', "change": {"priority": "high"}}
    site.cast.give_role("Пётр", "single", Grant("deal", {"see": "all", "change": "all"}))
    petr = site.browser("Пётр")
    with site.nothing_changes():
        assert petr.refused("POST", "/api/records/deal/bulk", 403, body)["code"] == "denied_bulk"
        assert igor.refused("POST", "/api/records/deal/bulk", 400, {**body, "delete": True})["code"] == "bad_request"
        assert igor.refused("POST", "/api/records/deal/bulk", 422, {"filter": "nonsense = 1", "change": {}})["text"]
    job = igor.post("/api/records/deal/bulk", body, 202)["job"]
    assert igor.get(f"/api/jobs/{job}")["state"] == "ready"
    site.run_jobs()
    told = igor.get(f"/api/jobs/{job}")
    assert told["state"] == "done" and told["progress"] == {"done": 5, "total": 5} and told["answer"]["done"] == 5
    assert olga.ids("deal", filter='priority = "high"') == made[::-1]
    olga.refused("GET", f"/api/jobs/{job}", 404)
    batch = olga.get(f"/api/records/deal/{made[0]}/history")["items"][0]["batch"]
    igor.post(f"/api/changes/{batch}/undo", {})
    assert olga.ids("deal", filter='priority = "low"') == made[::-1]


def test_cancelled_job_changes_nothing(site: Site) -> None:
    olga, igor = site.browser("Ольга"), site.browser("Игорь")
    deal = olga.create("deal", title="Насосы")["id"]
    job = igor.post("/api/records/deal/bulk", {"filter": "", "change": {"title": "Всё"}}, 202)["job"]
    igor.delete(f"/api/jobs/{job}", 202)
    site.run_jobs()
    assert igor.get(f"/api/jobs/{job}")["state"] == "cancelled"
    assert olga.open("deal", deal)["values"]["title"] == "Насосы"


def test_duplicate_is_warned_of_before_saving(site: Site) -> None:
    olga = site.browser("Ольга")
    first = olga.create("counterparty", title="ООО «Лютик»", inn="7707083893")["id"]
    asked = {"values": {"title": "Лютик", "inn": "7707083893"}}
    (found,) = olga.post("/api/records/counterparty/check", asked)["duplicates"]
    assert (found["entity"], found["id"], found["label"], found["field"]) == (
        "counterparty",
        first,
        "ООО «Лютик»",
        "inn",
    )
    assert olga.post("/api/records/counterparty/check", {**asked, "id": first})["duplicates"] == []


def test_suggestions_begin_with_what_was_typed(site: Site) -> None:
    olga = site.browser("Ольга")
    for title in ("ООО «Лютик»", "Лютик-Сервис", "Василёк"):
        olga.create("counterparty", title=title)
    items = olga.get("/api/records/counterparty/suggest", q="ЛЮТ")["items"]
    assert [label for _, label in items] == ["Лютик-Сервис", "ООО «Лютик»"]
    assert len(olga.get("/api/records/counterparty/suggest", limit=1)["items"]) == 1


def test_per_cent_and_underscore_of_a_person_are_only_signs(site: Site) -> None:
    """Row 20."""
    olga = site.browser("Ольга")
    olga.create("counterparty", title="Скидка 50%")
    olga.create("counterparty", title="Скидка 505")
    olga.create("counterparty", title="a_b")
    olga.create("counterparty", title="aXb")
    for typed, found in (("50%", ["Скидка 50%"]), ("%", ["Скидка 50%"]), ("a_b", ["a_b"]), ("\\", [])):
        assert [label for _, label in olga.get("/api/records/counterparty/suggest", q=typed)["items"]] == found
        if typed != "\\":
            rows = olga.get("/api/records/counterparty", filter=f"contains(title, '{typed}')", fields="title")["rows"]
            assert [row[2] for row in rows] == found


def test_form_is_told_all_it_lacks_before_it_is_saved(site: Site) -> None:
    olga = site.browser("Ольга")
    with site.nothing_changes():
        told = olga.post("/api/records/counterparty/check", {"values": {"inn": "7707083894", "title": ""}})
    assert {one["place"] for one in told["problems"]} == {"values.inn", "values.title"}
    assert (
        olga.post("/api/records/counterparty/check", {"values": {"title": "Лютик", "kind": "company"}})["problems"]
        == []
    )


def test_hints_of_unseen_doubles_are_not_endless(site: Site) -> None:
    """A person may learn that somebody has this phone, but not try all the phones of a city."""
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    anna.create("contact", first_name="Тайна", phones=["+79161234567"], responsible=site.people["Анна"])
    ask = {"values": {"phones": ["+79161234567"]}}
    told = [len(olga.post("/api/records/contact/check", ask)["duplicates"]) for _ in range(25)]
    if olga.ids("contact"):
        assert told == [1] * 25  # she sees it: nothing to guess
    else:
        assert told[:20] == [1] * 20 and told[-1] == 0
