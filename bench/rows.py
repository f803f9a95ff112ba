"""Rows of a generated base, in canonical values: what a person would have typed, drawn by a seed.

The sales are spread over three years before `now`, from the seed alone: the same seed and day give the same base.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench import texts
from svyaz.kernel.values import Labelled, Money, Ref

WAY = ("new", "qualified", "needs", "offer", "talks", "contract", "payment", "success")
SPAN_DAYS = 3 * 365
PRIORITIES = ("low", "normal", "high")
SEGMENTS = ("key", "middle", "small")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many records of each kind; changes: how many sales were changed within the last week."""

    companies: int
    contacts: int
    deals: int
    comments: int
    changes: int
    people: int = 200
    departments: int = 20

    @classmethod
    def of(cls, deals: int) -> Sizes:
        """The proportions of the full base: a million sales, 100,000 companies, 300,000 contacts, 1.6M in all."""
        small = deals < 10_000
        return cls(
            companies=max(deals // 10, 10),
            contacts=deals * 3 // 10,
            deals=deals,
            comments=deals // 5,
            changes=deals // 10,
            people=20 if small else 200,
            departments=5 if small else 20,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """stages: ((key, entered at), …), of what stands on stages."""

    values: dict[str, Any]
    created_at: datetime
    stages: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of what rows point to."""

    people: Sequence[int]
    sources: Sequence[int]
    reasons: Sequence[int]
    sectors: Sequence[int]
    products: Sequence[int]


def _moment(chance: Random, now: datetime) -> datetime:
    return now - timedelta(seconds=chance.randrange(60 * 86_400, SPAN_DAYS * 86_400))


def companies(chance: Random, count: int, known: Known, now: datetime) -> Iterator[Row]:
    for _ in range(count):
        yield Row(
            {
                "title": texts.company(chance),
                "kind": "company",
                "roles": ("client",),
                "responsible": chance.choice(known.people),
                "phones": (Labelled(texts.phone(chance)),),
                "emails": (Labelled(f"zakaz{chance.randrange(10**6)}@firma.example"),),
                "city": chance.choice(texts.CITIES),
                "address": f"ул. {chance.choice(texts.SURNAMES)}ова, д. {chance.randrange(1, 200)}",
                "sector": chance.choice(known.sectors),
                "segment": chance.choice(SEGMENTS),
                "source": chance.choice(known.sources),
                "note": texts.talk(chance, 1),
                "employees_count": chance.randrange(1, 5_000),
            },
            _moment(chance, now),
        )


def contacts(chance: Random, count: int, known: Known, now: datetime, firms: Sequence[int]) -> Iterator[Row]:
    for _ in range(count):
        name, surname = texts.person(chance)
        yield Row(
            {
                "first_name": name,
                "surname": surname,
                "counterparty": chance.choice(firms),
                "position_title": chance.choice(texts.POSTS),
                "phones": (Labelled(texts.phone(chance)),),
                "emails": (Labelled(f"p{chance.randrange(10**7)}@firma.example"),),
                "responsible": chance.choice(known.people),
            },
            _moment(chance, now),
        )


def deals(
    chance: Random, count: int, known: Known, now: datetime, firms: Sequence[int], people: Sequence[int]
) -> Iterator[Row]:
    for number in range(count):
        born = _moment(chance, now)
        stages = _stages(chance, born, now)
        last = stages[-1]
        values = {
            "title": texts.sale(chance),
            "external_number": f"B-{number:07}",
            "counterparty": chance.choice(firms),
            "contacts": (chance.choice(people),) if chance.random() < 0.5 else (),
            "amount": Money(chance.randrange(1_000, 10_000_000) * 100, "RUB"),
            "stage": last[0],
            "close_on": (born + timedelta(days=chance.randrange(10, 240))).date(),
            "engaged_on": born.date(),
            "product": chance.choice(known.products),
            "source": chance.choice(known.sources),
            "priority": chance.choice(PRIORITIES),
            "responsible": chance.choice(known.people),
            "description": texts.talk(chance),
        }
        if chance.random() < 0.05:
            values["co_executors"] = (chance.choice(known.people),)
        if last[0] == "failed":
            values["loss_reason"] = chance.choice(known.reasons)
        yield Row(values, born, stages)


def _stages(chance: Random, born: datetime, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """How far it has come: some stand where they are, a third is won, a third is lost."""
    reached = chance.randint(1, len(WAY))
    way = list(WAY[:reached])
    if reached < len(WAY) and chance.random() < 0.5:
        way.append("failed")
    at, found = born, []
    for stage in way:
        found.append((stage, at))
        at = min(at + timedelta(seconds=chance.randrange(3_600, 14 * 86_400)), now)
    return tuple(found)


def comments(chance: Random, count: int, about: Sequence[int], now: datetime) -> Iterator[Row]:
    for _ in range(count):
        yield Row({"about": Ref("deal", chance.choice(about)), "body": texts.talk(chance)}, _moment(chance, now))
