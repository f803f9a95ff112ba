"""The whole API asked at random, as its own document tells: no broken server, no answer outside the document.

Over the sample company, as the administrator and as a seller, with a token.  Half of what is asked is made
likely: records that are there, their own values, words of the formula language; for what is only random is
refused at the door and never gets to the parts behind it.  The seed is fixed: a failure repeats.

SVYAZ_RANDOM_CALLS=postgresql runs it there; SVYAZ_RANDOM_EXAMPLES=40 asks each operation so often.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from svyaz.app import Opened, build_app, open_home
from svyaz.command.companies import make
from svyaz.org import sessions
from svyaz.storage import accounts, ids
from tests.own_loop import OwnLoop
from tests.postgres import fresh_database

HOST = "http://svyaz.test"
EXAMPLES = int(os.environ.get("SVYAZ_RANDOM_EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
LIKELY: dict[str, list[str]] = {
    "after": ["0", "5"],
    "amount": ["amount", ""],
    "as_of": ["2026-01-01", "2100-01-01T00:00:00Z"],
    "by": ["responsible", "source", "stage"],
    "columns": ["source", "created_at.year"],
    "do": ["create", "change", "delete", "restore"],
    "entity": ["deal", "counterparty", "activity", "employee", "deal_line"],
    "fields": ["id", "title", "amount", "stage", "counterparty.title", "responsible", "phones", "about"],
    "figure": ["entered", "left", "in_progress", "lost", "won", "stuck"],
    "filter": ["amount.value > 10", "responsible = me", "created_at >= today() - 30", "id > 3", ""],
    "group": ["stage", "responsible", "priority"],
    "kind": ["note", "activity"],
    "measures": ["count", "sum(amount)"],
    "pipeline": [""],
    "q": ["ром", "+7912", "a", "насос"],
    "rows": ["stage", "responsible", "created_at.month"],
    "sort": ["title", "-amount", "-id"],
    "stage": ["new", "needs", ""],
}


@dataclass(slots=True)
class Reader:
    """Somebody with a token before the application.  records: some of each object, with the values he may change."""

    opened: Opened = field(repr=False)
    app: Any = field(repr=False)
    loop: OwnLoop = field(repr=False)
    login: str
    token: str = field(default="", repr=False)
    token_id: int = 0
    employee: int = 0
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    def send(self, asked: requests.Request) -> httpx.Response:
        """As it would go over the wire: `requests` makes the bytes, forms with files included."""
        asked.headers = {**(asked.headers or {}), "Authorization": f"Bearer {self.token}"}
        made = asked.prepare()

        async def go() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOST) as client:
                return await client.request(
                    made.method or "", made.url or "", headers=dict(made.headers), content=made.body or b""
                )

        return self.loop.run(go())

    def get(self, path: str) -> Any:
        answer = self.send(requests.Request("GET", HOST + path))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def enter(self) -> None:
        with self.opened.company.write() as session:
            login = accounts.find_login(session, self.login)
            assert login is not None
            self.employee, self.token_id = login.employee, ids.take_ids(session, 1)[0]
            self.token = sessions.create_token(session, login.employee, "проверка", "all", 30, self.token_id)
        for entity, shape in self.get("/api/schema")["entities"].items():
            writable = {one["key"] for one in shape["fields"] if one["right"] != "read"}
            found = [row[0] for row in self.get(f"/api/records/{entity}?limit=5&fields=id")["rows"]]
            # Not his own card: closing it would end the trial.
            mine = [id for id in found if (entity, id) != ("employee", self.employee)]
            self.records[entity] = [self.get(f"/api/records/{entity}/{id}") for id in mine[:4]]
            for one in self.records[entity]:
                one["values"] = {key: value for key, value in one["values"].items() if key in writable}

    def may_be_asked(self, case: Case) -> bool:
        """All but what would end the trial itself: revoking the token it runs with, closing his own card."""
        id = str(case.path_parameters.get("id", ""))
        own = {"/api/tokens/{id}": self.token_id, "/api/records/employee/{id}": self.employee}
        return case.method == "GET" or id != str(own.get(case.path, "none"))


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    with ExitStack() as stack:
        on_postgres = os.environ.get("SVYAZ_RANDOM_CALLS") == "postgresql"
        url = stack.enter_context(fresh_database()) if on_postgres else ""
        make(tmp_path / "home", ("sales",), "Ромашка", demo=True, url=url)
        opened = open_home(tmp_path / "home")
        stack.callback(opened.company.close)
        app = build_app(opened, limits=False)
        stack.callback(app.state.pool.shutdown)
        loop = stack.enter_context(OwnLoop())
        someone = Reader(opened, app, loop, request.getfixturevalue("login"))
        someone.enter()
        yield someone


@st.composite
def calls(draw: st.DrawFn, reader: Reader, operation: Any) -> Case:
    """A call of the operation: mostly as the document says, one in four against it; then made likely."""
    against = draw(st.integers(0, 3)) == 0 and bool(operation.body or operation.query or operation.path_parameters)
    mode = GenerationMode.NEGATIVE if against else GenerationMode.POSITIVE
    case: Case = draw(operation.as_strategy(generation_mode=mode))
    if draw(st.integers(0, 3)):
        for name in {"id", "batch"} & set(case.path_parameters):
            case.path_parameters[name] = draw(st.integers(1, 60))
        make_likely(draw, case.query)
        make_likely(draw, case.body)
    parts = case.path.split("/")
    known = reader.records.get(parts[3], []) if parts[2] == "records" else []
    if known and draw(st.integers(0, 3)):
        make_about(draw, case, draw(st.sampled_from(known)))
    if case.path == "/api/live":
        case.query = {**case.query, "seconds": "1"}
    return case


def make_likely(draw: st.DrawFn, told: Any) -> None:
    if isinstance(told, dict):
        for key in told.keys() & LIKELY.keys():
            one = st.sampled_from(LIKELY[key])
            told[key] = draw(st.lists(one, max_size=3) if isinstance(told[key], list) else one)


def make_about(draw: st.DrawFn, case: Case, record: dict[str, Any]) -> None:
    """The record's own id and version, and some of its own values among the random ones."""
    if "id" in case.path_parameters:
        case.path_parameters["id"] = record["id"]
    if isinstance(case.body, dict):
        if "version" in case.body:
            case.body["version"] = record["version"]
        if isinstance(case.body.get("values"), dict):
            keys = sorted(record["values"])
            own = draw(st.lists(st.sampled_from(keys), max_size=4, unique=True)) if keys else []
            random = list(case.body["values"].items())[: draw(st.integers(0, 2))]
            case.body["values"] = {**{key: record["values"][key] for key in own}, **dict(random)}


def ask(reader: Reader, operation: Any, answers: Counter[tuple[str, int]], wrong: dict[str, str]) -> None:
    often = 1 if operation.path == "/api/live" else EXAMPLES

    @seed(2026)
    @settings(max_examples=often, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(calls(reader, operation))
    def each(case: Case) -> None:
        if not reader.may_be_asked(case):
            return
        told = case.as_transport_kwargs(base_url=HOST)
        parts = {key: told.get(key) for key in ("headers", "params", "data", "json", "files")}
        answer = reader.send(requests.Request(told["method"], told["url"], **parts))
        answers[operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except Exception as problem:
            several = getattr(problem, "exceptions", (problem,))
            for one in several:
                title = f"{operation.label}: {type(one).__name__} {str(one)[:200]}"
                wrong.setdefault(
                    title, f"{told['url']} {str(case.body)[:400]} -> {answer.status_code} {answer.text[:400]}"
                )

    each()


@pytest.mark.parametrize(("login", "part"), [("artem", 0.5), ("olga", 0.35)])
def test_nothing_breaks_the_server_and_every_answer_is_in_the_document(reader: Reader, login: str, part: float) -> None:
    """part: of the operations that must have been done, not only refused, to one with such rights."""
    schema = schemathesis.openapi.from_dict(reader.get("/api/openapi.json"))
    answers: Counter[tuple[str, int]] = Counter()
    wrong: dict[str, str] = {}
    operations = [one.ok() for one in schema.get_all_operations()]
    for operation in operations:
        ask(reader, operation, answers, wrong)
    assert wrong == {}
    # It was a trial of the parts behind the door, by one who was in to the end.
    assert reader.get("/api/me")["id"] == reader.employee
    done = {label for label, status in answers if status < 300}
    assert len(done) > len(operations) * part, sorted({one.label for one in operations} - done)
