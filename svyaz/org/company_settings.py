"""What the company settled about itself: its name, currency, clock and week are configuration, so they make a revision.

The currency is what all sums are counted in: it may be changed while there is no sum and no rate to be wrong about.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from typing import Any

from svyaz.access.actor import SYSTEM, Actor
from svyaz.kernel.money import currency_code
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean
from svyaz.records.rates import ENTITY as RATES
from svyaz.records.read import ListRequest, read_page
from svyaz.schema.edits import change_settings
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, apply_source, current_source

LONGEST_TITLE = 100
WEEKDAYS = range(1, 8)


class CompanyTitleWrong(Problem):
    code = "company_title_wrong"  # facts: most


class CurrencyInUse(Problem):
    """Sums are kept together with what they are in the company's currency."""

    code = "currency_in_use"  # facts: entity
    status = 409


class ZoneUnknown(Problem):
    code = "zone_unknown"  # facts: zone


class WeekdayWrong(Problem):
    code = "weekday_wrong"


def change_company(company: Company, actor: Actor, changes: Mapping[str, Any]) -> None:
    """changes: some of title, currency, zone, first_weekday.  Raises the problem of the first wrong one."""
    with company.read() as session:
        settings, seen, source = session.snapshot.settings, session.snapshot.revision, current_source(session)
        told = _checked(changes)
        if told.get("currency", settings.currency) != settings.currency:
            holder = find_sums(session)
            if holder is not None:
                raise CurrencyInUse("currency", entity=holder)
    if told:
        apply_source(company, change_settings(source, **told), actor.employee, "settings", seen=seen)


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(changes)
    if "title" in told:
        told["title"] = re.sub(r"\s+", " ", clean(str(told["title"]))).strip()
        if not told["title"] or len(told["title"]) > LONGEST_TITLE:
            raise CompanyTitleWrong("title", most=LONGEST_TITLE)
    if "currency" in told:
        told["currency"] = currency_code(str(told["currency"]))
    if "zone" in told and told["zone"] not in zoneinfo.available_timezones():
        raise ZoneUnknown("zone", zone=str(told["zone"])[:60])
    if "first_weekday" in told and told["first_weekday"] not in WEEKDAYS:
        raise WeekdayWrong("first_weekday")
    return told


def find_sums(session: Session) -> str | None:
    """The title of an object that has a sum or a rate already, in the company's language; None: none has."""
    for shape in session.snapshot.entities.values():
        money = [one.key for one in shape.fields if one.type == "money"]
        if not money and shape.key != RATES:
            continue
        asked = "" if shape.key == RATES else " or ".join(f"not ({key} = empty)" for key in money)
        if read_page(
            session, SYSTEM, shape.key, ListRequest(filter=asked, fields=("label",), limit=1, kept="all")
        ).rows:
            return shape.title.say(session.snapshot.settings.language)
    return None
