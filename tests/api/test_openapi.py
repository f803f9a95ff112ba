"""The document of the API: it is valid, it is of this reader, and the server answers as it says."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from svyaz.api.answers import ANSWERS, FILES
from svyaz.app import ROUTES
from tests.api.calls import good_calls
from tests.api.site import LOGINS, Site


def checker(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def test_document_is_valid_and_has_every_route(site: Site) -> None:
    document = site.browser("Артём").get("/api/openapi.json")
    validate(document)
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    for route in ROUTES:
        assert (route.method, route.path.replace("{entity}", "deal") if route.per_entity else route.path) in told
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_every_route_says_what_it_answers(site: Site) -> None:
    silent = [
        (route.method, route.path)
        for route in ROUTES
        if route.status != 204 and (route.method, route.path) not in {**ANSWERS, **FILES}
    ]
    assert silent == []
    declared = {(route.method, route.path) for route in ROUTES}
    assert set(ANSWERS) | set(FILES) <= declared


def test_server_answers_and_is_asked_as_the_document_says(site: Site) -> None:
    document = site.browser("Артём").get("/api/openapi.json")
    people = {name: site.browser(name) for name in LOGINS}
    wrong = []
    for call in good_calls(site):
        path = call.route if call.route in document["paths"] else call.route.replace("{entity}", "deal")
        told = document["paths"][path][call.method.lower()]
        if "requestBody" in told and not call.files:
            shape = told["requestBody"]["content"]["application/json"]["schema"]
            # A plan of an import that is there may leave out the entity: the import knows it.
            is_plan = path.startswith("/api/imports/{id}") and "columns" in call.body
            body = {"entity": "counterparty", **call.body} if is_plan else call.body
            wrong += [(call.asked, "body", one.message) for one in checker(document, shape).iter_errors(body)]
        answer = call.send(people[call.who])
        response = told["responses"].get(str(answer.status_code))
        if response is None:
            wrong.append((call.asked, "status", answer.status_code))
            continue
        content = response.get("content", {})
        if "application/json" in content:
            shape = content["application/json"]["schema"]
            wrong += [
                (call.asked, "answer", one.message[:300]) for one in checker(document, shape).iter_errors(answer.json())
            ]
        for query in told["parameters"]:
            assert query["in"] == "path" or query["name"] in document_query(path, call.method)
    assert wrong == []


def document_query(path: str, method: str) -> set[str]:
    return {name for route in ROUTES if route.method == method for name, _ in route.query}


def test_refusal_is_as_the_document_says(site: Site) -> None:
    olga = site.browser("Ольга")
    document = olga.get("/api/openapi.json")
    problem = checker(document, {"$ref": "#/components/schemas/Problem"})
    for method, path, body in (
        ("GET", "/api/records/deal/999999", None),
        ("POST", "/api/records/deal", {"values": {"amount": "x", "nonsense": 1}}),
        ("POST", "/api/records/deal", {"value": {}}),
        ("GET", "/api/jobs", None),
        ("GET", "/api/no/such", None),
    ):
        assert list(problem.iter_errors(olga.send(method, path, body).json())) == [], path


def test_document_names_only_what_its_reader_may_see(site: Site) -> None:
    olga, artem = (site.browser(name).get("/api/openapi.json") for name in ("Ольга", "Артём"))
    assert "/api/records/deal" in olga["paths"] and set(olga["paths"]) <= set(artem["paths"])
    values = artem["components"]["schemas"]["DealValues"]["properties"]
    assert values["amount"]["title"] == "Сумма" and values["created_at"]["readOnly"] is True


def test_what_is_begun_as_a_job_is_answered_as_the_document_says(site: Site) -> None:
    artem = site.browser("Артём")
    document = artem.get("/api/openapi.json")
    artem.create("deal", title="Насосы")
    told = artem.post("/api/records/deal/bulk", {"filter": 'title = "Насосы"', "change": {"title": "Трубы"}}, 202)
    for path in ("/api/records/deal/bulk", "/api/changes/{batch}/undo"):
        shape = document["paths"][path]["post"]["responses"]["202"]["content"]["application/json"]["schema"]
        assert list(checker(document, shape).iter_errors(told)) == [] and list(checker(document, shape).iter_errors({}))


def test_events_are_answered_as_the_document_says(site: Site) -> None:
    artem = site.browser("Артём")
    document = artem.get("/api/openapi.json")
    content = document["paths"]["/api/live"]["get"]["responses"]["200"]["content"]
    shape = checker(document, content["text/event-stream"]["schema"])
    data = document["components"]["schemas"]["Event"]["properties"]["data"]["contentSchema"]
    stream = artem.send("GET", "/api/live", params={"seconds": 1}).text
    events = [dict(line.split(": ", 1) for line in one.split("\n")) for one in stream.split("\n\n") if ": " in one]
    assert next(json.loads(one["data"]) for one in events if "data" in one)["hello"]["revision"] == 1
    for one in events:
        assert list(shape.iter_errors(one)) == []
        if "data" in one:
            assert list(checker(document, data).iter_errors(json.loads(one["data"]))) == []
