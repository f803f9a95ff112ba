"""A request of the server as handlers read it, without the framework's own request: 15 µs of each call.

The headers and the body are taken once; what the framework would do besides (a state, a URL, a session) nobody asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.types import Message, Receive, Scope

from svyaz.api.errors import TooLarge, TooSlow
from svyaz.kernel.http import Incoming

# A phone in a lift sends nothing for this many seconds and is still there.
PATIENCE = 30


def incoming_of(scope: Scope, params: Mapping[str, str]) -> Incoming:
    """All but the body.  Of a header that is given twice the last is taken, cookies of all are."""
    headers: dict[str, str] = {}
    cookies: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        text = headers[name] = value.decode("latin-1")
        if name == "cookie":
            cookies.update(cookie_parser(text))
    client = scope.get("client")
    return Incoming(
        method=scope["method"],
        path=scope["path"],
        params=params,
        query=dict(QueryParams(scope["query_string"])) if scope["query_string"] else {},
        headers=headers,
        cookies=cookies,
        body=b"",
        address=client[0] if client else "",
    )


def measured(receive: Receive, most: int) -> Receive:
    """The same stream with an end: of size, declared or not, and of patience."""
    size = 0

    async def next_part() -> Message:
        nonlocal size
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError:
            raise TooSlow("body", seconds=PATIENCE) from None
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge("body", most=most)
        return message

    return next_part


async def whole_body(receive: Receive) -> bytes:
    """Raises ClientDisconnect when the sender left before its end."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
