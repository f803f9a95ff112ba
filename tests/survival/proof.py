"""After a fall: everything acknowledged is there, what was not is there whole or not at all, and all parts agree."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from svyaz.records.agreement import disagreements
from svyaz.schema.depends import graph_of
from svyaz.storage import catalog, changes, recompute, record_tables, search_state
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from tests.survival.ledger import Group, Held, Import, Ledger, Shape, Wanted
from tests.survival.places import Place

WAIT_SECONDS = 120
SAMPLE = 12


def pass_a_minute(company: Company) -> None:
    """Leases of those who died run out and what waits to be tried again is due: as after some minutes, at once."""
    with company.write() as session:
        session.run("UPDATE sv_job SET lease_until = ? WHERE state = 'running'", (session.put_instant(session.now),))
    _make_due(company)


def _make_due(company: Company) -> None:
    with company.write() as session:
        now = session.put_instant(session.now)
        session.run("UPDATE sv_job SET run_at = ? WHERE state = 'ready' AND run_at > ?", (now, now))


def prove(place: Place, ledger: Ledger, seen: int = 0) -> int:
    """Look at everything; what is wrong goes to the ledger.  Server and worker run.  Returns the position reached.

    seen: the position up to which the feed was followed before.
    """
    company = place.opened()
    try:
        with place.client() as http:
            for one in ledger.wanted:
                _make_once(http, ledger, one)
            ledger.wanted.clear()
            _wait_for_jobs(company, ledger)
            with company.read() as session:
                ledger.findings += catalog.differences(session, session.snapshot)
                ledger.findings += disagreements(session, company.blobs)
                _configuration(session, ledger)
                _records(session, ledger)
                _files(company.blobs, ledger)
                for imported in ledger.imports:
                    _import(session, ledger, imported)
            seen = _feed(company, http, ledger, seen)
            _search(company, http, ledger, seen)
            _downloads(http, ledger)
    finally:
        company.close()
    return seen


def _make_once(http: httpx.Client, ledger: Ledger, wanted: Wanted) -> None:
    ids = set()
    for _ in range(2):
        headers = {"Idempotency-Key": wanted.key}
        made = http.post(f"/api/records/{wanted.entity}", json={"values": wanted.values}, headers=headers)
        ids.add(made.json().get("id"))
    where = f'title = "{wanted.values["title"]}"'
    rows = http.get(f"/api/records/{wanted.entity}", params={"filter": where, "fields": "title"}).json()["rows"]
    if len(rows) != 1 or ids != {rows[0][0]}:
        ledger.find(f"{wanted.entity} asked again under its key: answers {ids}, in the base {rows}")
        return
    ledger.held.append(Held(wanted.entity, rows[0][0], [Shape(1, tuple(sorted(wanted.values.items())))]))


def _wait_for_jobs(company: Company, ledger: Ledger) -> None:
    rows: list[Any] = []

    def ended() -> bool:
        _make_due(company)
        with company.read() as session:
            rows[:] = session.fetch(
                "SELECT id, task, state, attempts, error FROM sv_job WHERE state IN ('ready', 'running')"
            )
        return not rows

    if not wait(ended):
        ledger.find(f"jobs that do not end: {rows}")
    with company.write() as session:
        for row in session.fetch("SELECT id, task, state, attempts, error FROM sv_job WHERE state = 'dead'"):
            ledger.find(f"a dead job: {row}")
        session.run("DELETE FROM sv_job WHERE state = 'dead'")


def wait(until: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


# --- the configuration


def _configuration(session: Session, ledger: Ledger) -> None:
    """Each change of it is there whole or not at all; that the tables follow it is asked of the catalog."""
    fields = session.snapshot.entities["counterparty"].by_key
    for key, possible in ledger.fields.items():
        field = fields.get(key)
        now = None if field is None else (field.type, field.title.ru, field.hidden)
        if now not in possible:
            ledger.find(f"field {key} is {now}, acknowledged as {possible}")
        ledger.fields[key] = [now]
    for entity, computed in graph_of(session.snapshot).order:
        ids = recompute.portion(session, entity, 0, 1_000_000)
        for id, should, is_ in recompute.stale(session, entity, computed, ids)[:5]:
            ledger.find(f"{entity} {id}: {computed.key} is {is_}, and computed anew it is {should}")


# --- records


def _records(session: Session, ledger: Ledger) -> None:
    shapes: dict[int, Shape] = {}
    for entity in ("counterparty", "deal"):
        ids = [one.id for one in ledger.held if one.entity == entity]
        for start in range(0, len(ids), 1_000):
            for id, stored in record_tables.fetch(session, entity, ids[start : start + 1_000]).items():
                keys = ("title", "city") if entity == "counterparty" else ("title", "stage", "priority")
                values = tuple(sorted((key, stored.values[key]) for key in keys))
                shapes[id] = Shape(stored.version, values, stored.deleted_at is None)
    for group in ledger.groups:
        _group(ledger, group, shapes)
    ledger.groups.clear()
    for held in ledger.held:
        shape = shapes.get(held.id)
        if shape is None:
            ledger.find(f"lost: {held.entity} {held.id}, acknowledged as {held.possible}")
        elif shape not in held.possible:
            ledger.find(f"{held.entity} {held.id} is {shape}, acknowledged as {held.possible}")
        if shape is not None:
            held.possible = [shape]


def _group(ledger: Ledger, group: Group, shapes: dict[int, Shape]) -> None:
    written = [shapes.get(held.id) == after for held, _, after in group.pairs]
    if not all(written) and (group.must or any(written)):
        ledger.find(f"{group.what}: {sum(written)} of {len(written)} written, acknowledged: {group.must}")


def _import(session: Session, ledger: Ledger, imported: Import) -> None:
    """Each row once, or no row at all; after an undo none lives."""
    rows = session.fetch("SELECT title, sv_deleted_at FROM counterparty WHERE city = ?", (imported.city,))
    titles = sorted(title for title, _ in rows)
    living = sum(gone is None for _, gone in rows)
    told = f"import {imported.id} (run {imported.run}, undo {imported.undo})"
    if len(titles) != len(set(titles)):
        ledger.find(f"{told}: {len(titles) - len(set(titles))} rows made twice")
    if rows and set(titles) != set(imported.titles):
        ledger.find(f"{told}: {len(set(titles))} of {len(imported.titles)} rows")
    if imported.run == "must" and not rows:
        ledger.find(f"{told}: acknowledged and not done")
    expected = {"no": (len(rows),), "may": (0, len(rows)), "must": (0,)}[imported.undo]
    if living not in expected:
        ledger.find(f"{told}: {living} of {len(rows)} rows live")
    state = session.fetch("SELECT state FROM sv_import_run WHERE id = ?", (imported.id,))
    if not state or state[0][0] != ("done" if rows else "ready"):
        ledger.find(f"{told}: its state is {state}")
    if imported.undo == "may" and rows:
        imported.undo = "must" if living == 0 else "no"
    if imported.run == "may":
        imported.run = "must" if rows else "never"


# --- files


def _files(folder: Path, ledger: Ledger) -> None:
    """Whatever bears the name of its content has that content: nothing half-written came to its final name."""
    for path in folder.glob("??/*"):
        if not re.fullmatch("[0-9a-f]{64}", path.name):
            ledger.find(f"a stranger among the files: {path.name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            ledger.find(f"half a file under a whole name: {path.name}")


def _downloads(http: httpx.Client, ledger: Ledger) -> None:
    for id, content in ledger.files.items():
        answer = http.get(f"/api/files/{id}")
        if answer.status_code != 200 or answer.content != content:
            ledger.find(f"file {id}: {answer.status_code}, {len(answer.content)} of {len(content)} bytes")


# --- who follows the log


OF_FIELDS = ("Changed", "Linked", "Unlinked", "Recomputed")  # of hidden fields alone they are nobody's to know


def _feed(company: Company, http: httpx.Client, ledger: Ledger, seen: int) -> int:
    """Every row of the log is told once and in order, up to the last."""

    def published() -> bool:
        changes.publish(company.database)
        with company.read() as session:
            return not session.fetch("SELECT 1 FROM sv_change WHERE position IS NULL AND xid IS NOT NULL LIMIT 1")

    if not wait(published):
        ledger.find("some of the log never gets a position")
    with company.read() as session:
        last = changes.last_position(session)
        fields = [one for shape in session.snapshot.entities.values() for one in shape.fields]
        shown = {one.number for one in fields if not one.hidden}
        logged = [
            (one.position, one.kind, one.record)
            for one in changes.between(session, seen, last)
            if one.kind not in OF_FIELDS or not one.body or shown & one.body.keys()
        ]
    told: list[tuple[int, str, int]] = []
    at = seen
    while at < last:
        page = http.get("/api/changes", params={"after": at, "limit": 1000}).json()
        told += [(one["position"], one["kind"], one["id"] or 0) for one in page["changes"] if one["position"] <= last]
        if page["position"] <= at:
            ledger.find(f"the feed stands at {at} of {last}")
            break
        at = page["position"]
    if told != logged:
        missed = sorted(set(logged) - set(told))
        ledger.find(f"the feed after {seen}: {len(told)} told of {len(logged)}, missed {missed[:3]}, {told[:3]}…")
    gaps = [b[0] for a, b in pairwise(logged) if b[0] != a[0] + 1]  # type: ignore[operator]
    if gaps and company.database.dialect == "postgresql":
        ledger.find(f"positions with gaps before {gaps[:5]}")
    return last


def _search(company: Company, http: httpx.Client, ledger: Ledger, last: int) -> None:
    def came() -> bool:
        with company.read() as session:
            state, plans = search_state.read_state(session), search_state.read_plans(session)
            swept = all(plan.below is None for plan in plans.values())
            return state.position >= last and state.revision == session.snapshot.revision and swept

    if not wait(came):
        ledger.find("the search index does not catch up with the log and the configuration")
    for held in ledger.held[:: max(1, len(ledger.held) // SAMPLE)]:
        title = dict(held.now.values)["title"]
        groups = http.get("/api/search", params={"q": title}).json()["groups"]
        found = {item["id"] for group in groups for item in group["items"]}
        more = any(group["more"] for group in groups)
        if held.now.living and held.id not in found and not more:
            ledger.find(f"{held.entity} {held.id} «{title}» is not found")
        if not held.now.living and held.id in found:
            ledger.find(f"{held.entity} {held.id} «{title}» is in the trash and is found")
