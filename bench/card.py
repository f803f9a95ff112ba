"""A card of 60 fields against one of 12: CPU of what the server does to answer it.

    python -m bench.card

A company is made for it in a temporary folder, with two objects that differ in the number of fields alone, each field
filled.  The mark: a card of 60 fields costs at most 1.5 × one of 12.  Once plain, once with ten fields that have conditions.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.base import PASSWORD
from bench.http_load import Request, ask, send_all
from bench.processes import Server, fine_cpu_of
from svyaz.access.actor import SYSTEM
from svyaz.org.passwords import hash_password
from svyaz.records.write import create_record
from svyaz.schema.source import Part, Source, merge, read_folder
from svyaz.storage import accounts
from svyaz.tenancy.company import create
from svyaz.traits.registry import SHAPES

LIMIT = 1.5
ROUNDS = 15
IN_A_ROUND = 300
ORG = Path(__file__).resolve().parent.parent / "svyaz" / "org"
VALUES: dict[str, Any] = {
    "text": "Насосы и трубы",
    "integer": 1200,
    "date": "2026-05-01",
    "yes_no": True,
    "decimal": "12.50",
}
KINDS = tuple(VALUES)


def table(key: str, fields: int, conditions: int) -> dict[str, Any]:
    made = [{"key": f"f{at}", "title": f"Поле {at}", "type": KINDS[at % len(KINDS)]} for at in range(fields)]
    placed = [
        {"key": one["key"], "visible_if": "f1 > 10"} if 2 <= at < 2 + conditions else one["key"]
        for at, one in enumerate(made)
    ]
    form = {"tab": [{"title": "Общее", "section": [{"title": "Поля", "columns": 2, "fields": placed}]}]}
    return {"key": key, "title": key, "label": "f0", "field": made, "form": form}


def spent(server: Server, headers: dict[str, str], ids: Mapping[str, int]) -> dict[str, float]:
    """CPU of one card over HTTP in microseconds, the median of the rounds; the cards take turns, for a processor tires."""
    rounds: dict[str, list[float]] = {entity: [] for entity in ids}
    for at in range(ROUNDS + 1):
        for entity, id in ids.items():
            asked = [Request("GET", f"/api/records/{entity}/{id}", headers)] * IN_A_ROUND
            before = fine_cpu_of(server.pid)
            send_all(server.port, asked, 1)
            if at:  # the first round warms up
                rounds[entity].append((fine_cpu_of(server.pid) - before) / IN_A_ROUND * 1e6)
    return {entity: median(found) for entity, found in rounds.items()}


def main() -> int:
    met = True
    with tempfile.TemporaryDirectory() as folder:
        wanted = [(f"card_{fields}_{more}", fields, more) for more in (0, 10) for fields in (12, 60)]
        home = Path(folder) / "home"
        parts = tuple(Part(f"{key}.toml", "bench", table(key, fields, more)) for key, fields, more in wanted)
        role = Part("role.toml", "bench", {"key": "all", "title": "Всё", "grants": {"*": "all"}})
        company = create(home, merge([read_folder(ORG), Source(entities=parts, roles=(role,))]), SHAPES)
        ids = {}
        with company.write() as session:
            person = create_record(session, SYSTEM, "employee", {"surname": "Замеров"}).id
            accounts.put_login(session, person, "bench", "bench", hash_password(PASSWORD), must_change=False)
            accounts.set_roles(session, person, ("all",))
            for key, fields, _ in wanted:
                values = {f"f{at}": VALUES[KINDS[at % len(KINDS)]] for at in range(fields)}
                ids[key] = create_record(session, SYSTEM, key, values).id
        company.close()
        server = Server(["-m", "svyaz.cli", "serve", "--home", str(home), "--no-limits"])
        server.start()
        try:
            body = json.dumps({"login": "bench", "password": PASSWORD}).encode()
            answer = ask(server.port, Request("POST", "/api/session", {"Content-Type": "application/json"}, body))
            told = answer.headers["set-cookie"].split("\n")
            headers = {"Cookie": next(one.split(";")[0] for one in told if one.startswith("svyaz_session="))}
            cost = spent(server, headers, ids)
        finally:
            server.stop()
    for more in (0, 10):
        short, long = cost[f"card_12_{more}"], cost[f"card_60_{more}"]
        met = met and long / short <= LIMIT
        told = f"{more:2} conditions: 12 fields {short:6.0f} µs, 60 fields {long:6.0f} µs"
        print(f"{told}, {long / short:.2f} × (at most {LIMIT})")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
