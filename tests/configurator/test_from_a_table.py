"""A spreadsheet becomes an object: types guessed, links found among what is here, data in, all of it undone at will."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from svyaz.storage import queue
from tests.api.site import Site

HEAD = "ФИО;Договор;Тариф;Платит;Площадь;Подключён;Телефон;Почта;Активен;Клиент;Комнат;Заметка"


def sheet(count: int = 30) -> bytes:
    rows = [HEAD]
    for at in range(count):
        values = [
            f"Иванов {at}",
            f"00{at}",
            ("Базовый", "Полный", "Лёгкий")[at % 3],
            f"{500 + at},50",
            f"{40 + at}.25",
            f"{at % 28 + 1:02d}.03.2025",
            f"+7 916 123-45-{at:02d}",
            f"a{at}@example.ru",
            ("да", "нет")[at % 2],
            f"ООО «Ромашка {at % 5}»",
            str(at % 4 + 1),
            "x" * 400 if at == 3 else f"заметка {at}",
        ]
        rows.append(";".join(values))
    return "\r\n".join(rows).encode("cp1251")


def test_spreadsheet_becomes_an_object_with_types_links_and_data_and_is_undone(site: Site) -> None:
    artem = site.browser("Артём")
    clients = [artem.create("counterparty", title=f"ООО «Ромашка {n}»", kind="company")["id"] for n in range(4)]
    told = artem.upload("/api/schema/from_table", "Абоненты.csv", sheet())
    types: dict[str, Any] = {one["title"]: one["type"] for one in told["table"]["field"]}
    assert told["rows"] == 30 and told["table"]["key"] == "abonenty"
    assert types == {
        "ФИО": "text",
        "Договор": "text",
        "Тариф": "choice",
        "Платит": "decimal",
        "Площадь": "decimal",
        "Подключён": "date",
        "Телефон": "phone",
        "Почта": "email",
        "Активен": "yes_no",
        "Клиент": "link",
        "Комнат": "integer",
        "Заметка": "long_text",
    }
    linked = next(one for one in told["table"]["field"] if one["type"] == "link")
    here = [f"ООО «Ромашка {n}»" for n in range(4)]
    assert linked["matched"] == {"found": 4, "of": 5, "here": here[:3], "new": ["ООО «Ромашка 4»"]}
    table = told["table"]
    table["title"] = {"ru": "Абонент", "plural": "Абоненты"}
    next(one for one in table["field"] if one["title"] == "Платит").update(type="money", scale=None)
    made = artem.post(f"/api/schema/from_table/{told['file']}", {"revision": 1, "table": table}, 201)
    site.run_jobs()
    assert artem.get(f"/api/imports/{made['import']}")["state"] == "done"
    rows = artem.get(
        "/api/records/abonenty", sort="fio", fields="fio,dogovor,tarif,platit,podklyuchen,klient", limit=100
    )
    assert len(rows["rows"]) == 30
    keys = rows["columns"]
    first = dict(zip(keys, rows["rows"][0], strict=True))
    assert first["fio"] == "Иванов 0" and first["dogovor"] == "000" and first["platit"] == ["500.50", "RUB"]
    assert first["klient"] == [clients[0], "ООО «Ромашка 0»"]
    assert artem.ids("counterparty", filter="title = 'ООО «Ромашка 4»'")  # what was not there was made
    artem.post(f"/api/imports/{made['import']}/undo", {}, 202)
    site.run_jobs()
    assert artem.ids("abonenty") == []
    plan = artem.post("/api/schema/plan", {"revision": 2, "restore": 1})
    artem.post("/api/schema/undo", {"revision": 2, "confirm": plan["digest"]})


def test_another_persons_file_and_a_file_that_is_no_table_are_refused(site: Site) -> None:
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    file = olga.upload("/api/files", "список.csv", sheet())["id"]
    table = {"title": "Чужое", "field": [{"title": "А", "type": "text", "column": 0}]}
    artem.refused("POST", f"/api/schema/from_table/{file}", 404, {"revision": 1, "table": table})
    assert (
        artem.upload("/api/schema/from_table", "a.pdf", b"%PDF-1.4 ...", status=422)["error"]["code"] == "file_unknown"
    )
    wrong = {"revision": 1, "table": {"title": "Плохое", "field": "нет"}}
    assert artem.refused("POST", f"/api/schema/from_table/{file}", 422, wrong)["code"] == "setting_not_list"
    with site.company.read() as session:
        assert session.snapshot.revision == 1 and queue.jobs_in(session, "dead") == []


def test_link_is_recognised_only_by_records_that_the_asker_sees(site: Site) -> None:
    artem, olga = site.browser("Артём"), site.browser("Ольга")
    for n in range(4):
        olga.create("counterparty", title=f"ООО «Ромашка {n}»", kind="company")
    grant = replace(
        site.cast.snapshot.roles["admin"].grants["counterparty"],
        verbs={**site.cast.snapshot.roles["admin"].grants["counterparty"].verbs, "see": "own"},
    )
    site.cast.give_role("Артём", "keeper", grant, abilities=frozenset({"configure", "import"}))
    told = artem.upload("/api/schema/from_table", "Абоненты.csv", sheet())
    field = next(one for one in told["table"]["field"] if one["title"] == "Клиент")
    assert (field["type"], "matched" in field) == ("choice", False)
