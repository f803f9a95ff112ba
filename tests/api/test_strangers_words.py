"""Whatever comes in, in whatever place: stored or refused in words; never a broken server, never SQL."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.api.site import Caller, Site

SQL = re.compile(
    r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET|sqlite3|psycopg|sqlalchemy|Traceback|File \"/|near \"|"
    r"syntax error|/site-packages/|svyaz\.(storage|records|api)\.)",
    re.IGNORECASE,
)
INSIDE = re.compile(r"\bsv_[a-z]+")
NASTY = [
    "'", '"', "';--", "\\", "\0", "a\0b", "/*", "*/", "%", "%%", "%s", "{0}", "${x}", "‘", "“", "ʼ", "＇",
    "\u202e", "😀", "\ufeff", "NaN", "1e999", "-0", "0x10", "null", "true", "[]", "{}", "$where", "a.b.c",
    "id; DROP TABLE deal", "1 OR 1=1", "title' OR '1'='1", "x" * 5000, "(" * 400, "a" + ".a" * 200, "١٢٣", "²", " ",
    "sv_id", "sv_version", "rowid", "__class__", "me.__class__", "\r\nSet-Cookie: a=b",
]  # fmt: skip
SIGNS = st.text(
    alphabet=st.sampled_from(list("'\"\\;%_-*/()[]{}.,:=<>|&^$#@!?~`\0\t\n абвёA1٣😀\u202e\u0301‘")), max_size=24
)
STRANGE = st.one_of(st.sampled_from(NASTY), SIGNS)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), STRANGE),
    lambda one: st.one_of(st.lists(one, max_size=4), st.dictionaries(STRANGE, one, max_size=3)),
    max_leaves=6,
)
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def stands(answer: Any, what: object) -> None:
    """2xx or a refusal in words, with nothing of the inside in it."""
    assert answer.status_code < 500, (what, answer.status_code, answer.text[:600])
    if answer.status_code >= 400:
        error = answer.json()["error"]
        told = json.dumps([error["code"], error["text"], error["problems"]], ensure_ascii=False)
        # A refusal quotes what was sent, whole or cut: names of the inside are looked for where none were sent.
        if "sv_" not in json.dumps(what, default=str):
            assert not INSIDE.search(told), (what, told[:600])
        assert not SQL.search(told), (what, told[:600])
        assert error["text"] and error["text"] != error["code"], what


@pytest.fixture
def maria(site: Site) -> Caller:
    person = site.browser("Мария Сергеевна")
    person.create("deal", title="Насосы", amount="100")
    return person


@pytest.mark.parametrize(
    "name", ["filter", "sort", "fields", "after", "limit", "offset", "count", "kept", "format", "view"]
)
def test_no_sign_in_a_query_of_a_list_breaks_it(maria: Caller, name: str) -> None:
    """Row 14: with a code, never 500, no SQL in the answer."""
    for text in NASTY:
        stands(maria.send("GET", "/api/records/deal", params={name: text}), text)
    for text in ("title = '%s'", 'contains(title, "%s")', "title = %s", "%s = 1", "amount > %s", "%s(title)"):
        for sign in NASTY[:24]:
            if name == "filter":
                stands(maria.send("GET", "/api/records/deal", params={name: text.replace("%s", sign)}), (text, sign))


@FUZZ
@given(
    asked=st.fixed_dictionaries(
        {},
        optional={
            "filter": STRANGE,
            "sort": st.one_of(STRANGE, st.lists(STRANGE, max_size=3)),
            "fields": st.one_of(st.lists(STRANGE, max_size=3), JSON),
            "group": STRANGE,
            "after": st.one_of(STRANGE, JSON),
            "limit": JSON,
            "totals": st.lists(st.fixed_dictionaries({"function": STRANGE}, optional={"field": STRANGE}), max_size=2),
        },
    )
)
def test_no_body_of_a_query_breaks_it(maria: Caller, asked: dict[str, Any]) -> None:
    """Row 14."""
    stands(maria.send("POST", "/api/records/deal/query", asked), asked)


@FUZZ
@given(values=st.dictionaries(st.one_of(st.sampled_from(
    ["title", "amount", "stage", "close_on", "responsible", "contacts", "counterparty", "priority", "co_executors"]
), STRANGE), JSON, max_size=3))  # fmt: skip
def test_no_value_of_a_record_breaks_its_writing(maria: Caller, values: dict[str, Any]) -> None:
    """Row 17: stored or refused."""
    answer = maria.send("POST", "/api/records/deal", {"values": values})
    stands(answer, values)
    if answer.status_code == 201:
        stands(maria.send("GET", f"/api/records/deal/{answer.json()['id']}"), values)


@FUZZ
@given(body=JSON, path=st.sampled_from([
    "/api/session", "/api/tokens", "/api/trash/restore", "/api/reports/run", "/api/records/deal/bulk", "/api/import-maps",
    "/api/records/deal/check", "/api/notices/read", "/api/me/password", "/api/records/deal/1/timeline", "/api/changes/1/undo",
]))  # fmt: skip
def test_no_json_in_any_body_breaks_a_route(maria: Caller, path: str, body: Any) -> None:
    stands(maria.send("POST", path, body), body)


@pytest.mark.parametrize("text", NASTY)
def test_strange_text_in_every_text_field_is_stored_or_refused(maria: Caller, text: str) -> None:
    """Row 17: and what is stored comes back as it was, trimmed."""
    for field in ("title", "description", "external_number"):
        answer = maria.send("POST", "/api/records/deal", {"values": {field: text}})
        stands(answer, text)
        if answer.status_code == 201 and text.strip():
            kept = answer.json()["values"][field]
            assert kept is None or kept.split() == text.split() or kept in text


def test_half_a_sign_in_json_is_refused(maria: Caller) -> None:
    """Row 17: a lone surrogate is not text."""
    for body in (
        b'{"values": {"title": "\\ud800"}}',
        b'{"values": {"title": "\xff\xfe"}}',
        b'{"values": {"\\udfff": 1}}',
    ):
        answer = maria.send("POST", "/api/records/deal", body)
        stands(answer, "surrogate")
        assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"1", b'"x"', b"[" * 100_000, b'{"values":' * 5_000, b"\xef\xbb\xbf{}"]
)
def test_body_that_is_not_what_the_route_reads_is_a_bad_request(maria: Caller, body: bytes) -> None:
    answer = maria.send("POST", "/api/records/deal", body)
    stands(answer, "body")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/records/deal/99999999999999999999",
        "/api/records/deal/-1",
        "/api/records/deal/1.5",
        "/api/records/deal/%00",
        "/api/records/deal/١",
        "/api/records/%00",
        "/api/records/deal%27",
        "/api/records/no_such",
        "/api/records/..%2f..%2fetc",
        "/api/files/99999999999999999999",
        "/api/jobs/x",
        "/api/changes/9999999999999999/undo",
        "/api/imports/0/errors.csv",
        "/api/preferences/%00",
        "/api/trash?entity=%00",
        "/api/records/deal/suggest?q=%00",
        "/api/records/deal?filter=%ff%fe",
    ],
)
def test_no_address_breaks_the_server(maria: Caller, path: str) -> None:
    answer = maria.send("GET", path)
    stands(answer, path)
    assert answer.status_code in (400, 404, 422), answer.text


def test_depth_and_number_of_what_is_asked_are_limited(maria: Caller) -> None:
    """Row 19."""
    deep = "(" * 300 + "title = 'x'" + ")" * 300
    many = " or ".join("title = 'x'" for _ in range(3000))
    listed = "id in (" + ", ".join(str(n) for n in range(60_000)) + ")"
    for text in (deep, many, listed, "not " * 2000 + "true", "1" + "+1" * 5000 + " = 2"):
        answer = maria.send("POST", "/api/records/deal/query", {"filter": text})
        stands(answer, "long")
        assert answer.status_code == 422, text[:50]
    refused = [
        {"limit": 1001},
        {"first": 201, "group": "stage"},
        {"totals": [{"function": "count"}] * 21},
        {"offset": 10**10},
    ]
    for body in refused:
        assert maria.send("POST", "/api/records/deal/query", body).status_code == 400, body
    fields = ",".join(["title"] * 1000)
    stands(maria.send("GET", "/api/records/deal", params={"fields": fields}), "fields")


def test_body_over_its_limit_is_cut_off_declared_or_not(site: Site, maria: Caller) -> None:
    """Row 60."""
    big = json.dumps({"values": {"title": "x" * (9 * 1024 * 1024)}}).encode()
    with site.nothing_changes():
        assert maria.refused("POST", "/api/records/deal", 413, big)["code"] == "too_large"

    async def drip() -> Any:
        for start in range(0, len(big), 1 << 20):
            yield big[start : start + (1 << 20)]

    headers = {**maria.headers, "X-Svyaz-CSRF": maria.csrf, "Content-Type": "application/json"}
    assert site.send("POST", "/api/records/deal", headers=headers, content=drip()).status_code == 413


def test_stranger_uploads_nothing(site: Site, maria: Caller) -> None:
    """Row 60: who may not come in is refused before the body is read."""
    read = []

    async def drip() -> Any:
        for number in range(50):
            read.append(number)
            yield b"x" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert site.send("POST", "/api/files", headers=headers, content=drip()).status_code == 401
    headers = {**site.browser("Ольга").headers, **headers, "X-Svyaz-CSRF": "wrong"}
    assert site.send("POST", "/api/imports", headers=headers, content=drip()).status_code == 403


def test_our_own_mistake_tells_a_number_and_nothing_else(
    site: Site, maria: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 43."""

    def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM sv_login in /home/svyaz")

    monkeypatch.setattr("svyaz.api.schema_api.told_schema", broken)
    error = maria.refused("GET", "/api/schema", 500)
    assert error["code"] == "server_broken" and re.fullmatch("[0-9a-f]{8}", error["facts"]["number"])
    assert "SELECT" not in json.dumps(error) and "home" not in json.dumps(error)


def test_database_gone_in_the_middle_is_told_and_nothing_is_half_written(site: Site, maria: Caller) -> None:
    site.company.database.close()
    answer = maria.send("GET", "/api/records/deal")
    assert answer.status_code >= 500 and not SQL.search(answer.text), answer.text


@pytest.mark.parametrize("nasty", ["9" * 25, "-" + "9" * 25, str(2**63), "[" * 300 + "]" * 300], ids=len)
def test_number_beyond_the_base_or_an_endless_nest_is_refused_wherever_it_stands(site: Site, nasty: str) -> None:
    artem = site.browser("Артём")
    card = f"/api/records/deal/{artem.create('deal', title='Насосы')['id']}"
    for method, path, body in (
        ("POST", f"{card}/undo", '{"seq": X}'),
        ("POST", f"{card}/timeline", '{"kind": "note", "text": "a", "files": [X]}'),
        ("PATCH", card, '{"version": X, "values": {"title": "a"}}'),
        ("POST", "/api/records/deal/check", '{"values": {}, "id": X}'),
        ("POST", "/api/records/deal/bulk", '{"operations": [{"do": "delete", "id": X}]}'),
        ("POST", "/api/records/currency_rate", '{"values": {"rate": {"a": X}}}'),
        ("POST", "/api/trash/restore", '{"entity": "deal", "ids": [X]}'),
        ("POST", "/api/notices/read", '{"ids": [X]}'),
        ("POST", "/api/live/presence", '{"entity": "deal", "id": X}'),
        ("PUT", "/api/preferences/list", '{"value": {"a": [X]}}'),
        ("POST", "/api/import-maps", '{"title": "a", "plan": {"a": X}}'),
    ):
        answer = artem.send(method, path, body.replace("X", nasty).encode())
        assert answer.status_code in (400, 422), (path, answer.status_code, answer.text[:300])
        stands(answer, body)
    # What is wrong in a form is told with 200, and tells of what was sent.
    checked = artem.post("/api/records/currency_rate/check", f'{{"values": {{"rate": {{"a": {nasty}}}}}}}'.encode())
    assert [one for one in checked["problems"] if "rate" in one["place"]], checked


def test_nul_is_refused_in_what_is_kept_and_in_parts_of_a_body(maria: Caller) -> None:
    for method, path, body in (
        ("PUT", "/api/preferences/list", {"value": {"a\0": 1}}),
        ("PUT", "/api/preferences/list", {"value": [{"a": "b\0"}]}),
        ("POST", "/api/records/deal/query", {"totals": [{"function": "sum", "field": "a\0"}]}),
    ):
        assert maria.refused(method, path, 422, body)["code"] == "text_has_nul", body


def test_server_sends_nobody_elsewhere(site: Site) -> None:
    """Row 55: no address of a stranger comes back as a Location."""
    olga = site.browser("Ольга")
    for path in (
        "//evil.test",
        "/\\evil.test",
        "/https:evil.test",
        "/%2f%2fevil.test",
        "/login?next=//evil.test",
        "/api/session?next=https://evil.test",
    ):
        answer = olga.send("GET", "http://svyaz.test" + path if path.startswith("//") else path)
        assert answer.status_code not in range(300, 400) and "location" not in answer.headers, path
