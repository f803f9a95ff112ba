"""Marks of a company of five hundred people: what rights cost in a list, and how long a hundred who work at once wait.

    rights   a list of sales of the head of a department («своё подразделение и ниже») who has two more of fifty roles,
             against the same list of one who sees everything; heads who see a thousandth, a twentieth and a half
    crowd    a hundred sessions make twenty actions a second (60 % lists, 25 % cards, 10 % changes, 5 % searches); each
             is due at its moment, whether or not those before it are done, and the wait is counted from that moment

Works on a copy of the base: people, departments and roles are added by the product itself; a thousandth of the sales is
handed to one person by SQL.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from random import Random
from typing import Any

from bench import texts
from bench.base import LOGIN, PASSWORD, SEED, Base
from bench.http_load import Client, Request, send_all
from bench.processes import Cluster, cluster_of, settle
from bench.product import Person, Svyaz
from bench.reading import CLIENTS, Effort, listings
from bench.result import Found, Mark, Spent, compared, in_turns, percentile, ratio
from svyaz.access.actor import SYSTEM
from svyaz.org.actors import build_actor, rebuild_reach
from svyaz.org.passwords import hash_password
from svyaz.records.read import ListRequest, read_count, read_page
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.schema import edits
from svyaz.storage import accounts
from svyaz.storage.session import Session
from svyaz.tenancy import company as tenancy
from svyaz.tenancy.company import Company

RIGHTS = Mark("rights", "Список руководителя отдела против списка без правил", 1.5)
CROWD = Mark("crowd", "100 человек работают разом: 20 действий в секунду, p95", 500, "ms")
PEOPLE = 500
ROLES = 50
SHARES = {"thousandth": 0.001, "twentieth": 0.05, "half": 0.5}
RULES = ("amount >= 2000000", "priority = 'high' and amount >= 1500000", "close_on >= today()")
SESSIONS = 100
A_SECOND = 20
SECONDS = 60
QUIET = 10  # of the beginning, not counted: everybody's first action


@dataclass(frozen=True, slots=True)
class Readers:
    """people: by the number of their login;  heads: logins by share;  all: who sees everything;  seen: sales of each head."""

    people: list[int]
    heads: dict[str, str]
    all: str
    seen: dict[str, int]


def fill_up(base: Base) -> Readers:
    """Five hundred people with fifty roles, and three heads."""
    company = base.open()
    try:
        _add_roles(company)
        with company.write() as session:
            chance = Random(f"{SEED} five hundred")
            count = max(PEOPLE - len(base.people), len(SHARES) + 1)
            names = [dict(zip(("first_name", "surname"), texts.person(chance), strict=True)) for _ in range(count)]
            added = _made(session, "employee", names)
            people = [*base.people, *added]
            logins = dict(zip(SHARES, map(LOGIN.format, range(len(base.people), len(people))), strict=False))
            heads = dict(zip(SHARES, added, strict=False))
            hashed = hash_password(PASSWORD)
            for at, person in enumerate(added, len(base.people)):
                login = LOGIN.format(at)
                accounts.put_login(session, person, login, login, hashed, must_change=False)
                first = "head" if person in heads.values() else "manager"
                accounts.set_roles(session, person, (first, *_two_roles(at)))
            alone = added[len(SHARES)]
            session.run(
                f"UPDATE deal SET responsible = ? WHERE sv_id % {round(1 / SHARES['thousandth'])} = 0", (alone,)
            )
            _give_departments(session, base, heads, alone)
            rebuild_reach(session)
        with company.read() as session:
            seen = {}
            for share, head in heads.items():
                actor = build_actor(session, head)
                assert actor is not None
                seen[share] = read_count(session, actor, "deal", ListRequest("", "", ()), None).value
        return Readers(people, logins, base.login("director"), seen)
    finally:
        company.close()


def _made(session: Session, entity: str, values: Sequence[dict[str, Any]]) -> list[int]:
    return [id for id in create_many(session, SYSTEM, entity, values, cause="init").ids if id is not None]


def _add_roles(company: Company) -> None:
    """Of one's own, of what one takes part in, and of all with a rule."""
    with company.read() as session:
        source = tenancy.current_source(session)
    for at in range(ROLES):
        table: dict[str, Any] = {"key": f"bench_{at}", "title": f"Роль {at}"}
        if at % 5 == 0:
            rule = RULES[at // 5 % len(RULES)]
            table["grants"] = {"deal": {"see": "taking_part", "change": "taking_part", "rule": rule}}
        else:
            scope = ("own", "taking_part")[at % 2]
            table["grants"] = {"deal": {"see": scope, "change": scope}}
        source = edits.put_role(source, table, "bench")
    tenancy.apply_source(company, source, None)


def _two_roles(at: int) -> tuple[str, str]:
    return f"bench_{at % ROLES}", f"bench_{(at + 7) % ROLES}"


def _give_departments(session: Session, base: Base, heads: dict[str, int], alone: int) -> None:
    """Each head a department, and beneath it one with the people whose sales are his share."""
    counted = session.fetch("SELECT responsible, COUNT(*) FROM deal WHERE sv_deleted_at IS NULL GROUP BY responsible")
    sales = {person: count for person, count in counted if person in set(base.people)}
    free = [person for person in base.people[1:] if person in sales]
    for share, head in heads.items():
        top = _made(session, "department", [{"title": f"Служба {share}", "head": head}])[0]
        below = _made(session, "department", [{"title": f"Отдел {share}", "parent": top}])[0]
        chosen = [alone] if share == "thousandth" else [free.pop()]
        while share != "thousandth" and sum(sales[one] for one in chosen) < SHARES[share] * sum(sales.values()):
            chosen.append(free.pop())
        moved = [RecordChange(id, {"department": below}) for id in chosen]
        change_many(session, SYSTEM, "employee", [*moved, RecordChange(head, {"department": top})], cause="init")


# ---------------------------------------------------------------- the marks


@contextmanager
def serving(base: Base) -> Iterator[tuple[Svyaz, Cluster]]:
    product = Svyaz(base)
    try:
        product.server.start()
        cluster = cluster_of(base.url)
        settle(product.server, cluster)
        yield product, cluster
    finally:
        product.server.stop()


def measure_rights(base: Base, readers: Readers, effort: Effort) -> list[Found]:
    """The worst of three readers is the mark."""
    with serving(base) as (product, cluster):
        boss = product.sign_in(readers.all)
        whole = [product.page(boss, one) for one in listings(base)]
        found = {}
        for share, login in readers.heads.items():
            who = product.sign_in(login)
            mine = [product.page(who, one) for one in listings(base)]
            for requests in (mine, whole):
                send_all(product.server.port, requests, CLIENTS)

            def spent(requests: Sequence[Request]) -> Spent:
                many = [requests[at % len(requests)] for at in range(effort.times)]
                before, database, wall = product.server.cpu(), cluster.cpu(), time.perf_counter()
                send_all(product.server.port, many, CLIENTS)
                wall = time.perf_counter() - wall
                return Spent(product.server.cpu() - before, cluster.cpu() - database, wall)

            rounds = in_turns(
                effort.rounds,
                lambda mine=mine, spent=spent: spent(mine),  # type: ignore[misc]
                lambda spent=spent: spent(whole),  # type: ignore[misc]
            )
            found[share] = {"ratio": round(ratio(rounds), 3), "sees": readers.seen[share]}
            found[share] |= compared(rounds, effort.times)
    worst = max(float(one["ratio"]) for one in found.values())
    return [Found(RIGHTS, base.dialect, worst, {"readers": found})]


def measure_crowd(base: Base, readers: Readers, seconds: int = SECONDS) -> Found:
    """Open-loop: an action is due whether or not the server has kept up, so a queue is seen as a wait."""
    chance = Random(f"{SEED} crowd")
    places = chance.sample(range(1, len(base.people)), min(SESSIONS, len(base.people) - 1))  # those who have sales
    with serving(base) as (product, _):
        signed = [product.sign_in(LOGIN.format(at)) for at in places]
        ids = _sales(base, [readers.people[at] for at in places])
        waits: dict[str, list[float]] = {}
        wrong: list[str] = []
        due: Queue[tuple[float, Callable[[Client], str]] | None] = Queue()
        hands = [
            threading.Thread(target=_work, args=(product.server.port, due, waits, wrong)) for _ in range(SESSIONS // 2)
        ]
        for one in hands:
            one.start()
        began = time.monotonic()
        for at in range((seconds + QUIET) * A_SECOND):
            moment = began + at / A_SECOND
            time.sleep(max(0.0, moment - time.monotonic()))
            place = chance.randrange(len(places))
            due.put(
                (moment if at >= QUIET * A_SECOND else 0.0, _action(product, base, signed[place], ids[place], chance))
            )
        for _ in hands:
            due.put(None)
        for one in hands:
            one.join()
        if wrong:
            raise RuntimeError(wrong[0])
    every = [wait for told in waits.values() for wait in told]
    facts = {
        "actions": len(every),
        "sessions": SESSIONS,
        "a_second": A_SECOND,
        "p50_ms": _ms(percentile(every, 0.5)),
        "p99_ms": _ms(percentile(every, 0.99)),
        "kinds": {
            kind: {"p50_ms": _ms(percentile(told, 0.5)), "p95_ms": _ms(percentile(told, 0.95))}
            for kind, told in sorted(waits.items())
        },
    }
    return Found(CROWD, base.dialect, _ms(percentile(every, 0.95)), facts)


def _action(product: Svyaz, base: Base, who: Person, mine: Sequence[int], chance: Random) -> Callable[[Client], str]:
    """Draws what is done now; the answer of the call is its kind."""
    kind = chance.choices(("list", "card", "save", "search"), (60, 25, 10, 5))[0]
    listing = chance.choice(listings(base))
    id, amount, word = chance.choice(mine), chance.randrange(10_000, 900_000), texts.sale(chance).split()[0]

    def act(client: Client) -> str:
        if kind == "list":
            client.send(product.page(who, listing))
        elif kind == "search":
            client.send(product.search(who, word))
        else:
            answer = client.send(product.one(who, id))
            if kind == "save":
                # Somebody else may have saved this very sale between the two: who is told so would look again.
                try:
                    client.send(product.change(who, id, product.version(answer), amount))
                except RuntimeError as refusal:
                    if ": 409 " not in str(refusal):
                        raise
        return kind

    return act


def _work(port: int, due: Any, waits: dict[str, list[float]], wrong: list[str]) -> None:
    client = Client(port)
    while (one := due.get()) is not None:
        moment, act = one
        try:
            kind = act(client)
            if moment:
                waits.setdefault(kind, []).append(time.monotonic() - moment)
        except Exception as error:
            wrong.append(repr(error))
            client = Client(port)
    client.close()


def _sales(base: Base, people: Sequence[int]) -> list[list[int]]:
    """Some sales of each of these people."""
    company = base.open()
    try:
        with company.read() as session:
            found = []
            for person in people:
                actor = build_actor(session, person)
                assert actor is not None
                request = ListRequest("responsible = me()", "id", ("title",), limit=50)
                found.append([row[0] for row in read_page(session, actor, "deal", request).rows])
        return found
    finally:
        company.close()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
