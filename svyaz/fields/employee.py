"""Link to an employee: responsible, author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from svyaz.fields.base import Options
from svyaz.fields.link import ON_DELETE, Link
from svyaz.fields.option import Option, one_of, read_options
from svyaz.kernel.problem import Problem


class Employee(Link):
    name = "employee"
    to = "employee"
    known: ClassVar[Mapping[str, Option]] = {"on_delete": one_of("refuse", *ON_DELETE)}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        """`to` is not asked: it is filled in, so that whoever follows links sees one more link."""
        given = {name: value for name, value in options.items() if name != "to" or value not in ([self.to], (self.to,))}
        complete, problems = read_options(given, place, self.known)
        return {**complete, "to": (self.to,)}, problems
