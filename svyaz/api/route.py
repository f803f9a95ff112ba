"""A route declared once: the server, the OpenAPI document and the test of access all read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from svyaz.api.call import Call
from svyaz.kernel.http import Answer


@dataclass(frozen=True, slots=True)
class Route:
    """needs: "nobody" (before sign-in), "person" (any signed-in actor; the door inside decides the rest)
    or the name of an ability («import», «people», «configure», «bulk»).
    body: msgspec Struct of the JSON body, or None.  upload: takes multipart.
    query: names of the query parameters with their JSON types.  answer: what it returns, in words.
    per_entity: the OpenAPI document has one such path for each entity.
    reads: a POST that only reads, so a token of scope «read» may call it.
    early: works while a one-time password waits to be replaced.
    setup: works while a second step that is asked of the person waits to be set up.
    oneself: of the session's own person, also while he looks as a colleague does."""

    method: str
    path: str
    run: Callable[[Call], Answer]
    summary: str
    needs: str = "person"
    body: type[Any] | None = None
    upload: bool = False
    query: tuple[tuple[str, str], ...] = ()
    answer: str = "object"
    status: int = 200
    per_entity: bool = False
    reads: bool = False
    early: bool = False
    setup: bool = False
    oneself: bool = False

    @property
    def changes(self) -> bool:
        """A cookie alone is not enough: the page's own CSRF value must come with it."""
        return self.method != "GET"

    @property
    def writes(self) -> bool:
        return self.changes and not self.reads
