"""«На ночь»: a change waits for its hour and is applied then, or stays with the reason; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from svyaz.configurator.put_off import tonight
from svyaz.kernel.clock import iso
from svyaz.storage import accounts, put_off as stored
from tests.api.site import Caller, Site
from tests.configurator.test_over_http import apply
from tests.configurator.test_speed import has_index

PATH = "/api/schema/later"
INDEX = {"do": "change_field", "entity": "deal", "field": "amount", "set": {"indexed": True}}
DROP = {"do": "drop_field", "entity": "deal", "field": "description"}


def put_off(caller: Caller, *edits: dict[str, Any], **rest: Any) -> Any:
    revision = caller.get("/api/schema/source")["revision"]
    return caller.post(PATH, {"revision": revision, "edits": list(edits), **rest}, 201)


def waiting(caller: Caller) -> Any:
    return caller.get(PATH)["changes"]


@pytest.mark.parametrize(("now", "night"), [
    (datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, 23, tzinfo=UTC)),
    (datetime(2026, 3, 3, 22, 59, tzinfo=UTC), datetime(2026, 3, 3, 23, tzinfo=UTC)),
    (datetime(2026, 3, 3, 23, 0, tzinfo=UTC), datetime(2026, 3, 4, 23, tzinfo=UTC)),
])  # fmt: skip
def test_night_is_the_next_two_o_clock_of_the_company(now: datetime, night: datetime) -> None:
    assert tonight(now, "Europe/Moscow") == night


def test_change_waits_for_the_night_and_is_applied_then_by_whoever_set_it(site: Site) -> None:
    artem = site.browser("Артём")
    artem.create("deal", title="Насосы", amount="10.00")
    told = artem.post("/api/schema/plan", {"revision": 1, "edits": [INDEX]})
    assert told["risk"] == "slow"
    made = put_off(artem, INDEX, title="Индекс суммы")
    site.run_jobs()
    assert not has_index(site.company, "amount")
    (one,) = waiting(artem)
    assert (one["id"], one["title"], one["in_time"], one["problem"]) == (made["id"], "Индекс суммы", True, None)
    assert one["by"][0] == site.people["Артём"] and one["steps"] and one["edits"] == [INDEX]
    site.cast.tick(hours=24)
    site.run_jobs()
    assert has_index(site.company, "amount") and waiting(artem) == []
    last = artem.get("/api/schema/revisions")["revisions"][0]
    assert (last["number"], last["title"], last["actor"][0]) == (2, "Индекс суммы", site.people["Артём"])


def test_change_at_an_hour_of_ones_own(site: Site) -> None:
    artem = site.browser("Артём")
    at = site.company.clock.now().replace(microsecond=0)
    for wrong in (at.isoformat(), "2099-01-01T00:00:00Z"):
        error = artem.refused("POST", PATH, 422, {"revision": 1, "edits": [INDEX], "at": wrong})
        assert error["code"] == "put_off_hour"
    put_off(artem, INDEX, at=iso(at + timedelta(hours=14)))
    site.cast.tick(hours=12)
    site.run_jobs()
    assert not has_index(site.company, "amount")
    site.cast.tick(hours=12)
    site.run_jobs()
    assert has_index(site.company, "amount")


def test_change_upon_another_configuration_is_not_applied_and_its_author_is_told_why(site: Site) -> None:
    artem = site.browser("Артём")
    put_off(artem, INDEX)
    apply(artem, {"do": "hide_field", "entity": "deal", "field": "description"}, title="Убрали описание")
    assert [one["in_time"] for one in waiting(artem)] == [False]
    site.cast.tick(hours=24)
    site.run_jobs()
    (one,) = waiting(artem)
    assert "Артём" in one["problem"] and "Убрали описание" in one["problem"]
    assert not has_index(site.company, "amount") and artem.get("/api/schema/source")["revision"] == 2
    artem.refused("POST", f"{PATH}/{one['id']}/apply", 409)
    apply(artem, *one["edits"])
    artem.delete(f"{PATH}/{one['id']}", 204)
    assert waiting(artem) == [] and has_index(site.company, "amount")


def test_change_that_loses_data_is_agreed_to_when_it_is_put_off(site: Site) -> None:
    artem = site.browser("Артём")
    artem.create("deal", title="Насосы", description="важное")
    body = {"revision": 1, "edits": [DROP]}
    assert artem.refused("POST", PATH, 422, body)["code"] == "plan_not_confirmed"
    put_off(artem, DROP, confirm=artem.post("/api/schema/plan", body)["digest"])
    site.cast.tick(hours=24)
    site.run_jobs()
    assert "description" not in site.company.snapshot.entities["deal"].by_key and waiting(artem) == []


def test_records_that_came_meanwhile_to_a_stage_that_goes_are_asked_about_not_moved(site: Site) -> None:
    artem = site.browser("Артём")
    put_off(artem, {"do": "drop_stage", "entity": "deal", "stage": "needs"})
    deal = artem.create("deal", title="Насосы", stage="needs")["id"]
    site.cast.tick(hours=24)
    site.run_jobs()
    (one,) = waiting(artem)
    assert "needs" in one["problem"] and artem.open("deal", deal)["values"]["stage"] == "needs"


def test_change_is_called_off_or_applied_before_its_hour(site: Site) -> None:
    artem = site.browser("Артём")
    first, second = put_off(artem, INDEX), put_off(artem, {**INDEX, "field": "engaged_on"})
    artem.delete(f"{PATH}/{first['id']}", 204)
    artem.refused("DELETE", f"{PATH}/{first['id']}", 404)
    assert artem.post(f"{PATH}/{second['id']}/apply")["revision"] == 2
    assert has_index(site.company, "engaged_on") and waiting(artem) == []
    site.cast.tick(hours=24)
    site.run_jobs()
    assert not has_index(site.company, "amount") and artem.get("/api/schema/source")["revision"] == 2


def test_only_who_may_configure_and_still_may_at_the_hour(site: Site) -> None:
    artem = site.browser("Артём")
    site.browser("Ольга").refused("POST", PATH, 403, {"revision": 1, "edits": [INDEX]})
    put_off(artem, INDEX)
    with site.company.write() as session:
        accounts.set_roles(session, site.people["Артём"], ("seller",))
    site.cast.tick(hours=24)
    site.run_jobs()
    with site.company.read() as session:
        (kept,) = stored.every(session)
    assert kept.problem is not None and kept.problem["code"] == "denied_ability"
    assert site.company.snapshot.revision == 1
