"""What a list asks beside its rows: pasted texts, rules of colour, next steps, a condition as it is typed."""

from __future__ import annotations

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest, describe
from svyaz.api.route import Route
from svyaz.exchange.pasted import PastedRow, read_pasted
from svyaz.expression.functions.table import FUNCTIONS
from svyaz.kernel.http import Answer
from svyaz.records import marks
from svyaz.traits.next_steps import next_steps

MOST_IDS, MOST_RULES, LONGEST_FORMULA = 1000, 10, 20_000


class PastedLine(msgspec.Struct, forbid_unknown_fields=True):
    texts: list[str]
    id: int | None = None
    version: int | None = None


class CellsBody(msgspec.Struct, forbid_unknown_fields=True):
    columns: list[str]
    rows: list[PastedLine]


class MarksBody(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]
    rules: list[str]


class IdsBody(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int]


class FormulaBody(msgspec.Struct, forbid_unknown_fields=True):
    text: str


def read_cells(call: Call) -> Answer:
    """POST /api/records/{entity}/cells: what pasted texts would become, and what of them would be refused."""
    body = call.body(CellsBody)
    rows = [PastedRow(one.texts, one.id, one.version) for one in body.rows]
    told = read_pasted(call.writing, call.incoming.params["entity"], body.columns, rows)
    return Answer(
        body={
            "rows": [
                {"values": one.values, "problems": [describe(each, call.language) for each in one.problems]}
                for one in told
            ]
        }
    )


def read_marks(call: Call) -> Answer:
    """POST /api/records/{entity}/marks  body: {"ids", "rules"}: for which of the records each rule holds."""
    body = call.body(MarksBody)
    _few(body.ids)
    if len(body.rules) > MOST_RULES:
        raise BadRequest("rules", expected=f"≤ {MOST_RULES}")
    with call.reading() as (session, actor):
        found = marks.read_marks(session, actor, call.incoming.params["entity"], body.ids, body.rules)
    return Answer(body={"marks": found})


def read_next_steps(call: Call) -> Answer:
    """POST /api/records/{entity}/next-steps  body: {"ids"}: the nearest planned activity of each record."""
    body = call.body(IdsBody)
    _few(body.ids)
    with call.reading() as (session, actor):
        steps = next_steps(session, actor, call.incoming.params["entity"], body.ids)
    return Answer(body={"steps": [[one.record, one.activity, one.kind, one.title, one.due_at] for one in steps]})


def read_formula(call: Call) -> Answer:
    """POST /api/records/{entity}/formula  body: {"text"}: a condition as it is typed, by keys and by titles."""
    body = call.body(FormulaBody)
    if len(body.text) > LONGEST_FORMULA:
        raise BadRequest("text", expected=f"≤ {LONGEST_FORMULA}")
    with call.reading() as (session, actor):
        read = marks.read_formula(session, actor, call.incoming.params["entity"], body.text)
    problems = [describe(one, call.language) for one in read.problems]
    return Answer(body={"formula": read.formula, "titles": read.titles, "problems": problems})


def list_functions(call: Call) -> Answer:
    """GET /api/formula-functions: what a formula may call, in the reader's language."""
    with call.reading() as (_, actor):
        english = actor.language == "en"
    return Answer(
        body={
            "functions": [
                {
                    "name": one.key if english else one.name_ru,
                    "key": one.key,
                    "about": one.en if english else one.ru,
                    "example": one.example,
                }
                for one in FUNCTIONS.values()
            ]
        }
    )


def _few(ids: list[int]) -> None:
    if len(ids) > MOST_IDS:
        raise BadRequest("ids", expected=f"≤ {MOST_IDS}")


RECORDS = "/api/records/{entity}"
ROUTES = (
    Route("POST", f"{RECORDS}/cells", read_cells, "What pasted texts would become", body=CellsBody, per_entity=True),
    Route(
        "POST",
        f"{RECORDS}/marks",
        read_marks,
        "For which records a rule holds",
        body=MarksBody,
        per_entity=True,
        reads=True,
    ),
    Route(
        "POST",
        f"{RECORDS}/next-steps",
        read_next_steps,
        "What is planned next",
        body=IdsBody,
        per_entity=True,
        reads=True,
    ),
    Route(
        "POST",
        f"{RECORDS}/formula",
        read_formula,
        "A condition as it is typed",
        body=FormulaBody,
        per_entity=True,
        reads=True,
    ),
    Route("GET", "/api/formula-functions", list_functions, "Functions of the formula language"),
)
