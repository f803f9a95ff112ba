"""Stage of a pipeline.  Its options come from the entity's pipelines (the schema fills them in), not from the field."""

from __future__ import annotations

from typing import ClassVar

from svyaz.fields.base import Options
from svyaz.fields.choice import Choice
from svyaz.fields.option import read_options
from svyaz.fields.single import Conversions
from svyaz.kernel.problem import Problem


class Stage(Choice):
    name = "stage"
    becomes: ClassVar[Conversions] = {}

    def check_options(self, options: Options, place: str) -> tuple[Options, list[Problem]]:
        """options: [{key, title, hue}] of all pipelines in order, put there by the schema afterwards."""
        complete, problems = read_options(options, place, {})
        return {**complete, "options": []}, problems
