"""A service of requisites on this machine that answers as findById/party of DaData does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What findById/party of DaData answers, shortened to what is read and to what must not matter.
PARTY = {
    "value": "ПАО СБЕРБАНК",
    "unrestricted_value": "ПАО СБЕРБАНК",
    "data": {
        "inn": "7707083893",
        "kpp": "773601001",
        "ogrn": "1027700132195",
        "type": "LEGAL",
        "name": {
            "full_with_opf": "ПУБЛИЧНОЕ АКЦИОНЕРНОЕ ОБЩЕСТВО  «СБЕРБАНК РОССИИ»",
            "short_with_opf": "ПАО Сбербанк",
        },
        "address": {
            "value": "г Москва, ул Вавилова, д 19",
            "unrestricted_value": "117312, г Москва, ул Вавилова, д 19",
        },
        "state": {"status": "ACTIVE"},
    },
}


class Party(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        server.asked.append((self.headers.get("Authorization"), asked))
        status, body = server.answers
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve_party() -> Iterator[Any]:
    """A server with `url`, `asked` (what was asked: the key and the body) and `answers` (status and body to tell)."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Party)
    server.asked, server.answers = [], (200, {"suggestions": [PARTY]})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_address[1]}/suggestions/api/4_1/rs/findById/party"
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
