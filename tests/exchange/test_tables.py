"""A file is what it is: right encodings, marks and numbers of rows; broken and hostile ones are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from svyaz.exchange.tables import (
    MOST_COLUMNS,
    FileBroken,
    FileEmpty,
    FileUnknown,
    TableTooLarge,
    open_table,
    rows,
)
from svyaz.kernel.problem import Problem

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
