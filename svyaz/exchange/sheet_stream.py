"""Rows of an .xlsx sheet as they come off the disk: expat over the unpacking stream, a row at a time.

A sheet of a hundred thousand rows is 80 MB of XML; calamine reads it fast and holds all of it, openpyxl holds a
row and is six times slower than this.  What is held here: the shared strings (a sheet refers to them by number,
so they must be), the styles, and a row.

Reads what writers of .xlsx write: shared, inline and formula strings, numbers, dates by the form of their style,
yes and no, errors (as nothing).  A DTD is refused whatever stands before it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

Cell = str | int | float | bool | date | datetime | time | timedelta | None

PIECE = 1 << 16
BOOK, STRINGS, STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
# Forms of dates that Excel keeps by number alone; the rest are told in the styles by their letters.
DAYS, TIMES, BOTH = {14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)}, {18, 19, 20, 21, 45, 46, 47}, {22}
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
SPAN = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What day a serial of nothing is, by the two calendars of Excel.
ZERO_DAYS = {False: datetime.fromisoformat("1899-12-30"), True: datetime.fromisoformat("1904-01-01")}


class BrokenSheet(ValueError):
    """The workbook is not what it says it is; the text says where."""


def stream_rows(path: Path, sheet: int, most_columns: int) -> Iterator[list[Cell]]:
    """Rows from the first, gaps filled with None and []; raises BrokenSheet, zipfile.BadZipFile, KeyError."""
    with zipfile.ZipFile(path) as archive:
        names, since_1904 = _sheet_parts(archive)
        strings = _shared_strings(archive)
        styles = _date_styles(archive)
        yield from _Rows(strings, styles, ZERO_DAYS[since_1904], most_columns).read(archive, names[sheet])


def promised_rows(path: Path, sheet: int) -> int | None:
    """How many rows the sheet says it has, in its first words; None when it does not say."""
    with zipfile.ZipFile(path) as archive:
        names, _ = _sheet_parts(archive)
        with archive.open(names[sheet]) as file:
            found = re.search(rb'<(?:\w+:)?dimension[^>]*ref="[A-Z]+\d+:[A-Z]+(\d{1,7})"', file.read(4096))
    return int(found.group(1)) if found else None


class _Rows:
    """The state between two callbacks of expat."""

    def __init__(self, strings: list[str], styles: dict[str, str], zero: datetime, most_columns: int) -> None:
        self.strings, self.styles, self.zero, self.most_columns = strings, styles, zero, most_columns
        self.ready: list[list[Cell]] = []
        self.row: list[Cell] = []
        self.text: list[str] = []
        self.number = 0
        self.kind = self.style = self.reference = ""
        self.aside = False

    def read(self, archive: zipfile.ZipFile, part: str) -> Iterator[list[Cell]]:
        parser = _parser()
        # Names of elements come with the prefix that the writer has chosen for them: learned from the first one.
        parser.StartElementHandler = lambda name, _: self._begin(parser, name)
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                _feed(parser, piece, False)
                yield from self.ready
                self.ready.clear()
            _feed(parser, b"", True)
            yield from self.ready

    def _begin(self, parser: Any, root: str) -> None:
        prefix = root.rpartition(":")[0]
        named = f"{prefix}:" if prefix else ""
        row, cell, value, words, phonetic = (named + one for one in ("row", "c", "v", "t", "rPh"))
        text = self.text
        hear = text.append

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == cell:
                self.kind = attributes.get("t", "")
                self.style = attributes.get("s", "")
                self.reference = attributes.get("r", "")
                text.clear()
            elif name == value or (name == words and not self.aside):
                parser.CharacterDataHandler = hear
            elif name == row:
                self._open_row(attributes.get("r", ""))
            elif name == phonetic:
                self.aside = True

        def end(name: str) -> None:
            if name == cell:
                self._close_cell()
            elif name in (value, words):
                parser.CharacterDataHandler = None
            elif name == row:
                self.ready.append(self.row)
            elif name == phonetic:
                self.aside = False

        parser.StartElementHandler, parser.EndElementHandler = start, end

    def _open_row(self, told: str) -> None:
        wanted = int(told) if told.isascii() and told.isdigit() and len(told) <= 7 else self.number + 1
        for _ in range(wanted - self.number - 1):
            self.ready.append([])
        self.number = max(self.number + 1, wanted)
        self.row = []

    def _close_cell(self) -> None:
        row = self.row
        if self.reference:
            column = _column(self.reference)
            if column > len(row):
                if column > self.most_columns * 10:
                    raise BrokenSheet(self.reference)
                row.extend([None] * (column - len(row)))
        row.append(self._value() if self.text else None)

    def _value(self) -> Cell:
        text = self.text[0] if len(self.text) == 1 else "".join(self.text)
        kind = self.kind
        if kind == "s":
            try:
                return self.strings[int(text)]
            except (ValueError, IndexError):
                raise BrokenSheet(f"{self.reference}: {text[:20]}") from None
        if kind == "inlineStr" or kind == "str":
            return _plain(text)
        if kind == "b":
            return text.strip() == "1"
        if kind == "e":
            return None
        try:
            if kind == "d":
                return datetime.fromisoformat(text.strip())
            number = float(text)
        except ValueError:
            raise BrokenSheet(f"{self.reference}: {text[:20]}") from None
        if self.style in self.styles:
            return _moment(number, self.styles[self.style], self.zero)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _column(reference: str) -> int:
    """«C7» -> 2."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1


def _plain(text: str) -> str:
    """Excel writes what XML cannot hold as _x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _moment(number: float, form: str, zero: datetime) -> Cell:
    """A serial of days as a date, a time of day or both, whatever its style shows."""
    if not 0 <= number < 2_958_466:
        return number
    if form == "span":
        return timedelta(seconds=round(number * 86_400))
    if form == "time" and number < 1:
        return (zero + timedelta(seconds=round(number * 86_400) % 86_400)).time()
    moment = zero + timedelta(days=int(number), seconds=round((number - int(number)) * 86_400))
    return moment.date() if form == "day" and number == int(number) else moment


# --- the parts around a sheet


def _sheet_parts(archive: zipfile.ZipFile) -> tuple[list[str], bool]:
    """Names of the parts of sheets in their order, and whether days are counted from 1904."""
    links: dict[str, str] = {}
    ids: list[str] = []
    since_1904 = [False]

    def link(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            links[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if bare == "sheet":
            ids.append(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
        elif bare == "workbookPr":
            since_1904[0] = attributes.get("date1904") in ("1", "true")

    _walk(archive, "xl/_rels/workbook.xml.rels", link)
    _walk(archive, BOOK, sheet)
    parts = [links.get(one, "") for one in ids]
    return [one.lstrip("/") if one.startswith("/") else str(PurePosixPath("xl") / one) for one in parts], since_1904[0]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if STRINGS not in archive.namelist():
        return []
    strings: list[str] = []
    text: list[str] = []
    aside = [False]
    parser = _parser()

    def start(name: str, _: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if bare == "si":
            text.clear()
        elif bare == "rPh":
            aside[0] = True
        elif bare == "t" and not aside[0]:
            parser.CharacterDataHandler = text.append

    def end(name: str) -> None:
        bare = name.rpartition(":")[2]
        if bare == "t":
            parser.CharacterDataHandler = None
        elif bare == "rPh":
            aside[0] = False
        elif bare == "si":
            strings.append(_plain("".join(text)))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _read_all(archive, STRINGS, parser)
    return strings


def _date_styles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Number of a cell style -> day | time | both | span, for styles that show dates."""
    if STYLES not in archive.namelist():
        return {}
    own: dict[int, str] = {}
    forms: list[int] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        bare = name.rpartition(":")[2]
        if bare == "numFmt":
            own[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif bare == "cellXfs":
            inside[0] = True
        elif bare == "xf" and inside[0]:
            forms.append(_number(attributes.get("numFmtId")))
        elif bare in ("cellStyles", "dxfs"):
            inside[0] = False

    _walk(archive, STYLES, start)
    told = {str(index): _form_of(form, own.get(form, "")) for index, form in enumerate(forms)}
    return {index: form for index, form in told.items() if form}


def _form_of(number: int, code: str) -> str:
    if not code:
        return "day" if number in DAYS else "time" if number in TIMES else "both" if number in BOTH else ""
    if SPAN.search(code):
        return "span"
    letters = set(QUOTED.sub("", code.partition(";")[0]).lower())
    days, times = letters & set("dy"), letters & set("hs")
    if not days and not times:
        return "day" if "m" in letters and not letters & set("0#?") else ""
    return "both" if days and times else "day" if days else "time"


def _number(told: str | None) -> int:
    return int(told) if told and told.isascii() and told.isdigit() and len(told) < 9 else 0


def _walk(archive: zipfile.ZipFile, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser()
    parser.StartElementHandler = start
    _read_all(archive, part, parser)


def _read_all(archive: zipfile.ZipFile, part: str, parser: Any) -> None:
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            _feed(parser, piece, False)
        _feed(parser, b"", True)


def _feed(parser: Any, piece: bytes, last: bool) -> None:
    try:
        parser.Parse(piece, last)
    except expat.ExpatError as wrong:
        raise BrokenSheet(str(wrong)) from None


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: Any) -> None:
    raise BrokenSheet("DTD")
