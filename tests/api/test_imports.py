"""Imports over HTTP: from a dropped file to the undo, and files made to hurt."""

from __future__ import annotations

import io
import resource
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.api.site import Site

CSV = "Название;ИНН;Город\r\nООО «Лютик»;7707083893;Казань\r\nООО «Василёк»;1234567890;Пермь\r\n".encode()


def test_file_is_dropped_looked_at_run_and_taken_back(site: Site) -> None:
    igor = site.browser("Игорь")
    run = igor.upload("/api/imports", "клиенты.csv", CSV, entity="counterparty")
    assert run["state"] == "uploaded" and (run["encoding"], run["delimiter"]) == ("utf-8", ";")
    assert [one["title"] for one in run["columns"]] == ["Название", "ИНН", "Город"]
    assert [one["guess"] for one in run["columns"]] == ["title", "inn", "city"]
    path = f"/api/imports/{run['id']}"
    assert igor.refused("POST", f"{path}/run", 409)["code"] == "import_not_ready"
    told = igor.refused("PUT", path, 422, {**run["plan"], "columns": [{"column": 9, "field": "nonsense"}]})
    assert told["code"]
    assert igor.put(path, run["plan"])["state"] == "ready"
    with site.nothing_changes():
        preview = igor.post(f"{path}/preview", {"limit": 10})
    assert [one["fate"] for one in preview["rows"]] == ["create", "refuse"] or preview["rows"]
    assert preview["total"] == 2 and preview["rows"][1]["problems"]
    started = igor.post(f"{path}/run", status=202)
    assert started["state"] == "running" and igor.get(f"/api/jobs/{started['job']}")["state"] == "ready"
    site.run_jobs()
    done = igor.get(path)
    assert done["state"] == "done" and done["progress"]["done"] == 2
    assert [row[2] for row in igor.get("/api/records/counterparty", fields="title")["rows"]] == ["ООО «Лютик»"]
    wrong = igor.get(f"{path}/errors.csv").decode("utf-8-sig").splitlines()
    assert len(wrong) == 2 and wrong[1].startswith("ООО «Василёк»")
    assert [one["id"] for one in igor.get("/api/imports")["imports"]] == [run["id"]]
    igor.post(f"{path}/undo", status=202)
    site.run_jobs()
    assert igor.ids("counterparty") == [] and igor.get(path)["state"] == "undone"


def test_import_is_for_whom_it_is_and_of_who_began_it(site: Site) -> None:
    olga, igor, maria = site.browser("Ольга"), site.browser("Игорь"), site.browser("Мария Сергеевна")
    with site.nothing_changes():
        told = olga.call(
            "POST",
            "/api/imports",
            None,
            403,
            files={"file": ("a.csv", CSV, "text/csv")},
            data={"entity": "counterparty"},
        )
        assert told["error"]["code"] == "denied_ability"
    run = igor.upload("/api/imports", "клиенты.csv", CSV, entity="counterparty")["id"]
    foreign, absent = maria.refused("GET", f"/api/imports/{run}", 404), maria.refused("GET", "/api/imports/999999", 404)
    assert foreign["text"].replace(str(run), "") == absent["text"].replace("999999", "")
    with site.nothing_changes():
        maria.refused("PUT", f"/api/imports/{run}", 404, {"columns": []})
        for what in ("run", "cancel", "undo"):
            maria.refused("POST", f"/api/imports/{run}/{what}", 404, {})
    assert maria.get("/api/imports")["imports"] == []
    with site.nothing_changes():
        igor.upload("/api/imports", "люди.csv", CSV, entity="employee", status=403)
        igor.upload("/api/imports", "люди.csv", CSV, entity="nonsense", status=404)


def test_plan_is_saved_under_a_name_for_everybody(site: Site) -> None:
    igor, maria = site.browser("Игорь"), site.browser("Мария Сергеевна")
    igor.post("/api/import-maps", {"title": "Выгрузка 1С", "plan": {"columns": []}}, 201)
    plan = {"title": "Выгрузка 1С", "plan": {"columns": [1]}, "heads": {"0": "Название"}}
    igor.post("/api/import-maps", plan, 201)
    assert maria.get("/api/import-maps")["maps"] == [plan]
    maria.delete("/api/import-maps?title=Выгрузка 1С", 204)
    assert igor.get("/api/import-maps")["maps"] == []


def workbook(sheet: bytes) -> bytes:
    """The smallest .xlsx around a sheet."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml", b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        book.writestr(
            "_rels/.rels",
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="s"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s</sheetData></worksheet>'


def bomb() -> bytes:
    """300 MB of spaces in 300 KB."""
    return workbook(SHEET % (b"", b" " * 300_000_000))


HOSTILE = {
    "nothing": ("a.csv", b""),
    "a bomb": ("a.xlsx", None),
    "entities of XML": (
        "a.xlsx",
        workbook(
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            + SHEET % (b"", b"<row><c t='inlineStr'><is><t>&b;</t></is></c></row>")
        ),
    ),
    "a torn workbook": ("a.xlsx", workbook(SHEET % (b"", b""))[:400]),
    "a text called a workbook": ("a.xlsx", b"PK\x03\x04 not really"),
    "an old workbook that is not": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "zeroes": ("a.csv", b"\0" * 5000),
    "ten thousand columns": ("a.csv", b";".join(b"c%d" % n for n in range(10_000)) + b"\r\n" + b";" * 9_999 + b"\r\n"),
    "a picture": ("a.png", bytes(range(256)) * 40),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_file_made_to_hurt_is_refused_in_words_and_leaves_nothing(site: Site, what: str) -> None:
    """Rows 44, 45, 48: refused as 4xx, whatever is inside; never a broken server."""
    igor = site.browser("Игорь")
    name, content = HOSTILE[what]
    with site.nothing_changes():
        answer = igor.send(
            "POST",
            "/api/imports",
            files={"file": (name, content if content is not None else bomb(), "application/x")},
            data={"entity": "counterparty"},
        )
        assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:500])
    assert answer.json()["error"]["text"]


def test_sheet_that_promises_a_million_rows_and_columns_costs_what_it_has(site: Site) -> None:
    """Row 44: the promise is read as a promise; one row with nothing in it makes no columns."""
    promised = SHEET % (b'<dimension ref="A1:XFD1048576"/>', b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")
    igor = site.browser("Игорь")
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = igor.upload("/api/imports", "a.xlsx", workbook(promised), entity="counterparty")
    assert run["columns"] == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun < 200 * 1024


def test_rows_that_hide_zeroes_and_formulas_go_in_as_text_or_are_told(site: Site) -> None:
    igor = site.browser("Игорь")
    content = 'Название;Город\r\n=cmd|calc;"стр\r\nока"\r\nа\0б;Казань\r\n'.encode()
    answer = igor.send(
        "POST", "/api/imports", files={"file": ("a.csv", content, "text/csv")}, data={"entity": "counterparty"}
    )
    if answer.status_code == 201:
        run = answer.json()
        igor.put(f"/api/imports/{run['id']}", run["plan"])
        igor.post(f"/api/imports/{run['id']}/run", status=202)
        site.run_jobs()
        assert igor.get(f"/api/imports/{run['id']}")["state"] == "done"
        assert [row[2] for row in igor.get("/api/records/counterparty", fields="title")["rows"]][-1] == "=cmd|calc"
    else:
        assert 400 <= answer.status_code < 500


def test_all_rows_are_checked_by_a_job_and_their_fates_are_paged(site: Site) -> None:
    igor = site.browser("Игорь")
    lines = "".join(f"Клиент {n};{'1234567890' if n % 3 == 0 else ''}\r\n" for n in range(300))
    run = igor.upload("/api/imports", "клиенты.csv", f"Название;ИНН\r\n{lines}".encode(), entity="counterparty")
    path = f"/api/imports/{run['id']}"
    assert igor.refused("POST", f"{path}/check", 409, {})["code"] == "import_not_ready"
    igor.put(path, {key: value for key, value in run["plan"].items() if key != "keys"})
    begun = igor.post(f"{path}/check", status=202)["check"]
    assert begun["state"] == "running"
    before = site.cast.living_digest()
    site.run_jobs()
    assert site.cast.living_digest() == before and igor.ids("counterparty") == []
    told = igor.get(path)["check"]
    assert (told["state"], told["total"], told["counts"]) == ("done", 300, {"created": 200, "error": 100})
    first = igor.get(f"{path}/rows", of="check", fate="error", limit=60)
    rest = igor.get(f"{path}/rows", of="check", fate="error", limit=60, after=first["next"])
    assert [one["row"] for one in first["rows"] + rest["rows"]] == [n + 2 for n in range(300) if n % 3 == 0]
    assert rest["next"] is None and first["rows"][0]["label"] == "Клиент 0"
    assert [(one["place"], one["value"]) for one in first["rows"][0]["problems"]] == [("values.inn", "1234567890")]
    assert igor.get(f"{path}/rows", of="check", fate="created", limit=1)["rows"][0]["label"] == "Клиент 1"
    igor.put(path, {**run["plan"], "keys": [], "absent": "skip"})
    assert "check" not in igor.get(path), "another plan has another check"
    assert igor.get(f"{path}/rows", of="check")["rows"] == []
    assert igor.call("GET", f"{path}/rows?fate=nonsense", status=400)["error"]["code"]


def test_report_leads_from_rows_to_records(site: Site) -> None:
    igor = site.browser("Игорь")
    run = igor.upload("/api/imports", "клиенты.csv", CSV, entity="counterparty")
    path = f"/api/imports/{run['id']}"
    igor.put(path, run["plan"])
    igor.post(f"{path}/run", status=202)
    site.run_jobs()
    assert igor.get(path)["counts"] == {"created": 1, "error": 1}
    (made,) = igor.get(f"{path}/rows", fate="created")["rows"]
    assert made["record"] == [igor.ids("counterparty")[0], "ООО «Лютик»"]
    (wrong,) = igor.get(f"{path}/rows", fate="error,partial")["rows"]
    assert (wrong["row"], wrong["label"], wrong["record"]) == (3, "ООО «Василёк»", None)
    igor.post(f"{path}/undo", status=202)
    assert igor.get(path)["undo"]["state"] == "running"
    site.run_jobs()
    told = igor.get(path)
    assert (told["state"], told["undo"]["state"]) == ("undone", "done")
    assert igor.get("/api/imports")["imports"][0]["state"] == "undone"


def test_samples_are_read_by_the_plan_while_it_is_made(site: Site) -> None:
    igor = site.browser("Игорь")
    content = "Название;Дата;Сумма\r\nНасосы;03/04/2026;1.200,50\r\nКраны;05/06/2026;7\r\n".encode()
    run = igor.upload("/api/imports", "сделки.csv", content, entity="deal")
    columns = [{"column": 0, "field": "title"}, {"column": 1, "field": "close_on"}, {"column": 2, "field": "amount"}]
    for dates, read in (("dmy", "2026-04-03"), ("mdy", "2026-03-04")):
        told = igor.post(f"/api/imports/{run['id']}/read", {"entity": "deal", "columns": columns, "dates": dates})
        found = {one["field"]: one["read"] for one in told["columns"]}
        assert found["close_on"][0] == {"value": "03/04/2026", "cell": read, "problem": None}
        assert found["amount"][0]["cell"] == ["1200.50", "RUB"]
        assert found["title"] == [] and told["problems"] == []
    twice = [*columns, {"column": 0, "field": "amount"}]
    told = igor.post(f"/api/imports/{run['id']}/read", {"entity": "deal", "columns": twice, "keys": ["title", "city"]})
    assert [one["code"] for one in told["problems"]] == ["import_column_twice", "import_key_not_mapped"]
    assert found["amount"] and any(one["problem"] for one in _of(told, 0, "amount"))


def _of(told: dict[str, list[dict[str, object]]], column: int, field: str) -> list[dict[str, object]]:
    return next(one["read"] for one in told["columns"] if (one["column"], one["field"]) == (column, field))  # type: ignore[return-value]
