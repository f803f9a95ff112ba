"""What is asked of a product, so that the same work can be done by another one.

A Product says how it is started and how each question is put over HTTP: a Request for each.  Sending, timing and
judging is not its business.  Svyaz is one implementation, over a real `svyaz serve`; to measure another product,
write another of these over a base of the same records and pass it to the marks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from bench.base import PASSWORD, Base
from bench.http_load import Request, Response, ask
from bench.processes import Server


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of sales.  filter and sort in the product's own words are made by the product from these:

    since      only those to be closed on this day ("2025-03-01") or later; "" all
    priorities only of these; () all
    engaged    begun on this day or later; dearer: of this sum or more: fields without an index
    sort       "close_on", "-amount"
    """

    since: str = ""
    priorities: tuple[str, ...] = ()
    engaged: str = ""
    dearer: int = 0
    sort: str = "close_on"
    limit: int = 50
    as_of: str = ""


class Product(Protocol):
    """Requests are put by somebody who has signed in: `who` is what sign_in gave."""

    server: Server

    def sign_in(self, login: str) -> Any: ...

    def page(self, who: Any, listing: Listing) -> Request: ...

    def one(self, who: Any, id: int) -> Request: ...

    def change(self, who: Any, id: int, version: int, amount: int) -> Request: ...

    def version(self, answer: Response) -> int: ...

    def search(self, who: Any, text: str) -> Request: ...

    def by_stage_and_month(self, who: Any) -> Request: ...

    def export(self, who: Any, listing: Listing) -> Request: ...

    def listen(self, who: Any) -> Request: ...

    def bring(self, who: Any, name: str, file: bytes) -> Any:
        """Upload a file of sales, ready to be run; returns what `run` and `is_running` take."""
        ...

    def run(self, who: Any, brought: Any) -> None: ...

    def is_running(self, who: Any, brought: Any) -> bool: ...


@dataclass(frozen=True, slots=True)
class Person:
    headers: dict[str, str]


class Svyaz:
    def __init__(self, base: Base) -> None:
        self.base = base
        self.server = Server(["-m", "svyaz.cli", "serve", "--home", str(base.home), "--no-limits"])

    def sign_in(self, login: str) -> Person:
        body = json.dumps({"login": login, "password": PASSWORD}).encode()
        answer = ask(self.server.port, Request("POST", "/api/session", {"Content-Type": "application/json"}, body))
        given = [one.split(";")[0] for one in answer.headers["set-cookie"].split("\n")]
        kept = [one for one in given if not one.endswith(("=", '=""'))]  # one may be taken away by the same answer
        return Person({"Cookie": "; ".join(kept), "X-Svyaz-CSRF": answer.json()["csrf"]})

    def filter(self, listing: Listing) -> str:
        parts = []
        if listing.since:
            year, month, day = (int(one) for one in listing.since.split("-"))
            parts.append(f"close_on >= date({year}; {month}; {day})")
        if listing.engaged:
            year, month, day = (int(one) for one in listing.engaged.split("-"))
            parts.append(f"engaged_on >= date({year}; {month}; {day})")
        if listing.priorities:
            parts.append(f"priority in ({'; '.join(repr(one) for one in listing.priorities)})")
        if listing.dearer:
            parts.append(f"amount >= {listing.dearer}")
        return " and ".join(parts)

    def fields(self) -> tuple[str, ...]:
        return ("title", "counterparty", "stage", "amount", "responsible", "close_on")

    def page(self, who: Person, listing: Listing) -> Request:
        asked = {
            "filter": self.filter(listing),
            "sort": listing.sort,
            "fields": ",".join(self.fields()),
            "limit": str(listing.limit),
        }
        if listing.as_of:
            asked["as_of"] = listing.as_of
        return Request("GET", f"/api/records/deal?{urlencode(asked)}", who.headers)

    def one(self, who: Person, id: int) -> Request:
        return Request("GET", f"/api/records/deal/{id}", who.headers)

    def change(self, who: Person, id: int, version: int, amount: int) -> Request:
        return self._json(who, "PATCH", f"/api/records/deal/{id}", {"version": version, "values": {"amount": amount}})

    def version(self, answer: Response) -> int:
        return int(answer.json()["version"])

    def search(self, who: Person, text: str) -> Request:
        return Request("GET", f"/api/search?{urlencode({'q': text})}", who.headers)

    def by_stage_and_month(self, who: Person) -> Request:
        asked = {
            "entity": "deal",
            "rows": ["stage"],
            "columns": ["created_at:month"],
            "measures": ["count", "sum:amount"],
        }
        return self._json(who, "POST", "/api/reports/run", asked)

    def export(self, who: Person, listing: Listing) -> Request:
        asked = {"filter": self.filter(listing), "fields": ",".join(self.fields()), "format": "csv", "sort": "id"}
        return Request("GET", f"/api/records/deal?{urlencode(asked)}", who.headers)

    def listen(self, who: Person) -> Request:
        return Request("GET", "/api/live", who.headers)

    def bring(self, who: Person, name: str, file: bytes) -> int:
        border = "----bench"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="entity"\r\n\r\ndeal\r\n'.encode(),
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
            b"Content-Type: application/octet-stream\r\n\r\n",
            file,
            f"\r\n--{border}--\r\n".encode(),
        ]
        headers = {**who.headers, "Content-Type": f"multipart/form-data; boundary={border}"}
        sent = ask(self.server.port, Request("POST", "/api/imports", headers, b"".join(parts))).json()
        ask(self.server.port, self._json(who, "PUT", f"/api/imports/{sent['id']}", sent["plan"]))
        return int(sent["id"])

    def run(self, who: Person, brought: int) -> None:
        ask(self.server.port, self._json(who, "POST", f"/api/imports/{brought}/run", {}))

    def is_running(self, who: Person, brought: int) -> bool:
        told = ask(self.server.port, Request("GET", f"/api/imports/{brought}", who.headers)).json()
        if told["state"] not in ("running", "done"):
            raise RuntimeError(f"import: {told}")
        return bool(told["state"] == "running")

    def _json(self, who: Person, method: str, path: str, body: Any) -> Request:
        return Request(method, path, {**who.headers, "Content-Type": "application/json"}, json.dumps(body).encode())


def sign_in_all(product: Product, logins: Sequence[str]) -> list[Any]:
    return [product.sign_in(login) for login in logins]
