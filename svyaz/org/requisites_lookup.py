"""«Заполнить по ИНН»: requisites of a company from a service that this company has chosen and configured.

Protocol: `findById/party` of DaData (dadata.ru/api/find-party): POST {"query": ИНН} with `Authorization: Token …`,
answer {"suggestions": [{"value", "data": {"inn", "kpp", "ogrn", "name": {"full_with_opf", "short_with_opf"},
"address": {"unrestricted_value", "value"}, "state": {"status"}}}]}.  A service of one's own that answers so will do.

Nothing is asked until an administrator has given an address; the token is written down and never told again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from svyaz.fields.inn import Inn
from svyaz.kernel.outgoing import AnswerNotUnderstood, Limits, check_address, send
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import clean
from svyaz.storage import settings
from svyaz.storage.session import Session

KEY = "connector.requisites"
USUAL_URL = "https://suggestions.dadata.ru/suggestions/api/4_1/rs/findById/party"
LIMITS = Limits(seconds=8, most_bytes=512 * 1024)
LONGEST = 500


class ConnectorRefused(Problem):
    """The service answered that it will not: a wrong token, a limit of a day."""

    code = "connector_refused"  # facts: status
    status = 502


class InnWrong(Problem):
    code = "inn_not_right"  # facts: inn


class InnUnknown(Problem):
    """The service knows no such company."""

    code = "inn_unknown"  # facts: inn
    status = 404


@dataclass(frozen=True, slots=True)
class Connector:
    """private: the service stands in the office's own network."""

    url: str
    token: str = field(repr=False)
    private: bool = False


def read_connector(session: Session) -> Connector | None:
    kept = settings.read(session, KEY)
    return Connector(kept["url"], kept["token"], kept["private"]) if kept else None


def set_connector(session: Session, url: str, token: str | None, private: bool) -> None:
    """url "": no connector.  token None: the one that is kept, if the service is the same.

    A token kept for one host is never sent to another: with a new address a new token is asked.
    """
    if not url:
        settings.write(session, KEY, None)
        return
    check_address(url, private)
    before = read_connector(session)
    if token is None:
        token = before.token if before is not None and before.url == url else ""
    settings.write(session, KEY, {"url": url, "token": clean(token, lines=False)[:LONGEST], "private": private})


def look_up(connector: Connector, inn: str) -> dict[str, str]:
    """Role of a field -> its value: legal_title, inn, kpp, ogrn, legal_address, and `title`, the short name.

    Outside of any transaction.  Raises InnWrong, InnUnknown, ConnectorRefused, OutgoingFailed.
    """
    code = inn.strip()
    if not (code.isascii() and code.isdigit() and len(code) in Inn.lengths and Inn().agrees(code)):
        raise InnWrong("inn", inn=code[:20])
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if connector.token:
        headers["Authorization"] = f"Token {connector.token}"
    body = msgspec.json.encode({"query": code, "count": 1})
    heard = send("POST", connector.url, headers=headers, body=body, limits=LIMITS, private=connector.private)
    if heard.status != 200:
        raise ConnectorRefused(status=heard.status)
    try:
        told = msgspec.json.decode(heard.body)
    except (msgspec.DecodeError, RecursionError):
        told = None
    if not isinstance(told, Mapping) or not isinstance(told.get("suggestions"), list):
        raise AnswerNotUnderstood(host=connector.url.split("/")[2])
    found = next((one for one in told["suggestions"] if _at(one, "data", "inn") == code), None)
    if found is None:
        raise InnUnknown("inn", inn=code)
    return read_party(found)


def read_party(found: Mapping[str, Any]) -> dict[str, str]:
    """Of what was told, only texts, cut and cleaned; what is not there is left out."""
    told = {
        "title": _at(found, "data", "name", "short_with_opf") or _at(found, "value"),
        "legal_title": _at(found, "data", "name", "full_with_opf") or _at(found, "value"),
        "inn": _at(found, "data", "inn"),
        "kpp": _at(found, "data", "kpp"),
        "ogrn": _at(found, "data", "ogrn"),
        "legal_address": _at(found, "data", "address", "unrestricted_value") or _at(found, "data", "address", "value"),
    }
    return {role: text for role, value in told.items() if (text := _text(value))}


def _at(found: Any, *keys: str) -> Any:
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    try:
        return " ".join(clean(value).split())[:LONGEST]
    except BadValue:
        return ""
