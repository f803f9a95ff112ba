"""The examples come and go as one, and what is left to do in a new company is told by facts."""

from __future__ import annotations

from typing import Any

import pytest

from svyaz.solutions.first_steps import read_start
from svyaz.storage import accounts
from tests.api.conftest import site
from tests.api.site import Site
from tests.cast import romashka

__all__ = ["romashka", "site"]


def steps(site: Site, who: str = "Артём") -> dict[str, bool]:
    told = site.browser(who).get("/api/start")["steps"]
    return {one["key"] + (f" {one['entity']}" if one["entity"] else ""): one["done"] for one in told}


def job(site: Site, caller: Any, path: str, body: Any = None) -> dict[str, Any]:
    begun = caller.post(path, body or {}, 202)["job"]
    site.run_jobs()
    told = caller.get(f"/api/jobs/{begun}")
    assert told["state"] == "done", told
    return told["answer"]


@pytest.fixture
def example(site: Site) -> Site:
    """A company with the examples loaded by its administrator."""
    assert job(site, site.browser("Артём"), "/api/start/sample")["made"] > 100
    return site


def test_steps_are_done_by_facts_and_not_by_ticks(site: Site) -> None:
    artem = site.browser("Артём")
    before = steps(site)
    assert before["add deal"] is before["add counterparty"] is before["plan activity"] is before["import"] is False
    artem.create("deal", title="Насосы")
    artem.put("/api/company", {"title": "Насосы и К"}, 204)
    after = steps(site)
    assert after["add deal"] is after["company"] is True
    assert after["add counterparty"] is False


def test_salesperson_is_offered_only_what_he_may_do(site: Site) -> None:
    told = steps(site, "Ольга")
    assert "add deal" in told
    assert not {"company", "people", "sample"} & set(told)


def test_examples_are_no_work_of_ones_own(example: Site) -> None:
    told = steps(example)
    assert told["add deal"] is False
    assert told["sample"] is False
    example.browser("Ольга").create("deal", title="Своя")
    assert steps(example)["add deal"] is True


def test_examples_are_loaded_once_and_their_people_do_not_come_in(example: Site) -> None:
    artem = example.browser("Артём")
    assert artem.refused("POST", "/api/start/sample", 409, {})["code"] == "sample_here"
    with example.company.read() as session:
        assert len(accounts.employees_with_login(session)) == len(example.people)


def test_removing_takes_all_the_examples_and_its_undo_brings_them_back(example: Site) -> None:
    artem = example.browser("Артём")
    own = artem.create("counterparty", title="Своя компания")["id"]
    before = example.cast.living_digest()
    planned = artem.get("/api/start/sample/removal")
    assert planned["kept"] == []

    told = job(example, artem, "/api/start/sample/removal")
    assert told["back"] == planned["back"] > 100
    assert told["kept"] == 0
    assert artem.ids("counterparty") == [own]
    assert artem.ids("deal") == artem.ids("product") == []
    assert artem.ids("source") != []  # every company has its short lists
    assert artem.get("/api/start")["sample"] == {"state": "removed", "undo": told["batch"]}

    back = job(example, artem, "/api/start/sample/return")
    assert (back["back"], back["kept"]) == (told["back"], 0)
    assert example.cast.living_digest() == before
    assert artem.get("/api/start")["sample"]["state"] == "loaded"


def test_example_that_somebody_changed_is_named_and_kept_unless_told_otherwise(example: Site) -> None:
    artem = example.browser("Артём")
    (id,) = artem.ids("deal")[:1]
    seen = artem.open("deal", id)
    artem.change("deal", id, seen["version"], title="Уже наша сделка")
    kept = artem.get("/api/start/sample/removal")["kept"]
    assert [(one["id"], one["reason"], one["label"]) for one in kept] == [(id, "changed", "Уже наша сделка")]

    job(example, artem, "/api/start/sample/removal")
    assert id in artem.ids("deal")


def test_with_force_the_changed_go_too(example: Site) -> None:
    artem = example.browser("Артём")
    (id,) = artem.ids("deal")[:1]
    artem.change("deal", id, artem.open("deal", id)["version"], title="Уже наша сделка")
    job(example, artem, "/api/start/sample/removal", {"force": True})
    assert artem.ids("deal") == []


def test_person_of_the_examples_who_has_come_in_stays(example: Site) -> None:
    artem = example.browser("Артём")
    example_people = [one for one in artem.ids("employee") if one not in example.people.values()]
    with example.company.write() as session:
        accounts.put_login(session, example_people[0], "guest", "guest", "x", must_change=False)
    job(example, artem, "/api/start/sample/removal")
    assert example_people[0] in artem.ids("employee")
    assert not set(example_people[1:]) & set(artem.ids("employee"))


def test_removing_nothing_is_no_trouble(site: Site) -> None:
    told = job(site, site.browser("Артём"), "/api/start/sample/removal")
    assert told == {"batch": None, "back": 0, "kept": 0}


def test_company_without_a_solution_is_offered_no_examples(site: Site) -> None:
    shapes = {key: one for key, one in site.cast.snapshot.entities.items() if one.origin == "org"}
    site.cast.reshape(entities=shapes, menu=())
    with site.company.read() as session:
        assert read_start(session, site.cast.actor("Артём")).sample.state == "none"
