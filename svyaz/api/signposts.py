"""Which of a hundred addresses is meant: only those are tried that have as many parts and begin with the same word.

The framework tries them one after another, a pattern each: 40 µs of a request that takes 200.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

CHOSEN = "svyaz.route"
Place = tuple[int, str]


class Signposts(BaseRoute):
    """All routes of the API as one; their addresses are /api/<word>… without parts of unknown length.

    An address that is known but is asked by another method is not here: whoever stands behind answers that.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self.by_place: dict[Place, list[Route]] = {}
        for route in routes:
            self.by_place.setdefault(place_of(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http":
            for route in self.by_place.get(place_of(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    return match, {**found, CHOSEN: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: Route = scope[CHOSEN]
        await route.handle(scope, receive, send)


def place_of(path: str) -> Place:
    """ "/api/records/{entity}" -> (3, "records")"""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""
