"""Search with rights over a generated base, against the bare index: p95 and the ratio, in one run.

A base of companies, contacts, sales and comments in Russian.  Three readers: who sees all, who sees his
department's, who sees his own.  Searches: a word, two words, a beginning, a frequent word, digits of a phone, a
part of a word, a typo.  The baseline is the same question asked of the index itself, on the raw driver: of
SQLite `MATCH … ORDER BY rowid DESC LIMIT 6` in each object's table.  One line of JSON for each database.  cpu: of this
thread, which a busy machine disturbs less (of PostgreSQL it leaves the server out).

    python bench/bench_search.py [entries] [sqlite|postgresql]     both, when SVYAZ_TEST_POSTGRES names a server
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from svyaz.access.actor import SYSTEM, Actor
from svyaz.kernel.values import Labelled, Ref
from svyaz.org.actors import build_actor, rebuild_reach
from svyaz.records import write
from svyaz.schema.source import merge, read_folder
from svyaz.search.find import SearchRequest, search
from svyaz.search.follow import follow
from svyaz.search.wanted import alternatives, read_wanted
from svyaz.storage import accounts, changes, record_tables, search_entries, search_state
from svyaz.storage.changes import Change
from svyaz.storage.ids import take_ids
from svyaz.storage.record_tables import NewRecord
from svyaz.storage.session import Session
from svyaz.tenancy import company as companies
from svyaz.tenancy.company import Company
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES, TRAITS

ROOT = Path(__file__).resolve().parent.parent
MARK_MS = 50
PORTION = 2_000
TIMES = 40  # searches of a kind by each reader
FORMS = ("ООО", "АО", "ИП", "ПАО", "Завод", "Торговый дом")
STEMS = [
    "авто",
    "агро",
    "аква",
    "вектор",
    "газ",
    "гидро",
    "дом",
    "инвест",
    "инжен",
    "капитал",
    "комплект",
    "контур",
    "кран",
    "лес",
    "логист",
    "маш",
    "метал",
    "монтаж",
    "мост",
    "нефт",
    "пром",
    "ремонт",
    "сервис",
    "сиб",
    "снаб",
    "союз",
    "спец",
    "строй",
    "тех",
    "торг",
    "транс",
    "труб",
    "урал",
    "феррум",
    "хим",
    "цемент",
    "центр",
    "электро",
    "энерг",
]
ENDS = [
    "альянс",
    "групп",
    "дата",
    "импекс",
    "лайн",
    "мастер",
    "плюс",
    "проект",
    "профи",
    "ресурс",
    "рус",
    "система",
    "трейд",
    "экспо",
    "юнион",
]
NAMES = [
    "Анна",
    "Борис",
    "Вера",
    "Глеб",
    "Дарья",
    "Егор",
    "Жанна",
    "Захар",
    "Ирина",
    "Кирилл",
    "Лидия",
    "Максим",
    "Нина",
    "Олег",
    "Павел",
    "Роман",
    "Софья",
    "Тимур",
    "Ульяна",
    "Фёдор",
]
SURNAMES = [
    "Абрам",
    "Беля",
    "Воло",
    "Гавр",
    "Дани",
    "Ерем",
    "Жура",
    "Захар",
    "Игнат",
    "Коваль",
    "Лебед",
    "Мельник",
    "Никит",
    "Орл",
    "Павл",
    "Рома",
    "Сереб",
    "Тихон",
    "Ушак",
    "Фили",
]
TALK = [
    "просили выслать счёт до конца месяца",
    "нужна отсрочка платежа на тридцать дней",
    "договор согласует юрист",
    "звонить после обеда",
    "интересует поставка насосов и запорной арматуры",
    "уточнить сроки доставки в Екатеринбург",
    "ждут коммерческое предложение со скидкой",
    "директор в отпуске",
    "встреча перенесена",
    "документы подписаны и отправлены",
]


def generate(company: Company, entries: int, people: Sequence[int]) -> None:
    """A third companies, a third contacts, a third comments and sales; through the log, as an import does it."""
    chance = random.Random(7)
    firms: list[int] = []
    made = 0
    while made < entries:
        count = min(PORTION, entries - made)
        with company.write() as session:
            for entity, share in (("counterparty", 0.3), ("contact", 0.3), ("deal", 0.2), ("comment", 0.2)):
                ids = take_ids(session, int(count * share))
                if entity == "counterparty":
                    firms += ids
                rows = [record(entity, id, chance, firms, people, session) for id in ids]
                record_tables.insert(session, entity, rows)
                number = session.snapshot.entities[entity].number
                changes.append(
                    session,
                    [Change("Created", number, id, 1, None, "import", None, session.now) for id in ids],
                )
        made += count


def record(
    entity: str, id: int, chance: random.Random, firms: list[int], people: Sequence[int], session: Session
) -> NewRecord:
    owner = chance.choice(people)
    phone = Labelled(f"+79{chance.randrange(10**8, 10**9)}")
    values: dict[str, Any]
    if entity == "counterparty":
        title = f"{chance.choice(FORMS)} {chance.choice(STEMS)}{chance.choice(STEMS)}{chance.choice(ENDS)} {chance.randrange(1000)}"
        values = {
            "title": title,
            "phones": (phone,),
            "inn": str(chance.randrange(10**9, 10**10)),
            "address": f"г. Тверь, ул. {chance.choice(SURNAMES)}ова, д. {chance.randrange(200)}",
            "note": chance.choice(TALK),
            "responsible": owner,
        }
    elif entity == "contact":
        name, surname = chance.choice(NAMES), f"{chance.choice(SURNAMES)}{chance.choice(STEMS)}ов"
        title = f"{name} {surname}"
        values = {"first_name": name, "surname": surname, "phones": (phone,), "responsible": owner}
    elif entity == "deal":
        title = f"Поставка {chance.choice(STEMS)}{chance.choice(ENDS)} №{id}"
        values = {"title": title, "description": ", ".join(chance.sample(TALK, 3)), "responsible": owner}
    else:
        title = ", ".join(chance.sample(TALK, 3))
        values = {"body": title, "about": Ref("counterparty", chance.choice(firms))}
    return NewRecord(id, values, title[:80], {}, session.now, owner)


def searches(company: Company, chance: random.Random) -> dict[str, list[str]]:
    """Of words that are there."""
    with company.read() as session:
        rows = session.fetch("SELECT title FROM counterparty WHERE sv_id % 97 = 0 ORDER BY sv_id")
        titles = [row[0].split()[-2] for row in rows]
        people = [row[0] for row in session.fetch("SELECT sv_label FROM contact WHERE sv_id % 97 = 0 ORDER BY sv_id")]

    def firm() -> str:
        return chance.choice(titles)

    return {
        "a word": [firm() for _ in range(TIMES)],
        "two words": [chance.choice(people) for _ in range(TIMES)],
        "a beginning": [firm()[: chance.randint(2, 6)] for _ in range(TIMES)],
        "a frequent word": [chance.choice(("ооо", "договор", "поставка", "счёт", "звонить")) for _ in range(TIMES)],
        "digits": [str(chance.randrange(10**4, 10**6)) for _ in range(TIMES)],
        "a part": [firm()[3:8] for _ in range(TIMES)],
        "a typo": [one[:4] + one[5:] for one in (firm() for _ in range(TIMES))],
    }


def measure(company: Company, actors: dict[str, Actor]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    ours_all, raw_all, cpu_all = [], [], []
    with company.read() as session:
        places = [one.entity for one in search_state.read_plans(session).values()]
    for kind, texts in searches(company, random.Random(3)).items():
        ours, raw, cpu, found = [], [], [], 0
        for actor in actors.values():
            for text in texts:
                with company.read() as session:
                    began, spent = time.perf_counter(), time.thread_time()
                    answer = search(session, actor, SearchRequest(text))
                    ours.append(time.perf_counter() - began)
                    cpu.append(time.thread_time() - spent)
                    found += bool(answer.found)
                    began = time.perf_counter()
                    bare(session, places, text)
                    raw.append(time.perf_counter() - began)
        told[kind] = {
            "p50_ms": ms(ours, 0.5),
            "p95_ms": ms(ours, 0.95),
            "cpu_p95_ms": ms(cpu, 0.95),
            "raw_p95_ms": ms(raw, 0.95),
            "found": found,
        }
        ours_all += ours
        raw_all += raw
        cpu_all += cpu
    told["all"] = {
        "p50_ms": ms(ours_all, 0.5),
        "p95_ms": ms(ours_all, 0.95),
        "cpu_p95_ms": ms(cpu_all, 0.95),
        "raw_p95_ms": ms(raw_all, 0.95),
    }
    told["ratio_of_medians"] = round(ms(ours_all, 0.5) / max(ms(raw_all, 0.5), 0.001), 1)
    return told


def bare(session: Session, places: Sequence[int], text: str) -> None:
    """The index alone: no rights, no records, no words."""
    needs = tuple(alternatives(unit, "whole") for unit in read_wanted(text))
    for entity in places:
        search_entries.newest(session, entity, needs, None, 2**62, 6)


def ms(seconds: list[float], share: float) -> float:
    return round(sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000, 2)


def run(home: Path, entries: int, url: str | None) -> None:
    settings = HomeSettings(url, f"bench_search_{os.getpid()}") if url else HomeSettings()
    source = merge([read_folder(ROOT / "svyaz" / "org"), read_folder(ROOT / "solutions" / "sales")])
    company = companies.create(home, source, SHAPES, settings=settings, synchronous="NORMAL")
    company.conduct = TRAITS
    try:
        with company.write() as session:
            departments = [
                write.create_record(session, SYSTEM, "department", {"title": f"Отдел {at}"}).id for at in range(5)
            ]
            people = [
                write.create_record(
                    session,
                    SYSTEM,
                    "employee",
                    {"first_name": f"Сотрудник {at}", "surname": "Образцов", "department": departments[at % 5]},
                ).id
                for at in range(50)
            ]
            for at, role in enumerate(("admin", "head", "manager")):
                accounts.set_roles(session, people[at], (role,))
            rebuild_reach(session)
        generate(company, entries, people)
        began, longest, steps = time.perf_counter(), 0.0, 0
        while True:
            step = time.perf_counter()
            if not follow(company):
                break
            longest, steps = max(longest, time.perf_counter() - step), steps + 1
        indexed = time.perf_counter() - began
        if url:
            with company.write() as session:
                session.run("ANALYZE")
        with company.read() as session:
            actors = {role: build_actor(session, people[at]) for at, role in enumerate(("admin", "head", "manager"))}
            told = measure(company, {role: actor for role, actor in actors.items() if actor is not None})
        told = {
            "database": "postgresql" if url else "sqlite",
            "entries": entries,
            "indexed_per_second": round(entries / indexed),
            "longest_step_ms": round(longest * 1000),
            "mark_p95_ms": MARK_MS,
            "within": told["all"]["p95_ms"] <= MARK_MS,
            **told,
        }
        print(json.dumps(told, ensure_ascii=False), flush=True)
    finally:
        if url:
            with company.write() as session:
                session.run(f'DROP SCHEMA "{settings.schema}" CASCADE')
        company.close()


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 150_000
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    url = os.environ.get("SVYAZ_TEST_POSTGRES")
    with tempfile.TemporaryDirectory() as folder:
        if only != "postgresql":
            run(Path(folder) / "sqlite", entries, None)
        if url and only != "sqlite":
            run(Path(folder) / "postgresql", entries, url)


if __name__ == "__main__":
    main()
