"""Views people keep: their own and shared ones, and which of all opens first."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.api.call import Call
from svyaz.api.errors import TooLarge, describe
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.records import saved_views
from svyaz.records.saved_views import ViewBody, ViewTold

LARGEST_VIEW = 64 * 1024


class NewView(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    view: ViewBody
    shared: bool = False
    roles: list[str] = []


class ChangedView(msgspec.Struct, forbid_unknown_fields=True):
    version: int | None = None
    title: str | None = None
    view: ViewBody | None = None
    shared: bool | None = None
    roles: list[str] | None = None
    deleted: bool | None = None


class DefaultView(msgspec.Struct, forbid_unknown_fields=True):
    view: str
    role: str = ""


def list_views(call: Call) -> Answer:
    """GET /api/views/{entity}: shared with me, then my own; beside them, which opens first."""
    entity = call.incoming.params["entity"]
    with call.reading() as (session, actor):
        views = saved_views.list_views(session, actor, entity)
        return Answer(
            body={
                "views": [told_view(one, call.language) for one in views],
                "default": saved_views.default_view(session, actor, entity),
                "may_share": (sharing := saved_views.SHARE in actor.abilities),
                "roles": [
                    {"key": role.key, "title": role.title.say(actor.language)}
                    for role in session.snapshot.roles.values()
                    if sharing
                ],
                "firsts": saved_views.role_defaults(session, entity) if sharing else {},
            }
        )


def add_view(call: Call) -> Answer:
    """POST /api/views/{entity}  body: {"title", "view": {…}, "shared": false, "roles": []}"""
    body = _sized(call, NewView)
    with call.writing() as (session, actor):
        made = saved_views.add_view(
            session,
            actor,
            call.incoming.params["entity"],
            body.title,
            body.view,
            shared=body.shared,
            roles=body.roles,
        )
        return Answer(201, told_view(made, call.language))


def change_view(call: Call) -> Answer:
    """PATCH /api/views/{entity}/{id}: title, contents, with whom; {"deleted": false} brings a deleted one back."""
    body = _sized(call, ChangedView)
    with call.writing() as (session, actor):
        changed = saved_views.change_view(
            session,
            actor,
            call.incoming.params["entity"],
            call.id(),
            version=body.version,
            title=body.title,
            body=body.view,
            shared=body.shared,
            roles=body.roles,
            deleted=body.deleted,
        )
        return Answer(body=told_view(changed, call.language))


def delete_view(call: Call) -> Answer:
    """DELETE /api/views/{entity}/{id}: for thirty days it can be brought back."""
    with call.writing() as (session, actor):
        saved_views.change_view(session, actor, call.incoming.params["entity"], call.id(), deleted=True)
    return Answer(204)


def choose_default(call: Call) -> Answer:
    """PUT /api/views/{entity}/default  body: {"view": "v17", "role": ""}: opens first for me, or for a role."""
    body = call.body(DefaultView)
    with call.writing() as (session, actor):
        saved_views.choose_default(session, actor, call.incoming.params["entity"], body.view, body.role)
    return Answer(204)


def told_view(told: ViewTold, language: str) -> dict[str, Any]:
    kept = told.kept
    return {
        "id": kept.id,
        "key": f"v{kept.id}",
        "version": kept.version,
        "title": kept.title,
        "shared": kept.owner is None,
        "roles": list(kept.roles),
        "may_change": told.may_change,
        "view": told.body,
        "problems": [describe(one, language) for one in told.problems],
    }


def _sized(call: Call, shape: Any) -> Any:
    if len(call.incoming.body) > LARGEST_VIEW:
        raise TooLarge("body", most=LARGEST_VIEW)
    return call.body(shape)


ONE = "/api/views/{entity}/{id}"
ROUTES = (
    Route("GET", "/api/views/{entity}", list_views, "Views that people keep"),
    Route("POST", "/api/views/{entity}", add_view, "Keep a view", body=NewView, status=201),
    Route("PUT", "/api/views/{entity}/default", choose_default, "Which view opens first", body=DefaultView, status=204),
    Route("PATCH", ONE, change_view, "Change, share or bring back a view", body=ChangedView),
    Route("DELETE", ONE, delete_view, "Delete a view", status=204),
)
