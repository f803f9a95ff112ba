"""An answer without an end: parts are sent as they come, until the listener leaves or does not take them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Longer than a heartbeat: a part that a connection does not take for so long will not be taken at all.
PATIENCE_SECONDS = 30


class EventsResponse(Response):
    """The framework's own stream waits for a listener that never reads as long as he likes; this one does not."""

    def __init__(
        self, stream: Callable[[], AsyncIterator[bytes]], status: int, headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(None, status, headers, media_type)
        del self.headers["content-length"]
        self.headers["connection"] = "close"  # whoever is let go of must notice at once
        self.stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        left = asyncio.ensure_future(_left(receive))
        told = asyncio.ensure_future(self._tell(send))
        try:
            await asyncio.wait((left, told), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (left, told):
                one.cancel()
            await asyncio.gather(left, told, return_exceptions=True)

    async def _tell(self, send: Send) -> None:
        async with aclosing(self.stream()) as parts:  # type: ignore[type-var]
            async for part in parts:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
