"""Search over everything the reader may see."""

from __future__ import annotations

from typing import Any

from svyaz.api.call import Call
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.schema.snapshot import Title
from svyaz.search.find import Found, Hit, SearchRequest, search

MOST = 50


def find_records(call: Call) -> Answer:
    """GET /api/search?q=&entity=&limit=&after=

    Without `entity`: the first `limit` hits of every object.  With it: a page of that object; `after` is the
    `next` of its group.
    """
    call.only("q", "entity", "limit", "after")
    entity = call.query("entity") or None
    limit = call.number("limit", 20 if entity else 5, 1, MOST)
    request = SearchRequest(call.query("q"), entity, limit, call.query("after") or None)
    with call.reading() as (session, actor):
        answer = search(session, actor, request)
        titles = {key: _plural(one.title, actor.language) for key, one in session.snapshot.entities.items()}
        groups = [_group(one, titles[one.entity]) for one in answer.found]
    return Answer(body={"groups": groups, "words": answer.words})


def _group(found: Found, title: str) -> dict[str, Any]:
    return {
        "entity": found.entity,
        "title": title,
        "items": [_item(hit) for hit in found.hits],
        "more": found.next is not None,
        "next": found.next,
    }


def _plural(title: Title, language: str) -> str:
    return title.forms.get("plural_en" if language == "en" else "plural") or title.say(language)


def _item(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "label": hit.label,
        "field": hit.field,
        "snippet": {"text": hit.snippet.text, "marks": hit.snippet.marks},
        "about": hit.about,
    }


ROUTES = (
    Route(
        "GET",
        "/api/search",
        find_records,
        "Search over everything",
        query=(("q", "string"), ("entity", "string"), ("limit", "integer"), ("after", "string")),
    ),
)
