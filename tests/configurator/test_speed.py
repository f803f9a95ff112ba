"""«Ускорить»: which fields make a list slow, who may build their indexes, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.storage import catalog, names
from svyaz.tenancy.company import Company
from tests.api.site import Site

PATH = "/api/records/deal/speed"


def index_of(company: Company, key: str) -> str:
    return names.value_index(company.snapshot.entities["deal"].by_key[key])


def has_index(company: Company, key: str) -> bool:
    with company.read() as session:
        return index_of(company, key) in catalog.indexes(session)


@pytest.mark.parametrize(
    ("filter", "sort", "fields"),
    [
        ("amount > 100000", "", ["amount"]),
        ("amount > 100000 and close_on > date(2026; 1; 1)", "-engaged_on,title", ["title", "amount", "engaged_on"]),
        ('stage = "new" and responsible = me()', "-created_at", []),  # links and stages always have one
        ('counterparty.title = "Ромашка"', "", []),  # an index of its own does not help from here
        ("", "", []),
    ],
)
def test_fields_of_the_question_that_no_index_serves_are_named(
    site: Site, filter: str, sort: str, fields: list[str]
) -> None:
    told = site.browser("Артём").get(PATH, filter=filter, sort=sort)
    assert sorted(key for key, _ in told["fields"]) == sorted(fields)
    assert told["may"] is True
    assert site.browser("Ольга").get(PATH, filter=filter, sort=sort)["may"] is False


def test_index_is_built_by_a_job_seen_as_a_revision_and_taken_back(site: Site) -> None:
    artem, company = site.browser("Артём"), site.cast.company
    assert not has_index(company, "amount")
    job = artem.post(PATH, {"fields": ["amount"]}, 202)["job"]
    site.run_jobs()
    told = artem.get(f"/api/jobs/{job}")
    assert (told["state"], told["answer"]["fields"]) == ("done", ["amount"])
    assert has_index(company, "amount")
    assert artem.get(PATH, filter="amount > 1")["fields"] == []
    last = artem.get("/api/schema/revisions")["revisions"][0]
    assert "Сумма" in last["title"] and last["number"] == told["answer"]["revision"]
    artem.post("/api/schema/undo", {"revision": last["number"]})
    assert not has_index(company, "amount")


def test_second_who_asks_finds_it_done(site: Site) -> None:
    artem = site.browser("Артём")
    artem.post(PATH, {"fields": ["amount"]}, 202)
    artem.post(PATH, {"fields": ["amount"]}, 202)
    site.run_jobs()
    assert has_index(site.cast.company, "amount")
    assert len(artem.get("/api/schema/revisions")["revisions"]) == 2


@pytest.mark.parametrize(("who", "fields", "status", "code"), [
    ("Ольга", ["amount"], 403, "denied_ability"),
    ("Артём", ["stage"], 422, "cannot_speed_up"),
    ("Артём", ["description"], 422, "cannot_speed_up"),
    ("Артём", ["nonsense"], 422, "cannot_speed_up"),
])  # fmt: skip
def test_who_may_not_and_what_cannot_be_is_told(
    site: Site, who: str, fields: list[str], status: int, code: str
) -> None:
    person = site.browser(who)
    with site.nothing_changes():
        refused: dict[str, Any] = person.refused("POST", PATH, status, {"fields": fields})
    assert refused["code"] == code
