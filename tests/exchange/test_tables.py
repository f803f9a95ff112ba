"""A file is what it is: right encodings, marks and numbers of rows; broken and hostile ones are refused."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from svyaz.exchange.sheet_stream import BrokenSheet, stream_rows
from svyaz.exchange.tables import (
    MOST_COLUMNS,
    FileBroken,
    FileEmpty,
    FileUnknown,
    TableFile,
    TableTooLarge,
    count_rows,
    open_table,
    rows,
)
from svyaz.kernel.problem import Problem

DATA = Path(__file__).parent / "data"
TEXT = 'Компания;Город\r\n"ООО ""Ромашка""";Казань\r\n"две\nстроки";Тверь\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le"])
def test_russian_csv_reads_alike_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(TEXT.encode(encoding))
    table = open_table(path, "file.csv")
    assert list(rows(table)) == [["Компания", "Город"], ['ООО "Ромашка"', "Казань"], ["две\nстроки", "Тверь"]]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_delimiter_is_the_one_that_makes_even_rows(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "file.csv"
    lines = [["Имя", "Сумма", "Город"], ["Анна, Пётр" if mark != "," else "Анна", "1 200", "Уфа"], ["Ян", "3", "Омск"]]
    path.write_text("\n".join(mark.join(line) for line in lines), encoding="utf-8")
    assert list(rows(open_table(path, "file.csv"))) == lines


def test_first_line_sep_of_excel_is_obeyed_and_not_a_row(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("sep=,\na,b;c\n1,2;3\n", encoding="utf-8")
    assert list(rows(open_table(path, "file.csv"))) == [["a", "b;c"], ["1", "2;3"]]


def test_xlsx_keeps_types_and_row_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Название", "Сумма"])
    sheet.append([])
    sheet.append(["Кабель", 12.5])
    sheet.append(["Труба", 7])
    path = tmp_path / "file.xlsx"
    book.save(path)
    table = open_table(path, "file.xlsx")
    assert table.kind == "xlsx" and table.sheets == ("Sheet",)
    assert list(rows(table)) == [["Название", "Сумма"], [], ["Кабель", 12.5], ["Труба", 7]]


def test_large_workbook_is_streamed_and_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(300):
        sheet.append([f"строка {number}", number, None])
    path = tmp_path / "file.xlsx"
    book.save(path)
    small = list(rows(open_table(path, "file.xlsx")))
    monkeypatch.setattr("svyaz.exchange.tables.LARGEST_IN_MEMORY", 1)
    assert list(rows(open_table(path, "file.xlsx"))) == small
    assert small[299] == ["строка 299", 299]


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 1024 * 1024))


def with_entities(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", '<!DOCTYPE t [<!ENTITY a "b">]><Types>&a;</Types>')


def torn(path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(path)
    path.write_bytes(path.read_bytes()[:2000])


def not_a_table(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../etc/passwd", "x")


HOSTILE = [
    (bomb, TableTooLarge),
    (with_entities, FileBroken),
    (torn, FileBroken),
    (not_a_table, FileUnknown),
    (lambda path: path.write_bytes(b""), FileEmpty),
    (lambda path: path.write_bytes(b"%PDF-1.7 ..."), FileUnknown),
    (lambda path: path.write_bytes(b"PK\x03\x04 nothing"), FileBroken),
    (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600), FileBroken),
]


@pytest.mark.parametrize(("make", "problem"), HOSTILE, ids=lambda one: getattr(one, "__name__", ""))
def test_hostile_file_is_refused_by_name(tmp_path: Path, make: object, problem: type[Problem]) -> None:
    path = tmp_path / "file"
    make(path)  # type: ignore[operator]
    with pytest.raises(problem) as caught:
        list(rows(open_table(path, "отчёт.xlsx")))
    assert caught.value.facts["file"] == "отчёт.xlsx"


def test_ten_thousand_columns_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(";".join(f"c{n}" for n in range(10_000)), encoding="utf-8")
    with pytest.raises(TableTooLarge) as caught:
        list(rows(open_table(path, "file.csv")))
    assert caught.value.facts["most"] == MOST_COLUMNS


def test_nul_in_a_row_names_the_row(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a;b\n" * 100_000 + b"c;\0\n")
    with pytest.raises(FileBroken) as caught:
        list(rows(open_table(path, "file.csv")))
    assert caught.value.place == "row 100001"


def test_unclosed_quote_is_an_error_or_a_cell_but_never_a_hang(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('a;b\n"' + "x" * 2_000_000, encoding="utf-8")
    with pytest.raises(FileBroken):
        list(rows(open_table(path, "file.csv")))


def test_old_workbook_of_excel_97_reads_with_its_types_and_sheets() -> None:
    table = open_table(DATA / "clients.xls", "клиенты.xls")
    assert table.kind == "xls" and table.sheets == ("Клиенты", "Даты")
    assert list(rows(table)) == [
        ["Название", "ИНН", "Год основания", "Выручка", "Город"],
        [],
        ["ООО «Лютик»", "7707083893", 1996, 1234.5, "Казань"],
        ["Ёлка и сыновья", None, 2003, None, "Пермь"],
    ]
    assert list(rows(table, 1)) == [["Дата"], [date(2026, 11, 24)], [True]]
    assert count_rows(table) == 4


def test_torn_old_workbook_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "file.xls"
    path.write_bytes((DATA / "clients.xls").read_bytes()[:1500])
    with pytest.raises(FileBroken):
        list(rows(open_table(path, "file.xls")))


def everything(path: Path) -> None:
    """A sheet with all that a cell may be, gaps in rows and columns, and forms of dates by number and by letters."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["  Имя с краями ", "Ёлка & <сын>", "_x0041_", "a\r\nb"])
    sheet.append([])
    sheet.append(
        [
            date(2026, 11, 24),
            datetime.fromisoformat("2026-11-24T14:05:07"),
            time(14, 5),
            timedelta(hours=30),
            True,
            False,
        ]
    )
    sheet.append([1, -3, 12.5, 10**15, 1e-7, "=1/0", None, "0012"])
    for at, form in {
        "A5": "[$-419]d mmm yyyy;@",
        "B5": "mmm",
        "C5": '#,##0 "дн."',
        "D5": "h:mm",
        "E5": "0.00%",
    }.items():
        sheet[at] = 45_000.5 if at == "D5" else 45_000
        sheet[at].number_format = form
    sheet["J9"] = "далеко"
    book.create_sheet("Второй")["B2"] = "второй"
    book.save(path)


def test_streamed_sheet_is_cell_for_cell_what_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.xlsx"
    everything(path)
    table = open_table(path, "file.xlsx")
    at_once = [list(rows(table, sheet)) for sheet in (0, 1)]
    monkeypatch.setattr("svyaz.exchange.tables.LARGEST_IN_MEMORY", 1)
    assert [list(rows(table, sheet)) for sheet in (0, 1)] == at_once
    assert at_once[0][2][:2] == [date(2026, 11, 24), datetime.fromisoformat("2026-11-24T14:05:07")]
    assert at_once[0][8] == [None] * 9 + ["далеко"]
    assert count_rows(table) == 9


SHEETS = {
    "shared strings with phonetics and runs": (
        b"<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row>",
        "<si><r><t>Да</t></r><r><t xml:space='preserve'> нет</t></r><rPh><t>xx</t></rPh></si><si><t>два</t></si>",
        [["Да нет", None, "два"]],
    ),
    "rows and cells without their places": (
        b"<row><c><v>1</v></c><c t='str'><v>x</v></c></row><row><c t='b'><v>1</v></c></row>",
        "",
        [[1, "x"], [True]],
    ),
    "cells twice in one place": (b"<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>", "", [[1, 2]]),
}


@pytest.mark.parametrize("what", SHEETS)
def test_streamed_sheet_of_other_writers_is_read(tmp_path: Path, what: str) -> None:
    body, strings, told = SHEETS[what]
    for prefix in ("", "x:"):
        path = tmp_path / f"{prefix.strip(':')}file.xlsx"
        written_by_hand(path, body, strings, prefix)
        assert list(stream_rows(path, 0, 100)) == told


def written_by_hand(path: Path, body: bytes, strings: str, prefix: str = "") -> None:
    """prefix: before the names of elements, as some writers have it."""

    def named(xml: str) -> str:
        return re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", xml)

    space = "xmlns" + (":" + prefix.strip(":") if prefix else "")
    main = f"{space}='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    links = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id='a' Target='worksheets/s.xml'/></Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml", named(f"<workbook {main} {links}><sheets><sheet name='a' r:id='a'/></sheets></workbook>")
        )
        archive.writestr(
            "xl/worksheets/s.xml", named(f"<worksheet {main}><sheetData>{body.decode()}</sheetData></worksheet>")
        )
        if strings:
            archive.writestr("xl/sharedStrings.xml", named(f"<sst {main}>{strings}</sst>"))


BROKEN = {
    "a string that is not there": b"<row r='1'><c r='A1' t='s'><v>7</v></c></row>",
    "a number that is none": b"<row r='1'><c r='A1'><v>12x</v></c></row>",
    "a tail torn off": b"<row r='1'><c r='A1'><v>1</v>",
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_streamed_sheet_is_refused_in_words(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.xlsx"
    written_by_hand(path, BROKEN[what], "")
    monkeypatch.setattr("svyaz.exchange.tables.LARGEST_IN_MEMORY", 1)
    table = TableFile(path, "file.xlsx", "xlsx", ("a",))
    with pytest.raises(FileBroken):
        list(rows(table))


def test_entities_hidden_after_a_long_comment_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    written_by_hand(path, b"<row><c><v>1</v></c></row>", "<si><t>a</t></si>")
    hostile = (
        f"<?xml version='1.0'?><!--{'x' * 5000}--><!DOCTYPE sst [<!ENTITY a 'aaaa'>]><sst><si><t>&a;</t></si></sst>"
    )
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for one in old.namelist():
            new.writestr(one, hostile if one.endswith("sharedStrings.xml") else old.read(one))
    with pytest.raises(BrokenSheet):
        list(stream_rows(tmp_path / "b.xlsx", 0, 100))


@pytest.mark.parametrize("streamed", [False, True])
def test_table_that_begins_below_and_to_the_right_keeps_its_row_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streamed: bool
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"], sheet["C5"] = "Название", "Кабель"
    path = tmp_path / "file.xlsx"
    book.save(path)
    if streamed:
        monkeypatch.setattr("svyaz.exchange.tables.LARGEST_IN_MEMORY", 1)
    assert list(rows(open_table(path, "file.xlsx"))) == [[], [], [], [None, None, "Название"], [None, None, "Кабель"]]
