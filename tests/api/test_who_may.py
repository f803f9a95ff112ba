"""The same answer for a foreign and an absent record, whatever is asked; every role against every record."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.kernel.clock import FixedClock
from svyaz.schema.snapshot import Grant
from svyaz.tenancy import company as companies
from svyaz.traits.registry import SHAPES
from tests.api.site import Caller, Site
from tests.cast import Cast
from tests.conftest import NOW
from tests.snapshots import sales_source

NOBODYS = 9_999_999


def reads(entity: str, id: int) -> list[tuple[str, str, Any]]:
    at = f"/api/records/{entity}/{id}"
    return [("GET", at, None), ("GET", f"{at}/history", None), ("GET", f"{at}/timeline", None)]


def writes(entity: str, id: int) -> list[tuple[str, str, Any]]:
    at = f"/api/records/{entity}/{id}"
    return [
        ("PATCH", at, {"version": 1, "values": {"title": "Моё"}}),
        ("DELETE", at, None),
        ("POST", f"{at}/undo", {"seq": 1}),
        ("POST", f"{at}/timeline", {"kind": "comment", "text": "Моё"}),
        ("GET", f"{at}/delete", None),
        ("POST", "/api/trash/restore", {"entity": entity, "ids": [id]}),
        (
            "POST",
            f"/api/records/{entity}/bulk",
            {"operations": [{"do": "change", "id": id, "values": {"title": "Моё"}}]},
        ),
        ("POST", f"/api/records/{entity}/bulk", {"operations": [{"do": "delete", "id": id}]}),
    ]


# How each role stands to each sale: who made it -> status of reading it, of changing it.
MATRIX = [
    # who                whose, where             reads changes
    ("Ольга",            "Ольга",                 200, 200),
    ("Ольга",            "Пётр, тот же отдел",    403, 403),
    ("Ольга",            "Анна, другой отдел",    403, 403),
    ("Ольга",            "Пётр, Ольга участвует", 200, 403),
    ("Ольга",            "удалённая своя",        200, 404),
    ("Ольга",            "нет такой",             404, 404),
    ("Игорь",            "Ольга",                 200, 200),
    ("Игорь",            "Анна, другой отдел",    403, 403),
    ("Игорь",            "нет такой",             404, 404),
    ("Мария Сергеевна",  "Анна, другой отдел",    200, 200),
    ("Мария Сергеевна",  "удалённая своя",        200, 404),
    ("Артём",            "Ольга",                 200, 200),
    ("Артём",            "нет такой",             404, 404),
]  # fmt: skip


def test_every_role_reads_and_changes_what_the_matrix_says_and_the_list_agrees(site: Site) -> None:
    """Row 21."""
    olga, petr, anna, maria = (site.browser(name) for name in ("Ольга", "Пётр", "Анна", "Мария Сергеевна"))
    sales = {
        "Ольга": olga.create("deal", title="a")["id"],
        "Пётр, тот же отдел": petr.create("deal", title="b")["id"],
        "Анна, другой отдел": anna.create("deal", title="c")["id"],
        "Пётр, Ольга участвует": petr.create("deal", title="d", auditors=[site.people["Ольга"]])["id"],
        "удалённая своя": olga.create("deal", title="e")["id"],
        "нет такой": NOBODYS,
    }
    maria.delete(f"/api/records/deal/{sales['удалённая своя']}")
    people = {name: site.browser(name) for name, *_ in MATRIX}
    wrong = []
    for who, whose, may_read, may_change in MATRIX:
        person, id = people[who], sales[whose]
        read = person.send("GET", f"/api/records/deal/{id}").status_code
        listed = id in person.ids("deal") or id in person.ids("deal", kept="deleted")
        version = maria.open("deal", id)["version"] if id != NOBODYS else 1
        changed = person.send("PATCH", f"/api/records/deal/{id}", {"version": version, "values": {"description": who}})
        if (read, changed.status_code, listed) != (may_read, may_change, may_read == 200):
            wrong.append((who, whose, read, changed.status_code, listed))
    assert wrong == []


def alike(person: Caller, calls: Any, foreign: int, entity: str) -> list[Any]:
    """Calls whose answers for the foreign and the absent record differ in more than the number."""
    wrong = []
    for (method, path, body), (_, nowhere, empty) in zip(calls(entity, foreign), calls(entity, NOBODYS), strict=True):
        one, other = person.send(method, path, body), person.send(method, nowhere, empty)
        if one.status_code != 404 or one.text.replace(str(foreign), "#") != other.text.replace(str(NOBODYS), "#"):
            wrong.append((method, path, one.status_code, one.text, other.text))
    return wrong


def test_foreign_record_is_the_same_as_an_absent_one_for_who_may_see_nothing_of_it(site: Site) -> None:
    """Rows 22 and 23: and nothing is written by asking."""
    deal = site.browser("Анна").create("deal", title="Чужая")["id"]
    token = site.token("Ольга")
    site.cast.give_role("Пётр", "guest", Grant("product", {"see": "all"}))
    guest = site.browser("Пётр")
    with site.nothing_changes():
        for person in (token, guest):
            assert alike(person, reads, deal, "deal") == []
        assert alike(guest, writes, deal, "deal") == []
        # The token's person may not delete at all and is told that first, of any record alike.
        wrong = [one for one in alike(token, writes, deal, "deal") if one[2] != 403 or "denied_delete" not in one[3]]
        assert wrong == []


def test_colleague_is_told_why_and_who_can_help_and_nothing_of_the_record(site: Site) -> None:
    deal = site.browser("Анна").create("deal", title="Секретный завод", amount="777")["id"]
    olga = site.browser("Ольга")
    with site.nothing_changes():
        error = olga.refused("GET", f"/api/records/deal/{deal}", 403)
    assert error["facts"]["department"] == "Опт" and "Директор" in error["facts"]["who_may"]
    assert "Секретный" not in str(error) and "777" not in str(error)


def test_refused_calls_leave_the_base_byte_for_byte(site: Site) -> None:
    """Row 23."""
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    deal = anna.create("deal", title="Чужая")["id"]
    client = anna.create("counterparty", title="Чужой клиент")["id"]
    mine = olga.create("deal", title="Моя")["id"]
    calls = [
        *writes("deal", deal),
        ("POST", "/api/records/department", {"values": {"title": "Мой отдел"}}),
        ("POST", "/api/records/deal", {"values": {"title": "x", "counterparty": client}}),
        ("POST", "/api/records/deal", {"values": {"title": "x", "created_by": site.people["Пётр"]}}),
        ("POST", "/api/records/deal", {"values": {"title": "x", "id": 1}}),
        ("PATCH", f"/api/records/deal/{mine}", {"version": 1, "values": {"counterparty": client}}),
        (
            "PATCH",
            f"/api/records/employee/{site.people['Ольга']}",
            {"version": 1, "values": {"surname": "Директорова"}},
        ),
        (
            "POST",
            "/api/records/deal/bulk",
            {"operations": [{"do": "create", "values": {}}, {"do": "delete", "id": mine}]},
        ),
        ("POST", "/api/records/deal/bulk", {"filter": "", "delete": True}),
        ("POST", "/api/jobs/1/retry", {}),
    ]
    with site.nothing_changes():
        for method, path, body in calls:
            assert 400 <= olga.send(method, path, body).status_code < 500, (method, path, body)


def test_link_is_not_set_to_a_record_one_may_not_see(site: Site) -> None:
    """Row 25: the foreign and the absent are one answer."""
    anna, olga = site.browser("Анна"), site.browser("Ольга")
    client = anna.create("counterparty", title="Чужой клиент")["id"]
    told = [
        olga.refused("POST", "/api/records/deal", 422, {"values": {"counterparty": id}}) for id in (client, NOBODYS)
    ]
    assert told[0]["code"] == told[1]["code"] == "link_not_found"
    assert told[0]["text"].replace(str(client), "#") == told[1]["text"].replace(str(NOBODYS), "#")


# --- fields


PLACES = {
    "filter": lambda key: ("GET", f"/api/records/deal?filter={key} %3D 1", None),
    "sort": lambda key: ("GET", f"/api/records/deal?sort={key}", None),
    "fields": lambda key: ("GET", f"/api/records/deal?fields={key}", None),
    "group": lambda key: ("POST", "/api/records/deal/query", {"group": key}),
    "totals": lambda key: ("POST", "/api/records/deal/query", {"totals": [{"function": "sum", "field": key}]}),
    "report rows": lambda key: ("POST", "/api/reports/run", {"entity": "deal", "rows": [key]}),
    "report measure": lambda key: ("POST", "/api/reports/run", {"entity": "deal", "measures": [f"sum:{key}"]}),
    "report filter": lambda key: ("POST", "/api/reports/run", {"entity": "deal", "filter": f"{key} = 1"}),
    "export": lambda key: ("GET", f"/api/records/deal?format=csv&fields={key}", None),
    "bulk filter": lambda key: ("POST", "/api/records/deal/bulk", {"filter": f"{key} = 1", "change": {"title": "x"}}),
    "written": lambda key: ("POST", "/api/records/deal", {"values": {key: "1"}}),
}


def blind(site: Site) -> tuple[Caller, int]:
    """Ольга may do everything with sales except to see «Сумма», and clients' «Выручка»; and a sale of hers."""
    deal = site.browser("Ольга").create("deal", title="Насосы", amount="777")["id"]
    every = dict.fromkeys(("see", "add", "change", "delete", "export", "history"), "all")
    site.cast.give_role(
        "Ольга",
        "blind",
        Grant("deal", every, fields={"amount": "hidden"}),
        Grant("counterparty", every, fields={"revenue": "hidden"}),
        Grant("employee", {"see": "all"}),
        abilities=frozenset({"bulk"}),
    )
    return site.browser("Ольга"), deal


@pytest.mark.parametrize("place", PLACES)
def test_hidden_field_is_refused_like_one_that_does_not_exist(site: Site, place: str) -> None:
    """Rows 15 and 16: in every place, and at the end of a path as well."""
    olga, _ = blind(site)
    pairs = [("amount", "amoumt")]
    if place not in ("written",):
        pairs.append(("counterparty.revenue", "counterparty.revemue"))
    with site.nothing_changes():
        for hidden, unknown in pairs:
            one, other = (olga.send(*PLACES[place](key)) for key in (hidden, unknown))
            assert one.status_code == other.status_code == 422, (one.status_code, one.text[:300], other.text[:300])
            assert one.json()["error"]["code"] == other.json()["error"]["code"]
            assert hidden.split(".")[-1] not in other.text, "what is nearest must not be what is hidden"
            assert one.text.replace(hidden, "#").replace("amount", "#").replace("revenue", "#") == other.text.replace(
                unknown, "#"
            ).replace("amoumt", "#").replace("revemue", "#")


def test_hidden_field_is_absent_from_schema_record_history_and_feed(site: Site) -> None:
    """Row 27: before and after of a hidden field are not in the history."""
    olga, deal = blind(site)
    maria = site.browser("Мария Сергеевна")
    maria.change("deal", deal, 1, amount="888", title="Трубы")
    maria.change("deal", deal, 2, amount="999")
    told = [
        olga.get("/api/schema"),
        olga.open("deal", deal),
        olga.get("/api/records/deal"),
        olga.get(f"/api/records/deal/{deal}/history"),
        olga.get(f"/api/records/deal/{deal}/timeline"),
        olga.get("/api/openapi.json")["components"]["schemas"]["DealValues"],
    ]
    assert "amount" not in {one["key"] for one in told[0]["entities"]["deal"]["fields"]}
    for one in told[1:]:
        assert not any(value in str(one) for value in ("777", "888", "999", "amount", "Сумма")), one
    assert [one["key"] for item in told[3]["items"] for one in item["fields"]] == ["title"]
    olga.refused("GET", f"/api/records/deal/{deal}/history", 422, params={"field": "amount"})


def test_entity_without_a_right_is_absent_everywhere(site: Site) -> None:
    olga, _ = blind(site)
    schema = olga.get("/api/schema")
    assert set(schema["entities"]) >= {"deal", "counterparty"} and "product" not in schema["entities"]
    assert {item["entity"] for item in schema["menu"]} <= set(schema["entities"])
    for path in ("/api/records/product", "/api/records/product/suggest", "/api/trash?entity=product"):
        one, other = olga.send("GET", path), olga.send("GET", path.replace("product", "prodduct"))
        assert (one.status_code, one.text.replace("product", "#")) == (404, other.text.replace("prodduct", "#")), path
    assert not any("product" in path for path in olga.get("/api/openapi.json")["paths"])


def test_hidden_far_record_reads_as_a_link_without_a_name(site: Site) -> None:
    anna, maria, olga = site.browser("Анна"), site.browser("Мария Сергеевна"), site.browser("Ольга")
    client = anna.create("counterparty", title="Чужой клиент", city="Казань")["id"]
    deal = maria.create("deal", title="x", counterparty=client, responsible=site.people["Ольга"])["id"]
    assert olga.open("deal", deal)["values"]["counterparty"] == [client, None]
    (row,) = olga.get("/api/records/deal", fields="counterparty.city,counterparty")["rows"]
    assert row[2:] == [None, [client, None]]
    assert olga.ids("deal", filter='counterparty.city = "Казань"') == []
    assert olga.ids("deal", filter="counterparty.city = empty") == [deal]


# --- two companies


def test_numbers_and_keys_of_one_company_answer_nothing_in_another(site: Site, tmp_path: Any) -> None:
    """Row 34: «Ромашка» and «Лютик» in one process."""
    other = second_company(tmp_path)
    try:
        here, there = site.browser("Мария Сергеевна"), other.browser("Мария Сергеевна")
        for _ in range(30):
            here.create("deal", title="Тайна Ромашки")
        deal = here.create("deal", title="Тайна Ромашки")["id"]
        file = here.upload("/api/files", "тайна.txt", b"secret")["id"]
        run = here.upload("/api/imports", "a.csv", "Название\r\nЛютик\r\n".encode(), entity="counterparty")["id"]
        job = site.browser("Артём").post(
            "/api/records/deal/bulk", {"filter": 'title = "нет"', "change": {"title": "y"}}, 202
        )["job"]
        token = site.token("Артём")
        for person in (there, other.token("Артём")):
            for method, path, body in [*reads("deal", deal), *writes("deal", deal)]:
                assert person.send(method, path, body).status_code in (404, 422), path
            for path in (f"/api/files/{file}", f"/api/imports/{run}", f"/api/jobs/{job}"):
                person.refused("GET", path, 404)
            assert "Тайна" not in str(person.get("/api/records/deal"))
        for stranger in (
            Caller(other, here.headers, here.csrf),
            Caller(other, token.headers, ""),
            Caller(site, there.headers, there.csrf),
        ):
            stranger.refused("GET", "/api/records/deal", 401)
        assert there.get("/api/records/deal", format="csv", fields="title").count(b"\n") <= 1
        (folder,) = {path.parent.parent for path in other.company.blobs.glob("??/*")} or {other.company.blobs}
        assert folder != site.company.blobs
    finally:
        other.close()
        other.company.close()


def second_company(folder: Any) -> Site:
    return Site(Cast(companies.create(folder / "lutik", sales_source(), SHAPES, FixedClock(NOW), synchronous="OFF")))
