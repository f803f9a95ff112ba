"""The OpenAPI document of *this* company: its own objects and fields, as the reader may see them.

Made from the route table and the schema the reader gets; nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from svyaz import __version__
from svyaz.api.answers import ANSWERS, COMPONENTS, FILES, FORMS, LATER
from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.api.schema_api import told_schema
from svyaz.kernel.http import Answer

PROBLEM = {"$ref": "#/components/schemas/Problem"}
CELL: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "person_name": {"type": "object", "additionalProperties": {"type": "string"}},
    "address": {"type": "object", "additionalProperties": {"type": "string"}},
    "duration": {"type": "integer", "description": "seconds"},
    "rating": {"type": "integer"},
    "colour": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
    "yes_no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "money": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
    "link": {"$ref": "#/components/schemas/Link"},
    "employee": {"$ref": "#/components/schemas/Link"},
    "department": {"$ref": "#/components/schemas/Link"},
    "links": {"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
    "choices": {"type": "array", "items": {"type": "string"}},
    "phone": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
    "email": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
    "file": {"type": "array", "items": {"type": "array"}},
    "image": {"type": "array", "items": {"type": "array"}},
    "any_link": {"type": "array"},
}


def openapi_document(routes: Sequence[Route], schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.1; per-entity routes are told once for each entity of the reader."""
    bodies = tuple({route.body for route in routes if route.body is not None})
    _, shapes = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    components: dict[str, Any] = {**shapes, **COMPONENTS}
    paths: dict[str, dict[str, Any]] = {}
    for entity in schema["entities"].values():
        components[f"{_name(entity['key'])}Values"] = _values(entity)
    for route in routes:
        for path, entity in _paths(route, schema):
            paths.setdefault(path, {})[route.method.lower()] = _operation(route, path, entity)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Svyaz: {schema['settings']['title']}", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "svyaz_session"},
            },
        },
        "security": [{"token": []}, {"cookie": []}],
    }


def _paths(route: Route, schema: dict[str, Any]) -> list[tuple[str, dict[str, Any] | None]]:
    if not route.per_entity:
        return [(route.path, None)]
    return [(route.path.replace("{entity}", key), one) for key, one in schema["entities"].items()]


def _operation(route: Route, path: str, entity: dict[str, Any] | None) -> dict[str, Any]:
    about = f"{route.summary}: {entity['title']}" if entity else route.summary
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}_{path.removeprefix('/api/')}").strip("_"),
        "summary": about,
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "integer" if name in ("id", "batch") else "string"},
            }
            for name in re.findall(r"{(\w+)}", path)
        ]
        + [{"name": name, "in": "query", "schema": {"type": kind}} for name, kind in route.query],
        "responses": {
            str(route.status): _answer(route),
            **_later(route),
            "default": {"description": "A problem told in words", "content": {"application/json": {"schema": PROBLEM}}},
        },
    }
    if route.upload:
        form = FORMS.get((route.method, route.path), {"type": "object"})
        told["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    elif route.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(route, entity)}}}
    if route.needs == "nobody":
        told["security"] = []
    return told


def _body(route: Route, entity: dict[str, Any] | None) -> dict[str, Any]:
    assert route.body is not None
    shape = {"$ref": f"#/components/schemas/{route.body.__name__}"}
    if entity is not None and any(one.name == "values" for one in msgspec.structs.fields(route.body)):
        return {
            "allOf": [shape, {"properties": {"values": {"$ref": f"#/components/schemas/{_name(entity['key'])}Values"}}}]
        }
    return shape


def _answer(route: Route) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done"}
    at = (route.method, route.path)
    if at in FILES:
        stream = FILES[at] == "text/event-stream"
        file = {"$ref": "#/components/schemas/Event"} if stream else {"type": "string"}
        return {"description": route.summary, "content": {FILES[at]: {"schema": file}}}
    shape = ANSWERS.get(at, {"type": "object"})
    return {"description": route.summary, "content": {"application/json": {"schema": shape}}}


def _later(route: Route) -> dict[str, Any]:
    at = (route.method, route.path)
    if at not in LATER:
        return {}
    return {"202": {"description": "Begun as a job", "content": {"application/json": {"schema": LATER[at]}}}}


def _values(entity: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    for field in entity["fields"]:
        shown = field["options"].get("result", {}).get("type", field["type"])  # of a computed field: what it gives
        shape: dict[str, Any] = dict(CELL.get(shown, {"type": "string"}))
        # What is accepted is wider than what is answered (see docs/user/api.md): cells, plain forms and what people type.
        told: dict[str, Any] = {
            "title": field["title"],
            "description": field["type"],
            "anyOf": [shape, {"type": ["string", "number", "boolean", "array", "object", "null"]}],
        }
        if field["right"] == "read":
            told["readOnly"] = True
        properties[field["key"]] = told
    return {"type": "object", "title": entity["title"], "properties": properties, "additionalProperties": False}


def _name(key: str) -> str:
    return "".join(part.capitalize() for part in key.split("_"))


def openapi_route(routes: Sequence[Route]) -> Route:
    """The route that tells of all routes, itself included."""

    def show(call: Call) -> Answer:
        """GET /api/openapi.json"""
        with call.reading() as (session, actor):
            return Answer(body=openapi_document([*routes, route], told_schema(session.snapshot, actor)))

    route = Route("GET", "/api/openapi.json", show, "This document")
    return route
