"""An object described in lines, as people jot it down or paste it, and the edits that make it so.

    Лицевой счёт                          the type is guessed by the title
    Телефон*                              a star: it must be filled
    Подключён: дата, обязательно          a type and marks after a colon
    Кто это: Человек, Организация         values of a choice
    Адрес: справочник                     a link; the dictionary is made when there is none of that title
    Тариф: объект                         the same, to an object; lines below it, set off, are its fields
      Плата за месяц
    Платёж                                lines set off below a line of its own: a child object with a link to this one
      Сумма
      Дата
    Оплачено = сумма(Платёж; Сумма)       a roll-up of the child
    Долг = [Начислено] - [Оплачено]       a formula

Nothing is changed here: the edits are planned and applied like any others.  Keys are given here already, since the
edits speak of one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from svyaz.configurator.outline_words import REQUIRED
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold

MOST_LINES, LONGEST_LINE, LONGEST_TITLE = 200, 1000, 100
MARK = re.compile(r"(?:[-–—•*]|\d{1,3}[.)])\s+")
FORMULA = re.compile(r"(?P<title>[^=:]+?)\s*=\s*(?P<said>.+)", re.DOTALL)
SETTINGS = re.compile(r"(?P<title>[^:]+?)\s*:(?P<said>.*)", re.DOTALL)


class OutlineTooLong(Problem):
    code = "outline_too_long"  # facts: limit


class LineTitleLong(Problem):
    code = "line_title_long"  # facts: limit


class LineAstray(Problem):
    """Set off, with nothing above it that it could belong to."""

    code = "line_astray"


class LineTypeUnknown(Problem):
    code = "line_type_unknown"  # facts: said


class LineTitleTaken(Problem):
    code = "line_title_taken"  # facts: title


class LineChildUnknown(Problem):
    """A roll-up of what no child object is called."""

    code = "line_child_unknown"  # facts: said


class LineFieldUnknown(Problem):
    """A roll-up of what no field of the child is called."""

    code = "line_field_unknown"  # facts: said, entity


@dataclass(frozen=True, slots=True)
class Line:
    """number: from 1, as the person sees it;  words: what stands after the colon, part by part;
    formula: what stands after the equals sign;  below: the lines set off beneath it."""

    number: int
    title: str
    words: tuple[str, ...] = ()
    formula: str = ""
    required: bool = False
    below: tuple[Line, ...] = ()


def read_lines(text: str) -> Sequence[Line]:
    """Blank lines say nothing.  Raises OutlineTooLong, LineTitleLong, LineAstray, each with the place `line N`."""
    lines = text.expandtabs(4).splitlines() if text.lstrip().startswith("\t") else text.splitlines()
    if len(lines) > MOST_LINES:
        raise OutlineTooLong(limit=MOST_LINES)
    read: list[Line] = []
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        if len(raw) > LONGEST_LINE:
            raise OutlineTooLong(f"line {number}", limit=LONGEST_LINE)
        line = read_line(number, raw)
        if len(line.title) > LONGEST_TITLE:
            raise LineTitleLong(f"line {number}", limit=LONGEST_TITLE)
        if not raw[:1].isspace():
            read.append(line)
        elif not read:
            raise LineAstray(f"line {number}")
        else:
            read[-1] = replace(read[-1], below=(*read[-1].below, line))
    return read


def read_line(number: int, raw: str) -> Line:
    """A cell beside the title, as a table is pasted, is what a colon would introduce."""
    bare = raw.strip()
    bare = bare[found.end() :] if (found := MARK.match(bare)) else bare
    bare = re.sub(r"\s*\t\s*", ": ", bare, count=1) if ":" not in bare and "=" not in bare else bare
    formula, settings = FORMULA.fullmatch(bare), SETTINGS.fullmatch(bare)
    if formula:  # its title has no colon, so the equals sign stands first
        return Line(number, _starred(formula["title"])[0], formula=formula["said"].strip())
    title, required = _starred(settings["title"] if settings else bare)
    words = tuple(_parts(settings["said"])) if settings else ()
    marked = required or any(fold(word) in REQUIRED for word in words)
    return Line(number, title, tuple(word for word in words if fold(word) not in REQUIRED), "", marked)


def _starred(title: str) -> tuple[str, bool]:
    bare = " ".join(title.split())
    return bare.rstrip("* "), bare.endswith("*")


def _parts(said: str) -> Iterator[str]:
    for part in re.split(r"[,;]", said):
        if part.strip():
            yield " ".join(part.split())
