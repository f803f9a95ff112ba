"""docs/user/api.md: every example of the page runs, and every route has one.

A whole number from 1001 to 1999 and a word in braces stand for what the server gives: seen in an answer for the
first time, they are what came there; seen again, they must be the same.  «…» is whatever comes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from svyaz.app import ROUTES
from tests.api.calls import PICTURE, SOLUTION
from tests.api.site import Caller, Site

PAGE = Path(__file__).resolve().parents[2] / "docs" / "user" / "api.md"
EXAMPLES = re.findall(r"^```http\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
FILES = {
    "знак.png": PICTURE,
    "счёт.txt": b"1200.50",
    "клиника.zip": SOLUTION.getvalue(),
    "сотрудники.csv": "Фамилия;Имя;Почта\r\nЛомов;Илья;lomov@example.ru\r\n".encode(),
    "клиенты.csv": "Название;ИНН\r\nООО «Василёк»;7736207543\r\nООО «Ромашка-2»;\r\n".encode(),
}
STAND_INS = range(1001, 2000)


class Known:
    """What stood for what so far."""

    def __init__(self) -> None:
        self.values: dict[int | str, Any] = {}

    def fill(self, text: str) -> str:
        for name, value in self.values.items():
            text = re.sub(rf"\b{name}\b", str(value), text) if isinstance(name, int) else text.replace(name, str(value))
        return text

    def differs(self, told: Any, came: Any, place: str = "") -> str | None:
        """Where the answer is not as told; None when it is."""
        if told == "…":
            return None
        if isinstance(told, dict):
            if not isinstance(came, dict):
                return f"{place}: {came!r}"
            return next(
                (d for key in told if (d := self.differs(told[key], came.get(key, KeyError), f"{place}.{key}"))), None
            )
        if isinstance(told, list):
            open_end = bool(told) and told[-1] == "…"
            told = told[:-1] if open_end else told
            if not isinstance(came, list) or len(came) < len(told) or (len(came) > len(told) and not open_end):
                return f"{place}: {came!r}"
            return next((d for n, one in enumerate(told) if (d := self.differs(one, came[n], f"{place}[{n}]"))), None)
        name = (
            told if isinstance(told, int) and told in STAND_INS else told if re.fullmatch(r"{\w+}", str(told)) else None
        )
        if name is not None and not isinstance(told, bool):
            return (
                None if self.values.setdefault(name, came) == came else f"{place}: {came!r}, not {self.values[name]!r}"
            )
        if isinstance(told, str) and told.endswith("…"):
            return None if str(came).startswith(told[:-1]) else f"{place}: {came!r}"
        return None if told == came and type(told) is type(came) else f"{place}: {came!r}, told {told!r}"


def run(caller: Caller, example: str, known: Known) -> str | None:
    request, _, answer = known.fill(example.split("→")[0]), "", example.split("→")[1]
    line, _, body = request.partition("\n")
    method, path, *parts = re.split(r" (?=/)|  +", line.strip())
    form = dict(part.split("=", 1) for part in parts)
    status, _, told = answer.strip().partition("\n")
    code, _, media_type = status.partition(" ")
    name = form.pop("file", "").removeprefix("@")
    more: dict[str, Any] = {"files": {"file": (name, FILES[name], "text/plain")}, "data": form} if name else {}
    came = caller.send(
        method, path, json.loads(body) if body.strip() else {} if method == "POST" and not name else None, **more
    )
    if came.status_code != int(code):
        return f"{came.status_code} {came.text[:500]}"
    if media_type:
        return None if came.headers["content-type"].startswith(media_type) else came.headers["content-type"]
    return known.differs(json.loads(told), came.json()) if told.strip() else None


def test_every_example_of_the_page_runs_as_it_is_told(site: Site) -> None:
    site.browser("Артём")
    artem, known = site.browser("Артём"), Known()
    wrong = []
    for example in EXAMPLES:
        if "{session}" in example and example.startswith("GET"):
            # They come in an order of their own: the one that is told is the one of another browser.
            others = [one for one in artem.get("/api/sessions")["sessions"] if not one["current"]]
            assert {"id", "address", "browser", "current"} <= set(others[0])
            known.values["{session}"] = others[0]["id"]
            continue
        if (trouble := run(artem, example, known)) is not None:
            wrong.append((example.split("\n")[0], trouble))
        if "→ 202" in example:
            site.run_jobs()
    assert wrong == []


def test_every_route_has_an_example() -> None:
    lines = [re.split(r" (?=/)", example.split("\n")[0], maxsplit=1) for example in EXAMPLES]
    asked = [(method, path.split("?")[0].split("  ")[0]) for method, path in lines]

    def shown(method: str, path: str) -> bool:
        pattern = re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$")
        return any(method == one and pattern.match(at) for one, at in asked)

    assert [(route.method, route.path) for route in ROUTES if not shown(route.method, route.path)] == []
