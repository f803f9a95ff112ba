"""Whatever the roles say, every door shows the same records, and they are those that the rules allow.

Random roles (scopes, records shared one by one, formula rules through links, hidden fields), random records; for each reader the list, counts,
totals, groups, search, reports and what is behind their figures, export, history, trash, live stream, feed, files,
suggestions and the past are compared with a reading of the rules that knows no SQL.  What is refused leaves the base
as it was.

SVYAZ_RANDOM_EXAMPLES=200 asks so many readers in each world.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from svyaz.kernel.clock import iso
from svyaz.search.follow import catch_up
from tests.api.site import Caller, Site
from tests.live.listening import Room
from tests.properties.chance import HIDEABLE, READERS, STAGES, Chance, Reader, fill, give_roles, share

EXAMPLES = int(os.environ.get("SVYAZ_RANDOM_EXAMPLES", "5"))


@pytest.mark.parametrize("seed", range(2))
def test_every_door_shows_its_reader_the_same_records_and_they_are_those_his_rules_allow(site: Site, seed: int) -> None:
    chance = Chance(seed)
    world = fill(site.cast, chance)
    room = Room(site)
    shown = Counter[str]()
    try:
        for _ in range(EXAMPLES):
            site.cast.tick(seconds=5)
            reader = give_roles(site.cast, chance.choice(READERS), world, chance)
            share(site.cast, reader, chance)
            look_anew(site)
            told = f"seed {seed}, {reader.name}: {reader.roles}, shared {world.shared}"
            caller = site.browser(reader.name)
            if not reader.is_granted("see"):
                nothing_is_there(site, caller)
                shown["nothing"] += 1
                continue
            for door in DOORS:
                assert door(site, caller, reader) == reader.allowed(), f"{door.__name__}; {told}"
            for check in OTHERS:
                check(site, caller, reader, told)
            live_tells(site, room, reader, chance, told)
            refused_leaves_nothing(site, caller, reader, chance, told)
            moves_of_stages(site, caller, reader, chance, told)
            shown["some" if reader.allowed() else "none"] += 1
            shown["all" if len(reader.allowed()) == len(world.deals) else "part"] += 1
    finally:
        room.close()
    assert EXAMPLES < 5 or shown["some"] > 1, shown


def look_anew(site: Site) -> None:
    """New roles are a new configuration: the index groups fields by who reads them anew."""
    with site.company.write() as session:
        session.run("UPDATE sv_search_state SET revision = 0")
    catch_up(site.company)


def rows_of(told: dict[str, Any], column: str = "id") -> list[Any]:
    at = told["columns"].index(column)
    return [row[at] for row in told["rows"]]


def once(ids: list[int]) -> set[int]:
    assert len(ids) == len(set(ids)), "told twice"
    return set(ids)


# --- doors that show the living


def by_pages(_: Site, caller: Caller, __: Reader) -> set[int]:
    found: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = caller.get("/api/records/deal", limit=5, sort="-title", **after)
        found += rows_of(page)
        if page["next"] is None:
            return once(found)
        after = {"after": page["next"]}


def by_jumps(_: Site, caller: Caller, __: Reader) -> set[int]:
    found: list[int] = []
    while part := rows_of(caller.get("/api/records/deal", limit=7, offset=len(found))):
        found += part
    return once(found)


def one_by_one(site: Site, caller: Caller, reader: Reader) -> set[int]:
    living = [id for id, deal in reader.world.deals.items() if not deal.deleted]
    answers = {id: caller.send("GET", f"/api/records/deal/{id}").status_code for id in living}
    assert set(answers.values()) <= {200, 403, 404}
    return {id for id, status in answers.items() if status == 200}


def by_groups(_: Site, caller: Caller, __: Reader) -> set[int]:
    groups = caller.post("/api/records/deal/query", {"group": "stage", "first": 200})["groups"]
    for one in groups:
        assert one["count"] == len(one["rows"])
    return once([row[0] for one in groups for row in one["rows"]])


def by_suggestions(_: Site, caller: Caller, __: Reader) -> set[int]:
    return once([id for id, _ in caller.get("/api/records/deal/suggest", limit=100)["items"]])


def by_search(_: Site, caller: Caller, reader: Reader) -> set[int]:
    """By a word of the title, whoever may see the record; by one of the description, whoever may read that too."""
    found: list[int] = []
    for word in {deal.title for deal in reader.world.deals.values()}:
        found += searched(caller, word)
    for deal in reader.world.deals.values():
        at = searched(caller, deal.word)
        assert at == ([deal.id] if not deal.deleted and reader.may("see", deal) and reader.reads("description") else [])
    return once(found)


def searched(caller: Caller, word: str) -> list[int]:
    found: list[int] = []
    after: dict[str, str] = {}
    while True:
        groups = caller.get("/api/search", q=word, entity="deal", limit=50, **after)["groups"]
        found += [item["id"] for group in groups for item in group["items"]]
        if not groups or groups[0]["next"] is None:
            return found
        after = {"after": groups[0]["next"]}


def by_pivot(_: Site, caller: Caller, reader: Reader) -> set[int]:
    """Each figure of the report is the length of the list behind it."""
    report = caller.post("/api/reports/run", {"entity": "deal", "rows": ["stage"], "measures": ["count"]})
    found: list[int] = []
    for row, cells in zip(report["rows"], report["cells"], strict=True):
        if row:
            behind = rows_of(caller.get("/api/records/deal", filter=f'stage = "{row[0]}"', limit=1000))
            assert cells[-1] == [len(behind)] or cells[-1] == len(behind), (row, cells)
            found += behind
    if found:
        assert report["cells"][-1][-1] == [len(found)]
    return once(found)


def behind_the_funnel(_: Site, caller: Caller, __: Reader) -> set[int]:
    """All have entered the first stage: they began there."""
    asked = {"entity": "deal", "pipeline": "sales"}
    funnel = caller.post("/api/reports/funnel", asked)
    found: set[int] = set()
    for row in funnel["whole"]["rows"]:
        for figure in ("entered", "in_progress"):
            behind = {**asked, "figure": figure, "stage": row["stage"], "limit": 1000}
            told = caller.post("/api/reports/funnel/records", behind)
            ids = once(rows_of(told))
            assert told["count"] == len(ids) == row[figure]["records"], (row, figure)
            found |= ids
    return found


DOORS: tuple[Callable[[Site, Caller, Reader], set[int]], ...] = (
    by_pages,
    by_jumps,
    one_by_one,
    by_groups,
    by_suggestions,
    by_search,
    by_pivot,
    behind_the_funnel,
)


# --- figures, and doors with a right of their own


def figures(_: Site, caller: Caller, reader: Reader, told: str) -> None:
    seen = reader.allowed()
    assert caller.get("/api/records/deal", count="exact", limit=1)["count"]["value"] == len(seen), told
    assert caller.get("/api/records/deal", count="capped", limit=1)["count"]["value"] == len(seen), told
    totals: list[dict[str, str]] = [{"function": "count"}]
    expected: list[Any] = [len(seen)]
    if reader.reads("amount"):
        amounts = [reader.world.deals[id].amount for id in seen]
        known = [one for one in amounts if one is not None]
        totals.append({"function": "sum", "field": "amount"})
        expected.append([str(Decimal(sum(known)).quantize(Decimal("0.01"))), "RUB"] if known else None)
    answer = caller.post("/api/records/deal/query", {"limit": 0, "totals": totals})["totals"]
    assert answer == expected or (not reader.allowed() and answer[0] == 0), (answer, expected, told)


def exports(site: Site, caller: Caller, reader: Reader, told: str) -> None:
    if not reader.is_granted("export"):
        assert caller.refused("GET", "/api/records/deal?format=csv", 403)["code"] == "denied_export", told
        return
    text = caller.get("/api/records/deal", format="csv", fields="id,title").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert once([int(row[0]) for row in rows[1:]]) == reader.allowed("export"), told


def histories(_: Site, caller: Caller, reader: Reader, told: str) -> None:
    for id, deal in reader.world.deals.items():
        answer = caller.send("GET", f"/api/records/deal/{id}/history")
        assert (answer.status_code == 200) is reader.may("history", deal), (id, answer.text, told)
        if answer.status_code == 200:
            named = {one["key"] for item in answer.json()["items"] for one in item["fields"]}
            assert all(reader.reads(one) for one in named if one in HIDEABLE), (named, told)


def trash(_: Site, caller: Caller, reader: Reader, told: str) -> None:
    items = caller.get("/api/trash", entity="deal", limit=200)["items"]
    assert once([one["id"] for one in items]) == reader.allowed(deleted=True), told
    assert once(rows_of(caller.get("/api/records/deal", kept="deleted", limit=1000))) == reader.allowed(deleted=True)


def feed(_: Site, caller: Caller, reader: Reader, told: str) -> None:
    at, ids, known = 0, set(), set()
    while True:
        page = caller.get("/api/changes", after=at, entity="deal", limit=1000)
        ids |= {one["id"] for one in page["changes"]}
        known |= {one["id"] for one in page["changes"] if one["known"]}
        for one in page["changes"]:
            assert all(reader.reads(key) for key in one["fields"] if key in HIDEABLE), told
        at = page["position"]
        if not page["more"]:
            break
    assert ids == reader.allowed() | reader.allowed(deleted=True), told
    assert known == reader.allowed("history") | reader.allowed("history", deleted=True), told


def the_past(site: Site, caller: Caller, reader: Reader, told: str) -> None:
    """Now, looked at as a past moment: the same list, of those whose history one may see."""
    now = iso(site.company.clock.now())
    site.cast.tick(seconds=1)
    if not reader.is_granted("history"):
        assert caller.refused("GET", f"/api/records/deal?as_of={now}", 403)["code"] == "denied_history", told
        return
    assert once(rows_of(caller.get("/api/records/deal", as_of=now, limit=1000))) == reader.allowed("history"), told
    told_past = caller.get("/api/records/deal", as_of=now, count="exact", limit=1)
    assert told_past["count"]["value"] == len(reader.allowed("history")), told
    report = caller.post("/api/reports/run", {"entity": "deal", "measures": ["count"], "as_of": now})
    assert report["cells"][-1][-1] == [len(reader.allowed("history"))], (report, told)


def photos(_: Site, caller: Caller, reader: Reader, told: str) -> None:
    for name, file in reader.world.photos.items():
        answer = caller.send("GET", f"/api/files/{file}")
        assert (answer.status_code == 200) is reader.opens_photo(name), (name, told)
        assert answer.status_code in (200, 404)


def hidden_fields(site: Site, caller: Caller, reader: Reader, told: str) -> None:
    """A field one may not read is as if it were not: not shown, and no question may be asked by it."""
    for key in HIDEABLE:
        if reader.reads(key):
            assert key in caller.get("/api/records/deal", limit=1, fields=key)["columns"], told
        else:
            with site.nothing_changes():
                assert questions(caller, key) == questions(caller, "nonsense"), (key, told)


def questions(caller: Caller, key: str) -> list[str]:
    """What is answered to whoever asks by the field; the key itself left out."""
    asked: list[tuple[str, str, Any]] = [
        *(("GET", f"/api/records/deal?{one}={key}", None) for one in ("fields", "sort")),
        ("GET", f"/api/records/deal?filter={key} <> empty", None),
        ("POST", "/api/records/deal/query", {"group": key}),
        ("POST", "/api/records/deal/query", {"limit": 0, "totals": [{"function": "max", "field": key}]}),
        ("POST", "/api/reports/run", {"entity": "deal", "rows": [key], "measures": ["count"]}),
        ("POST", "/api/reports/run", {"entity": "deal", "measures": [f"max:{key}"]}),
        ("POST", "/api/reports/funnel", {"entity": "deal", "by": key}),
        ("POST", "/api/reports/funnel/records", {"entity": "deal", "figure": "won", "fields": [key]}),
    ]
    return [caller.refused(method, path, 422, body)["text"].replace(key, "…") for method, path, body in asked]


OTHERS: tuple[Callable[[Site, Caller, Reader, str], None], ...] = (
    figures,
    exports,
    histories,
    trash,
    feed,
    the_past,
    photos,
    hidden_fields,
)


# --- live, and what is refused


def live_tells(site: Site, room: Room, reader: Reader, chance: Chance, told: str) -> None:
    """All records change at once: one is told of those he sees, and of nothing else."""
    ear = room.listen(reader.name)
    room.look(3)
    ear.take()
    for deal in reader.world.deals.values():
        if not deal.deleted:
            site.cast.system.change("deal", deal.id, engaged_on=f"2026-{chance.randint(1, 12):02}-{at_day(deal.id)}")
    heard = ear.heard(3)
    ids = [id for one in heard if one.get("entity") == "deal" for id in one["ids"]]
    assert {"reload": "deal"} in heard or once(ids) <= reader.allowed(), told
    assert set(ids) <= reader.allowed(), told
    assert set(ids) == changed_ids(site, reader), told
    ear.caller.delete("/api/session", 204)


def at_day(id: int) -> str:
    return f"{id % 28 + 1:02}"


def changed_ids(site: Site, reader: Reader) -> set[int]:
    """Those that really changed: a day drawn twice is no change."""
    with site.company.read() as session:
        last = session.fetch("SELECT MAX(at) FROM sv_change WHERE entity = ?", (deal_number(site),))[0][0]
        rows = session.fetch(
            "SELECT record FROM sv_change WHERE entity = ? AND at = ? AND kind = 'Changed'", (deal_number(site), last)
        )
    return {row[0] for row in rows} & reader.allowed()


def deal_number(site: Site) -> int:
    return site.cast.snapshot.entities["deal"].number


def refused_leaves_nothing(site: Site, caller: Caller, reader: Reader, chance: Chance, told: str) -> None:
    living = [deal for deal in reader.world.deals.values() if not deal.deleted]
    for deal in chance.sample(living, min(4, len(living))):
        version = site.cast.system.open("deal", deal.id).version
        values = {"title": chance.word()}
        tries: list[tuple[str, str, str, Any]] = [
            ("change", "PATCH", f"/api/records/deal/{deal.id}", {"version": version, "values": values}),
            ("delete", "DELETE", f"/api/records/deal/{deal.id}", None),
        ]
        mine = [one.id for one in living if reader.may("change", one) and one is not deal][:2]
        operations = [{"do": "change", "id": id, "values": values} for id in (*mine, deal.id)]
        tries.append(("change", "POST", "/api/records/deal/bulk", {"operations": operations}))
        for verb, method, path, body in tries:
            if reader.may(verb, deal):
                continue
            with site.nothing_changes():
                answer = caller.send(method, path, body)
            # The number of the record and its department may be named to a colleague; its values never.
            assert answer.status_code in (403, 404), (answer.text, told)
            assert reader.may("see", deal) or deal.word not in answer.text, told


def moves_of_stages(site: Site, caller: Caller, reader: Reader, chance: Chance, told: str) -> None:
    """Who may change a record moves it where his roles let him enter, and nowhere else."""
    for deal in chance.sample([deal for deal in reader.world.deals.values() if not deal.deleted], 4):
        stage = chance.choice(STAGES)
        body = {"version": site.cast.system.open("deal", deal.id).version, "values": {"stage": stage}}
        may = reader.may("change", deal) and (stage == deal.stage or reader.enters(stage))
        before = site.cast.digest()
        answer = caller.send("PATCH", f"/api/records/deal/{deal.id}", body)
        if may:
            assert answer.status_code == 200, (deal, stage, answer.text, told)
            deal.stage = stage
        else:
            assert answer.status_code in (403, 404), (deal, stage, answer.text, told)
            assert site.cast.digest() == before, "a refused call left something in the base"


def nothing_is_there(site: Site, caller: Caller) -> None:
    """An object one may not see at all is told in the words of one that does not exist."""
    with site.nothing_changes():
        hidden = caller.refused("GET", "/api/records/deal", 404)
        absent = caller.refused("GET", "/api/records/nonsense", 404)
        assert hidden["text"].replace("deal", "") == absent["text"].replace("nonsense", "")
        for path in ("/api/records/deal/suggest", "/api/records/deal/1", "/api/records/deal/1/history"):
            caller.refused("GET", path, 404)
        caller.refused("POST", "/api/reports/run", 404, {"entity": "deal", "measures": ["count"]})
        caller.refused("POST", "/api/records/deal", 404, {"values": {"title": "Насосы"}})
